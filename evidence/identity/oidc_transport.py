"""Asking the provider over `requests`: bounded in time and size, by the platform's TLS, without redirections.

Imported only where the extra `[oidc]` is installed.
"""

from __future__ import annotations

import io
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from evidence.identity.identity import DirectoryDownError
from evidence.identity.settings import OidcSettings, fit_address
from evidence.language import _

MOST_BYTES = 512 * 1024
"""Of one answer: a provider's keys and a person's groups are a hundred times smaller."""
_AT_ONCE = 64 * 1024


class _TooMuchError(requests.RequestException):
    """An answer that is too large or takes too long."""


class _Bounded(HTTPAdapter):
    """Ends every answer at a size and a time, and trusts what the platform or the settings trust."""

    def __init__(self, timeout_s: int, ca_file: str) -> None:
        self._timeout_s = timeout_s
        self._context = ssl.create_default_context(cafile=ca_file or None)
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Direct connections by our TLS."""
        super().init_poolmanager(*args, **{**more, "ssl_context": self._context})

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        """Through a proxy by our TLS as well."""
        return super().proxy_manager_for(proxy, **{**more, "ssl_context": self._context})

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context knows whom it trusts: no other list of authorities is added to it."""
        del url, verify, cert
        conn.cert_reqs = "CERT_REQUIRED"

    def send(self, request: requests.PreparedRequest, *_args: Any, **more: Any) -> requests.Response:
        """The answer with its whole body, or a refusal."""
        until = time.monotonic() + self._timeout_s
        response = super().send(
            request, stream=True, timeout=self._timeout_s, verify=True, proxies=more.get("proxies")
        )
        body = bytearray()
        try:
            while some := response.raw.read1(_AT_ONCE, decode_content=False):
                body += some
                if len(body) > MOST_BYTES or time.monotonic() > until:
                    raise _TooMuchError(_("回答过长或过慢"))
        finally:
            response.close()
        response.raw = io.BytesIO(bytes(body))
        return response


def opened(settings: OidcSettings, secret: str, ca_file: str, **more: Any) -> Any:
    """A session of the client; as a context manager it closes its connections."""
    made = OAuth2Session(
        client_id=settings.client_id,
        client_secret=secret or None,
        scope=" ".join(settings.scopes),
        code_challenge_method="S256",
        **more,
    )
    made.max_redirects = 0
    made.headers["Accept-Encoding"] = "identity"
    for start in ("https://", "http://"):
        made.mount(start, _Bounded(settings.timeout_s, ca_file))
    return made


class _Bearer(AuthBase):
    """The person's own access token, so that nothing of this machine's (`.netrc`) goes along instead."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def fetched(session: Any, address: str, *, token: str = "") -> dict[str, Any]:
    """A JSON object from the provider.

    Args:
        token: the person's access token, where the answer is about the person.

    Raises:
        DirectoryDownError: no answer, another status than 200, or no JSON object.
    """
    if not fit_address(address):
        raise down(_("{address} 不是 https 地址").format(address=address))
    with answering():
        response = session.request(
            "GET",
            address,
            headers={"Accept": "application/json"},
            allow_redirects=False,
            withhold_token=True,
            auth=_Bearer(token) if token else None,
        )
        if response.status_code != requests.codes.ok:
            raise ValueError(f"{address}: HTTP {response.status_code}")
        return _object(response.content, address)


def _object(content: bytes, address: str) -> dict[str, Any]:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError(address)
    return found


@contextmanager
def answering() -> Iterator[None]:
    """Whatever the provider does wrong within becomes `DirectoryDownError`."""
    try:
        yield
    except (requests.RequestException, OSError, ValueError, RecursionError) as error:
        raise down(" ".join(str(error).split())[:200] or type(error).__name__) from error


def down(why: str) -> DirectoryDownError:
    """The refusal of a provider that cannot be worked with."""
    return DirectoryDownError(
        _("单位的登录服务（OpenID Connect）没有办成：{why}").format(why=why),
        where="[oidc]",
        remedy=_("请核对 evidence.toml 的 [oidc] 和网络，再运行 evidence doctor。"),
    )


def exchanged(session: Any, address: str, **of_the_code: str) -> Mapping[str, Any]:
    """The tokens for a code.

    Raises:
        OAuthError: the provider refuses the code or this client.
        DirectoryDownError: as of `fetched`.
    """
    if not fit_address(address):
        raise down(_("{address} 不是 https 地址").format(address=address))
    with answering():
        tokens = session.fetch_token(address, grant_type="authorization_code", **of_the_code)
        return dict(tokens)


__all__ = ["OAuthError", "answering", "down", "exchanged", "fetched", "opened"]
