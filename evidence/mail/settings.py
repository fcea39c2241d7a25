"""`[mail.NAME]` of evidence.toml: one IMAP mailbox whose messages come into the inbox."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Literal

_NAME = re.compile(r"[\w-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """Where the mailbox is, how we sign in, and what becomes of a message that was taken."""

    host: str
    """The IMAP server."""
    port: int = 993
    """Its port."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """`none` sends password and mail in the clear: for a server on this machine."""
    ca_file: str = ""
    """PEM file of the certificate authority, relative to the workspace; empty for those of the system."""
    user: str
    """Account there."""
    password_file: str = ""
    """File with the password, relative to the workspace, readable by its owner only (0600)."""
    keyring: str = ""
    """Name of the password in the system's keyring (`keyring set evidence NAME`); wins over the file."""
    token_command: tuple[str, ...] = ()
    """Program and arguments that print an OAuth 2 access token; then neither password nor keyring is used."""
    folder: str = "INBOX"
    """Folder that is looked through; messages elsewhere are left alone."""
    afterwards: Literal["seen", "move", "leave"] = "seen"
    """What becomes of a message on the server once it is safe here: marked as read, moved, or left alone.
    Nothing is ever deleted there."""
    move_to: str = ""
    """Folder for `afterwards = "move"`; the server must know MOVE (RFC 6851)."""
    every_s: int = 300
    """Seconds between two looks of `watch` and `serve`."""
    timeout_s: int = 60
    """Seconds without an answer after which the server counts as down."""
    max_bytes: int = 128 * 1024**2
    """Largest message that is fetched, in bytes; a larger one stays on the server and is named."""

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ValueError: no way to sign in, or no folder to move to.
        """
        if not (self.password_file or self.keyring or self.token_command):
            raise ValueError("password_file / keyring / token_command")
        if (self.afterwards == "move") != bool(self.move_to):
            raise ValueError('afterwards = "move" / move_to')
        if min(self.every_s, self.timeout_s, self.max_bytes, self.port) < 1:
            raise ValueError("every_s / timeout_s / max_bytes / port < 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """`[notices]` of evidence.toml: the server by which people of the desk hear by e-mail what to do."""

    host: str = ""
    """The SMTP server; empty: nothing is sent by e-mail."""
    port: int = 465
    """Its port."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """`none` sends password and mail in the clear: for a server on this machine."""
    ca_file: str = ""
    """PEM file of the certificate authority, relative to the workspace; empty for those of the system."""
    user: str = ""
    """Account there; empty for a server that asks for none."""
    password_file: str = ""
    """File with the password, relative to the workspace, readable by its owner only (0600)."""
    keyring: str = ""
    """Name of the password in the system's keyring; wins over the file."""
    sender: str = ""
    """Address that the messages come from."""
    desk: str = ""
    """The desk's address in people's browsers, for the links."""
    morning: str = "07:30"
    """When the digest of a working day goes out, Shanghai."""
    timeout_s: int = 30
    """Seconds without an answer after which the server counts as down."""

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ValueError: no sender, no way to sign in, or no such time.
        """
        time.fromisoformat(self.morning)
        if self.host and "@" not in self.sender:
            raise ValueError("sender")
        if self.user and not (self.password_file or self.keyring):
            raise ValueError("password_file / keyring")
        if min(self.timeout_s, self.port) < 1:
            raise ValueError("timeout_s / port < 1")


def is_name(name: str) -> bool:
    """Whether a mailbox may be called so: it names a folder of the inbox and a file of the archive."""
    return _NAME.fullmatch(name) is not None
