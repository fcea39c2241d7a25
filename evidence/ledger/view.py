"""What the rest of the house may ask the ledger: one small protocol, implemented by each view."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from evidence.domain.case import Case, Escalation, RectificationReport, Visit
from evidence.domain.document import Document, Material
from evidence.domain.facts import ServiceState
from evidence.domain.identifiers import ArrivalId, CaseId, EnterpriseId, Number, PersonId, Sha256
from evidence.domain.parties import Campaign, Device, Enterprise, Person
from evidence.domain.recording import Recording
from evidence.domain.register import Hold, Incurable, Package, Plan, Receipt, RegisterEntry, Waiver
from evidence.domain.virus_scan import FileScan, VirusScan
from evidence.domain.week import Week
from evidence.ledger.arrival_events import ArrivalJudged, PersonDecided
from evidence.ledger.events import CheckpointMade, VisitWithdrawn
from evidence.ledger.numbering import Given, Restored


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One arrival with its current outcome."""

    id: ArrivalId
    path: str
    sha256: Sha256 | None
    """None while waiting."""
    bytes: int | None
    received_at: datetime
    outcome: str
    """The interface's five outcomes, and `taken`: bytes are safe, not yet judged."""
    media_type: str = ""
    reason: str = ""
    message: str = ""
    duplicate_of: ArrivalId | None = None
    seen_as: str = ""
    """As in `ArrivalTaken.seen_as`."""
    path_bytes: str = ""
    """As in `ArrivalTaken.path_bytes`."""
    within: ArrivalId | None = None
    """As in `ArrivalTaken.within`."""
    judged: ArrivalJudged | None = None
    scan: VirusScan | None = None
    """What the virus scanner said: with the judgement, or later; None where none was asked."""
    decisions: tuple[PersonDecided, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The journal position a view has reached."""

    size: int
    """Number of events."""
    digest: str
    """Digest of the last line; 64 zeros for the empty journal."""


class View(Protocol):
    """Read-only, always as of one journal head."""

    @property
    def head(self) -> Head: ...

    def enterprises(self) -> tuple[Enterprise, ...]: ...
    def enterprise(self, id: EnterpriseId) -> Enterprise | None: ...
    def people(self) -> tuple[Person, ...]: ...
    def person(self, id: PersonId) -> Person | None: ...
    def devices(self) -> tuple[Device, ...]: ...
    def campaigns(self) -> tuple[Campaign, ...]: ...

    def cases(self, enterprise: EnterpriseId | None = None) -> tuple[Case, ...]: ...
    def case(self, id: CaseId) -> Case | None: ...
    def prepare(self, cases: Sequence[CaseId]) -> None:
        """Much is going to be asked about these cases: whoever reads from afar may read it at once."""
        ...

    def visits(self, case: CaseId) -> tuple[Visit, ...]:
        """Every version, in order of arrival time, then version."""
        ...

    def withdrawn_visits(self, case: CaseId) -> tuple[VisitWithdrawn, ...]:
        """Visits taken back; their numbers stay used."""
        ...

    def all_visits(self) -> tuple[Visit, ...]:
        """Those of every case, in order of case, and of one case as above."""
        ...

    def newest_cases(self) -> Iterator[CaseId]:
        """Every case from the highest id down, read as far as it is asked for."""
        ...

    def last_case(self, prefix: str) -> CaseId | None:
        """The highest case id that begins so."""
        ...

    def reports(self, case: CaseId) -> tuple[RectificationReport, ...]: ...
    def escalations(self, case: CaseId) -> tuple[Escalation, ...]: ...

    def document(self, number: Number) -> Document | None: ...
    def documents(self, case: CaseId | None) -> tuple[Document, ...]:
        """Documents of a case in order of number; of no case (weekly forms) for None."""
        ...

    def materials(self, case: CaseId) -> tuple[Material, ...]:
        """Files that a person filed with the case, in order of arrival."""
        ...

    def virus_scans(self, case: CaseId) -> tuple[FileScan, ...]:
        """What the scanner said of the files that the case rests on, in order of arrival."""
        ...

    def given(self, case: CaseId) -> tuple[Given, ...]:
        """Every number of a case (`WJB22-0000`: of a year's weekly forms) that is taken."""
        ...

    def next_running(self, case: CaseId, form: str) -> int:
        """The next running number of a form, named by its two letters; none is given twice."""
        ...

    def next_case(self, prefix: str) -> int:
        """The next running number of a case id that begins so (`WJB22-`)."""
        ...

    def may_be_lost(self, number: Number) -> bool:
        """Whether an unknown number may have been given out before a restore that lost its line."""
        ...

    def restores(self) -> tuple[Restored, ...]:
        """Every time a backup became the ledger, in order."""
        ...

    def arrival(self, id: ArrivalId) -> Arrival | None: ...
    def arrivals(self, outcome: str | None = None) -> tuple[Arrival, ...]: ...
    def arrival_counts(self) -> dict[str, int]:
        """Current outcome -> arrivals that have it."""
        ...

    def arrival_of(self, sha256: Sha256) -> Arrival | None:
        """The first arrival that brought these bytes."""
        ...

    def arrivals_of(self, sha256: Sha256) -> tuple[Arrival, ...]:
        """Every arrival that brought these bytes, first to last."""
        ...

    def recording(self, sha256: Sha256) -> Recording | None: ...
    def recordings(self, case: CaseId | None = None) -> tuple[Recording, ...]:
        """All, or those assigned to visits of one case."""
        ...

    def films_taken_from(self, case: CaseId) -> tuple[Recording, ...]:
        """Films that a person took from this case's visits and gave to another's."""
        ...

    def entries(
        self, register: str | None = None, case: CaseId | None = None
    ) -> tuple[RegisterEntry, ...]: ...
    def entries_about(self, names: Collection[str]) -> tuple[RegisterEntry, ...]:
        """Entries that name one of these cases or visits, and those that name none; in order as `entries`."""
        ...

    def waivers(self, case: CaseId) -> tuple[Waiver, ...]: ...
    def incurables(self, case: CaseId) -> tuple[Incurable, ...]: ...
    def holds(self, case: CaseId) -> tuple[Hold, ...]: ...
    def plans(self, since: Week | None = None) -> tuple[Plan, ...]:
        """All, or those for this week and later ones, in order of week and version."""
        ...

    def packages(self) -> tuple[Package, ...]: ...
    def packages_about(self, cases: Collection[CaseId]) -> tuple[Package, ...]:
        """Every package, of what it lists only the documents of these cases; neither cases nor originals."""
        ...

    def receipts(self) -> tuple[Receipt, ...]: ...
    def checkpoints(self) -> tuple[CheckpointMade, ...]: ...

    def services(self) -> tuple[ServiceState, ...]:
        """Every cycle in one line, kept up to date by the fold so that reading it is cheap."""
        ...

    def cases_touched(self, week: Week) -> tuple[CaseId, ...]:
        """Cases visited in a week, or with a document that arrived or changed since the last package."""
        ...

    def touched_since(self, seq: int) -> tuple[CaseId, ...]:
        """Cases with evidence that arrived, changed or was withdrawn from journal line `seq` on."""
        ...


def originals_cited(cases: Iterable[Document]) -> tuple[Sha256, ...]:
    """Digests of every scan and e-document of some documents, each once, in order."""
    seen: dict[Sha256, None] = {}
    for document in cases:
        for scan in document.scans:
            seen.setdefault(scan.sha256)
        for digest in document.edocuments:
            seen.setdefault(digest)
    return tuple(seen)
