"""A private SMTP server: one account, with and without TLS on a free port; what it takes can be read."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "tongzhi", "geheim-43"
FULL = "voll@example.cn"
"""An address whose mailbox is full."""


@dataclass
class SmtpRoom:
    """What arrived at the running server."""

    port: int
    taken: list[EmailMessage] = field(default_factory=list)
    broken: bool = False
    """While set, every message is put off."""
    refused: int = 0
    """How often somebody wrote to the full mailbox."""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        """Take a message, or say why not."""
        if self.broken:
            return "451 try again later"
        if FULL in envelope.rcpt_tos:
            self.refused += 1
            return "552 mailbox full"
        made = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.taken.append(made)
        return "250 taken"


def _known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    login = (given.login, given.password) if isinstance(given, LoginPassword) else ()
    return AuthResult(success=login == (USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def smtp_server(
    *, security: str = "none", certificate: Path | None = None, key: Path | None = None
) -> Iterator[SmtpRoom]:
    """A server while the block runs.

    Args:
        security: `none`, which asks for no account, or `starttls`, `tls` with certificate and key.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        room = SmtpRoom(port=free.getsockname()[1])
    context = None
    if certificate is not None and key is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    more: dict[str, Any] = {"authenticator": _known, "auth_required": security != "none"}
    if security == "starttls":
        more |= {"tls_context": context, "require_starttls": True}
    else:
        more |= {"ssl_context": context, "auth_require_tls": False}
    controller = Controller(room, hostname="127.0.0.1", port=room.port, **more)
    controller.start()
    try:
        yield room
    finally:
        controller.stop()
