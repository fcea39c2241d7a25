"""The mail server: one IMAP session over `imap-tools`, as little of the protocol as fetching needs."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from imaplib import IMAP4
from pathlib import Path
from typing import Any

from evidence import credentials
from evidence.credentials import password_of
from evidence.errors import MissingPartError
from evidence.language import _
from evidence.mail.settings import MailboxSettings
from evidence.release import install_command

_TOKEN_TIMEOUT_S = 60


class MailboxDownError(MissingPartError):
    """The server does not answer, refuses us, or answers nonsense; the next look may succeed."""


class MailPartMissingError(MissingPartError):
    """`imap-tools` is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open folder of a mailbox. Every method raises `MailboxDownError` when the server fails it."""

    box: Any
    """`imap_tools.BaseMailBox`."""
    name: str
    """What evidence.toml calls the mailbox."""
    uidvalidity: int
    movable: bool
    """Whether the server moves messages itself; copying and deleting is never tried."""

    def uids(self) -> list[int]:
        """Numbers of all messages of the folder, rising."""
        with answering(self.name):
            return sorted(int(uid) for uid in self.box.uids("ALL", charset=None))

    def unread(self) -> set[int]:
        """Numbers of the messages that nobody has read."""
        with answering(self.name):
            return {int(uid) for uid in self.box.uids("UNSEEN", charset=None)}

    def size(self, uid: int) -> int | None:
        """Bytes of a message; None when it is gone meanwhile."""
        for part in self._ask("FETCH", uid, "(RFC822.SIZE)"):
            text = part[0] if isinstance(part, tuple) else part
            words = bytes(text or b"").upper().replace(b"(", b" ").replace(b")", b" ").split()
            if b"RFC822.SIZE" in words[:-1]:
                with answering(self.name):
                    return int(words[words.index(b"RFC822.SIZE") + 1])
        return None

    def message(self, uid: int) -> bytes | None:
        """The exact bytes of a message, without marking it as read; None when it is gone meanwhile."""
        for part in self._ask("FETCH", uid, "(BODY.PEEK[])"):
            if isinstance(part, tuple):
                return bytes(part[1])
        return None

    def mark_seen(self, uid: int) -> None:
        """Mark as read."""
        self._ask("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")

    def move(self, uid: int, folder: str) -> None:
        """Let the server move a message (RFC 6851), into a folder that is made when it is missing."""
        from imap_tools.utils import encode_folder

        with answering(self.name):
            if not self.box.folder.exists(folder):
                self.box.folder.create(folder)
        self._ask("MOVE", uid, encode_folder(folder))

    def _ask(self, verb: str, uid: int, *words: Any) -> list[Any]:
        with answering(self.name):
            status, answer = self.box.client.uid(verb, str(uid), *words)
            if status != "OK":
                raise ValueError(_text(answer) or f"{verb} {status}")
            return list(answer or [])


@contextmanager
def answering(name: str) -> Iterator[None]:
    """Whatever the server does wrong within becomes `MailboxDownError`."""
    import imap_tools

    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, IMAP4.error, imap_tools.ImapToolsError) as error:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        remedy = _("请核对 evidence.toml 的 [mail.{name}] 和网络；守候中的程序会自己再试。")
        raise MailboxDownError(
            _("邮箱暂时收不了：{why}").format(why=why),
            where=f"[mail.{name}]",
            remedy=remedy.format(name=name),
        ) from error


@contextmanager
def session(name: str, settings: MailboxSettings, root: Path) -> Iterator[Session]:
    """Sign in, open the folder, and sign out at the end.

    Args:
        name: what evidence.toml calls the mailbox.
        settings: its table.
        root: the workspace.

    Raises:
        MailPartMissingError: `imap-tools` is not installed.
        MailboxDownError: no answer, refused, or an answer that is none.
        CredentialError: no password.
    """
    try:
        import imap_tools
    except ImportError as error:
        raise MailPartMissingError(
            _("没有安装收取邮件的组件。"),
            remedy=_("请用交付的安装文件运行：{command}").format(command=install_command("mail")),
        ) from error
    secret = _token(settings) if settings.token_command else _password(settings, root)
    box: Any = None
    try:
        with answering(name):
            box = _connect(imap_tools, settings, root)
            sign_in = box.xoauth2 if settings.token_command else box.login
            sign_in(settings.user, secret, initial_folder=None)
            status = box.folder.status(settings.folder, ["UIDVALIDITY"])
            box.folder.set(settings.folder)
            uidvalidity = int(status["UIDVALIDITY"])
            able = box.client.capability()[1]  # asked again: many servers say it only after signing in
        movable = "MOVE" in _text(able).upper().split()
        yield Session(box=box, name=name, uidvalidity=uidvalidity, movable=movable)
    finally:
        if box is not None:
            with suppress(Exception):  # the work is done or has failed already; a farewell changes nothing
                box.logout()


def _connect(imap_tools: Any, settings: MailboxSettings, root: Path) -> Any:
    if settings.security == "none":
        return imap_tools.MailBoxUnencrypted(settings.host, settings.port, timeout=settings.timeout_s)
    context = ssl.create_default_context(cafile=str(root / settings.ca_file) if settings.ca_file else None)
    kind = imap_tools.MailBox if settings.security == "tls" else imap_tools.MailBoxStartTls
    return kind(settings.host, settings.port, timeout=settings.timeout_s, ssl_context=context)


def _password(settings: MailboxSettings, root: Path) -> str:
    return password_of(settings.keyring, root / settings.password_file, missing=_("没有邮箱的密码。"))


def _token(settings: MailboxSettings) -> str:
    """What the token program prints; its errors are shown, its output never."""
    command = settings.token_command
    remedy = _("请在终端里运行 {command} 看它为何失败。").format(command=" ".join(command))
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TOKEN_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise credentials.CredentialError(
            _("取令牌的程序没有完成。"), where=command[0], remedy=remedy
        ) from error
    token = done.stdout.strip()
    if done.returncode or not token:
        raise credentials.CredentialError(_("取令牌的程序没有给出令牌。"), where=command[0], remedy=remedy)
    return token


def _text(answer: Any) -> str:
    parts = (part for part in answer or () if isinstance(part, bytes))
    return " ".join(part.decode("utf-8", "replace") for part in parts)
