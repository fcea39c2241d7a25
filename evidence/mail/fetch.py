"""Takes new messages out of the mailboxes into the inbox, each as the exact `.eml`, each once.

Fetched, written and synced, remembered, and only then is the server told: a crash anywhere leads to a second
look at the same message, never to a lost or doubled one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidence.domain.identifiers import Sha256
from evidence.durable import write_once
from evidence.errors import EvidenceError, UsageError
from evidence.language import _
from evidence.ledger.ledger import Ledger
from evidence.mail.message import Letter, file_name, read_letter
from evidence.mail.server import MailboxDownError, Session, session
from evidence.mail.settings import MailboxSettings, is_name
from evidence.mail.taken import TakenMessages

FOLDER = "邮件"
"""Folder of the inbox that messages come into, one folder a mailbox below it."""
_LOCK_TIMEOUT_S = 5.0


@dataclass(slots=True, kw_only=True)
class Fetched:
    """What one look at one mailbox brought."""

    mailbox: str
    taken: list[str] = field(default_factory=list)
    """Files put into the inbox, as paths below it."""
    again: int = 0
    """Messages that came before under another number: delivered twice, or moved back."""
    too_large: list[str] = field(default_factory=list)
    """What stays on the server, and why."""
    error: EvidenceError | None = None
    """Why the look ended early; what was taken before it stays taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where messages come from and where they go."""

    root: Path
    inbox: Path
    archive: Path
    ledger: Ledger
    mailboxes: Mapping[str, MailboxSettings]

    def fetch(self, wanted: str | None = None, *, tell: Callable[[str], None] | None = None) -> list[Fetched]:
        """Look at every mailbox, or at one; a mailbox that is down does not keep the others waiting.

        Raises:
            UsageError: no mailbox is configured, or none of that name.
        """
        if not self.mailboxes:
            raise UsageError(
                _("没有配置邮箱。"), remedy=_("请在 evidence.toml 写明 [mail.名称]，见管理员手册。")
            )
        if wanted is not None and wanted not in self.mailboxes:
            raise UsageError(
                _("没有这个邮箱：{name}。").format(name=wanted),
                remedy=_("已配置的有：{names}").format(names="、".join(self.mailboxes)),
            )
        names = list(self.mailboxes) if wanted is None else [wanted]
        return [self._look(name, tell or (lambda _name: None)) for name in names]

    def _look(self, name: str, tell: Callable[[str], None]) -> Fetched:
        fetched = Fetched(mailbox=name)
        try:
            if not is_name(name):
                raise UsageError(
                    _("邮箱的名称只能用文字、数字、- 和 _：{name}。").format(name=name),
                    remedy=_("请改 evidence.toml 的 [mail.…]。"),
                )
            with self.ledger.alone(f"mail-{name}", _LOCK_TIMEOUT_S):
                self._take_all(name, fetched, tell)
        except EvidenceError as error:
            fetched.error = error
        except OSError as error:
            fetched.error = MailboxDownError(
                _("邮件存不下来：{why}").format(why=error.strerror or str(error)),
                where=str(error.filename or self.inbox),
                remedy=_("邮件还在服务器上；请检查磁盘空间与权限，稍后再收。"),
            )
        return fetched

    def _take_all(self, name: str, fetched: Fetched, tell: Callable[[str], None]) -> None:
        settings = self.mailboxes[name]
        taken = TakenMessages(self.archive / "mail" / f"{name}.jsonl")
        with session(name, settings, self.root) as server:
            if settings.afterwards == "move" and not server.movable:
                raise UsageError(
                    _("这台邮件服务器不会移动邮件（MOVE）。"),
                    where=f"[mail.{name}]",
                    remedy=_('请写 afterwards = "seen"，收过的邮件标为已读。'),
                )
            for uid in server.uids():
                if not taken.has(server.uidvalidity, uid):
                    tell(name)
                    self._take(server, uid, taken, fetched)
            self._tell_server(server, taken)

    def _take(self, server: Session, uid: int, taken: TakenMessages, fetched: Fetched) -> None:
        size = server.size(uid)
        most = self.mailboxes[server.name].max_bytes
        if size is not None and size > most:
            fetched.too_large.append(
                _("第 {uid} 号邮件 {size} MB，超过上限 {most} MB，仍在服务器上。").format(
                    uid=uid, size=size // 1024**2, most=most // 1024**2
                )
            )
            return
        data = server.message(uid)
        if data is None:
            return  # somebody deleted it meanwhile
        letter = read_letter(data)
        if taken.knows(letter) or self.ledger.view.arrival_of(Sha256(letter.sha256)) is not None:
            fetched.again += 1
        else:
            fetched.taken.append(self._write(server, uid, letter))
        taken.add(server.uidvalidity, uid, letter)

    def _write(self, server: Session, uid: int, letter: Letter) -> str:
        below = Path(FOLDER, server.name, file_name(letter, server.uidvalidity, uid))
        try:
            write_once(self.inbox / below, letter.data, mode=0o640)
        except FileExistsError:  # a person put something else there: both are kept
            below = below.with_name(f"{letter.sha256[:12]} {below.name}")
            write_once(self.inbox / below, letter.data, mode=0o640)
        return below.as_posix()

    def _tell_server(self, server: Session, taken: TakenMessages) -> None:
        """Mark or move what is safe here, and what an interrupted look left unmarked."""
        settings = self.mailboxes[server.name]
        if settings.afterwards == "leave":
            return
        told = server.unread() if settings.afterwards == "seen" else server.uids()
        for uid in sorted(told):
            if not taken.has(server.uidvalidity, uid):
                continue
            if settings.afterwards == "seen":
                server.mark_seen(uid)
            else:
                server.move(uid, settings.move_to)
