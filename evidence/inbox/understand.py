"""One archived file becomes one judgement: the right reader for its kind, and what the reader said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from evidence.archive.originals import Stored
from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.case import Visit
from evidence.domain.document import Document, MarkVerdict
from evidence.domain.identifiers import ArrivalId, Number, Sha256, number_case
from evidence.domain.register import Package, Receipt
from evidence.errors import EvidenceError, LedgerDamagedError, MissingPartError, UnreadableError
from evidence.filetypes import media
from evidence.filetypes.kind_names import kind_name
from evidence.filetypes.media import Family, Media
from evidence.filetypes.office_text import OfficeFile, office_text
from evidence.inbox.counterparts import IssuedText, not_filled_in, unfilled
from evidence.inbox.edocuments import Claim, judge_edocument, likely_documents
from evidence.inbox.footage import DEFAULTS, find_card, judge_footage, judge_table
from evidence.inbox.identify import judge_pages, quarantined
from evidence.inbox.kinds import examined
from evidence.inbox.reading import PageReader
from evidence.inbox.settings import InboxSettings
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from evidence.ledger.arrival_events import ArrivalJudged
from evidence.ledger.events import Event, ReceiptReceived
from evidence.ledger.view import Arrival, View
from evidence.recordings.settings import RecordingsSettings

_LOG = logging.getLogger("evidence.watch")
_LOG.addHandler(logging.NullHandler())  # without a log file, what matters is in the journal anyway
RECEIPT_FORM = "handover-receipt"
_TEXTS = Bounds(cpu_seconds=60)
_OLD_OFFICE = frozenset(
    {
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/x-ole-storage",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """An archived file on its way to being understood."""

    arrival: ArrivalId
    path: Path
    """The archived bytes."""
    name: str
    """Path under which it arrived."""
    sha256: Sha256
    bytes: int
    media: Media
    beside: Path | None = None
    """Folder it came from, where a recorder's identity file may lie."""
    as_it_is: bool = False
    """A person says that no more of it will come."""
    depth: int = 0
    """How many containers it lay in."""
    budget: Budget = field(default_factory=lambda: Budget())
    """Shared by everything that one file of the inbox holds, however deep."""


