"""Issued forms, the scans that came back, and the marks people made on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evidence.domain.identifiers import CaseId, Number, PersonId, Sha256, VisitId


class BoxKind(StrEnum):
    """What belongs into a box of an issued page."""

    SIGNATURE = "signature"
    SEAL = "seal"
    DATE = "date"
    FINGERPRINT = "fingerprint"
    """Seen on scans beside a signature (捺印); no form asks for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A place for a mark, in points from the page's top-left corner."""

    box: str
    """Unique within the form, e.g. `expert-1`, `escort`, `principal`, `enterprise-seal`."""
    kind: BoxKind
    role: str
    """`expert`, `supervisor`, `escort`, `principal`, `enterprise`, `agency`, `reviewer`, `regulator` …"""
    required: bool
    x: float
    y: float
    w: float
    h: float
    person: PersonId | None = None
    """Who must sign here, when known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePlace:
    """One printed QR code, in points from the page's top-left corner, without quiet zone."""

    corner: str
    payload: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPage:
    """One page of an issued form; sizes in points."""

    page: int
    width: float
    height: float
    check: str
    codes: tuple[CodePlace, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedForm:
    """A form with a number. Geometry (floats) lives in `geometry`, outside the float-free journal."""

    number: Number
    form: str
    """Form id, e.g. `inspection-record`."""
    case: CaseId | None
    visit: VisitId | None = None
    visit_version: int | None = None
    week: str = ""
    """ISO week of weekly forms."""
    issued_at: datetime
    blank: bool = False
    checks: tuple[str, ...]
    """Page checks, one a page; their count is the page count."""
    pdf: Sha256
    docx: Sha256
    data: Sha256
    geometry: Sha256
    """Digest of the stored JSON list of `IssuedPage`."""
    required_boxes: tuple[str, ...] = ()
    """`<page>:<box>:<kind>:<role>` of every required box, so that rules need no geometry."""
    predecessor: Number | None = None
    voided_why: str = ""
    """Empty while valid."""

    @property
    def pages(self) -> int:
        """Page count."""
        return len(self.checks)


class PageIdentity(StrEnum):
    """By whose word a scan counts as the page it counts as."""

    PROVEN = "proven"
    """Its print lies where the issued page has it."""
    CODE = "code"
    """Only the code says so."""
    PERSON = "person"
    """Only a person does."""


class MarkVerdict(StrEnum):
    """Three-valued: never collapse undecided into present or absent."""

    PRESENT = "present"
    ABSENT = "absent"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What was seen in one box of one scanned page."""

    box: str
    kind: BoxKind
    role: str
    page: int
    required: bool
    verdict: MarkVerdict
    score: int
    """Confidence 0..1000 (the journal knows no floats; interfaces show it divided by 1000)."""
    crop: Sha256 | None = None
    """Picture of the box, for the person who decides."""
    decided_by: str = ""
    """Account of the person whose decision this is; empty when the program judged."""
    why: str = ""
    """The person's reason; where the program judged, what a person should look at, e.g. 划去/拒签？."""
    new_since: tuple[Sha256, ...] = ()
    """Upright pictures of earlier scans of the page that lack the strokes which make this mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """Print or ink that does not belong; a hint for a person, never proof."""

    page: int
    kind: str
    """`altered_print` or `added_ink`."""
    region: tuple[int, int, int, int]
    """x, y, w, h in whole points."""
    crop: Sha256 | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A person's word on which page of which form a picture shows."""

    by: str
    why: str
    stated: bool = False
    """The account is tied to nobody; the person is only what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedPage:
    """One page image linked to one page of an issued form."""

    number: Number
    page: int
    arrival: str
    sha256: Sha256
    """Digest of the arrival's file."""
    index: int
    """0-based page or frame within that file."""
    quality: int
    """0..1000; the best copy of a page is the one in force."""
    marks: tuple[Mark, ...] = ()
    alterations: tuple[Alteration, ...] = ()
    accepted: tuple[Alteration, ...] = ()
    """What a person found to be in order although the program had seen it."""
    unchecked: tuple[str, ...] = ()
    """Kinds of alteration that this copy is too poor to show: neither seen nor excluded. Empty, too, on pages
    read before this was kept."""
    accepted_by: str = ""
    accepted_why: str = ""
    notes: tuple[str, ...] = ()
    """Plain-Chinese remarks: 请用彩色…重新扫描."""
    identity: str = PageIdentity.PROVEN
    """By whose word it counts as its page: a `PageIdentity`."""
    placed: Placing | None = None
    """The person who linked it; None where the program did, and for pages linked before this was kept."""
    picture: Sha256 | None = None
    """Upright preview."""
    rotation: int = 0
    """Degrees clockwise that turn the page image upright: 0, 90, 180 or 270."""
    compared_with: tuple[Sha256, ...] | None = None
    """Upright pictures of earlier scans this one was held against; None when it was read before scans were
    compared."""
    region: tuple[int, int, int, int] | None = None
    """x, y, w, h of this page within the page image as a viewer shows it, in thousandths of its width and
    height; None when the image shows this page alone. Two sheets in one picture have one each."""
    damaged: bool = False
    """Part of the image did not survive: boxes in it or near it are undecided, nothing is alleged from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription:
    """The electronic counterpart of a record filled in by hand, made from its entered facts."""

    number: Number
    sha256: Sha256
    version: int
    """Version of the visit or report that it was made from."""
    visit: VisitId | None = None
    """None for a rectification report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the ledger knows of one issued form: pages in force, e-documents."""

    form: IssuedForm
    scans: tuple[ScannedPage, ...] = ()
    """Best copy of each page, in page order."""
    other_copies: tuple[ScannedPage, ...] = ()
    edocuments: tuple[Sha256, ...] = ()
    """The enterprise's or agency's electronic counterparts beside our own PDF, transcriptions included."""
    transcriptions: tuple[Transcription, ...] = ()
    """Which of them were made from entered facts, oldest first."""
    received_at: datetime | None = None
    """When the last missing page arrived; None while pages are missing."""

    @property
    def missing_pages(self) -> tuple[int, ...]:
        """Pages without any scan."""
        have = {scan.page for scan in self.scans}
        return tuple(page for page in range(1, self.form.pages + 1) if page not in have)

    @property
    def transcription(self) -> Transcription | None:
        """The newest one."""
        return self.transcriptions[-1] if self.transcriptions else None

    @property
    def visit(self) -> VisitId | None:
        """The visit it records: the one it was issued for, or the one said when it was transcribed."""
        made = self.transcription
        return self.form.visit or (made.visit if made else None)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Marks on the pages in force."""
        return tuple(mark for scan in self.scans for mark in scan.marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A file that a person filed with a case and that is no issued form: a letter, a photograph, a film."""

    arrival: str
    sha256: Sha256
    name: str
    """Path below the inbox, as the clerk named it."""
    media_type: str
    bytes: int
    received_at: datetime
    pages: tuple[int, ...] = ()
    """0-based pages filed, when other pages of the file belong to records; empty for the whole file."""
    hazard: str = ""
    """`H01` when it is a photograph of that hazard, filed later."""
    filed_by: str = ""
    """The person; empty when no person's word is known."""
    why: str = ""
