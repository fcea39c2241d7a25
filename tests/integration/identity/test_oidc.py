"""A provider on loopback over real HTTP: the right token, and every wrong one."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from evidence.credentials import CredentialError
from evidence.identity import oidc_transport
from evidence.identity.identity import DirectoryDownError, Identity, IdentityPartMissingError, NotVouchedError
from evidence.identity.oidc import begin, discovered, finish
from evidence.identity.settings import OidcSettings
from tests.support.oidc_provider import CLIENT, SECRET, OidcProvider, send

BACK = "http://127.0.0.1:8765/login/oidc/back/"
NOW = int(time.time())


@pytest.fixture
def settings(provider: OidcProvider, root: Path) -> OidcSettings:
    secret = root / "oidc.secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    secret.chmod(0o600)
    return OidcSettings(
        issuer=provider.issuer,
        client_id=CLIENT,
        secret_file=secret.name,
        timeout_s=5,
        roles={"clerks": "clerk"},
    )


def signed_in(provider: OidcProvider, settings: OidcSettings, root: Path, **changed: str) -> Identity:
    address, waiting = begin(settings, root, BACK)
    back = provider.authorize(address)
    assert back.startswith(BACK)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    return finish(settings, root, BACK, waiting, {**answer, **changed})


def test_a_right_token_says_who_it_is(provider: OidcProvider, settings: OidcSettings, root: Path) -> None:
    found = signed_in(provider, settings, root)
    assert found == Identity(
        way="oidc", issuer=provider.issuer, subject="u-17", account="luwenjing", name="陆文静",
        groups=("clerks",),
    )  # fmt: skip
    assert "/userinfo" not in provider.asked


def test_what_is_asked_for_holds_state_nonce_and_challenge_of_this_time_alone(
    provider: OidcProvider, settings: OidcSettings, root: Path
) -> None:
    del provider
    several = [parse_qs(urlsplit(begin(settings, root, BACK)[0]).query) for _each in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({asked[name][0] for asked in several}) == 2
    assert several[0]["redirect_uri"] == [BACK]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": None},
        {"aud": ["evidence-desk", "another"]},
        {"aud": ["evidence-desk", "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://evil.example.cn"},
        {"iss": None},
        {"exp": NOW - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": NOW + 3600},
        {"iat": None},
        {"iat": NOW + 3600},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 17},
        {"sub": "u" * 300},
    ],
    ids=str,
)
def test_a_token_of_wrong_claims_is_refused(
    provider: OidcProvider, settings: OidcSettings, root: Path, claims: dict[str, Any]
) -> None:
    provider.bent.claims = claims
    with pytest.raises(NotVouchedError) as refused:
        signed_in(provider, settings, root)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "bent", [{"algorithm": "none"}, {"algorithm": "HS256"}, {"other_key": True}], ids=str
)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    provider: OidcProvider, settings: OidcSettings, root: Path, bent: dict[str, Any]
) -> None:
    provider.bent = replace(provider.bent, **bent)
    with pytest.raises(NotVouchedError):
        signed_in(provider, settings, root)


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "another"},
        {"state": ""},
        {"state": "ü"},
        {"iss": "https://evil.example.cn"},
        {"code": "another"},
        {"code": ""},
        {"error": "access_denied"},
    ],
    ids=str,
)
def test_an_answer_that_was_changed_on_its_way_is_refused(
    provider: OidcProvider, settings: OidcSettings, root: Path, changed: dict[str, str]
) -> None:
    with pytest.raises(NotVouchedError):
        signed_in(provider, settings, root, **changed)


def test_a_changed_state_reaches_no_provider(
    provider: OidcProvider, settings: OidcSettings, root: Path
) -> None:
    with pytest.raises(NotVouchedError):
        signed_in(provider, settings, root, state="another")
    assert "/token" not in provider.asked


def test_who_answers_must_be_said_where_the_provider_says_so(
    provider: OidcProvider, settings: OidcSettings, root: Path
) -> None:
    provider.bent.back = {"iss": ""}
    with pytest.raises(NotVouchedError):
        signed_in(provider, settings, root)
    provider.bent.discovery = {"authorization_response_iss_parameter_supported": False}
    assert signed_in(provider, settings, root).subject == "u-17"


def test_a_code_of_another_sign_in_opens_nothing(
    provider: OidcProvider, settings: OidcSettings, root: Path
) -> None:
    """Somebody's stolen code is put into one's own way back: the verifier does not fit."""
    stolen = parse_qs(urlsplit(provider.authorize(begin(settings, root, BACK)[0])).query)["code"][0]
    with pytest.raises(NotVouchedError):
        signed_in(provider, settings, root, code=stolen)


def test_what_the_token_lacks_is_asked_for_of_the_same_person_only(
    provider: OidcProvider, settings: OidcSettings, root: Path
) -> None:
    provider.bent.claims = {"roles": None, "name": None}
    found = signed_in(provider, settings, root)
    assert (found.groups, found.name) == (("clerks",), "陆文静")
    provider.bent.userinfo = {"sub": "another", "roles": ["clerks"]}
    found = signed_in(provider, settings, root)
    assert (found.groups, found.name) == ((), "luwenjing")


@pytest.mark.parametrize(
    ("claims", "named", "groups"),
    [
        ({"roles": "clerks"}, "roles", ("clerks",)),
        ({"realm_access": {"roles": ["clerks", 7, ""]}}, "realm_access.roles", ("clerks",)),
        ({"https://a.cn/roles": ["x"]}, "https://a.cn/roles", ("x",)),
        ({"roles": {"clerks": True}}, "roles", ()),
        ({"realm_access": ["clerks"]}, "realm_access.roles", ()),
    ],
)
def test_a_claim_is_a_text_or_a_list_where_its_name_leads(
    provider: OidcProvider,
    settings: OidcSettings,
    root: Path,
    claims: dict[str, Any],
    named: str,
    groups: Any,
) -> None:
    provider.bent.claims, provider.bent.userinfo = claims, {"sub": "u-17"}
    assert signed_in(provider, replace(settings, role_claim=named), root).groups == groups


def test_the_roster_s_id_comes_from_its_claim(
    provider: OidcProvider, settings: OidcSettings, root: Path
) -> None:
    provider.bent.claims = {"employee": "P07"}
    assert signed_in(provider, replace(settings, person_claim="employee"), root).roster_id == "P07"


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://another.example.cn"},
        {"issuer": None},
        {"token_endpoint": "http://id.example.cn/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": 7},
    ],
    ids=str,
)
def test_another_provider_than_configured_is_not_asked(
    provider: OidcProvider, settings: OidcSettings, root: Path, discovery: dict[str, Any]
) -> None:
    provider.bent.discovery = discovery
    with pytest.raises(DirectoryDownError):
        discovered(settings, root)


def _redirect(handler: Any, path: str) -> bool:
    send(handler, 302, {}, {"Location": "/elsewhere"})
    return True


def _endless(handler: Any, path: str) -> bool:
    handler.send_response(200)
    handler.end_headers()
    for _each in range(2 * oidc_transport.MOST_BYTES // 65536):
        handler.wfile.write(b" " * 65536)
    return True


def _no_json(handler: Any, path: str) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "4")
    handler.end_headers()
    handler.wfile.write(b"<p>!")
    return True


def _broken(handler: Any, path: str) -> bool:
    send(handler, 503, {})
    return True


def _list(handler: Any, path: str) -> bool:
    send(handler, 200, [])
    return True


def _deep(handler: Any, path: str) -> bool:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"[" * 200_000)
    return True


def _hanging_up(handler: Any, path: str) -> bool:
    handler.connection.close()
    return True


@pytest.mark.parametrize("answer", [_redirect, _endless, _no_json, _broken, _list, _deep, _hanging_up])
@pytest.mark.parametrize("at", ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"])
def test_a_provider_that_answers_nonsense_is_down_and_follows_nowhere(
    provider: OidcProvider, settings: OidcSettings, root: Path, answer: Any, at: str
) -> None:
    provider.bent.answer = lambda handler, path: path == at and answer(handler, path)
    provider.bent.claims = {"roles": None}
    with pytest.raises(DirectoryDownError) as down:
        signed_in(provider, settings, root)
    assert "evidence doctor" in down.value.remedy
    assert "/elsewhere" not in provider.asked


def test_an_answer_that_drips_ends_in_time(
    provider: OidcProvider, settings: OidcSettings, root: Path
) -> None:
    """Each byte comes in time; all together they never do."""
    let_go = []

    def dripping(handler: Any, path: str) -> bool:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not let_go:
                handler.wfile.write(b" ")
                handler.wfile.flush()
        except OSError:
            let_go.append(path)
        return True

    provider.bent.answer = dripping
    with pytest.raises(DirectoryDownError):
        discovered(replace(settings, timeout_s=1), root)


def test_a_provider_that_is_gone_is_down(settings: OidcSettings, root: Path) -> None:
    gone = OidcProvider()
    gone.stop()
    with pytest.raises(DirectoryDownError):
        begin(replace(settings, issuer=gone.issuer), root, BACK)


def test_a_wrong_secret_is_nobody_s_failed_sign_in(
    provider: OidcProvider, settings: OidcSettings, root: Path
) -> None:
    (root / "oidc.secret").write_text("falsch", encoding="utf-8")
    with pytest.raises(DirectoryDownError, match="invalid_client"):
        signed_in(provider, settings, root)
    (root / "oidc.secret").chmod(0o644)
    with pytest.raises(CredentialError):
        begin(settings, root, BACK)
    (root / "oidc.secret").unlink()
    with pytest.raises(CredentialError):
        begin(settings, root, BACK)


@pytest.mark.parametrize("module", ["authlib.integrations.requests_client", "joserfc"])
def test_without_the_extra_the_refusal_says_what_to_install(
    settings: OidcSettings, root: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "evidence.identity.oidc_transport")
    with pytest.raises(IdentityPartMissingError) as refused:
        begin(settings, root, BACK)
    assert "[oidc]" in refused.value.remedy
