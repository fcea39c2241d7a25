"""Follows the journal beside the watcher and tells other programs, one thread a receiver."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Event

import msgspec

from evidence import credentials
from evidence.domain.week import local_date
from evidence.errors import EvidenceError
from evidence.jobs.beside import beside
from evidence.jobs.job import TELL, Job
from evidence.jobs.kept import KeptQueue, Perform
from evidence.language import _
from evidence.ledger.ledger import Ledger
from evidence.rules.due_item import DueItem
from evidence.webhooks.delivery import Delivery
from evidence.webhooks.notices import Notice, deadlines, notices_in
from evidence.webhooks.progress import Progress
from evidence.webhooks.settings import WebhookSettings

LOOK_S = 5.0
"""Seconds between two looks at the journal."""
_PATIENCE_S = 20.0
"""Longer than a receiver may take to answer, as a rule; one that hangs is told again by the same id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Everything that telling needs of a workspace."""

    root: Path
    archive: Path
    ledger: Ledger
    contract: str
    receivers: Mapping[str, WebhookSettings]
    queue: KeptQueue
    due: Callable[[], tuple[DueItem, ...]]
    """What is due soon, as of now."""
    clock: Callable[[], datetime]
    """Contract time, for deadlines."""

    def send(self, name: str, notice: Notice) -> None:
        """One attempt, now.

        Raises:
            NotAcceptedError: the receiver did not take it.
            CredentialError: no secret.
        """
        settings = self.receivers[name]
        Delivery(settings=settings, secret=self._secret(settings)).send(notice, datetime.now(UTC))

    def gather(self, name: str, asked_on: date | None) -> date:
        """Hand on what has happened since, and once a day what is due tomorrow.

        Args:
            asked_on: the day that deadlines were last asked about; returns that of this time.
        """
        progress = Progress(self._progress / f"{name}.json", self.ledger.head.size)
        wanted = set(self.receivers[name].events)
        size, today = self.ledger.head.size, local_date(self.clock())
        found = list(notices_in(self.ledger.entries(progress.seq, size), self.contract))
        if today != asked_on and "deadline.tomorrow" in wanted:
            found += deadlines(self.due(), today, self.contract)
        fresh = progress.fresh([notice for notice in found if notice.event in wanted])
        self._hand_on(name, (*progress.left_over, *fresh))
        progress.handed_on(fresh, size)
        return today

    def drop_unnamed(self) -> None:
        """End the notices of receivers that evidence.toml does not name any more.

        One that is named again begins anew: it is told what happens from then on.
        """
        for path in sorted(self._progress.glob("*.json")):
            if path.stem not in self.receivers:
                self._hand_on(path.stem, Progress(path, 0).left_over)
                path.unlink()
        self.queue.drop(self._unwanted, datetime.now(UTC))

    def _unwanted(self, key: str) -> str:
        if not key.startswith(f"{TELL}:") or any(key.startswith(_keys_of(name)) for name in self.receivers):
            return ""
        name = key.removeprefix(f"{TELL}:").rpartition(":")[0]
        return _("evidence.toml 里不再有接收方 {name}，没有发出。").format(name=name)

    def _hand_on(self, name: str, notices: Iterable[Notice]) -> None:
        for notice in notices:
            self.queue.put(
                Job(
                    function=TELL,
                    key=f"{_keys_of(name)}{notice.id}",
                    arguments={"receiver": name, "notice": msgspec.json.encode(notice).decode()},
                )
            )

    @property
    def _progress(self) -> Path:
        """Folder with one file a receiver."""
        return self.archive / "webhooks"

    def _secret(self, settings: WebhookSettings) -> str:
        if settings.keyring:
            return credentials.from_keyring(settings.keyring)
        path = self.root / settings.secret_file
        secret = credentials.from_file(path)
        if not secret:
            raise credentials.CredentialError(
                _("没有通知签名用的密钥。"), where=str(path), remedy=_("请把密钥写进该文件，权限 600。")
            )
        return secret


def telling(
    telling: Telling, *, perform: Perform, say: Callable[[str], None]
) -> AbstractContextManager[None]:
    """Tell while the block runs, each receiver in its own thread: a slow one keeps no other waiting.

    Args:
        perform: does a job of the queue.
    """
    looks = {f"webhook-{name}": partial(_rounds, telling, name, perform, say) for name in telling.receivers}
    return beside(looks, patience_s=_PATIENCE_S)


def _keys_of(name: str) -> str:
    return f"{TELL}:{name}:"


def _rounds(
    telling: Telling, name: str, perform: Perform, say: Callable[[str], None], stopped: Event
) -> None:
    asked_on: date | None = None
    complaint = ""
    keys = _keys_of(name)
    while not stopped.is_set():
        said = complaint
        try:
            asked_on = telling.gather(name, asked_on)
            telling.queue.work(perform, datetime.now(UTC), keys=keys, stopped=stopped.is_set)
            complaint = telling.queue.complaint(keys)
        except (EvidenceError, OSError, sqlite3.Error) as error:
            complaint = str(error)
        if complaint and complaint != said:
            say(_("通知 {name}：{what}").format(name=name, what=complaint))
        stopped.wait(LOOK_S)
