"""The whole frozen input of a judgement: what `judge` sees, what `facts.json` holds.

It can be written out, read back and judged again years later; nothing in it points outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from evidence.domain.case import Case, Escalation, RectificationReport, Visit
from evidence.domain.document import Document, Material
from evidence.domain.parties import Campaign, Device, Enterprise, Person
from evidence.domain.recording import Recording
from evidence.domain.register import Hold, Incurable, Package, Plan, Receipt, RegisterEntry, Waiver
from evidence.domain.virus_scan import FileScan


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """Everything known about one case."""

    case: Case
    visits: tuple[Visit, ...] = ()
    """Every version of every visit, in order of time; rules use the highest version of each id."""
    reports: tuple[RectificationReport, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    documents: tuple[Document, ...] = ()
    recordings: tuple[Recording, ...] = ()
    unassigned: tuple[Recording, ...] = ()
    """Films that belong to no visit yet and, by recorder and time, may show one of this case."""
    films_taken: tuple[Recording, ...] = ()
    """Films that a person took from this case's visits and gave to another case's."""
    materials: tuple[Material, ...] = ()
    """Files that a person filed with the case, in order of arrival."""
    virus_scans: tuple[FileScan, ...] = ()
    """What the scanner said of the files among these, where one was asked."""
    entries: tuple[RegisterEntry, ...] = ()
    """Register entries that name this case, its visits or its enterprise."""
    waivers: tuple[Waiver, ...] = ()
    holds: tuple[Hold, ...] = ()
    incurables: tuple[Incurable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """One enterprise's cycles in one line, so that frequency rules need no other case's content."""

    enterprise: str
    case: str
    kind: str
    campaign: str = ""
    checked_on: date | None = None
    urged_on: date | None = None
    rechecked_on: date | None = None
    guidance_on: date | None = None
    guided: tuple[tuple[date, tuple[str, ...]], ...] = ()
    """Each guidance with the topics it covered, in order of time."""
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The input of one judgement."""

    week: str
    """ISO week under judgement; empty when single cases are judged."""
    enterprises: tuple[Enterprise, ...] = ()
    people: tuple[Person, ...] = ()
    devices: tuple[Device, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    cases: tuple[CaseFacts, ...] = ()
    """Cases under judgement: of a week those that moved, those still open and those that owe something
    from before; else the case asked for."""
    moved: tuple[str, ...] | None = None
    """Of a week the cases visited in it or changed since the last package: what the package carries.
    None where that was all that was judged (packages of before, single cases)."""
    services: tuple[ServiceState, ...] = ()
    """Every cycle of every enterprise, for frequency, campaigns and instalments."""
    entries: tuple[RegisterEntry, ...] = ()
    """Register entries that belong to no single case."""
    plans: tuple[Plan, ...] = ()
    """Of a week's judgement those for the weeks in which its cases were visited, and all later ones; of
    earlier ones without their lines. Of a single case's judgement no earlier ones."""
    packages: tuple[Package, ...] = ()
    """Every package; of what it lists only the documents of the cases under judgement, and of the last
    one what it declared owed."""
    receipts: tuple[Receipt, ...] = ()

    @property
    def carried(self) -> tuple[CaseFacts, ...]:
        """The cases whose material the week's package holds."""
        if self.moved is None:
            return self.cases
        moved = set(self.moved)
        return tuple(one for one in self.cases if one.case.id in moved)