@dataclass(slots=True, kw_only=True)
class Budget:
    """What may still be taken out of a container and the containers within it."""

    bytes: int | None = None
    members: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What the journal will say."""

    judged: ArrivalJudged
    further: tuple[Event, ...] = ()
    broken: bool = False
    """The bytes may be only a part of the file; more may still come."""
    members: tuple[Member, ...] = ()
    """Files that were taken out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file out of a container, its bytes safe in the originals."""

    name: str
    """The container's name and its own, as they are shown."""
    name_bytes: str
    """As `ArrivalTaken.path_bytes`, of its own name alone."""
    seen_as: str
    stored: Stored
    media: Media
    understood: Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Understander:
    """Chooses the reader; holds no state of its own."""

    pages: PageReader
    settings: InboxSettings
    inbox: Path
    titles: Callable[[], Mapping[str, str]]
    """Form id -> Chinese title."""
    recordings: RecordingsSettings = DEFAULTS
    issued_text: IssuedText = lambda _number: ()
    """What a form says as it was issued."""

    def understand(self, material: Material, view: View, now: datetime) -> Understanding:
        """Read one file and judge it; no file, however made, stops the intake.

        Raises:
            LedgerDamagedError, MissingPartError, OSError: the ledger, a service or the machine, not the
                file, is the trouble: it stays where it is and is tried again.
        """
        try:
            return self._understand(material, view, now)
        except (LedgerDamagedError, MissingPartError, OSError, MemoryError):
            raise
        except UnreadableError as error:
            return unreadable(material, error)
        except Exception as error:
            # a mistake of ours: the bytes are kept, the log has the rest
            _LOG.exception("reader failed", extra={"fields": {"path": material.name}})
            detail = f"读这个文件时程序出错（{type(error).__name__}）"
            if isinstance(error, EvidenceError):
                detail = error.what.rstrip("。")
            return Understanding(judged=quarantined(material.arrival, Reason.MALFORMED, detail))

    def _understand(self, material: Material, view: View, now: datetime) -> Understanding:
        refused = refusal(material, self.settings)
        if refused is not None:
            return refused
        family = material.media.family
        if family is Family.FOOTAGE:
            return self._footage(material, view, now, view.all_visits())
        if family is Family.TABLE:
            return Understanding(
                judged=judge_table(
                    material.arrival,
                    material.path,
                    name=material.name,
                    now=now,
                    settings=self.recordings,
                )
            )
        if family is Family.OFFICE:
            return self._office(material, view, now)
        return self._paper(material, view, now)

    def _paper(self, material: Material, view: View, now: datetime) -> Understanding:
        reading = self.pages.read(material.path, material.media.type)
        judged = judge_pages(material.arrival, material.sha256, reading, view)
        if material.media.type == media.PDF and not reading.problem:
            judged = self._born_digital(material, judged, view)
        broken = reading.problem in {Reason.MALFORMED, Reason.INCOMPLETE} or any(
            page.problem == Reason.MALFORMED for page in reading.pages
        )
        came = receipts(judged, view, material, now)
        if came:
            packages = "、".join(event.receipt.package for event in came)
            judged = replace(judged, message=f"{judged.message}{packages} 的接收回执已登记（扫描件）。")
        return Understanding(judged=judged, further=came, broken=broken)

    def _born_digital(self, material: Material, judged: ArrivalJudged, view: View) -> ArrivalJudged:
        """A PDF that was never paper: our own issued file, or the enterprise's electronic counterpart."""
        for number in dict.fromkeys(page.number for page in judged.pages):
            document = view.document(number)
            if document is not None and document.form.pdf == material.sha256:
                if document.form.blank:
                    return not_filled_in(material.arrival, number)
                return ArrivalJudged(
                    arrival=material.arrival,
                    outcome=ArrivalOutcome.LINKED,
                    message=f"与签发件完全相同的电子文件（未签字盖章），已归入 {number}。",
                    edocument_of=number,
                    case=document.form.case or number_case(number),
                )
        if judged.pages or judged.outcome == ArrivalOutcome.QUARANTINED:
            return judged
        text = self._text(material.path, material.media)
        if not text.strip():
            return judged
        claim = Claim(name=material.name, text=text)
        found = judge_edocument(
            material.arrival, material.sha256, claim, view, self.titles(), self.issued_text
        )
        if found.outcome != ArrivalOutcome.UNIDENTIFIED:
            return found
        likely = likely_documents(claim, (), view, self.titles())
        if not found.unlinked and not likely:
            return judged
        suggestions = found.unlinked[0].suggestions if found.unlinked else likely
        unlinked = tuple(
            replace(page, suggestions=page.suggestions or suggestions) for page in judged.unlinked
        )
        return replace(judged, unlinked=unlinked, message=found.message)

    def _office(self, material: Material, view: View, now: datetime) -> Understanding:
        if material.media.type == media.XLSX:
            table = judge_table(
                material.arrival, material.path, name=material.name, now=now, settings=self.recordings
            )
            if table.outcome == ArrivalOutcome.LINKED:
                return Understanding(judged=table)
        text = self._text(material.path, material.media)
        claim = Claim(name=material.name, text=text)
        return Understanding(
            judged=judge_edocument(
                material.arrival, material.sha256, claim, view, self.titles(), self.issued_text
            )
        )

    def _text(self, path: Path, kind: Media) -> str:
        """The text of an electronic document; empty for a file of another kind.

        Raises:
            UnreadableError: damaged, encrypted, or too large.
        """
        if kind.type == media.PDF:
            from evidence.recognition.pdf_text import pdf_text

            return run_bounded(pdf_text, path, _TEXTS)
        if kind.family is not Family.OFFICE:
            return ""
        file = OfficeFile(
            path=path, workbook=kind.type == media.XLSX, max_unpacked=self.settings.max_unpacked_bytes
        )
        return run_bounded(office_text, file, _TEXTS)

    def says_nothing(self, arrival: Arrival, document: Document, path: Path) -> bool:
        """Whether an archived file adds nothing to a form that was issued blank."""
        try:
            kind = examined(path, arrival.path).media
            text = self._text(path, kind)
        except UnreadableError:
            return True
        return unfilled(document, arrival.sha256 or Sha256(""), text, self.issued_text)

    def _footage(
        self, material: Material, view: View, now: datetime, visits: tuple[Visit, ...]
    ) -> Understanding:
        card = find_card(material.beside, self.inbox) if material.beside is not None else None
        judged, further = judge_footage(
            material.arrival,
            material.path,
            name=material.name,
            sha256=material.sha256,
            card=card,
            view=view,
            visits=visits,
            now=now,
            settings=self.recordings,
            as_it_is=material.as_it_is,
        )
        return Understanding(judged=judged, further=further, broken=judged.reason == Reason.INCOMPLETE)


