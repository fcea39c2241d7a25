"""From a case's facts to the content of its dossier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.bundles.dossier import DossierContent, DossierPart
from evidence.bundles.extracts import Cut, How
from evidence.bundles.sources import SourcePage
from evidence.domain.case import ON_SITE_KINDS, Channel, Visit, VisitKind, in_force
from evidence.domain.case_files import photographs_of
from evidence.domain.coverage import Coverage, CoverageVerdict, Segment, segments_of, visit_coverage
from evidence.domain.document import Document, MarkVerdict, ScannedPage
from evidence.domain.facts import CaseFacts
from evidence.domain.hazard import Picture
from evidence.domain.identifiers import Sha256
from evidence.domain.parties import Enterprise, Role
from evidence.domain.recording import Recording
from evidence.domain.terms import CASE_KINDS, VISIT_KINDS, box_title, form_title
from evidence.domain.week import SHANGHAI, local_date
from evidence.handover.handover_context import Names
from evidence.handover.originals import Original, cut_of
from evidence.handover.placing import PlacedCase
from evidence.handover.sent import Sent
from evidence.handover.telephone_words import captured_so, pressed_at
from evidence.handover.week import WeekWork
from evidence.handover.wording import (
    FINDING_STATES,
    VERDICT_WORDS,
    clause_of,
    document_state,
    in_order,
    notable,
    size_text,
)
from evidence.rules.clause import Finding, Kind
from evidence.rules.parameters import Parameters

_EMBEDDABLE = (
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/bmp",
    "image/webp",
    "image/heic",
    "image/heif",
    "image/avif",
)
_COVERAGE_STATES = {
    CoverageVerdict.PASS: "present",
    CoverageVerdict.FAIL: "missing",
    CoverageVerdict.REVIEW: "undecided",
}


def dossier_content(
    work: WeekWork,
    case: CaseFacts,
    placed: PlacedCase,
    *,
    names: Names,
    originals: Originals,
    issued: IssuedStore,
    sent: Sent,
    notice: str,
    evaluation: bool,
) -> DossierContent:
    """Everything the dossier of one case prints, and the pages it takes in."""
    enterprise = work.enterprise(case)
    findings = work.findings_of(case.case.id)
    files = placed.originals
    valid = in_order(case.documents)
    photos, pictures = _photos(case, originals, files)
    pages = _Pages(placed, originals)
    sheet: dict[str, Any] = {
        "title": f"{enterprise.name} {case.case.id} 卷宗",
        "agency": names.agency,
        "contract_name": names.contract_name,
        "kind": CASE_KINDS[case.case.kind] + (f"·{case.case.campaign}" if case.case.campaign else ""),
        "cover": _cover(work, case, enterprise),
        "date": f"{local_date(work.at):%Y}年{local_date(work.at).month}月{local_date(work.at).day}日",
        "notice": notice,
        "findings_summary": _summary(findings),
        "findings": [_finding_row(finding) for finding in notable(findings)],
        "marks": [row for document in valid for row in _mark_rows(document)],
        "visits": [
            _visit_row(visit, case.recordings, work.parameters)
            for visit in in_force(case.visits)
            if visit.kind in ON_SITE_KINDS
            or (visit.kind is VisitKind.URGING and visit.channel is Channel.ON_SITE)
        ],
        "photos": photos,
        "originals": [row for each in files for row in _original_rows(each, placed, sent)],
    }
    return DossierContent(
        case=case.case.id,
        sheet=sheet,
        parts=(*(_part(document, case, issued, pages) for document in valid), *pages.materials(case)),
        photos=pictures,
        evaluation=evaluation,
        at=work.at,
    )


def _cover(work: WeekWork, case: CaseFacts, enterprise: Enterprise) -> list[tuple[str, str]]:
    people = {person.id: person.name for person in work.facts.people}
    experts = dict.fromkeys(people.get(one, one) for visit in case.visits for one in visit.experts)
    visited = [local_date(visit.arrived_at) for visit in case.visits]
    period = f"{min(visited)} 至 {max(visited)}" if visited else "—"
    return [
        ("企业名称", enterprise.name),
        ("统一社会信用代码", enterprise.credit_code or enterprise.id),
        ("企业类别", "、".join(kind.value for kind in enterprise.classes)),
        ("案件编号", case.case.id),
        ("服务期间", period),
        ("检查人员", "、".join(experts) or "—"),
        ("移交包", work.id),
        ("保管期限", f"{work.parameters.record_retention_years}年"),
        ("密级", "无密级（含企业信息，仅供监管工作使用）"),
        ("立卷人", _named(work, Role.CLERK)),
        ("检查人", _named(work, Role.LEADER)),
    ]


def _named(work: WeekWork, role: Role) -> str:
    """Who of the agency has a role on the day; a line to sign where nobody is registered."""
    day = local_date(work.at)
    names = [
        one.name
        for one in work.facts.people
        if one.role is role
        and (one.active_from is None or one.active_from <= day)
        and (one.active_to is None or day <= one.active_to)
    ]
    return "、".join(names) or "＿＿＿＿＿＿"


def _summary(findings: Sequence[Finding]) -> str:
    def count(kind: Kind) -> int:
        return sum(finding.kind is kind for finding in findings)

    return (
        f"按合同逐条核对 {len(findings)} 项：通过 {count(Kind.PASS)} 项，不符合 {count(Kind.FAIL)} 项，"
        f"待认定 {count(Kind.REVIEW)} 项，"
        f"尚未到期 {count(Kind.OPEN)} 项，不适用 {count(Kind.NOT_APPLICABLE)} 项。"
    )


def _finding_row(finding: Finding) -> dict[str, str]:
    waived = f"（例外：{finding.waiver.why}）" if finding.waiver else ""
    if finding.incurable is not None:
        waived += f"（已声明无法补正：{finding.incurable.why}）"
    return {
        "state": FINDING_STATES[finding.kind],
        "clause": clause_of(finding),
        "message": finding.message + waived,
        "due": finding.due.isoformat() if finding.due else "",
    }


def _mark_rows(document: Document) -> Iterable[dict[str, Any]]:
    for mark in document.marks:
        state, word = VERDICT_WORDS[mark.verdict]
        by = f"{mark.decided_by or '程序认定'}：{mark.why}" if mark.why else mark.decided_by or "程序认定"
        yield {
            "number": document.form.number,
            "page": mark.page,
            "box": box_title(mark.role, mark.kind) + ("" if mark.required else "（选）"),
            "state": state if mark.required or mark.verdict is MarkVerdict.PRESENT else "open",
            "verdict": word,
            "note": by,
        }


class _Pages:
    """Where the dossier takes the pages of stored files from."""

    def __init__(self, placed: PlacedCase, store: Originals) -> None:
        self._placed = placed
        self._store = store
        self._originals = {each.sha256: each for each in placed.originals}

    def scan(self, scan: ScannedPage) -> SourcePage:
        """One scanned page."""
        return self._page(self._originals[scan.sha256], cut_of(scan), scan.rotation)

    def whole(self, digests: Iterable[Sha256]) -> tuple[SourcePage, ...]:
        """First pages of the files among these that can be shown."""
        files = (self._originals[digest] for digest in digests)
        return tuple(self._page(each, Cut(index=0), 0) for each in files if _can_be_shown(each))

    def materials(self, case: CaseFacts) -> Iterable[DossierPart]:
        """A part for every file that a person filed; photographs of hazards have a place of their own."""
        for material in case.materials:
            if material.hazard:
                continue
            original = self._originals[material.sha256]
            mixed = original.cuts is not None
            yield DossierPart(
                title=f"案件材料　{original.name}",
                number=material.arrival,
                date=local_date(material.received_at).isoformat(),
                state="present",
                attachments=() if mixed else self.whole([material.sha256]),
                pages=tuple(self._page(original, Cut(index=index), 0) for index in material.pages if mixed),
                attachments_are="案件材料",
            )

    def _page(self, original: Original, cut: Cut, rotation: int) -> SourcePage:
        store = self._store.path(original.sha256)
        return self._placed.source(original, cut, store=store, rotation=rotation)


def _can_be_shown(original: Original) -> bool:
    return original.media_type == "application/pdf" or original.media_type in _EMBEDDABLE


def _day_of(document: Document, case: CaseFacts) -> date:
    """The day of what a record states: its visit or its report; the day of issue where there is neither."""
    visits = {visit.id: visit for visit in in_force(case.visits)}
    visit = visits.get(document.visit) if document.visit else None
    if visit is not None:
        return local_date(visit.arrived_at)
    if document.form.form == "rectification-report" and case.reports:
        report = max(case.reports, key=lambda one: one.version)
        return report.reported_on or report.received_on
    return local_date(document.form.issued_at)


def _part(document: Document, case: CaseFacts, issued: IssuedStore, pages: _Pages) -> DossierPart:
    form = document.form
    return DossierPart(
        title=form_title(form.form),
        number=form.number,
        date=_day_of(document, case).isoformat(),
        state=document_state(document),
        document=issued.pdf_path(form.number),
        document_pages=form.pages,
        scans=tuple(map(pages.scan, document.scans)),
        attachments=pages.whole(document.edocuments),
    )


def _original_rows(original: Original, placed: PlacedCase, sent: Sent) -> Iterable[dict[str, str]]:
    """The file itself, and under a stack the pages taken out of it."""
    stack = original.cuts is not None
    yield {
        "arrival": original.arrival or "—",
        "role": original.role.value + (f"（{original.hazard}）" if original.hazard else ""),
        "name": original.name + (_times(original.told) if original.told else ""),
        "sha256": original.sha256,
        "bytes": size_text(original.bytes),
        "place": "服务机构留存"
        if original.elsewhere
        else sent.place(original.sha256) + ("　原件/（整叠）" if stack else ""),
    }
    for derived in placed.derived.get(original.sha256, ()):
        yield {
            "arrival": original.arrival or "—",
            "role": "取自整叠" + ("（截取）" if derived.extract.how is How.CROP else ""),
            "name": derived.name,
            "sha256": derived.sha256,
            "bytes": size_text(derived.extract.bytes),
            "place": sent.place(derived.sha256),
        }


def _times(told: Picture) -> str:
    if told.taken_at is not None:
        return f"　拍摄 {told.taken_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    if told.file_time is not None:
        return f"　文件时间 {told.file_time.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    return ""


def _visit_row(visit: Visit, recordings: Sequence[Recording], parameters: Parameters) -> dict[str, Any]:
    own = [each for each in recordings if each.visit == visit.id]
    arrived = [each for each in own if not each.described]
    judged = visit_coverage(
        visit,
        own,
        parameters.coverage_limits,
    )
    segments = [segment for each in arrived for segment in segments_of(each)]
    start = visit.arrived_at
    end = visit.left_at or max([start, *(segment.end for segment in segments)])
    span = max((end - start).total_seconds(), 1.0)

    def fraction(moment: datetime) -> float:
        return min(max((moment - start).total_seconds() / span, 0.0), 1.0)

    def bar(segment: Segment, shade: int) -> dict[str, float]:
        return {"start": fraction(segment.start), "end": fraction(segment.end), "shade": shade}

    return {
        "title": f"{VISIT_KINDS[visit.kind]} {local_date(visit.arrived_at)}（{visit.id}）",
        "span": f"{_clock(visit.arrived_at)}–{_clock(visit.left_at)}{pressed_at(visit)}",
        "state": _COVERAGE_STATES[judged.verdict],
        "coverage": _coverage_text(judged),
        "from": _clock(start),
        "to": _clock(end),
        "segments": [bar(segment, 0 if n % 2 == 0 else 30) for n, segment in enumerate(segments)],
        "gaps": [{"start": fraction(gap.start), "end": fraction(gap.end)} for gap in judged.gaps],
        "gap_text": "；".join(judged.reasons),
        "recordings": [_recording_row(each) for each in own],
    }


def _coverage_text(judged: Coverage) -> str:
    if judged.length_s is None:
        return f"已有录像 {judged.covered_s // 60} 分钟，离开时间未登记"
    return f"在场 {judged.length_s // 60} 分钟，录像覆盖 {judged.covered_s // 60} 分钟；{judged.figures}"


def _recording_row(recording: Recording) -> dict[str, str]:
    def yes(flag: bool | None) -> str:
        return "？" if flag is None else "有" if flag else "无"

    seconds = None if recording.duration_ms is None else recording.duration_ms // 1000
    return {
        "name": recording.name,
        "sha256": recording.sha256,
        "device": recording.device or "—",
        "started": f"{recording.started_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        if recording.started_at
        else "—",
        "duration": "—"
        if seconds is None
        else f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}",
        "streams": f"{yes(recording.audio)}/{yes(recording.video)}",
    }


def _photos(
    case: CaseFacts, store: Originals, files: Iterable[Original]
) -> tuple[list[dict[str, str]], dict[str, Path]]:
    by_digest = {each.sha256: each for each in files}
    rows: list[dict[str, str]] = []
    pictures: dict[str, Path] = {}
    for photo in photographs_of(case):
        original = by_digest[photo.sha256]
        if original.cuts is None and photo.sha256 in store:
            pictures[photo.sha256] = store.path(photo.sha256)
        told = _times(original.told) if original.told else ""
        rows.append(
            {
                "file": photo.sha256,
                "caption": photo.caption,
                "name": original.name + told,
                "sha256": photo.sha256,
                "captured": captured_so(original.told.captured)
                if original.told and original.told.captured
                else "",
            }
        )
    return rows, pictures


def _clock(moment: datetime | None) -> str:
    return "未登记" if moment is None else f"{moment.astimezone(SHANGHAI):%H:%M}"
