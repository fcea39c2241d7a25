"""What other programs are told, read off the journal and the list of what is due; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from evidence.domain.arrival_outcome import FOR_A_PERSON
from evidence.ledger.arrival_events import ArrivalJudged
from evidence.ledger.codec import Entry
from evidence.ledger.events import PackageBuilt, ReceiptReceived
from evidence.rules.due_item import DueItem
from evidence.webhooks.settings import What


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to be told, once."""

    id: str
    """The same for every attempt: a receiver that saw it leaves the others."""
    event: What
    about: dict[str, Any]
    """Plain JSON values: ids and words, no names of people."""

    def body(self) -> bytes:
        """What is sent and signed."""
        return msgspec.json.encode({"id": self.id, "event": self.event, **self.about})


def notices_in(entries: Iterable[Entry], contract: str) -> Iterator[Notice]:
    """What these journal lines are worth telling.

    Args:
        entries: in order.
        contract: its code; makes ids unique among several workspaces of one receiver.
    """
    for entry in entries:
        found = _of(entry)
        if found is not None:
            event, about = found
            yield Notice(id=f"{contract}-{entry.seq}", event=event, about={**about, "at": entry.at})


def _of(entry: Entry) -> tuple[What, dict[str, Any]] | None:
    event = entry.event
    if isinstance(event, ArrivalJudged) and event.outcome in FOR_A_PERSON:
        about = {"arrival": event.arrival, "outcome": event.outcome, "reason": event.reason}
        return "arrival.undecided", {**about, "message": event.message}
    if isinstance(event, PackageBuilt):
        package = event.package
        about = {"package": package.id, "week": package.week, "sha256": package.sha256}
        return "package.built", {**about, "complete": package.complete}
    if isinstance(event, ReceiptReceived):
        return "receipt.received", {"package": event.receipt.package}
    return None


def deadlines(items: Iterable[DueItem], today: date, contract: str) -> Iterator[Notice]:
    """What falls due tomorrow, each once: the id is made of what is due and when."""
    tomorrow = today + timedelta(days=1)
    for item in items:
        if item.due != tomorrow:
            continue
        about = {"due": tomorrow.isoformat(), "what": item.what, "case": item.case}
        key = sha256(msgspec.json.encode(about)).hexdigest()[:16]
        yield Notice(id=f"{contract}-due-{tomorrow:%Y%m%d}-{key}", event="deadline.tomorrow", about=about)
