"""Signing in by OpenID Connect: authorization code with PKCE, and an id token believed for good reasons.

OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE); RFC 9207 (who answers). What the browser's session
keeps between going and coming back is `Waiting`; each is used once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence import credentials
from evidence.identity.identity import LONGEST, Identity, IdentityPartMissingError, NotVouchedError, shown
from evidence.identity.settings import OidcSettings, fit_address
from evidence.language import _
from evidence.release import install_command

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""Signatures by a key that only the provider has: none is shared with us, and `none` is no signature."""
_LEEWAY_S = 60
"""Seconds that the provider's clock may be away from ours."""
_CLIENT_FAULTS = frozenset(
    {"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What was sent along, and must fit what comes back."""

    state: str
    nonce: str
    verifier: str


def begin(settings: OidcSettings, root: Path, back: str) -> tuple[str, Waiting]:
    """Where the browser goes, and what is remembered meanwhile.

    Args:
        root: the workspace.
        back: our own address that the provider sends the browser to.

    Raises:
        DirectoryDownError: the provider does not answer, or is another one than configured.
        IdentityPartMissingError: the extra is not installed.
        CredentialError: no secret.
    """
    document = discovered(settings, root)
    waiting = Waiting(
        state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48)
    )
    with _session(settings, root, redirect_uri=back) as session:
        address, _state = session.create_authorization_url(
            document["authorization_endpoint"],
            state=waiting.state,
            nonce=waiting.nonce,
            code_verifier=waiting.verifier,
        )
    return str(address), waiting


def finish(
    settings: OidcSettings, root: Path, back: str, waiting: Waiting, answer: Mapping[str, str]
) -> Identity:
    """Who came back.

    Args:
        back: the address that `begin` named.
        answer: what the provider gave the browser along.

    Raises:
        NotVouchedError: the answer belongs to no sign-in of this browser, or its token does not hold.
        DirectoryDownError, IdentityPartMissingError, CredentialError: as of `begin`.
    """
    if not compare_digest(answer.get("state", "").encode(), waiting.state.encode()):
        raise _refused(_("状态值不符"))
    document = discovered(settings, root)
    _by_whom(settings, document, answer)
    if "error" in answer or not answer.get("code"):
        raise _refused(shown(answer.get("error", ""), 60) or _("没有授权码"))
    with _session(settings, root, redirect_uri=back, **_client_auth(document)) as session:
        tokens = _tokens(session, document, answer["code"], waiting)
        claims = _claims(settings, session, document, tokens, waiting)
        asked = (settings.role_claim, settings.name_claim, settings.person_claim)
        if any(_inward(claims, name) is None for name in asked if name):
            claims = {**_more_claims(session, document, tokens, str(claims["sub"])), **claims}
    return _identity(settings, claims)


def discovered(settings: OidcSettings, root: Path) -> dict[str, Any]:
    """The provider's own description (OpenID Connect Discovery 1.0).

    Raises:
        DirectoryDownError: no answer, another issuer than configured, or an endpoint that is missing or asked
            without TLS.
    """
    with _session(settings, root) as session:
        from evidence.identity.oidc_transport import down, fetched

        address = settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        document = fetched(session, address)
    if document.get("issuer") != settings.issuer:
        raise down(_("它自称 {issuer}，不是配置的那一个").format(issuer=shown(document.get("issuer"), 120)))
    for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(document.get(endpoint), str) or not fit_address(document[endpoint]):
            raise down(_("它的 {endpoint} 不是 https 地址").format(endpoint=endpoint))
    return document


def _session(settings: OidcSettings, root: Path, **more: Any) -> Any:
    try:
        import joserfc  # noqa: F401 only whether it is there

        from evidence.identity.oidc_transport import opened
    except ImportError as error:
        raise IdentityPartMissingError(
            _("没有安装用 OpenID Connect 登录的组件。"),
            remedy=_("请用交付的安装文件运行：{command}").format(command=install_command("oidc")),
        ) from error
    ca_file = str(root / settings.ca_file) if settings.ca_file else ""
    return opened(settings, _secret(settings, root), ca_file, **more)


def _secret(settings: OidcSettings, root: Path) -> str:
    """The client's secret; empty for a public client."""
    if not settings.keyring and not settings.secret_file:
        return ""
    path = root / settings.secret_file
    return credentials.password_of(settings.keyring, path, missing=_("没有登录服务的客户端密钥。"))


def _by_whom(settings: OidcSettings, document: Mapping[str, Any], answer: Mapping[str, str]) -> None:
    """The answer comes from our provider, not from another that the browser was led to (RFC 9207)."""
    named = answer.get("iss")
    if named is None and document.get("authorization_response_iss_parameter_supported") is True:
        raise _refused(_("没有写明是谁的回答"))
    if named is not None and named != settings.issuer:
        raise _refused(_("回答来自 {issuer}").format(issuer=shown(named, 120)))


def _client_auth(document: Mapping[str, Any]) -> dict[str, str]:
    """How the secret goes along: in the header unless the provider only reads it in the form."""
    known = document.get("token_endpoint_auth_methods_supported")
    if isinstance(known, list) and "client_secret_basic" not in known and "client_secret_post" in known:
        return {"token_endpoint_auth_method": "client_secret_post"}
    return {}


def _tokens(session: Any, document: Mapping[str, Any], code: str, waiting: Waiting) -> Mapping[str, Any]:
    from evidence.identity.oidc_transport import OAuthError, down, exchanged

    try:
        return exchanged(session, document["token_endpoint"], code=code, code_verifier=waiting.verifier)
    except OAuthError as error:
        why = shown(str(error.error), 60)
        raise (down(why) if error.error in _CLIENT_FAULTS else _refused(why)) from error


def _claims(
    settings: OidcSettings,
    session: Any,
    document: Mapping[str, Any],
    tokens: Mapping[str, Any],
    waiting: Waiting,
) -> dict[str, Any]:
    """What the id token says, once its signature and its claims hold (OpenID Connect Core, 3.1.3.7)."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    token = tokens.get("id_token")
    if not isinstance(token, str):
        raise _refused(_("没有身份令牌"))
    keys = _keys(session, document)
    try:
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": waiting.nonce},
        ).validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise _refused(shown(str(error), 120)) from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else settings.client_id) != settings.client_id:
        raise _refused(_("令牌是发给别的程序的"))
    if len(claims["sub"]) > LONGEST:
        raise _refused(_("令牌中的 sub 过长"))
    return dict(claims)


def _keys(session: Any, document: Mapping[str, Any]) -> KeySet:
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    from evidence.identity.oidc_transport import down, fetched

    published: Any = fetched(session, document["jwks_uri"])
    try:
        return KeySet.import_key_set(published)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise down(_("它公布的密钥读不出来")) from error


def _more_claims(
    session: Any, document: Mapping[str, Any], tokens: Mapping[str, Any], subject: str
) -> dict[str, Any]:
    """What the provider says of the person only when asked (Core, 5.3); of somebody else it is nothing."""
    from evidence.identity.oidc_transport import fetched

    address, token = document.get("userinfo_endpoint"), tokens.get("access_token")
    if not isinstance(address, str) or not isinstance(token, str) or not token:
        return {}
    found = fetched(session, address, token=token)
    return found if found.get("sub") == subject else {}


def _identity(settings: OidcSettings, claims: Mapping[str, Any]) -> Identity:
    account = shown(claims.get(settings.account_claim), 64) or shown(claims["sub"], 64)
    return Identity(
        way="oidc",
        issuer=settings.issuer,
        subject=claims["sub"],
        account=account,
        name=shown(_inward(claims, settings.name_claim), 64) or account,
        groups=_texts(_inward(claims, settings.role_claim)),
        roster_id=shown(_inward(claims, settings.person_claim), 64),
    )


def _inward(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by the names that lead to it; None where there is none."""
    if not name or name in claims:
        return claims.get(name)
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(each for each in values if isinstance(each, str) and each)


def _refused(why: str) -> NotVouchedError:
    return NotVouchedError(
        _("单位的登录服务没有证明您是谁：{why}").format(why=why),
        remedy=_("请从登录页重新开始；仍不行的，请找单位的系统管理员。"),
    )
