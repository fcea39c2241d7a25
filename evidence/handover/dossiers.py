"""From a case's facts to the content of its dossier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.bundles.dossier import DossierContent, DossierPart
from evidence.bundles.sources import SourcePage
from evidence.domain.case import ON_SITE_KINDS, Channel, Visit, VisitKind
from evidence.domain.coverage import Coverage, CoverageVerdict, Segment, segment_of, visit_coverage
from evidence.domain.document import Document
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import Sha256
from evidence.domain.parties import Enterprise
from evidence.domain.recording import Recording
from evidence.domain.register import Package
from evidence.domain.terms import CASE_KINDS, VISIT_KINDS, box_title, form_title
from evidence.domain.week import SHANGHAI, local_date
from evidence.handover.office import Names
from evidence.handover.week import Original, WeekWork, originals_of
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

_EMBEDDABLE = ("image/jpeg", "image/png", "image/tiff", "image/bmp", "image/webp", "image/heic", "image/heif")
_PHOTOS = ("image/jpeg", "image/png")
_COVERAGE_STATES = {
    CoverageVerdict.PASS: "present",
    CoverageVerdict.FAIL: "missing",
    CoverageVerdict.REVIEW: "undecided",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Where originals went that earlier packages carried."""

    package_of: dict[Sha256, str]

    def place(self, original: Original) -> str:
        """`本包` or the earlier package."""
        return self.package_of.get(original.sha256, "本包")


def sent_before(packages: Sequence[Package]) -> Sent:
    """What the packages before this one carried; the first to carry a file counts."""
    places: dict[Sha256, str] = {}
    for package in packages:
        for digest in package.originals:
            places.setdefault(digest, package.id)
    return Sent(package_of=places)


def dossier_content(
    work: WeekWork,
    case: CaseFacts,
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
    files = originals_of(work, case)
    media = {each.sha256: each.media_type for each in files}
    valid = in_order(case.documents)
    photos, pictures = _photos(case, originals, media)
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
            for visit in _latest(case.visits)
            if visit.kind in ON_SITE_KINDS
            or (visit.kind is VisitKind.URGING and visit.channel is Channel.ON_SITE)
        ],
        "photos": photos,
        "originals": [
            {
                "arrival": each.arrival or "—",
                "name": each.name,
                "sha256": each.sha256,
                "bytes": size_text(each.bytes),
                "place": sent.place(each),
            }
            for each in files
        ],
    }
    return DossierContent(
        case=case.case.id,
        sheet=sheet,
        parts=tuple(_part(document, originals, issued, media) for document in valid),
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
        ("服务人员", "、".join(experts) or "—"),
        ("移交包", work.id),
    ]


def _summary(findings: Sequence[Finding]) -> str:
    def count(kind: Kind) -> int:
        return sum(finding.kind is kind for finding in findings)

    return (
        f"按合同逐条核对 {len(findings)} 项：通过 {count(Kind.PASS)} 项，不符合 {count(Kind.FAIL)} 项，"
        f"待人工判定 {count(Kind.REVIEW)} 项，"
        f"尚未到期 {count(Kind.OPEN)} 项，不适用 {count(Kind.NOT_APPLICABLE)} 项。"
    )


def _finding_row(finding: Finding) -> dict[str, str]:
    waived = f"（例外：{finding.waiver.why}）" if finding.waiver else ""
    return {
        "state": FINDING_STATES[finding.kind],
        "clause": clause_of(finding),
        "message": finding.message + waived,
        "due": finding.due.isoformat() if finding.due else "",
    }


def _mark_rows(document: Document) -> Iterable[dict[str, Any]]:
    for mark in document.marks:
        state, word = VERDICT_WORDS[mark.verdict]
        by = f"{mark.decided_by}：{mark.why}" if mark.decided_by else "程序判定"
        yield {
            "number": document.form.number,
            "page": mark.page,
            "box": box_title(mark.role, mark.kind) + ("" if mark.required else "（选）"),
            "state": state if mark.required or mark.verdict.value == "present" else "open",
            "verdict": word,
            "note": by,
        }


