"""How long footage is kept, and why. Pure; disposing of anything is a person's act elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from evidence.domain.case import Escalation, Trigger, Visit
from evidence.domain.hazard import Grade
from evidence.domain.recording import Recording
from evidence.domain.register import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Until when one file stays."""

    until: date | None
    """Last day; None while something holds it without end."""
    reason: str


def keep_until(
    recording: Recording,
    *,
    term_ends: date,
    keep_months: int,
    holds: Iterable[Hold] = (),
    visits: Iterable[Visit] = (),
    escalations: Iterable[Escalation] = (),
) -> Retention:
    """Retention of one recording.

    附件八2 (留档备查) names no period. The whole term counts because the last payment needs all
    material (第八条2); after it `keep_months`. Disputed visits (附件六2(5): the enterprise keeps its
    right to appeal), major hazards and cases on hold stay until a person releases them.

    Args:
        recording: the file.
        term_ends: last day of the contract's term.
        keep_months: months after it.
        holds: of its case.
        visits: of its case.
        escalations: of its case.
    """
    held = next((hold for hold in holds if hold.released_at is None), None)
    if held is not None:
        return Retention(until=None, reason=f"本案已封存：{held.why}")
    hazards = [hazard for visit in visits for hazard in visit.hazards]
    if any(hazard.disputed for hazard in hazards):
        return Retention(until=None, reason="企业对隐患有异议（附件六2(5)），处理完毕前不得销毁。")
    if any(hazard.grade is Grade.MAJOR for hazard in hazards):
        return Retention(until=None, reason="涉及重大事故隐患（附件八6(2)），未经批准不得销毁。")
    if any(escalation.trigger is Trigger.MAJOR for escalation in escalations):
        return Retention(until=None, reason="涉及已上报的重大事故隐患，未经批准不得销毁。")
    if recording.important:
        return Retention(until=None, reason="佩戴人标记为重要文件，未经批准不得销毁。")
    until = term_ends + relativedelta(months=keep_months)
    return Retention(
        until=until, reason=f"合同期满后 {keep_months} 个月（附件八2 留档备查，期限由设置规定）。"
    )
