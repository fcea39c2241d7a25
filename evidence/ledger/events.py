"""The journal's vocabulary: every event kind, its payload and its schema version.

A kind's payload only ever grows by optional fields; anything else is a new version beside the old
one, so that a journal of years ago stays readable (golden file in the tests).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from evidence.domain.case import Case, Escalation, RectificationReport, Visit
from evidence.domain.document import IssuedForm, Transcription
from evidence.domain.identifiers import CaseId, Number, Sha256, VisitId
from evidence.domain.parties import Campaign, Device, Enterprise, Person
from evidence.domain.register import Hold, Incurable, Package, Plan, Receipt, RegisterEntry, Waiver
from evidence.domain.signer_change import SignerChange
from evidence.ledger.arrival_events import (
    AlterationDecided,
    ArrivalJudged,
    ArrivalScanned,
    ArrivalTaken,
    ArrivalWaiting,
    MarkDecided,
    PersonDecided,
    RecordingAssigned,
)
from evidence.ledger.upkeep import (
    FootageSeen,
    LedgerRecovered,
    LedgerRestored,
    MaterialDisposed,
    MaterialViewed,
    NumbersReserved,
    OriginalHandedOut,
    TailCut,
    ThingAudited,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartiesImported:
    """Registers from a workbook; entries replace those of the same id."""

    KIND: ClassVar[str] = "parties.imported/1"
    source: Sha256
    enterprises: tuple[Enterprise, ...] = ()
    people: tuple[Person, ...] = ()
    devices: tuple[Device, ...] = ()
    campaigns: tuple[Campaign, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened:
    """A new inspection cycle."""

    KIND: ClassVar[str] = "case.opened/1"
    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecorded:
    """A visit or a corrected version of one."""

    KIND: ClassVar[str] = "visit.recorded/1"
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCancelled:
    """A case was opened by mistake; its number stays used."""

    KIND: ClassVar[str] = "case.cancelled/1"
    case: CaseId
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitWithdrawn:
    """A visit was entered by mistake: none of its versions holds any more, its number stays used."""

    KIND: ClassVar[str] = "visit.withdrawn/1"
    visit: VisitId
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecorded:
    """A rectification report, or its review (same version, later event)."""

    KIND: ClassVar[str] = "report.recorded/1"
    report: RectificationReport


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRecorded:
    """A report to the regulator, or its receipt (same id, later event)."""

    KIND: ClassVar[str] = "escalation.recorded/1"
    escalation: Escalation


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntered:
    """An entry in a register."""

    KIND: ClassVar[str] = "register.entered/1"
    entry: RegisterEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWithdrawn:
    """The entry in force under a key is taken back; the one that it replaced holds again."""

    KIND: ClassVar[str] = "register.withdrawn/1"
    register: str
    key: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormIssued:
    """A form got its number."""

    KIND: ClassVar[str] = "form.issued/1"
    form: IssuedForm


@dataclass(frozen=True, slots=True, kw_only=True)
class FormVoided:
    """A number is void; it is never used again."""

    KIND: ClassVar[str] = "form.voided/1"
    number: Number
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTranscribed:
    """The electronic counterpart of a record filled in by hand was made from the entered facts."""

    KIND: ClassVar[str] = "document.transcribed/1"
    transcription: Transcription


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFiled:
    """A weekly plan, or a new version of it."""

    KIND: ClassVar[str] = "plan.filed/1"
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverGranted:
    """A recorded exception."""

    KIND: ClassVar[str] = "waiver.granted/1"
    waiver: Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class GapIncurable:
    """What a package declared missing can never be delivered: stated for ever, owed no more."""

    KIND: ClassVar[str] = "gap.incurable/1"
    incurable: Incurable


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced:
    """Or released, when `released_at` is set."""

    KIND: ClassVar[str] = "hold.placed/1"
    hold: Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointMade:
    """The tree head of a week, in C2SP checkpoint text."""

    KIND: ClassVar[str] = "checkpoint.made/1"
    week: str
    size: int
    root: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageBuilt:
    """A package was built, signed and put under its final name."""

    KIND: ClassVar[str] = "package.built/1"
    package: Package


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReceived:
    """The regulator's receipt for a package came back."""

    KIND: ClassVar[str] = "receipt.received/1"
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerChanged:
    """The agency's signing certificate is replaced, in words that the old key or the regulator signed."""

    KIND: ClassVar[str] = "signer.changed/1"
    change: SignerChange


Event = (
    PartiesImported
    | CaseOpened
    | CaseCancelled
    | VisitRecorded
    | VisitWithdrawn
    | ReportRecorded
    | EscalationRecorded
    | RegisterEntered
    | RegisterWithdrawn
    | NumbersReserved
    | FormIssued
    | FormVoided
    | DocumentTranscribed
    | ArrivalWaiting
    | ArrivalTaken
    | ArrivalJudged
    | ArrivalScanned
    | PersonDecided
    | MarkDecided
    | AlterationDecided
    | RecordingAssigned
    | PlanFiled
    | WaiverGranted
    | GapIncurable
    | HoldPlaced
    | CheckpointMade
    | PackageBuilt
    | ReceiptReceived
    | SignerChanged
    | TailCut
    | LedgerRestored
    | LedgerRecovered
    | ThingAudited
    | MaterialDisposed
    | FootageSeen
    | OriginalHandedOut
    | MaterialViewed
)

EVENT_TYPES: dict[str, type[Event]] = {kind.KIND: kind for kind in Event.__args__}
"""Event kind as written in the journal -> payload class."""
