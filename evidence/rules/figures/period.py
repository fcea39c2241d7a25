"""What was done in a half-year or a service year: work, hazards, reports upwards, handovers, what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from evidence.domain.case import VisitKind
from evidence.domain.week import Week, local_date
from evidence.rules.clause import Finding, Kind
from evidence.rules.facts_index import FactsIndex
from evidence.rules.figures.hazards import HazardLine, hazard_lines
from evidence.rules.money import OWED_BY_REGULATOR
from evidence.rules.payment_schedule import half_year, schedule
from evidence.rules.section import YearCoverage, year_coverage
from evidence.rules.weekly import missed_weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of the contract's term."""

    title: str
    """`第1个半年` or `第1服务年度`."""
    first: date
    last: date
    years: tuple[int, ...]
    """Service years it lies in."""

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


def half_period(index: FactsIndex, half: int) -> Period:
    """The half-year that an instalment pays.

    Raises:
        ValueError: the contract has no such half-year.
    """
    if half not in {one.half for one in schedule(index.parameters)}:
        raise ValueError(half)
    first, last = half_year(index.parameters.signed_on, half)
    return Period(title=f"第{half}个半年", first=first, last=last, years=_years(index, first, last))


def year_period(index: FactsIndex, year: int) -> Period:
    """A service year.

    Args:
        year: as `FactsIndex.year_of` counts: from 1, or the calendar year where the contract counts so.

    Raises:
        ValueError: the contract has no such year.
    """
    first, last = index.term
    if not index.year_of(first) <= year <= index.year_of(last):
        raise ValueError(year)
    begins, ends = index.year_span(year)
    return Period(title=f"第{year}服务年度", first=begins, last=ends, years=(year,))


def _years(index: FactsIndex, first: date, last: date) -> tuple[int, ...]:
    return tuple(range(index.year_of(first), index.year_of(last) + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedUpwards:
    """One written report to the regulator."""

    case: str
    name: str
    trigger: str
    recipient: str
    reported_on: date
    receipted: bool
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """One rule with what it found wrong or undecided."""

    rule_id: str
    clause: str
    fail: int
    review: int
    example: str
    """The first message of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFigures:
    """Everything a 服务总结 states."""

    period: Period
    as_of: date
    work: dict[str, int]
    """Visits by kind, in the contract's words."""
    enterprises: tuple[str, ...]
    """Ids of those checked in the period."""
    person_visits: int
    """Inspectors on checks and rechecks, each visit counted for each of them."""
    hazards: tuple[HazardLine, ...]
    """Found in the period, as they stand at `as_of`."""
    coverage: tuple[YearCoverage, ...]
    """The whole section in each service year of the period."""
    reports: tuple[ReportedUpwards, ...]
    weeks_worked: int
    weeks_missed: tuple[str, ...]
    packages: tuple[str, ...]
    receipted: int
    unmet: tuple[Unmet, ...]
    """Of the cases checked in the period, and of the standing duties."""


_WORK = (
    (VisitKind.CHECK, "现场检查"),
    (VisitKind.URGING, "督促指导"),
    (VisitKind.RECHECK, "现场复查"),
    (VisitKind.GUIDANCE, "指导服务"),
    (VisitKind.INTERVIEW, "约谈"),
)


def period_figures(index: FactsIndex, findings: tuple[Finding, ...], period: Period) -> PeriodFigures:
    """Reckon a period.

    Args:
        index: over every case of the contract.
        findings: the judgement of the same facts at the same instant.
    """
    steps = [(chain, step) for chain in index.chains for step in chain.visits if period.holds(step.day)]
    counts = {name: sum(step.facts.kind is kind for _chain, step in steps) for kind, name in _WORK}
    checked = {chain.case.id for chain, step in steps if step.facts.kind is VisitKind.CHECK}
    weeks = {Week.of(step.day) for _chain, step in steps}
    inspections = (VisitKind.CHECK, VisitKind.RECHECK)
    mine = [one for one in index.facts.packages if _within(period, one.week) and not one.supplement]
    missed = [one for one in missed_weeks(index, Week.of(index.today)) if period.holds(one.monday)]
    return PeriodFigures(
        period=period,
        as_of=index.today,
        work=counts,
        enterprises=tuple(
            sorted({chain.case.enterprise for chain, step in steps if step.facts.kind is VisitKind.CHECK})
        ),
        person_visits=sum(
            len(step.facts.experts) for _chain, step in steps if step.facts.kind in inspections
        ),
        hazards=tuple(one for one in hazard_lines(index) if period.holds(one.found_on)),
        coverage=tuple(year_coverage(index, year) for year in period.years),
        reports=_reports(index, period),
        weeks_worked=len(weeks),
        weeks_missed=tuple(str(one) for one in missed),
        packages=tuple(one.id for one in mine),
        receipted=sum(index.receipt_for(one) is not None for one in mine),
        unmet=unmet(one for one in findings if not one.subject.case or one.subject.case in checked),
    )


def _within(period: Period, week: str) -> bool:
    return period.holds(Week.parse(week).monday)


def _reports(index: FactsIndex, period: Period) -> tuple[ReportedUpwards, ...]:
    return tuple(
        ReportedUpwards(
            case=chain.case.id,
            name=index.name_of(chain.case.enterprise),
            trigger=one.trigger.value,
            recipient=one.recipient.value,
            reported_on=local_date(one.reported_at),
            receipted=one.receipt_at is not None,
            outcome=one.outcome,
        )
        for chain in index.chains
        for one in chain.escalations
        if period.holds(local_date(one.reported_at))
    )


def unmet(findings: Iterable[Finding]) -> tuple[Unmet, ...]:
    """What is wrong or undecided, one row a rule, gravest first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.kind in (Kind.FAIL, Kind.REVIEW) and finding.rule_id not in OWED_BY_REGULATOR:
            groups.setdefault(finding.rule_id, []).append(finding)
    rows = [
        Unmet(
            rule_id=rule,
            clause=group[0].clause.number,
            fail=sum(one.kind is Kind.FAIL for one in group),
            review=sum(one.kind is Kind.REVIEW for one in group),
            example=group[0].message,
        )
        for rule, group in groups.items()
    ]
    return tuple(sorted(rows, key=lambda one: (-one.fail, -one.review, one.rule_id)))
