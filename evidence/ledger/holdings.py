"""Which bytes the journal vouches for, and how people find them again by case."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from evidence.domain.case import Case
from evidence.domain.case_files import PHOTOGRAPHS, files_of, pictures_of
from evidence.domain.document import Document
from evidence.domain.facts import CaseFacts
from evidence.domain.holding import Holding, Leaf
from evidence.domain.identifiers import CaseId, Number, Sha256
from evidence.domain.register import RegisterEntry
from evidence.domain.week import SHANGHAI
from evidence.language import _
from evidence.ledger.arrival_events import ArrivalTaken
from evidence.ledger.codec import Entry
from evidence.ledger.events import (
    DocumentTranscribed,
    EscalationRecorded,
    FormIssued,
    GapIncurable,
    PackageBuilt,
    PartiesImported,
    ReceiptReceived,
    RegisterEntered,
    ReportRecorded,
    VisitRecorded,
    WaiverGranted,
)
from evidence.ledger.fold_tables import WEEKLY, case_of
from evidence.ledger.upkeep import MaterialDisposed
from evidence.ledger.view import View

_FOLDERS = dict.fromkeys(PHOTOGRAPHS, "隐患照片")
"""Roles that share a folder of the tree; the others have one each."""
_FORBIDDEN = '\\/:*?"<>|'


def holdings(entries: Iterable[Entry]) -> tuple[Holding, ...]:
    """Everything the journal names by digest, each place once, sorted by place."""
    found: dict[str, Holding] = {}
    for entry in entries:
        if isinstance(entry.event, MaterialDisposed):
            for item in entry.event.items:
                found.pop(original_place(item.sha256), None)
        for holding in _of(entry):
            found.setdefault(holding.place, holding)
    return tuple(found[place] for place in sorted(found))


def places_of(entry: Entry) -> tuple[str, ...]:
    """Every file below the archive that one line vouches for, each once."""
    return tuple(dict.fromkeys(holding.place for holding in _of(entry)))


def digests_of(entry: Entry) -> tuple[Sha256, ...]:
    """Every digest that one line vouches for, each once."""
    return tuple(dict.fromkeys(holding.sha256 for holding in _of(entry)))


def original_place(sha256: Sha256) -> str:
    """Where the archive keeps an original."""
    return f"originals/{sha256[:2]}/{sha256}"


def issued_place(number: Number, suffix: str) -> str:
    """Where the archive keeps a file of an issued form."""
    folder = "weekly" if case_of(number).endswith(WEEKLY) else case_of(number)
    return f"issued/{folder}/{number}{suffix}"


def _of(entry: Entry) -> Iterator[Holding]:
    event = entry.event
    if isinstance(event, FormIssued):
        form = event.form
        what = _("文书 {number}").format(number=form.number)
        for suffix, digest in (
            (".pdf", form.pdf),
            (".docx", form.docx),
            (".json", form.data),
            (".geometry.json", form.geometry),
        ):
            yield Holding(sha256=digest, place=issued_place(form.number, suffix), what=what)
    elif isinstance(event, PackageBuilt):
        package = event.package
        yield Holding(
            sha256=package.sha256,
            place=f"handover/{package.id}.zip",
            what=_("移交包 {id}").format(id=package.id),
            instead=((f"handover/{package.id}/tagmanifest-sha256.txt", Sha256(package.tagmanifest)),)
            if package.tagmanifest
            else (),
        )
    else:
        for named, what in _originals(entry):
            if named:
                yield Holding(sha256=named, place=original_place(named), what=what)


Named = Iterator[tuple[Sha256 | None, str]]
"""Digests with what they are, in words; None where the event names no file."""


def _originals(entry: Entry) -> Named:
    naming = _NAMING.get(type(entry.event))
    return naming(entry.event) if naming else iter(())


def _of_arrival(event: ArrivalTaken) -> Named:
    if not event.by_reference:  # footage that stays where it lies has its own audit
        yield event.sha256, _("到件 {id} {path}").format(id=event.arrival, path=event.path)


def _of_parties(event: PartiesImported) -> Named:
    yield event.source, _("导入的名册")
    for enterprise in event.enterprises:
        yield enterprise.contacts, _("企业联系人 {id}").format(id=enterprise.id)


def _of_visit(event: VisitRecorded) -> Named:
    visit = event.visit
    yield visit.source, _("检查录入文件 {id}").format(id=visit.id)
    yield visit.details, _("检查录入内容 {id}").format(id=visit.id)
    pictures = (*(hazard.photos for hazard in visit.hazards), *(result.photos for result in visit.results))
    for photo in (photo for photos in pictures for photo in photos):
        yield photo, _("隐患照片 {id}").format(id=visit.id)
    for picture in visit.pictures:
        if picture.captured is not None:
            yield picture.captured.original, _("相机原图 {id}").format(id=visit.id)


def _of_report(event: ReportRecorded) -> Named:
    report = event.report
    yield report.source, _("整改报告 {id}").format(id=report.case)
    yield report.details, _("整改报告内容 {id}").format(id=report.case)
    for answer in report.answers:
        for photo in answer.photos:
            yield photo, _("整改照片 {id}").format(id=report.case)


def _of_escalation(event: EscalationRecorded) -> Named:
    yield event.escalation.source, _("上报材料 {id}").format(id=event.escalation.id)


def _of_register(event: RegisterEntered) -> Named:
    yield event.entry.attachment, _("台账附件 {key}").format(key=event.entry.key)


def _of_waiver(event: WaiverGranted) -> Named:
    yield event.waiver.attachment, _("例外的依据 {case}").format(case=event.waiver.case)


def _of_transcription(event: DocumentTranscribed) -> Named:
    yield event.transcription.sha256, _("转录件 {number}").format(number=event.transcription.number)


def _of_incurable(event: GapIncurable) -> Named:
    yield event.incurable.attachment, _("声明无法补正的依据 {case}").format(case=event.incurable.gap.case)


def _of_disposal(event: MaterialDisposed) -> Named:
    yield event.approval, _("销毁资料的批准")


def _of_receipt(event: ReceiptReceived) -> Named:
    yield event.receipt.source, _("接收回执 {id}").format(id=event.receipt.package)


_NAMING: Mapping[type, Callable[[Any], Named]] = {
    ArrivalTaken: _of_arrival,
    PartiesImported: _of_parties,
    VisitRecorded: _of_visit,
    ReportRecorded: _of_report,
    EscalationRecorded: _of_escalation,
    RegisterEntered: _of_register,
    WaiverGranted: _of_waiver,
    DocumentTranscribed: _of_transcription,
    GapIncurable: _of_incurable,
    MaterialDisposed: _of_disposal,
    ReceiptReceived: _of_receipt,
}
"""Kind of event -> the originals it vouches for; the others vouch for none."""


def cases_changed(view: View, entries: Iterable[Entry], since: int) -> set[CaseId]:
    """Cases whose browsable files changed from journal line `since` on.

    Args:
        entries: the journal from that line on; the view says of what was withdrawn, they of what was issued.
    """
    named = {case for entry in entries if (case := _named(entry)) is not None}
    return {case for case in named if not case.endswith(WEEKLY)}.union(view.touched_since(since))


def _named(entry: Entry) -> CaseId | None:
    """The case that a form, a register entry or a waiver speaks of: none of them touches it."""
    if entry.kind == FormIssued.KIND:
        return CaseId(case_of(entry.payload["form"]["number"]))
    if entry.kind == RegisterEntered.KIND:
        told = entry.payload["entry"]
        case = told.get("case") or (case_of(told["visit"]) if told.get("visit") else None)
        return None if case is None else CaseId(case)
    if entry.kind == WaiverGranted.KIND:
        return CaseId(entry.payload["waiver"]["case"])
    return None


def case_folder(view: View, id_: CaseId) -> str:
    """Name of a case's folder in the tree."""
    case = view.case(id_)
    enterprise = None if case is None else view.enterprise(case.enterprise)
    name = "" if case is None else case.enterprise if enterprise is None else enterprise.short_name
    return safe_name(f"{id_} {name}")


