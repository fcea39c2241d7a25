"""约谈通知 and 约谈记录: the regulator's, prepared by the agency for it to seal and hold."""

from __future__ import annotations

from typing import Any

from evidence.domain.case import Escalation, Trigger, VisitKind
from evidence.domain.hazard import Grade, Hazard
from evidence.domain.week import local_date
from evidence.forms.content.chain import check_reference, hazards_so_far, latest_check, numbered
from evidence.forms.content.letters import FREE_NUMBER, enclosures, interview_basis
from evidence.forms.content.marks import Marks
from evidence.forms.content.parties import enterprise_fields
from evidence.forms.content.wording import BLANK_MOMENT, choices, day, moment
from evidence.forms.source import Source

IN_LETTER = 5
"""Hazards named in the notice itself; more stand in the check record it cites."""
_WHY = {
    Trigger.PASSIVE: "发现的隐患，你单位不积极主动整改",
    Trigger.OVERDUE: "发现的隐患逾期未全部整改到位",
    Trigger.MAJOR: "发现存在重大事故隐患",
}
_MATERIALS = "营业执照复印件、隐患整改情况的书面说明、整改计划（责任人、期限、资金）"


def notice_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 约谈通知; time, place and contact come with the request."""
    visits = source.visits(VisitKind.INTERVIEW)
    visit = visits[-1] if visits else None
    enclosed, count = enclosures(source, [check_reference(source)["检查记录编号"]])
    return {
        **enterprise_fields(source),
        **check_reference(source),
        "事由": _reason(source, most=IN_LETTER),
        "约谈时间": moment(visit.arrived_at if visit else None, blank=BLANK_MOMENT),
        "约谈地点": "＿＿＿＿＿＿＿＿＿＿",
        "提交材料": _MATERIALS,
        "联系人": "＿＿＿＿＿＿",
        "联系人电话": "＿＿＿＿＿＿＿＿",
        "发文单位": source.settings.regulator.bureau,
        "发文字号": FREE_NUMBER,
        "依据": interview_basis(source.settings) or "有关规定",
        "附件": enclosed,
        "附件数": count,
        "框": marks.fixed(),
    }


def interview_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 约谈记录."""
    visit = source.visit
    details = source.details()
    present = visit.principal_present if visit else None
    return {
        **enterprise_fields(source),
        **check_reference(source),
        "约谈单位": source.settings.regulator.bureau,
        "约谈时间": (
            f"{moment(visit.arrived_at)} 至 {moment(visit.left_at, blank=BLANK_MOMENT)}"
            if visit
            else BLANK_MOMENT
        ),
        "约谈地点": details.place,
        "约谈人": details.interviewer.name,
        "约谈人职务": details.interviewer.position,
        "记录人": details.recorder,
        "本人到场": choices(
            ("主要负责人本人", "委托他人（不符合要求）"),
            () if present is None else (("主要负责人本人",) if present else ("委托他人（不符合要求）",)),
        ),
        "事由": _reason(source),
        "企业说明": details.opinion,
        "整改要求": visit.summary if visit else "",
        "企业表态": details.commitment,
        "框": marks.fixed(),
    }


def _reason(source: Source, *, most: int | None = None) -> str:
    """Why: the last report upwards and the hazards it names.

    Args:
        most: so many of them in running text, major ones first; None lists all, a line for each.
    """
    reports = source.view.escalations(source.case.id) if source.case else ()
    last: Escalation | None = reports[-1] if reports else None
    check = latest_check(source)
    places = numbered(hazards_so_far(source))
    named = [places[hazard] for hazard in last.hazards if hazard in places] if last else []
    named = named or list(places.values())
    when = day(local_date(check.arrived_at) if check else None)
    opening = f"{when}安全生产检查{_WHY[last.trigger] if last else '发现的隐患整改不力'}"
    if not named:
        return f"{opening}。"
    if most is None:
        return "\n".join([f"{opening}：", *(f"{_line(number, hazard)}。" for number, hazard in named)])
    shown = sorted(named, key=lambda place: place[1].grade is not Grade.MAJOR)[:most]
    text = "；".join(_line(number, hazard) for number, hazard in shown)
    if len(named) == len(shown):
        return f"{opening}：{text}。"
    record = check_reference(source)["检查记录编号"]
    listed = "现场检查记录" if record == "—" else f"现场检查记录{record}"
    return f"{opening}：{text}；等共{len(named)}项（详见{listed}）。"


def _line(number: int, hazard: Hazard) -> str:
    return f"{number}.{hazard.location}：{hazard.description.rstrip('。')}"
