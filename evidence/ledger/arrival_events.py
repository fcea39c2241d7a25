"""What the journal says of files that came in: taken, judged, scanned for viruses, decided by a person.

Part of the vocabulary in `events`, and under the same rule: a kind's payload only ever grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from evidence.domain.document import MarkVerdict, ScannedPage
from evidence.domain.identifiers import ArrivalId, CaseId, Number, Sha256, VisitId
from evidence.domain.recording import Recording
from evidence.domain.virus_scan import VirusScan


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
class ArrivalScanned:
    """The virus scanner looked at archived bytes later than their judgement, and the judgement stands.

    Where it found something, a judgement as `infected` is journalled instead.
    """

    KIND: ClassVar[str] = "arrival.scanned/1"
    arrival: ArrivalId
    scan: VirusScan


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
    stated: bool = False
    """The account is tied to nobody: `by` is only what it says."""