def case_tree(view: View, cases: Iterable[CaseId] | None = None) -> Iterator[Leaf]:
    """The browsable tree: enterprise and case, then each record with its form and its scans."""
    ids = [case.id for case in view.cases()] if cases is None else list(cases)
    attached = _attached(view)
    for id_ in ids:
        case = view.case(id_)
        if case is None:
            continue
        folder = case_folder(view, id_)
        for document in view.documents(case.id):
            yield from _record(view, f"{folder}/{safe_name(_title(document))}", document)
        yield from _further(view, folder, case, attached.get(case.id, ()))
        for recording in view.recordings(case.id):
            if not recording.path:
                start = recording.started_at
                when = "" if start is None else f"{start.astimezone(SHANGHAI):%Y-%m-%d %H%M} "
                yield Leaf(
                    path=f"{folder}/音视频/{safe_name(when + recording.name)}",
                    place=original_place(recording.sha256),
                    sha256=recording.sha256,
                )


def _attached(view: View) -> dict[str, list[RegisterEntry]]:
    """Register entries with a file, by the case that they or their visit belong to."""
    found: dict[str, list[RegisterEntry]] = {}
    for entry in view.entries():
        case = entry.case or (case_of(entry.visit) if entry.visit else None)
        if case is not None and entry.attachment is not None:
            found.setdefault(case, []).append(entry)
    return found


