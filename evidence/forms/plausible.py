"""Facts that cannot be true are refused where they come in, with the field they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from evidence.domain.case import Escalation, RectificationReport, Visit
from evidence.domain.week import SHANGHAI, local_date
from evidence.forms.tables import Mistakes, Record
from evidence.language import _

AHEAD = timedelta(minutes=5)
"""How far a fact may lie in the server's future: two clocks are never quite the same."""
ITEMS = 25
"""Items of a checklist where no contract says."""
LONGEST_VISIT = timedelta(hours=24)
"""Nobody inspects a factory for longer in one go; more is a wrong date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plausible:
    """What bounds every fact: the server's clock, the day the contract was signed, its checklist."""

    now: datetime
    """Contract time, aware."""
    contract_from: date
    items: int = ITEMS
    """How many the checklist has."""

    def instant(self, at: datetime) -> str:
        """Why an instant cannot be; empty when it can."""
        if at > self.now + AHEAD:
            clock = self.now.astimezone(SHANGHAI)
            return _("时间在将来（服务器时间 {clock:%Y-%m-%d %H:%M}）").format(clock=clock)
        return self._since(local_date(at))

    def day(self, day: date) -> str:
        """Why a day on which something has happened cannot be; empty when it can."""
        if day > local_date(self.now):
            return _("日期在将来（今天 {today}）").format(today=local_date(self.now).isoformat())
        return self._since(day)

    def register_day(self, day: date) -> str:
        """The same for a paper, which may be older than the contract by a year: bids, undertakings."""
        if day > local_date(self.now):
            return _("日期在将来（今天 {today}）").format(today=local_date(self.now).isoformat())
        return self._since(day + timedelta(days=365))

    def _since(self, day: date) -> str:
        if day < self.contract_from:
            return _("早于合同签订日期 {day}").format(day=self.contract_from.isoformat())
        return ""


def check_visit(bounds: Plausible, visit: Visit, head: Record, mistakes: Mistakes) -> None:
    """Arrival and leaving of a visit, the length of a call, the day of the next visit."""
    problem = bounds.instant(visit.arrived_at)
    if problem:
        mistakes.error(head.where("到达时间"), problem)
    if visit.planned_recheck is not None and visit.planned_recheck < local_date(visit.arrived_at):
        mistakes.error(head.where("计划复查日期"), _("计划复查日期早于检查日期"))
    if (minutes := head["通话分钟"]) is not None and timedelta(minutes=minutes) > LONGEST_VISIT:
        mistakes.error(
            head.where("通话分钟"), _("通话 {minutes} 分钟，超过一昼夜，请核对").format(minutes=minutes)
        )
    if visit.left_at is None:
        return
    if problem := bounds.instant(visit.left_at):
        mistakes.error(head.where("离开时间"), problem)
    elif visit.left_at - visit.arrived_at > LONGEST_VISIT:
        hours = (visit.left_at - visit.arrived_at) // timedelta(hours=1)
        mistakes.error(
            head.where("离开时间"), _("在场 {hours} 小时，超过一昼夜，请核对日期").format(hours=hours)
        )


def check_report(
    bounds: Plausible,
    report: RectificationReport,
    head: Record,
    answers: list[Record],
    mistakes: Mistakes,
) -> None:
    """Days of a rectification report."""
    for heading, day in (
        ("报告日期", report.reported_on),
        ("收到日期", report.received_on),
        ("审核日期", report.reviewed_on),
        ("告知日期", report.notified_on),
    ):
        if day is not None and (problem := bounds.day(day)):
            mistakes.error(head.where(heading), problem)
    for record in answers:
        if record["完成日期"] is not None and (problem := bounds.day(record["完成日期"])):
            mistakes.error(record.where("完成日期"), problem)


def check_escalation(bounds: Plausible, escalation: Escalation, head: Record, mistakes: Mistakes) -> None:
    """When a report went up, and when its receipt came back."""
    for heading, at in (("上报时间", escalation.reported_at), ("签收时间", escalation.receipt_at)):
        if at is not None and (problem := bounds.instant(at)):
            mistakes.error(head.where(heading), problem)
    if escalation.receipt_at is not None and escalation.receipt_at < escalation.reported_at:
        mistakes.error(head.where("签收时间"), _("签收早于上报"))
