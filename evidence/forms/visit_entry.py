"""Journals what was entered: a new visit, or a new version of one with its difference shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from evidence.archive.originals import Originals
from evidence.domain.case import Case, Clocked, Escalation, RectificationReport, Visit, in_force
from evidence.domain.hazard import Picture
from evidence.domain.identifiers import VisitId
from evidence.domain.week import local_date
from evidence.errors import UsageError
from evidence.forms.device_report import NOTHING, DeviceReport
from evidence.forms.plausible import Plausible
from evidence.forms.visit_file import Entered, read_visit_file
from evidence.language import _
from evidence.ledger.events import EscalationRecorded, Event, ReportRecorded, VisitRecorded
from evidence.ledger.ledger import Ledger
from evidence.ledger.lookup import standing_case
from evidence.ledger.view import View

_WORDS = {
    "arrived_at": "到达时间",
    "left_at": "离开时间",
    "experts": "检查人员",
    "supervisors": "监管人员",
    "badge_shown": "出示工作证",
    "escort_present": "陪同人员到场",
    "principal_present": "主要负责人到场",
    "devices": "记录仪",
    "scope": "检查场所",
    "summary": "情况",
    "areas_refused": "未开放场所",
    "refusals": "拒签",
    "items": "检查项目",
    "hazards": "隐患",
    "hazards_none": "未发现隐患",
    "deep_inspection": "深度检查",
    "progress": "整改进度",
    "channel": "督促方式",
    "call_noted": "已写明的通话事项",
    "attitude": "企业态度",
    "results": "复查结果",
    "topics": "指导内容",
    "planned_recheck": "计划复查日期",
    "change_note": "计划外说明",
    "details": "姓名电话等",
    "answers": "整改答复",
    "received_on": "收到日期",
    "reviewed_on": "审核日期",
    "review": "审核结论",
    "receipt_at": "签收时间",
    "outcome": "处理结果",
    "deadline": "整改期限",
    "description": "描述",
    "location": "部位",
    "advice": "整改建议",
    "basis": "依据",
    "grade": "等级",
    "briefed": "已交底",
    "photos": "照片",
    "verdict": "结果",
    "remark": "说明",
    "state": "结果",
}
_UNCOUNTED = frozenset({"version", "source", "pictures", "clocked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What one file changed."""

    kind: str
    """`visit`, `report` or `escalation`."""
    id: str
    version: int
    new: bool
    """False when it corrected something already entered."""
    differences: tuple[str, ...] = ()
    """`隐患 2 · 整改期限：2022-03-29 → 2022-04-02`."""
    warnings: tuple[str, ...] = ()
    gained: bool = False
    """A telephone said something beside the facts that nobody said before, and no record is printed yet."""

    @property
    def unchanged(self) -> bool:
        """The same facts were entered before, with all that is said beside them; nothing was journalled."""
        return not (self.new or self.differences or self.gained)


class SameDayError(UsageError):
    """The same kind of visit was entered on that day already; nobody said whether this corrects it.

    Attributes:
        would: what the correction would change.
    """

    def __init__(self, would: Recorded, *, remedy: str) -> None:
        super().__init__(_("当天已登记过同类活动 {id}。").format(id=would.id), remedy=remedy)
        self.would = would