def _further(view: View, folder: str, case: Case, entries: Sequence[RegisterEntry]) -> Iterator[Leaf]:
    """What belongs to no record: material, photographs, attachments."""
    facts = CaseFacts(
        case=case,
        visits=view.visits(case.id),
        reports=view.reports(case.id),
        materials=view.materials(case.id),
        entries=tuple(entries),
        waivers=view.waivers(case.id),
    )
    told = pictures_of(facts)
    for file in files_of(facts):
        place = f"{folder}/{_FOLDERS.get(file.role, file.role.value)}"
        picture = told.get(file.sha256)
        if picture is not None and view.arrival_of(file.sha256) is None:
            name = PurePosixPath(picture.name)
            label = safe_name(f"{file.hazard} {name.stem} {file.sha256[:6]}", len(name.suffix.encode()))
            yield Leaf(
                path=f"{place}/{label}{name.suffix}", place=original_place(file.sha256), sha256=file.sha256
            )
        else:
            yield _arrived(view, f"{place}/{file.hazard or file.role.value}", file.sha256)


def _title(document: Document) -> str:
    void = "（已作废）" if document.form.voided_why else ""
    return f"{document.form.number}{void}"


def _record(view: View, folder: str, document: Document) -> Iterator[Leaf]:
    form = document.form
    yield Leaf(
        path=f"{folder}/签发 {form.number}.pdf", place=issued_place(form.number, ".pdf"), sha256=form.pdf
    )
    scans = [*document.scans, *document.other_copies]
    in_force = {scan.sha256 for scan in document.scans}
    for digest in dict.fromkeys(scan.sha256 for scan in scans):
        pages = "、".join(str(scan.page) for scan in scans if scan.sha256 == digest)
        kind = "扫描" if digest in in_force else "其他扫描"
        yield _arrived(view, f"{folder}/{kind} 第{pages}页", digest)
    for digest in document.edocuments:
        yield _arrived(view, f"{folder}/电子件", digest)


def _arrived(view: View, stem: str, digest: Sha256) -> Leaf:
    arrival = view.arrival_of(digest)
    path = PurePosixPath("" if arrival is None else arrival.path)
    kind = path.suffix or mimetypes.guess_extension("" if arrival is None else arrival.media_type) or ""
    suffix = f".{safe_name(kind[1:])}" if kind else ""
    folder, _slash, name = stem.rpartition("/")
    # without an arrival there is no name: two such files of one folder are told apart by their bytes
    label = f"{name} {digest[:6] if arrival is None else arrival.id} {path.stem}".strip()
    return Leaf(
        path=f"{folder}/{safe_name(label, len(suffix.encode()))}{suffix}",
        place=original_place(digest),
        sha256=digest,
    )


def safe_name(text: str, reserve: int = 0) -> str:
    """A file name every common system takes: no separators or control characters, at most 120 bytes."""
    clean = "".join("_" if c in _FORBIDDEN or not c.isprintable() else c for c in text).strip(" .") or "_"
    while len(clean.encode("utf-8", "replace")) > 120 - reserve:
        clean = clean[:-1]
    return clean.rstrip(" .") or "_"
