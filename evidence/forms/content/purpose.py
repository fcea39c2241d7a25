"""What a form is for, held against the facts it would print: one that they contradict is not issued."""

from __future__ import annotations

from collections.abc import Callable

from evidence.domain.case import Attitude, Escalation, Trigger, Visit, VisitKind
from evidence.domain.hazard import Grade, HazardState
from evidence.domain.week import local_date
from evidence.errors import InputError
from evidence.forms.content.chain import hazards_so_far, still_open
from evidence.forms.source import Source
from evidence.language import _


def refuse_contradiction(source: Source) -> None:
    """Refuse a form whose facts say the opposite of what it is issued for.

    Raises:
        InputError: they do; the message names both.
    """
    contradicts = CHECKS.get(source.form.id)
    if contradicts is None or source.blank:
        return
    if said := contradicts(source):
        raise InputError(
            _("《{short}》与登记的事实矛盾：{said}。").format(short=source.form.short, said=said),
            where=source.case.id if source.case else "",
            remedy=_("请核对：登记有误的先更正（visit add --visit），不该签发的撤回该事项。"),
        )


def report_of(source: Source) -> Escalation | None:
    """The report upwards that a form is about: the one the request names, else the last."""
    reports = source.view.escalations(source.case.id) if source.case else ()
    wanted = source.request.values.get("上报编号")
    fitting = [report for report in reports if wanted in (None, report.id)]
    return fitting[-1] if fitting else None


def before(source: Source, report: Escalation, kind: VisitKind) -> list[Visit]:
    """Visits of a kind before the day of the report was over: it cannot tell what came later."""
    last = local_date(report.reported_at)
    return [visit for visit in source.visits(kind) if local_date(visit.arrived_at) <= last]


def passive_urging(source: Source, report: Escalation) -> Visit | None:
    """The urging at which the enterprise was found passive: the last one before the report."""
    urgings = before(source, report, VisitKind.URGING)
    return urgings[-1] if urgings and urgings[-1].attitude is Attitude.PASSIVE else None


def overdue_recheck(source: Source, report: Escalation) -> Visit | None:
    """The recheck that still found something open: the last one before the report."""
    rechecks = before(source, report, VisitKind.RECHECK)
    left = rechecks and any(result.state is HazardState.UNRECTIFIED for result in rechecks[-1].results)
    return rechecks[-1] if left else None


def _report(source: Source) -> str:
    report = report_of(source)
    if report is None:
        return ""
    purpose = _("上报情形为“{trigger}”").format(trigger=report.trigger.value)
    fact = _OF_TRIGGER[report.trigger](source, report)
    return _("{purpose}，而{fact}").format(purpose=purpose, fact=fact) if fact else ""


def _not_passive(source: Source, report: Escalation) -> str:
    if passive_urging(source, report) is not None:
        return ""
    urgings = before(source, report, VisitKind.URGING)
    if not urgings:
        return _("上报之前没有登记过督促")
    last = urgings[-1]
    return _("{day} 督促登记的企业态度是“{attitude}”").format(
        day=local_date(last.arrived_at).isoformat(),
        attitude=last.attitude.value if last.attitude else _("未填"),
    )


def _not_overdue(source: Source, report: Escalation) -> str:
    if overdue_recheck(source, report) is not None:
        return ""
    rechecks = before(source, report, VisitKind.RECHECK)
    if not rechecks:
        return _("上报之前没有登记过复查")
    day = local_date(rechecks[-1].arrived_at).isoformat()
    return _("{day} 复查登记的隐患已全部整改").format(day=day)


def _not_major(source: Source, report: Escalation) -> str:
    hazards = {one.id: one for one in hazards_so_far(source)}
    named = [hazards[key] for key in report.hazards if key in hazards] or list(hazards.values())
    if any(one.grade is Grade.MAJOR for one in named):
        return ""
    listed = "、".join(one.id for one in named)
    return _("所列隐患 {hazards} 登记的等级都是“一般”").format(hazards=listed) if named else _("没有登记隐患")


_OF_TRIGGER: dict[Trigger, Callable[[Source, Escalation], str]] = {
    Trigger.PASSIVE: _not_passive,
    Trigger.OVERDUE: _not_overdue,
    Trigger.MAJOR: _not_major,
}


def _interview(source: Source) -> str:
    rechecks = source.visits(VisitKind.RECHECK)
    if not rechecks or not hazards_so_far(source) or still_open(source):
        return ""
    day = local_date(rechecks[-1].arrived_at).isoformat()
    return _("约谈的事由是整改不力，而 {day} 复查登记的隐患已全部整改").format(day=day)


def _inspection(source: Source) -> str:
    visit = source.visit
    if visit is None or not visit.hazards or not visit.hazards_none:
        return ""
    return _("登记了“未发现隐患”，又列有 {count} 项隐患").format(count=len(visit.hazards))


CHECKS: dict[str, Callable[[Source], str]] = {
    "escalation-report": _report,
    "interview-notice": _interview,
    "inspection-record": _inspection,
}
"""Form id -> what its facts contradict, in words; empty when nothing."""
