"""Follows the journal beside the watcher and tells other programs, one thread a receiver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Event

from evidence import credentials
from evidence.domain.week import local_date
from evidence.errors import EvidenceError
from evidence.jobs.beside import beside
from evidence.jobs.settings import JobSettings
from evidence.language import _
from evidence.ledger.ledger import Ledger
from evidence.rules.agenda import DueItem
from evidence.webhooks.delivery import Delivery, NotAcceptedError
from evidence.webhooks.notices import deadlines, notices_in
from evidence.webhooks.outbox import Outbox
from evidence.webhooks.settings import WebhookSettings

LOOK_S = 5.0
"""Seconds between two looks at the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Everything that telling needs of a workspace."""

    root: Path
    archive: Path
    ledger: Ledger
    contract: str
    receivers: Mapping[str, WebhookSettings]
    jobs: JobSettings
    due: Callable[[], tuple[DueItem, ...]]
    """What is due soon, as of now."""
    clock: Callable[[], datetime]
    """Contract time, for deadlines."""

    def outbox(self, name: str) -> Outbox:
        """The notices of one receiver."""
        return Outbox(self.archive / "webhooks" / f"{name}.json", self.ledger.head.size)

    def delivery(self, name: str) -> Delivery:
        """The way to one receiver.

        Raises:
            CredentialError: no secret.
        """
        settings = self.receivers[name]
        if settings.keyring:
            return Delivery(settings=settings, secret=credentials.from_keyring(settings.keyring))
        path = self.root / settings.secret_file
        secret = credentials.from_file(path)
        if not secret:
            raise credentials.CredentialError(
                _("没有通知签名用的密钥。"), where=str(path), remedy=_("请把密钥写进该文件，权限 600。")
            )
        return Delivery(settings=settings, secret=secret)

    def gather(self, name: str, outbox: Outbox, asked_on: date | None) -> date:
        """Take what has happened since, and once a day what is due tomorrow; returns the day asked about."""
        wanted = set(self.receivers[name].events)
        size, today = self.ledger.head.size, local_date(self.clock())
        found = list(notices_in(self.ledger.entries(outbox.seq, size), self.contract))
        if today != asked_on and "deadline.tomorrow" in wanted:
            found += deadlines(self.due(), today, self.contract)
        outbox.add([notice for notice in found if notice.event in wanted], size)
        return today

    def deliver(self, outbox: Outbox, delivery: Delivery, now: datetime) -> None:
        """Try what may be tried now, in order; a failure delays that notice alone."""
        for waiting in outbox.due(now):
            try:
                delivery.send(waiting.notice, now)
            except NotAcceptedError as error:
                outbox.failed(waiting, str(error), now, self.jobs)
            else:
                outbox.accepted(waiting)


def telling(telling: Telling, *, say: Callable[[str], None]) -> AbstractContextManager[None]:
    """Tell while the block runs."""
    looks = {f"webhook-{name}": partial(_rounds, telling, name, say) for name in telling.receivers}
    return beside(looks, patience_s=telling.jobs.retry_wait_s)


def _rounds(telling: Telling, name: str, say: Callable[[str], None], stopped: Event) -> None:
    asked_on: date | None = None
    complaint = ""
    while not stopped.is_set():
        said = complaint
        try:
            outbox, delivery = telling.outbox(name), telling.delivery(name)
            asked_on = telling.gather(name, outbox, asked_on)
            telling.deliver(outbox, delivery, datetime.now(UTC))
            complaint = outbox.waiting[0].why if outbox.waiting else ""
        except (EvidenceError, OSError) as error:
            complaint = str(error)
        if complaint and complaint != said:
            say(_("通知 {name}：{what}").format(name=name, what=complaint))
        stopped.wait(LOOK_S)
