"""A provider of OpenID Connect on loopback, right in everything unless a test bends one thing.

It is written from the specification with joserfc alone, so that our own client is not its own measure.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "evidence-desk", "klient-geheim-31"


@dataclass
class Bent:
    """What this provider does otherwise than a right one."""

    claims: dict[str, Any] = field(default_factory=dict)
    """Claims of the id token that are put in; None takes one out."""
    algorithm: str = "RS256"
    other_key: bool = False
    """Signed by a key that is not published, under the published one's name."""
    discovery: dict[str, Any] = field(default_factory=dict)
    back: dict[str, str] = field(default_factory=dict)
    """Parameters of the way back."""
    userinfo: dict[str, Any] | None = None
    answer: Callable[[Any, str], bool] | None = None
    """Answers a request itself where it returns True."""


class OidcProvider:
    """Sign-ins succeed for `claims` at once, without a page in between."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self._stranger = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.person: dict[str, Any] = {
            "sub": "u-17", "name": "陆文静", "preferred_username": "luwenjing", "roles": ["clerks"],
        }  # fmt: skip
        self.bent = Bent()
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.serve(self, urlsplit(self.path).path, "")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                provider.serve(self, urlsplit(self.path).path, body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """Quiet: tests hang up on it."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """No more answers; the port is closed."""
        self._server.shutdown()
        self._server.server_close()

    def serve(self, handler: Any, path: str, body: str) -> None:
        """One request."""
        self.asked.append(path)
        if self.bent.answer is not None and self.bent.answer(handler, path):
            return
        known: dict[str, Callable[[], tuple[int, Any]]] = {
            "/.well-known/openid-configuration": lambda: (200, self.document()),
            "/keys": lambda: (200, {"keys": [self.key.as_dict(private=False)]}),
            "/token": lambda: self.tokens(handler, body),
            "/userinfo": lambda: self.told(handler),
        }
        send(handler, *known.get(path, lambda: (404, {"error": "not_found"}))())

    def document(self) -> dict[str, Any]:
        """How it describes itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.bent.discovery,
        }

    def authorize(self, address: str) -> str:
        """What a person's browser does at `/authorize`: the address it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer, **self.bent.back}
        kept = {name: value for name, value in answer.items() if value}
        return f"{asked['redirect_uri']}?{urlencode(kept)}"

    def tokens(self, handler: Any, body: str) -> tuple[int, Any]:
        """A code becomes tokens once, for the client with the secret and the verifier."""
        form = {name: values[0] for name, values in parse_qs(body).items()}
        client, _sep, secret = (
            base64.b64decode(handler.headers.get("Authorization", "Basic Og==")[6:]).decode().partition(":")
        )
        if (unquote(client), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if _base64(digest) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        token = self.id_token(asked.get("nonce", ""))
        return 200, {"access_token": "zugang-1", "token_type": "Bearer", "expires_in": 30, "id_token": token}

    def id_token(self, nonce: str) -> str:
        """Who it was, signed as the test wants it."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce,
            **self.person, **self.bent.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithm = self.bent.algorithm
        if algorithm == "none":
            return f"{_encoded({'alg': 'none', 'kid': 'one'})}.{_encoded(claims)}."
        if algorithm.startswith("HS"):
            signed = f"{_encoded({'alg': algorithm, 'kid': 'one'})}.{_encoded(claims)}"
            shared = self.key.as_pem(private=False)  # everybody has it; joserfc would not sign with it
            return f"{signed}.{_base64(hmac.digest(shared, signed.encode(), 'sha256'))}"
        key = self._stranger if self.bent.other_key else self.key
        return jwt.encode({"alg": algorithm, "kid": "one"}, claims, key, algorithms=[algorithm])

    def told(self, handler: Any) -> tuple[int, Any]:
        """What it says of the person when asked."""
        if handler.headers.get("Authorization") != "Bearer zugang-1":
            return 401, {"error": "invalid_token"}
        return 200, self.person if self.bent.userinfo is None else self.bent.userinfo


def _encoded(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def send(handler: Any, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
    """An answer in JSON."""
    content = json.dumps(value).encode()
    handler.send_response(status)
    for name, text in {"Content-Type": "application/json", **(headers or {})}.items():
        handler.send_header(name, text)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)
