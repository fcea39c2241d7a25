"""上报: the written report to the regulator, for each of the contract's three triggers."""

from __future__ import annotations

from typing import Any

from evidence.domain.case import Escalation, Recipient, Trigger, VisitKind, in_force
from evidence.domain.hazard import Grade, Hazard, HazardState
from evidence.domain.week import local_date
from evidence.errors import UsageError
from evidence.forms.content.chain import (
    check_reference,
    hazards_so_far,
    last_deadline,
    latest_check,
    numbered,
    record_number,
)
from evidence.forms.content.letters import enclosures, leader, report_basis
from evidence.forms.content.marks import Marks
from evidence.forms.content.parties import enterprise_fields
from evidence.forms.content.purpose import before, overdue_recheck, passive_urging, report_of
from evidence.forms.content.wording import BLANK_DAY, BLANK_MOMENT, day, moment
from evidence.forms.source import Source
from evidence.language import _
from evidence.rules.steps import KIND_NAME
from evidence.rules.wording import worded, words_of

_TITLES = {
    Trigger.PASSIVE: "不积极主动整改隐患问题的报告",
    Trigger.OVERDUE: "逾期未全部整改到位的报告",
    Trigger.MAJOR: "存在重大事故隐患的报告",
}
_ADVICE = {
    Trigger.PASSIVE: "建议依据合同{interview_clause}，警示约谈企业主要负责人，督促其落实整改主体责任。",
    Trigger.OVERDUE: "建议跟进处理，或者移交{enforcement}依法查处。",
    Trigger.MAJOR: "建议依法责令立即排除；排除前或者排除过程中无法保证安全的，"
    "依法责令撤出作业人员、停产停业。",
}