def record_visit_file(
    path: Path,
    *,
    case: Case,
    ledger: Ledger,
    originals: Originals,
    actor: str,
    visit: VisitId | None = None,
    separate: bool = False,
    settled: bool = True,
    follow: Callable[[View, Visit], Sequence[Event]] = lambda _view, _visit: (),
    bounds: Plausible | None = None,
    admit: Callable[[Path], object] = lambda _path: None,
    device: DeviceReport = NOTHING,
) -> Recorded:
    """Read a file and journal it.

    A file about a visit of the same kind on the same day corrects that visit: a new version, the
    older ones stay.

    Args:
        visit: the one to correct.
        separate: it is another visit (or report) than the one of that day.
        settled: False refuses to take it for a correction; a person has to say so.
        follow: what else a visit just entered changes; it is journalled in the same breath.
        bounds: refuses what cannot be true.
        admit: looks at each photograph before it is kept.
        device: what a telephone says beside the facts.

    Raises:
        InputError: the file has mistakes.
        UsageError: `visit` is unknown or of another kind, or the case was cancelled.
        SameDayError: `settled` is False and this would correct what was entered before.
    """
    entered = read_visit_file(
        path, case=case, view=ledger.view, originals=originals, bounds=bounds, admit=admit, device=device
    )
    outcome: list[Recorded] = []

    def decide(view: View) -> Sequence[Event]:
        standing_case(view, case.id)
        result, event = _settle(entered, view, case, visit, separate, where=str(path))
        if not settled and not result.new and result.differences:
            raise SameDayError(result, remedy=_("请说明是另一次活动，还是更正这一次。"))
        outcome.append(replace(result, warnings=(*entered.warnings, *result.warnings)))
        if result.unchanged:
            return []
        further = follow(view, event.visit) if isinstance(event, VisitRecorded) else ()
        return [event, *further]

    ledger.transact(actor, decide)
    return outcome[-1]


def _settle(
    entered: Entered, view: View, case: Case, wanted: VisitId | None, separate: bool, *, where: str
) -> tuple[Recorded, Event]:
    """What the file changes, and the event that says so.

    Raises:
        UsageError: it does not say what it is; `visit` is unknown or of another kind.
    """
    if entered.visit is not None:
        return _settle_visit(entered.visit, view, case, wanted, separate)
    if entered.report is not None:
        return _settle_report(entered.report, view, case, separate)
    if entered.escalation is not None:
        return _settle_escalation(entered.escalation, view, case, separate)
    raise UsageError(
        _("文件没有写明类型。"),
        where=where,
        remedy=_("请在“基本情况”写明类型：检查、督促、复查等；见 evidence schema visit。"),
    )


def _settle_visit(
    entered: Visit, view: View, case: Case, wanted: VisitId | None, separate: bool
) -> tuple[Recorded, Event]:
    latest = {known.id: known for known in in_force(view.visits(case.id))}
    old = _corrected(entered, latest, wanted, separate)
    entered, renumbered = _number_hazards(entered, view, case, None if old is None else old.id)
    if old is None:
        used = [*latest, *(gone.visit for gone in view.withdrawn_visits(case.id))]
        numbers = [int(known_id.rpartition("-V")[2]) for known_id in used]
        new = replace(entered, id=VisitId(f"{case.id}-V{max(numbers, default=0) + 1}"))
        result = Recorded(kind="visit", id=new.id, version=1, new=True, warnings=renumbered)
        return result, VisitRecorded(visit=new)
    pictures = tuple(_still_told(entered.pictures, old.pictures))
    new = replace(
        entered,
        id=old.id,
        version=old.version + 1,
        pictures=pictures,
        clocked=_still_clocked(entered.clocked, old.clocked),
    )
    found = tuple(differences(old, new))
    result = Recorded(
        kind="visit",
        id=new.id,
        version=new.version,
        new=False,
        differences=found,
        warnings=renumbered,
        gained=_gained(old, new) and not _printed(old, view),
    )
    return result, VisitRecorded(visit=new)


def _printed(visit: Visit, view: View) -> bool:
    """Whether a record was issued of these facts: a new version would call it outdated, though no fact is."""
    forms = (each.form for each in view.documents(visit.case) if each.visit == visit.id)
    return any(form.visit_version == visit.version and not form.voided_why for form in forms)


def _gained(old: Visit, new: Visit) -> bool:
    """Whether a button's time, or a word on a photograph, is there that no telephone had said before.

    A time said again is none: the difference of the clocks is measured anew with every sending.
    """
    known = {each.sha256 for each in old.pictures if each.captured} | {each.what for each in old.clocked}
    said = {each.sha256 for each in new.pictures if each.captured} | {each.what for each in new.clocked}
    return not said <= known


def _still_clocked(clocked: Sequence[Clocked], before: Sequence[Clocked]) -> tuple[Clocked, ...]:
    """The buttons pressed now, and those of before that were not pressed again."""
    pressed = {each.what for each in clocked}
    return (*(each for each in before if each.what not in pressed), *clocked)


