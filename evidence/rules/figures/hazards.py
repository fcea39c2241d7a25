"""隐患台账: every hazard of every case, from the day it was found to the recheck that confirmed it gone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evidence.domain.hazard import Grade, Hazard, HazardState
from evidence.domain.parties import Enterprise
from evidence.rules.chain import KIND_NAME, Chain, Step
from evidence.rules.deadlines import general_deadline
from evidence.rules.ground import Ground

_STREET = re.compile(r"([^\W\d省市区县旗]{1,8}?(?:街道|镇(?!江)|乡))")


class HazardStatus(StrEnum):
    """Where a hazard stands; only a recheck makes it 已整改."""

    RECTIFIED = "已整改"
    IN_TIME = "整改期内"
    AWAITING_RECHECK = "期满待复查"
    STILL_THERE = "复查未整改"


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardLine:
    """One row of the 隐患台账."""

    case: str
    enterprise: str
    """Its id."""
    name: str
    credit_code: str
    classes: tuple[str, ...]
    street: str
    """街道、镇 or 乡 as its address names it; empty where it names none."""
    visit: str
    found_at: str
    """检查, 复查 or 指导."""
    found_on: date
    inspectors: tuple[str, ...]
    record: str
    """Number of the record that states it; empty while none was issued."""
    hazard: str
    location: str
    description: str
    item: int | None
    """Checklist item; None where nobody named one."""
    major: bool
    criterion: str
    basis: str
    """Law or standard it offends."""
    deadline: date | None
    """The one in force: a recheck may have set a new one."""
    first_deadline: date | None
    completed_on: date | None
    """When the enterprise says it was put right."""
    closed_on: date | None
    """The recheck that found it put right; None while it is open."""
    status: HazardStatus
    days: int
    """From finding to that recheck, or to the day of the report while it is open."""
    overdue_days: int
    """Past the deadline in force: of an open one until today, of a closed one until it was completed."""

    @property
    def open(self) -> bool:
        """Not confirmed by a recheck."""
        return self.status is not HazardStatus.RECTIFIED


def hazard_lines(ground: Ground) -> tuple[HazardLine, ...]:
    """Every hazard of the cases under judgement, in order of finding, case and number."""
    lines = [line for chain in ground.chains for line in _of_case(chain)]
    return tuple(sorted(lines, key=lambda one: (one.found_on, one.case, one.hazard)))


def street_of(address: str) -> str:
    """The 街道、镇 or 乡 in an address; empty where there is none."""
    found = _STREET.search(address)
    return found[1] if found else ""


def _of_case(chain: Chain) -> Iterable[HazardLine]:
    still_open = set(chain.open_hazards)
    completed = {
        answer.hazard: answer.completed_on
        for report in chain.reports
        for answer in report.answers
        if answer.completed_on
    }
    for key, (hazard, step) in chain.hazards.items():
        yield _line(chain, key, hazard, step, completed.get(key), open_=key in still_open)


def _line(
    chain: Chain, key: str, hazard: Hazard, step: Step, completed_on: date | None, *, open_: bool
) -> HazardLine:
    ground, enterprise = chain.ground, chain.enterprise
    first = chain.deadline(hazard, step)
    deadline, closed_on, seen_open = _seen_again(chain, key, first)
    closed_on = None if open_ else closed_on
    record = chain.record(step)
    until = closed_on or chain.today
    return HazardLine(
        case=chain.case.id,
        enterprise=chain.case.enterprise,
        name=enterprise.name if enterprise else chain.case.enterprise,
        credit_code=enterprise.credit_code if enterprise else "",
        classes=_classes(enterprise),
        street=street_of(enterprise.address) if enterprise else "",
        visit=step.id,
        found_at=KIND_NAME[step.facts.kind],
        found_on=step.day,
        inspectors=tuple(_name(ground, person) for person in step.facts.experts),
        record=record.form.number if record else "",
        hazard=key,
        location=hazard.location,
        description=hazard.description,
        item=hazard.item,
        major=hazard.grade is Grade.MAJOR,
        criterion=hazard.criterion,
        basis=hazard.basis,
        deadline=deadline,
        first_deadline=first,
        completed_on=completed_on,
        closed_on=closed_on,
        status=_status(
            chain.today,
            deadline or general_deadline(step.day, chain.parameters),
            open_=open_,
            seen_open=seen_open,
        ),
        days=(until - step.day).days,
        overdue_days=_overdue(deadline, chain.today if open_ else completed_on),
    )


def _seen_again(chain: Chain, key: str, first: date | None) -> tuple[date | None, date | None, bool]:
    """Deadline in force, day of the confirming recheck, whether the last recheck found it still there."""
    deadline, closed_on, still_there = first, None, False
    for step in chain.rechecks:
        for result in step.facts.results:
            if result.hazard != key:
                continue
            if result.state is HazardState.RECTIFIED:
                closed_on, still_there = closed_on or step.day, False
            else:
                closed_on, still_there = None, True
                deadline = result.new_deadline or deadline
    return deadline, closed_on, still_there


def _status(today: date, deadline: date, *, open_: bool, seen_open: bool) -> HazardStatus:
    """A hazard to which nobody gave a deadline counts as given the general one."""
    if not open_:
        return HazardStatus.RECTIFIED
    if seen_open:
        return HazardStatus.STILL_THERE
    return HazardStatus.IN_TIME if deadline >= today else HazardStatus.AWAITING_RECHECK


def _overdue(deadline: date | None, until: date | None) -> int:
    return max(0, (until - deadline).days) if deadline and until else 0


def _classes(enterprise: Enterprise | None) -> tuple[str, ...]:
    return tuple(kind.value for kind in enterprise.classes) if enterprise else ()


def _name(ground: Ground, person: str) -> str:
    known = ground.people.get(person)
    return known.name if known else person