def escalation_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 上报; the request may choose another report of the case by `上报编号`.

    Raises:
        UsageError: no report is recorded and none is described in the request.
    """
    report = _report(source)
    check = latest_check(source)
    places = numbered(hazards_so_far(source))
    named = [places[hazard] for hazard in report.hazards if hazard in places] or [
        place
        for hazard, place in places.items()
        if _state(source, report, hazard) != HazardState.RECTIFIED
        and (report.trigger is not Trigger.MAJOR or place[1].grade is Grade.MAJOR)
    ]
    if report.trigger is Trigger.MAJOR:
        named = [place for place in named if place[1].grade is Grade.MAJOR] or named
    experts = source.people(check.experts) if check else ()
    settings = source.settings
    to_section = report.recipient is Recipient.SAFETY_SECTION
    name = source.enterprise.name if source.enterprise else ""
    enclosed, count = enclosures(source, _records(source))
    signatory = leader(source.view, local_date(report.reported_at))
    return {
        **enterprise_fields(source),
        **check_reference(source),
        "标题": f"关于{name}\n{_TITLES[report.trigger]}",
        "收件单位": settings.regulator.section_in_full if to_section else settings.regulator.enforcement,
        "触发情形": report.trigger.value,
        "事实": _facts(source, report),
        "清单名称": _list_name(report, [hazard for _number, hazard in named]),
        "未改隐患": [
            {
                "序号": str(number),
                "部位": hazard.location,
                "描述": hazard.description,
                "等级": hazard.grade.value + (f"\n{hazard.criterion}" if hazard.criterion else ""),
                "期限": hazard.deadline.isoformat() if hazard.deadline else "—",
                "状态": _state(source, report, hazard.id),
            }
            for number, hazard in named
        ],
        "已采取措施": _measures(source),
        "建议": worded(_ADVICE[report.trigger], words_of(settings.parameters)),
        "附件": enclosed,
        "附件数": count,
        "签发人": signatory.name if signatory else "＿＿＿＿＿＿",
        "依据": f"上述情况依据{basis}报告。" if (basis := report_basis(settings, report.trigger)) else "",
        "发现与上报": _hours(source, report, [hazard for _number, hazard in named]),
        "单位电话": settings.agency.telephone or "＿＿＿＿＿＿＿＿",
        "上报人": experts[0].name if experts else "＿＿＿＿＿＿",
        "上报日期": day(local_date(report.reported_at), blank=BLANK_DAY),
        "框": marks.fixed(),
    }


def _list_name(report: Escalation, hazards: list[Hazard]) -> str:
    if report.trigger is not Trigger.MAJOR:
        return "未整改隐患清单"
    return "重大事故隐患清单" if all(hazard.grade is Grade.MAJOR for hazard in hazards) else "隐患清单"


def _report(source: Source) -> Escalation:
    report = report_of(source)
    if report is not None:
        return report
    raise UsageError(
        _("案件 {case} 还没有登记上报事项。").format(case=source.case.id if source.case else ""),
        remedy=_("请先登记：evidence visit add 案件 上报.yaml（kind: escalation）。"),
    )


def _facts(source: Source, report: Escalation) -> str:
    """What happened, in dates."""
    check = latest_check(source)
    if check is None:
        return ""
    place = source.enterprise.name if source.enterprise else "该企业"
    when = day(local_date(check.arrived_at))
    parts = [f"我单位受委托于{when}对{place}进行安全生产现场检查，发现隐患{len(check.hazards)}项"]
    deadline = last_deadline(check.hazards)
    if deadline is not None:
        parts.append(f"，责令其于{day(deadline)}前整改")
    parts.append("。")
    parts += _what_triggered(source, report)
    parts.append(f"该企业属于“{report.trigger.value}”情形，现予上报。")
    return "".join(parts)


def _what_triggered(source: Source, report: Escalation) -> list[str]:
    """Only the facts behind this report: what was seen before and is over would contradict it."""
    urgings = before(source, report, VisitKind.URGING)
    passive = passive_urging(source, report) if report.trigger is Trigger.PASSIVE else None
    parts = [f"{day(local_date(one.arrived_at))}进行了督促指导。" for one in urgings if one is not passive]
    if passive is not None:
        parts.append(f"{day(local_date(passive.arrived_at))}督促时，企业仍不积极主动整改。")
    recheck = overdue_recheck(source, report) if report.trigger is Trigger.OVERDUE else None
    if recheck is not None:
        left = sum(result.state is HazardState.UNRECTIFIED for result in recheck.results)
        when = day(local_date(recheck.arrived_at))
        parts.append(f"{when}进行了现场复查，仍有{left}项未整改到位。")
    return parts


def _state(source: Source, report: Escalation, hazard: str) -> str:
    for visit in reversed(before(source, report, VisitKind.RECHECK)):
        for result in visit.results:
            if result.hazard == hazard:
                return result.state.value
    return "未复查"


def _measures(source: Source) -> str:
    check = latest_check(source)
    advice = [hazard.advice for hazard in check.hazards if hazard.advice] if check else []
    kept = list(dict.fromkeys(advice))[:5]
    return "已向企业逐一交底并提出整改建议：" + "；".join(kept) + "。" if kept else "已向企业逐一交底。"


def _hours(source: Source, report: Escalation, hazards: list[Hazard]) -> str:
    """When each major hazard was found and when it was reported, to the minute: 及时 is judged by it."""
    if report.trigger is not Trigger.MAJOR:
        return ""
    visits = in_force(source.view.visits(source.case.id)) if source.case else ()
    wanted = {hazard.id for hazard in hazards}
    found = [
        f"{moment(visit.arrived_at)}至{moment(visit.left_at, blank=BLANK_MOMENT)}"
        f"的现场{KIND_NAME[visit.kind]}"
        for visit in visits
        if wanted & {hazard.id for hazard in visit.hazards}
    ]
    return f"发现时间：{'、'.join(found) or BLANK_MOMENT}。上报时间：{moment(report.reported_at)}。"


def _records(source: Source) -> list[str]:
    """Numbers of the records that go with the report."""
    return [
        record_number(source, "inspection-record", latest_check(source)),
        *(record_number(source, "urging-record", visit) for visit in source.visits(VisitKind.URGING)[-1:]),
        *(record_number(source, "recheck-record", visit) for visit in source.visits(VisitKind.RECHECK)[-1:]),
    ]