def _still_told(pictures: Sequence[Picture], before: Sequence[Picture]) -> Iterator[Picture]:
    """A correction at the desk takes nothing of what the telephone said of a photograph."""
    known = {each.sha256: each.captured for each in before}
    for each in pictures:
        yield each if each.captured else replace(each, captured=known.get(each.sha256))


def _number_hazards(
    entered: Visit, view: View, case: Case, own: VisitId | None
) -> tuple[Visit, tuple[str, ...]]:
    """The visit with hazard ids that no other visit of the case uses, and what was renumbered.

    Hazards are numbered per case; the numbers of a file are references within that file.

    Args:
        own: the visit that this one corrects; its hazards keep their ids.
    """
    used = {hazard.id for known in view.visits(case.id) if known.id != own for hazard in known.hazards}
    clashing = [hazard.id for hazard in entered.hazards if hazard.id in used]
    if not clashing:
        return entered, ()
    taken = used | {hazard.id for hazard in entered.hazards}
    numbers = (f"H{number:02d}" for number in count(1))
    fresh = {old: next(number for number in numbers if number not in taken) for old in clashing}
    hazards = tuple(replace(hazard, id=fresh.get(hazard.id, hazard.id)) for hazard in entered.hazards)
    said = _("本案已有隐患 {old}，文件中的 {old} 编为 {new}")
    return replace(entered, hazards=hazards), tuple(said.format(old=old, new=fresh[old]) for old in fresh)


def _corrected(
    entered: Visit, latest: dict[VisitId, Visit], wanted: VisitId | None, separate: bool
) -> Visit | None:
    if wanted is not None:
        old = latest.get(wanted)
        if old is None or old.kind is not entered.kind:
            raise UsageError(
                _("没有可更正的活动 {wanted}，或类型不同。").format(wanted=wanted),
                remedy=_("evidence case show 可列出该案件的活动。"),
            )
        return old
    if separate:
        return None
    day = local_date(entered.arrived_at)
    same = [v for v in latest.values() if v.kind is entered.kind and local_date(v.arrived_at) == day]
    return same[-1] if same else None


def _settle_report(
    entered: RectificationReport, view: View, case: Case, separate: bool
) -> tuple[Recorded, Event]:
    known = view.reports(case.id)
    same_day = (report for report in reversed(known) if report.received_on == entered.received_on)
    old = None if separate else next(same_day, None)
    version = old.version if old else max((report.version for report in known), default=0) + 1
    new = replace(entered, version=version)
    found = tuple(differences(old, new)) if old else ()
    result = Recorded(kind="report", id=case.id, version=version, new=old is None, differences=found)
    return result, ReportRecorded(report=new)


def _settle_escalation(entered: Escalation, view: View, case: Case, separate: bool) -> tuple[Recorded, Event]:
    known = view.escalations(case.id)
    day = local_date(entered.reported_at)
    same_day = (e for e in known if e.trigger is entered.trigger and local_date(e.reported_at) == day)
    old = None if separate else next(same_day, None)
    new = replace(entered, id=old.id if old else f"E{len(known) + 1}")
    found = tuple(differences(old, new)) if old else ()
    result = Recorded(kind="escalation", id=new.id, version=1, new=old is None, differences=found)
    return result, EscalationRecorded(escalation=new)


def differences(old: Any, new: Any) -> Iterator[str]:
    """What changed between two versions, in words."""
    yield from _compare(_plain(old), _plain(new), "")


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _compare(old: Any, new: Any, place: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            if key not in _UNCOUNTED:
                word = _WORDS.get(key, key)
                yield from _compare(old.get(key), new.get(key), f"{place} · {word}" if place else word)
    elif _rows(old) and _rows(new):
        for number in range(max(len(old), len(new))):
            before = old[number] if number < len(old) else None
            after = new[number] if number < len(new) else None
            yield from _compare(before, after, f"{place} {number + 1}")
    elif old != new:
        yield f"{place}：{_shown(old)} → {_shown(new)}"


def _rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, dict) for part in value)


def _shown(value: Any) -> str:
    if value in (None, "", []):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "、".join(_shown(inner) for inner in value.values() if inner not in (None, "", [], False))
    if isinstance(value, list):
        return "、".join(_shown(inner) for inner in value)
    return str(value)[:80]
