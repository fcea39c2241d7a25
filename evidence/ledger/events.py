"""The journal's vocabulary: every event kind, its payload and its schema version.

A kind's payload only ever grows by optional fields; anything else is a new version beside the old
one, so that a journal of years ago stays readable (golden file in the tests).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from evidence.domain.case import Case, Escalation, RectificationReport, Visit
from evidence.domain.document import IssuedForm, MarkVerdict, ScannedPage, Transcription
from evidence.domain.identifiers import ArrivalId, CaseId, Number, Sha256, VisitId
from evidence.domain.parties import Campaign, Device, Enterprise, Person
from evidence.domain.recording import Recording
from evidence.domain.register import Hold, Incurable, Package, Plan, Receipt, RegisterEntry, Waiver
from evidence.domain.signer_change import SignerChange
from evidence.domain.virus_scan import VirusScan
from evidence.ledger.upkeep import (
    FootageSeen,
    LedgerRecovered,
    LedgerRestored,
    MaterialDisposed,
    NumbersReserved,
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
class ArrivalWaiting:
    """A file is seen but still being written, or broken and waiting for its rest."""

    KIND: ClassVar[str] = "arrival.waiting/1"
    arrival: ArrivalId
    path: str
    why: str = ""
    path_bytes: str = ""
    """As in `ArrivalTaken`."""
    seen_as: str = ""
    """As in `ArrivalTaken`; empty while it may still change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalTaken:
    """A file's exact bytes are safe in the archive."""

    KIND: ClassVar[str] = "arrival.taken/1"
    arrival: ArrivalId
    path: str
    """Relative to the inbox, NFC, as the clerk named it."""
    sha256: Sha256
    bytes: int
    received_at: datetime
    media_type: str
    duplicate_of: ArrivalId | None = None
    seen_as: str = ""
    """Identity of the file in the inbox (inode, size, change times): tells a file whose removal was
    interrupted from the same bytes dropped again."""
    by_reference: str = ""
    """Absolute path where footage stays; its bytes are then not among the originals."""
    path_bytes: str = ""
    """The path's own bytes in hexadecimal, where they are not the UTF-8 of `path`: two files whose names
    are shown alike stay two files, and a name that no encoding explains is not lost."""
    within: ArrivalId | None = None
    """The archive, message or portfolio that held this file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A page the program could not decide on its own, with a likely home."""

    number: Number
    page: int
    score: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkedPage:
    """A page image that waits for a person."""

    index: int
    reason: str
    suggestions: tuple[Suggestion, ...] = ()
    picture: Sha256 | None = None
    message: str = ""
    """What exactly is so with the page, where the reason alone does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalJudged:
    """The current outcome of an arrival; a later one for the same arrival replaces it."""

    KIND: ClassVar[str] = "arrival.judged/1"
    arrival: ArrivalId
    outcome: str
    """`linked`, `unidentified`, `quarantined`, `duplicate` (interface, An arrival's outcome)."""
    reason: str = ""
    message: str = ""
    """Plain Chinese for the clerk."""
    pages: tuple[ScannedPage, ...] = ()
    blank_pages: tuple[int, ...] = ()
    unlinked: tuple[UnlinkedPage, ...] = ()
    recordings: tuple[Recording, ...] = ()
    """Described by a recorder export or read from the file itself."""
    edocument_of: Number | None = None
    case: CaseId | None = None
    """Case of material that is no issued form (photographs, e-documents)."""
    filed_pages: tuple[int, ...] = ()
    """0-based pages that are the material; empty when the whole file is."""
    hazard: str = ""
    """`H01` when the material is a photograph of that hazard of the case."""
    rescan_of: ArrivalId | None = None
    """A likely rescan of pages that another arrival already brought."""
    members: tuple[ArrivalId, ...] = ()
    """Arrivals that were taken out of this file."""
    scan: VirusScan | None = None
    """What the virus scanner said of the bytes; None where none is configured, and for older judgements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDecided:
    """A person's decision about an arrival: link, split, retry, reject, undo."""

    KIND: ClassVar[str] = "arrival.decided/1"
    arrival: ArrivalId
    decision: str
    by: str
    why: str
    detail: dict[str, Any]
    stated: bool = False
    """The account is tied to nobody: `by` is only what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDecided:
    """A person's word on one box of one document page."""

    KIND: ClassVar[str] = "mark.decided/1"
    number: Number
    page: int
    box: str
    verdict: MarkVerdict
    by: str
    why: str
    stated: bool = False
    """The account is tied to nobody: journalled, and overrides no reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterationDecided:
    """A person looked at flagged print or ink and says whether it is in order."""

    KIND: ClassVar[str] = "alteration.decided/1"
    number: Number
    page: int
    accepted: bool
    by: str
    why: str
    stated: bool = False
    """The account is tied to nobody: journalled, and overrides no reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingAssigned:
    """A recording belongs to a visit, by rule or by a person."""

    KIND: ClassVar[str] = "recording.assigned/1"
    sha256: Sha256
    visit: VisitId
    by: str
    why: str = ""


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
)

EVENT_TYPES: dict[str, type[Event]] = {kind.KIND: kind for kind in Event.__args__}
"""Event kind as written in the journal -> payload class."""
