"""督促指导企业隐患问题整改工作记录: the call or visit on day 7 to 10."""

from __future__ import annotations

from typing import Any

from evidence.domain.case import Attitude, Channel, Trigger, Visit
from evidence.domain.hazard import Hazard, HazardProgress, ProgressState
from evidence.domain.week import local_date
from evidence.forms.content.chain import (
    check_reference,
    hazards_so_far,
    last_deadline,
    latest_check,
    numbered,
)
from evidence.forms.content.film import film_text
from evidence.forms.content.marks import Marks
from evidence.forms.content.parties import enterprise_fields, team
from evidence.forms.content.wording import BLANK_MOMENT, choices, day, moment, short_day
from evidence.forms.source import Source


def urging_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 督促指导工作记录."""
    visit = source.visit
    check = latest_check(source)
    hazards = hazards_so_far(source)
    details = source.details()
    experts, _supervisors = team(source)
    on_site = visit is not None and visit.channel is Channel.ON_SITE
    by_phone = visit is not None and visit.channel is Channel.PHONE
    listener = details.listener if details.listener.name else details.escort
    person = experts[0].id if experts else None
    return {
        **enterprise_fields(source),
        **check_reference(source),
        "整改期限": day(last_deadline(hazards), blank="—"),
        "督促时间": _time(visit),
        "第几天": _day_number(visit, check),
        "督促方式": choices(list(Channel), [visit.channel] if visit and visit.channel else []),
        "督促人员": "、".join(expert.name for expert in experts),
        "接洽人": listener.name,
        "接洽人职务": listener.position,
        "接洽人电话": listener.telephone,
        "通话时长": _call(details.call_minutes, on_site=on_site),
        "记录仪": "—" if by_phone else ("、".join(visit.devices) if visit else ""),
        "录像": "" if by_phone else film_text(source),
        "签名人": experts[0].name if experts else "",
        "进度": _rows(hazards, visit.progress if visit else (), blank=source.blank),
        "督促情况": visit.summary if visit else "",
        "企业态度": choices(list(Attitude), [visit.attitude] if visit and visit.attitude else []),
        "上报": _report(source),
        "框": {
            **marks.fixed(),
            "urger": marks.box("urger", person=person),
            "urger_date": marks.box("urger-date", person=person),
            # a call leaves no signature of the enterprise
            "visited": marks.box("visited", required=on_site),
            "visited_date": marks.box("visited-date"),
        },
    }


def _call(minutes: int | None, *, on_site: bool) -> str:
    if on_site:
        return "—"
    return f"{minutes}分钟" if minutes is not None else ""


def _time(visit: Visit | None) -> str:
    if visit is None:
        return BLANK_MOMENT
    return moment(visit.arrived_at) + (f" 至 {moment(visit.left_at)}" if visit.left_at else "")


def _day_number(visit: Visit | None, check: Visit | None) -> str:
    """Day counted from the day after the check."""
    if visit is None or check is None:
        return ""
    return f"第{(local_date(visit.arrived_at) - local_date(check.arrived_at)).days}天"


def _report(source: Source) -> str:
    options = ("未上报", f"已上报{source.settings.profile.text.names.section}")
    if source.visit is None or source.case is None:
        return choices(options, ())
    reported = any(e.trigger is Trigger.PASSIVE for e in source.view.escalations(source.case.id))
    number = next(
        (
            document.form.number
            for document in reversed(source.view.documents(source.case.id))
            if document.form.form == "escalation-report" and not document.form.voided_why
        ),
        "",
    )
    return choices(options, (options[reported],)) + (f"（{number}）" if reported and number else "")


def _rows(
    hazards: tuple[Hazard, ...], progress: tuple[HazardProgress, ...], *, blank: bool
) -> list[dict[str, str]]:
    known = {entry.hazard: entry for entry in progress}
    rows = []
    for number, hazard in numbered(hazards).values():
        entry = known.get(hazard.id)
        rows.append(
            {
                "序号": str(number),
                "隐患": f"{hazard.location}：{hazard.description}",
                "期限": short_day(hazard.deadline, blank="—"),
                "状态": entry.state.value
                if entry
                else ("\n".join(f"☐{state}" for state in ProgressState) if blank else "—"),
                "困难": entry.difficulty if entry else ("" if blank else "—"),
                "指导意见": entry.guidance if entry else ("" if blank else "—"),
            }
        )
    return rows
