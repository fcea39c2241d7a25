"""What may be disposed of when, on whose approval: the 销毁清册 (附件八2 留档备查; police rule as model).

The contract gives no period; the parameters do, and say so. Footage may go after its period, records
after theirs; nothing goes while its case is held, open, or not yet handed over with a receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from evidence.domain.identifiers import VisitId
from evidence.domain.register import Hold
from evidence.domain.week import local_date
from evidence.rules.ground import Ground
from evidence.rules.parameters import Parameters, clause_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposable:
    """One thing on the register of disposal."""

    case: str
    enterprise: str
    kind: str
    """`录像` or `记录`."""
    name: str
    sha256: str
    on: date
    """Day of the work it documents."""
    until: date
    """Last day it must be kept."""
    clause: str
    stopped_by: str
    """Chinese reason why it must stay although its period ended; empty when it may go."""

    held_since: date | None = None
    """Day its case was put on hold; None when it is not held."""

    @property
    def may_go(self) -> bool:
        """Whether the register proposes it; a person still approves."""
        return not self.stopped_by


def disposables(ground: Ground) -> Iterator[Disposable]:
    """Everything whose period has ended by the day of the judgement, in order of case and name."""
    facts, parameters = ground.facts, ground.parameters
    handed = {number for package in facts.packages for number in package.documents}
    receipted = {receipt.package for receipt in facts.receipts}
    sent = {number for package in facts.packages if package.id in receipted for number in package.documents}
    for chain in ground.chains:
        unfinished = "案件未闭环" if chain.open_hazards else ""
        days = {step.id: step.day for step in chain.visits}
        for recording in sorted(chain.facts.recordings, key=lambda one: (one.name, one.sha256)):
            day = days.get(recording.visit or "")
            if day is None:
                continue
            hold = hold_over(chain.facts.holds, recording.visit)
            until = footage_until(day, parameters)
            if until < ground.today:
                important = "录像标为重要，须由负责人先解除" if recording.important else ""
                yield Disposable(
                    case=chain.case.id,
                    enterprise=chain.case.enterprise,
                    kind="录像",
                    name=recording.name,
                    sha256=recording.sha256,
                    on=day,
                    until=until,
                    clause=clause_of("footage_retention_days", ground.text),
                    stopped_by=_held(hold) or unfinished or important,
                    held_since=None if hold is None else local_date(hold.at),
                )
        last = max(days.values(), default=None)
        for document in chain.facts.documents:
            if last is None:
                continue
            until = last + relativedelta(years=parameters.record_retention_years)
            if until >= ground.today:
                continue
            number = document.form.number
            hold = hold_over(chain.facts.holds, document.form.visit)
            unsent = "" if number in sent else ("移交无回执" if number in handed else "尚未移交")
            for digest in sorted({scan.sha256 for scan in document.scans}):
                yield Disposable(
                    case=chain.case.id,
                    enterprise=chain.case.enterprise,
                    kind="记录",
                    name=number,
                    sha256=digest,
                    on=last,
                    until=until,
                    clause=clause_of("record_retention_years", ground.text),
                    stopped_by=_held(hold) or unfinished or unsent,
                    held_since=None if hold is None else local_date(hold.at),
                )


def footage_until(day: date, parameters: Parameters) -> date:
    """Last day footage must be kept that was taken on a day."""
    return day + timedelta(days=parameters.footage_retention_days)


def hold_over(holds: Iterable[Hold], visit: VisitId | None) -> Hold | None:
    """The earliest hold in force over something of a visit, or over something that names none."""
    return min((hold for hold in holds if hold.covers(visit)), key=lambda hold: hold.at, default=None)


def _held(hold: Hold | None) -> str:
    if hold is None:
        return ""
    return "案件已封存" if hold.visit is None else f"{hold.visit} 已封存"
