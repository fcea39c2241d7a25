"""How master data of an enterprise became what they are: each import that changed something; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from evidence.domain.parties import Enterprise
from evidence.ledger.codec import Entry
from evidence.ledger.events import PartiesImported
from evidence.web.lists.roster_changes import Difference, changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One import that made the enterprise known, or changed it."""

    at: datetime
    actor: str
    """As journalled."""
    first: bool
    differences: tuple[Difference, ...]
    contacts: bool
    """Whether its people or their numbers changed; who they are is kept apart from the ledger."""


def history_of(imports: Iterable[Entry], id: str) -> tuple[Version, ...]:
    """Every version, the newest first.

    Args:
        imports: lines of the journal, the oldest first; others than imports say nothing.
        id: of the enterprise.
    """
    found: list[Version] = []
    known: Enterprise | None = None
    for entry in imports:
        event = entry.event
        if not isinstance(event, PartiesImported):
            continue
        party = next((each for each in event.enterprises if each.id == id), None)
        if party is None:
            continue
        told = changes({str(known.id): known} if known else {}, [party])
        contacts = known is not None and known.contacts != party.contacts
        if told or contacts:
            found.append(
                Version(
                    at=entry.instant,
                    actor=entry.actor,
                    first=known is None,
                    differences=told[0].differences if told and known else (),
                    contacts=contacts,
                )
            )
        known = party
    return tuple(reversed(found))