def _part(
    document: Document, originals: Originals, issued: IssuedStore, media: dict[Sha256, str]
) -> DossierPart:
    form = document.form
    return DossierPart(
        title=form_title(form.form),
        number=form.number,
        date=local_date(form.issued_at).isoformat(),
        state=document_state(document),
        document=issued.pdf_path(form.number),
        document_pages=form.pages,
        scans=tuple(
            SourcePage(
                path=originals.path(scan.sha256),
                media_type=media.get(scan.sha256, ""),
                index=scan.index,
                rotation=scan.rotation,
            )
            for scan in document.scans
        ),
        attachments=tuple(
            SourcePage(path=originals.path(digest), media_type=media[digest], index=0)
            for digest in document.edocuments
            if media.get(digest) == "application/pdf" or media.get(digest) in _EMBEDDABLE
        ),
    )


def _latest(visits: Iterable[Visit]) -> list[Visit]:
    """The version in force of every visit, in order of time."""
    newest: dict[str, Visit] = {}
    for visit in visits:
        if visit.id not in newest or visit.version > newest[visit.id].version:
            newest[visit.id] = visit
    return sorted(newest.values(), key=lambda visit: visit.arrived_at)


def _visit_row(visit: Visit, recordings: Sequence[Recording], parameters: Parameters) -> dict[str, Any]:
    own = [each for each in recordings if each.visit == visit.id]
    arrived = [each for each in own if not each.described]
    judged = visit_coverage(
        visit,
        own,
        tolerance_s=parameters.coverage_tolerance_s,
        drift_s=parameters.coverage_drift_s,
        prerecord_s=parameters.coverage_prerecord_s,
    )
    segments = [segment for segment in map(segment_of, arrived) if segment is not None]
    start = visit.arrived_at
    end = visit.left_at or max([start, *(segment.end for segment in segments)])
    span = max((end - start).total_seconds(), 1.0)

    def fraction(moment: datetime) -> float:
        return min(max((moment - start).total_seconds() / span, 0.0), 1.0)

    def bar(segment: Segment, shade: int) -> dict[str, float]:
        return {"start": fraction(segment.start), "end": fraction(segment.end), "shade": shade}

    return {
        "title": f"{VISIT_KINDS[visit.kind]} {local_date(visit.arrived_at)}（{visit.id}）",
        "span": f"{_clock(visit.arrived_at)}–{_clock(visit.left_at)}",
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
    return f"在场 {judged.length_s // 60} 分钟，录像覆盖 {judged.covered_s // 60} 分钟"


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
    case: CaseFacts, originals: Originals, media: dict[Sha256, str]
) -> tuple[list[dict[str, str]], dict[str, Path]]:
    rows: list[dict[str, str]] = []
    pictures: dict[str, Path] = {}

    def add(digest: Sha256, caption: str) -> None:
        if digest not in originals:
            return
        path = originals.path(digest)
        kind = media.get(digest) or _sniff(path)
        if kind not in _PHOTOS:
            return
        name = f"{digest}.{'jpg' if kind == 'image/jpeg' else 'png'}"
        pictures[name] = path
        rows.append({"file": name, "caption": caption, "sha256": digest})

    for visit in _latest(case.visits):
        for hazard in visit.hazards:
            for photo in hazard.photos:
                add(photo, f"{hazard.id} 整改前：{hazard.location} {hazard.description}")
        for result in visit.results:
            for photo in result.photos:
                add(photo, f"{result.hazard} 复查：{result.state.value}")
    return rows, pictures


def _sniff(path: Path) -> str:
    """Picture type by its first bytes, for files that came with a visit and not through the inbox."""
    with path.open("rb") as file:
        head = file.read(8)
    return (
        "image/jpeg" if head[:3] == b"\xff\xd8\xff" else "image/png" if head == b"\x89PNG\r\n\x1a\n" else ""
    )


def _clock(moment: datetime | None) -> str:
    return "未登记" if moment is None else f"{moment.astimezone(SHANGHAI):%H:%M}"
