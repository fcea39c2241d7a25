"""现场复查记录: hazard by hazard, put right or not."""

from __future__ import annotations

from datetime import date
from typing import Any

from evidence.domain.case import Recipient, Trigger, Visit
from evidence.domain.hazard import Hazard, HazardResult, HazardState
from evidence.domain.week import local_date
from evidence.forms.content.chain import (
    check_reference,
    deadline_in_force,
    hazards_so_far,
    numbered,
)
from evidence.forms.content.film import film_text
from evidence.forms.content.marks import Marks
from evidence.forms.content.parties import enterprise_fields, escort_fields, refusal_text, team_rows
from evidence.forms.content.photo_pages import photo_rows
from evidence.forms.content.wording import BLANK_DAY, BLANK_MOMENT, choices, day, moment, short_day, yes_no
from evidence.forms.source import Source

_ALL, _SOME = "全部整改到位", "未全部整改到位"
NOT_NEEDED = "无需上报"


def recheck_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 现场复查记录."""
    visit = source.visit
    hazards = hazards_so_far(source)
    rows = _rows(hazards, visit.results if visit else (), blank=source.blank)
    captions = _captions(hazards, visit)
    deadline = deadline_in_force(source)
    return {
        **enterprise_fields(source),
        **escort_fields(source.details().escort),
        **check_reference(source),
        "复查时间起": moment(visit.arrived_at if visit else None, blank=BLANK_MOMENT),
        "复查时间止": moment(visit.left_at if visit else None, blank=BLANK_MOMENT),
        "复查场所": visit.scope if visit else "",
        "整改期限": day(deadline, blank="—"),
        "期限说明": _timing(deadline, visit, blank=source.blank),
        "复查人员": team_rows(source, marks, experts_say="复查人员"),
        "出示工作证": yes_no(visit.badge_shown if visit else None, "已出示", "未出示"),
        "记录仪": "、".join(visit.devices) if visit else "",
        "录像": film_text(source),
        "复查情况": _summary(visit),
        "复查结果": rows,
        "复查小结": _count(visit) if visit else "　　项已整改，　　项未整改",
        "总体结论": _conclusion(visit),
        "下次复查时间": _next(visit, source.settings.parameters.recheck_days, blank=source.blank),
        "上报去向": choices(_where_to(source), _reported(source, visit)),
        "企业意见": source.details().opinion,
        "拒签情况": refusal_text(source),
        "照片行": photo_rows(source, captions),
        "框": marks.fixed(),
    }


def _summary(visit: Visit | None) -> str:
    """复查情况, with every hazard that was first found at this recheck."""
    if visit is None:
        return ""
    found = [
        f"{hazard.id} {hazard.location}：{hazard.description}"
        f"（{hazard.grade.value}隐患，期限 {short_day(hazard.deadline, blank='未定')}）"
        for hazard in visit.hazards
    ]
    new = "复查新发现隐患：" + "；".join(found) + "。" if found else ""
    return "\n".join(part for part in (visit.summary, new) if part)


def _open(visit: Visit) -> list[HazardResult]:
    return [result for result in visit.results if result.state is HazardState.UNRECTIFIED]


def _where_to(source: Source) -> tuple[str, ...]:
    """What can be ticked for 上报去向."""
    return (NOT_NEEDED, *(_reported_to(source, each) for each in Recipient))


def _reported_to(source: Source, recipient: Recipient) -> str:
    names = source.settings.profile.text.names
    to_section = recipient is Recipient.SAFETY_SECTION
    return f"上报{source.settings.regulator.section if to_section else names.enforcement}"


def _reported(source: Source, visit: Visit | None) -> list[str]:
    """Where the enterprise was reported to; 无需上报 only when nothing is left open."""
    if visit is None or source.case is None:
        return []
    if not _open(visit):
        return [NOT_NEEDED]
    return [
        _reported_to(source, e.recipient)
        for e in source.view.escalations(source.case.id)
        if e.trigger is Trigger.OVERDUE
    ]


def _captions(hazards: tuple[Hazard, ...], visit: Visit | None) -> list[tuple[str, Any]]:
    """Photographs before and after, hazard by hazard."""
    after = {result.hazard: result.photos for result in visit.results} if visit else {}
    pairs = []
    for number, hazard in enumerate(hazards, 1):
        taken = after.get(hazard.id, ())
        if taken:
            pairs += [(f"隐患{number}　整改前", photo) for photo in hazard.photos[: len(taken)]]
            pairs += [(f"隐患{number}　整改后", photo) for photo in taken]
    return pairs


def _rows(
    hazards: tuple[Hazard, ...], results: tuple[HazardResult, ...], *, blank: bool
) -> list[dict[str, str]]:
    found = numbered(hazards)
    if blank and not results:
        results = tuple(HazardResult(hazard=h.id, state=HazardState.UNRECTIFIED) for h in hazards)
        return [_row(found, result) | {"结果": "☐已整改\n☐未整改", "新期限": ""} for result in results]
    return [_row(found, result) for result in results]


def _row(found: dict[str, tuple[int, Hazard]], result: HazardResult) -> dict[str, str]:
    number, hazard = found.get(result.hazard, (0, None))
    return {
        "序号": str(number) if number else result.hazard,
        "部位": hazard.location if hazard else "",
        "隐患": hazard.description if hazard else "",
        "原期限": short_day(hazard.deadline if hazard else None, blank="—"),
        "结果": result.state.value,
        "描述": result.description,
        "新期限": short_day(result.new_deadline, blank="—"),
    }


def _count(visit: Visit) -> str:
    left = len(_open(visit))
    return f"{len(visit.results) - left}项已整改，{left}项未整改"


def _conclusion(visit: Visit | None) -> str:
    if visit is None or not visit.results:
        return choices((_ALL, _SOME), ())
    return choices((_ALL, _SOME), (_SOME if _open(visit) else _ALL,))


def _next(visit: Visit | None, days: int, *, blank: bool) -> str:
    if visit is None:
        return BLANK_DAY if blank else "—"
    dates = [result.new_deadline for result in _open(visit) if result.new_deadline]
    return f"{day(max(dates))}期满后{days}天内" if dates else "—"


def _timing(deadline: date | None, visit: Visit | None, *, blank: bool) -> str:
    """How the recheck lies to the deadline that held when it began (附件五(二)1: 一般5天之内)."""
    if deadline is None or visit is None:
        return "" if blank else "—"
    days = (local_date(visit.arrived_at) - deadline).days
    if days > 0:
        return f"期满后第{days}天"
    return "期满当天" if days == 0 else f"期满前{-days}天"