def refusal(material: Material, settings: InboxSettings) -> Understanding | None:
    """What can be said without reading further; None when the file deserves a reader."""
    kind = material.media
    family = Family.OTHER if is_foreign_zip(kind, material.name) else kind.family
    if not material.bytes:
        return Understanding(judged=quarantined(material.arrival, Reason.EMPTY), broken=True)
    if kind.encrypted:
        return Understanding(
            judged=quarantined(material.arrival, Reason.ENCRYPTED, "Office 文件设有打开密码")
        )
    if kind.mismatch:
        detail = "同时像两种文件" if kind.polyglot else f"内容是{kind_name(kind.type)}"
        return Understanding(judged=quarantined(material.arrival, Reason.TYPE_MISMATCH, detail))
    if family is Family.OTHER:
        if kind.type == media.UNKNOWN and kind.claimed:
            return Understanding(judged=quarantined(material.arrival, Reason.MALFORMED), broken=True)
        return Understanding(judged=_unsupported(material))
    too_large = over_limit(kind, material.bytes, settings)
    if too_large:
        return Understanding(judged=quarantined(material.arrival, Reason.TOO_LARGE, too_large))
    return None


def is_foreign_zip(kind: Media, name: str) -> bool:
    """A zip only inside: OFD, EPUB, PPTX and the like are documents of their own."""
    return kind.type == media.ZIP and kind.claimed != media.ZIP and bool(media.extension(name))


def _unsupported(material: Material) -> ArrivalJudged:
    """What to do instead, for kinds that people send again and again."""
    kind = material.media.type
    known = kind_name(kind) if kind != media.ZIP else ""  # a document of another program, zipped inside
    judged = quarantined(material.arrival, Reason.UNSUPPORTED_TYPE, f"内容是{known}" if known else "")
    if kind in media.ARCHIVES:
        name = {"application/vnd.rar": "RAR", "application/x-7z-compressed": "7z"}.get(kind, "")
        message = f"这是{name}压缩包，本程序不打开。请解压后，把里面的文件放入收件夹。"
        return replace(judged, message=message)
    if kind in _OLD_OFFICE:
        message = "这是旧版 Office 文件。请用 Office 或 WPS 另存为 .docx、.xlsx 或 PDF 后重新放入。"
        return replace(judged, message=message)
    return judged


def over_limit(kind: Media, size: int, settings: InboxSettings) -> str:
    """Why a file is too large, with both figures; empty when it is not."""
    limit = settings.max_footage_bytes if kind.family is Family.FOOTAGE else settings.max_bytes
    return f"文件有 {size // 1024**2} MB，上限 {limit // 1024**2} MB" if size > limit else ""


def unreadable(material: Material, error: UnreadableError) -> Understanding:
    """A file that its reader refused, in the reader's words."""
    judged = quarantined(material.arrival, error.reason, error.what.rstrip("。"))
    return Understanding(judged=judged, broken=error.reason in {Reason.MALFORMED, Reason.INCOMPLETE})


def receipts(
    judged: ArrivalJudged, view: View, material: Material, now: datetime
) -> tuple[ReceiptReceived, ...]:
    """The regulator's receipt came back through the scanner: stated by the agency, once per scan.

    The receipt of a package carries the same case and running number as its handover list. One on which
    a required signature or seal is plainly absent is no receipt yet.
    """
    known = {receipt.source for receipt in view.receipts()}
    if material.sha256 in known:
        return ()
    events: list[ReceiptReceived] = []
    for number in dict.fromkeys(page.number for page in judged.pages):
        document = view.document(number)
        if document is None or document.form.form != RECEIPT_FORM:
            continue
        marks = [mark for page in judged.pages if page.number == number for mark in page.marks]
        if any(mark.required and mark.verdict is MarkVerdict.ABSENT for mark in marks):
            continue
        for package in view.packages():
            if receipt_number(package) == number:
                receipt = Receipt(package=package.id, at=now, source=material.sha256, manner="scan")
                events.append(ReceiptReceived(receipt=receipt))
    return tuple(events)


def receipt_number(package: Package) -> Number | None:
    """Number of the receipt that belongs to a package; None for one without a list."""
    listed = package.list_number
    return Number(f"{listed[:11]}HS{listed[13:]}") if listed else None
