"""Written reports to the regulator: the passive, the overdue, the major hazard (附件五(二)1, 附件八6(2))."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from evidence.domain.case import Escalation, Recipient, Trigger
from evidence.domain.hazard import Grade, HazardState
from evidence.domain.week import SHANGHAI, local_date
from evidence.rules.case_history import DEADLINE_IN_FORCE, FROM_THE_END, CaseHistory
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised
from evidence.rules.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDuty:
    """A written report that one visit makes due."""

    trigger: Trigger
    step: Step
    days: int
    """Calendar days from the day on which the visit ended."""
    hazard: str = ""
    recipients: tuple[Recipient, ...] = tuple(Recipient)
    """Whom the clause names."""

    @property
    def last(self) -> date:
        """Last day in time: a duty that starts within a visit cannot end while people are still on site."""
        return self.step.last_day + timedelta(days=self.days)


def judge_report(chain: CaseHistory, duty: ReportDuty) -> Outcome:
    """Whether a report went out in time, to whom the clause names, and was receipted."""
    trigger = duty.trigger
    last = duty.last if chain.index.edition >= FROM_THE_END else duty.step.day + timedelta(days=duty.days)
    about: dict[str, Any] = {
        "visit": duty.step.id,
        "hazard": duty.hazard,
        "due": last,
        "expected": f"{last.isoformat()} 前书面上报并签收",
    }
    named = [
        one
        for one in chain.escalated(trigger)
        if not duty.hazard or not one.hazards or duty.hazard in one.hazards
    ]
    reports = [one for one in named if one.reported_at >= duty.step.facts.arrived_at]
    if not reports:
        return _unreported(chain, duty, named, about)
    report = reports[0]
    moment = _moment(report)
    to = chain.index.names.recipient(report.recipient)
    observed = f"{moment} 报{to}"
    if report.recipient not in duty.recipients:
        named_there = "或".join(chain.index.names.recipient(one) for one in duty.recipients)
        return revised(
            failed(
                f"“{trigger.value}”报给了{to}，应报{named_there}。",
                observed=observed,
                **about,
            ),
            _receipted(chain, report, about),
        )
    if local_date(report.reported_at) > last:
        days = (local_date(report.reported_at) - last).days
        return revised(
            late(
                f"“{trigger.value}”于 {moment} 才上报{to}，迟 {days} 天。",
                observed=observed,
                **about,
            ),
            failed(
                f"“{trigger.value}”于 {moment} 才上报{to}，已迟。",
                observed=observed,
                **about,
            ),
        )
    return _receipted(chain, report, about)


def _unreported(
    chain: CaseHistory, duty: ReportDuty, named: Sequence[Escalation], about: dict[str, Any]
) -> Outcome:
    """No report since the visit began: one of the same day may have been entered with a wrong time."""
    trigger, last = duty.trigger, about["due"]
    if premature := [one for one in named if local_date(one.reported_at) == duty.step.day]:
        moment = _moment(premature[0])
        return revised(
            unsure(
                f"“{trigger.value}”登记为 {moment} 上报，早于活动开始，请核对时间。",
                observed=moment,
                **about,
            ),
            _receipted(chain, premature[0], about),
        )
    if chain.today <= last:
        return waiting(f"须在 {last.isoformat()} 前就“{trigger.value}”书面上报。", observed="未上报", **about)
    return failed(f"没有就“{trigger.value}”书面上报监管部门。", observed="未上报", **about)


def _receipted(chain: CaseHistory, report: Escalation, about: dict[str, Any]) -> Outcome:
    moment, trigger = _moment(report), report.trigger.value
    to = chain.index.names.recipient(report.recipient)
    about = {**about, "observed": f"{moment} 报{to}"}
    if report.receipt_at is None:
        return unsure(f"“{trigger}”已于 {moment} 上报{to}，尚无签收。", **about)
    if report.receipt_at < report.reported_at:
        return failed(f"“{trigger}”的签收时间早于上报时间，请核对。", **about)
    return passed(f"“{trigger}”已于 {moment} 上报{to}并签收。", **about)


def _moment(report: Escalation) -> str:
    return report.reported_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


@case_rule(
    "P13-overdue-reported",
    "逾期未整改到位的及时上报",
    rows="P13 R03",
    parameters="escalation_days",
    remedy="向{section}或{enforcement}书面上报并取得签收。",
    unless="复查未发现逾期未整改，或尚未复查。",
)
def overdue_reported(chain: CaseHistory) -> Iterator[Outcome]:
    """A recheck after expiry that finds something unrectified is followed by a report."""
    for duty, _expired in overdue_duties(chain):
        yield judge_report(chain, duty)


def overdue_duties(chain: CaseHistory) -> Iterator[tuple[ReportDuty, tuple[str, ...]]]:
    """Each recheck after which a report is due, with the hazards that were overdue when it began."""
    for step in chain.rechecks:
        expired = tuple(
            one.hazard
            for one in step.facts.results
            if one.state is HazardState.UNRECTIFIED
            and one.hazard in chain.hazards
            and _expired(chain, one.hazard, step)
        )
        if expired:
            days = chain.parameters.escalation_days
            yield ReportDuty(trigger=Trigger.OVERDUE, step=step, days=days), expired


def _expired(chain: CaseHistory, hazard: str, step: Step) -> bool:
    """Whether a recheck came after the deadline that held when it began."""
    if chain.index.edition >= DEADLINE_IN_FORCE:
        return step.day > chain.history_of[hazard].deadline_before(step.facts.arrived_at)
    first = chain.deadline(*chain.hazards[hazard])
    return first is None or step.day > first


@case_rule(
    "D02-major-reported",
    "重大事故隐患当日上报",
    rows="D02",
    parameters="major_hazard_days",
    remedy="立即书面上报并取得签收；未及时报告会导致清退检查人员或终止合同。",
    unless="没有判为重大的隐患。",
)
def major_reported(chain: CaseHistory) -> Iterator[Outcome]:
    """Every major hazard is reported the same day, with a receipt."""
    for step in chain.finding_visits:
        for hazard in step.facts.hazards:
            if hazard.grade is Grade.MAJOR:
                days = chain.parameters.major_hazard_days
                duty = ReportDuty(trigger=Trigger.MAJOR, step=step, days=days, hazard=hazard.id)
                yield judge_report(chain, duty)


@case_rule(
    "P13-outcome-known",
    "上报后的处理结果在案",
    rows="P13 P05",
    remedy="向监管部门了解处理结果并登记。",
    unless="没有上报事项。",
)
def outcome_known(chain: CaseHistory) -> Iterator[Outcome]:
    """What the regulator did with a report is on file; until then the chain is not finished."""
    for one in chain.escalations:
        on = local_date(one.reported_at).isoformat()
        if one.outcome:
            yield passed(f"{on} 上报“{one.trigger.value}”，处理结果：{one.outcome}。", document=one.id)
        else:
            yield waiting(f"{on} 上报“{one.trigger.value}”，处理结果待登记。", document=one.id)


@case_rule(
    "E07-dispute-decided",
    "有异议的隐患有申诉和处理决定",
    rows="E07",
    remedy="登记企业申诉和监管部门的处理决定（登记台账 appeal）。",
    unless="企业对隐患没有异议。",
)
def dispute_decided(chain: CaseHistory) -> Iterator[Outcome]:
    """A disputed hazard has its appeal and, once made, the regulator's decision on file."""
    appeals = chain.entries("appeal")
    for hazard, step in chain.hazards.values():
        if not hazard.disputed:
            continue
        mine = [one for one in appeals if hazard.id in one.data.get("hazards", hazard.id)]
        decided = [one for one in mine if one.data.get("decision")]
        about: dict[str, Any] = {"visit": step.id, "hazard": hazard.id, "expected": "申诉记录和处理决定"}
        if decided:
            words = listed(one.data["decision"] for one in decided)
            yield passed(f"隐患 {hazard.id} 的异议已处理：{words}。", **about)
        elif mine:
            yield unsure(f"隐患 {hazard.id} 的申诉尚无处理决定。", observed="无决定", **about)
        else:
            yield failed(f"企业对隐患 {hazard.id} 有异议，没有登记申诉。", observed="无申诉", **about)


RULES = (overdue_reported, major_reported, outcome_known, dispute_decided)
