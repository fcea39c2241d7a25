"""隐患台账: every hazard of every case, from the day it was found to the recheck that confirmed it gone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evidence.domain.hazard import Grade
from evidence.domain.hazard_history import HazardHistory
from evidence.domain.parties import Enterprise
from evidence.rules.case_history import CaseHistory
from evidence.rules.facts_index import FactsIndex
from evidence.rules.steps import KIND_NAME
from evidence.rules.surroundings import Surroundings

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

    @property
    def overdue(self) -> bool:
        """Open past the deadline in force."""
        return self.open and self.overdue_days > 0


def hazard_lines(index: FactsIndex) -> tuple[HazardLine, ...]:
    """Every hazard of the cases under judgement, in order of finding, case and number."""
    lines = [line for chain in index.chains for line in _of_case(chain)]
    return tuple(sorted(lines, key=lambda one: (one.found_on, one.case, one.hazard)))


def street_of(address: str) -> str:
    """The 街道、镇 or 乡 in an address; empty where there is none."""
    found = _STREET.search(address)
    return found[1] if found else ""


def _of_case(chain: CaseHistory) -> Iterable[HazardLine]:
    completed = {
        answer.hazard: answer.completed_on
        for report in chain.reports
        for answer in report.answers
        if answer.completed_on
    }
    for history in chain.histories:
        yield _line(chain, history, completed.get(history.hazard.id))


def _line(chain: CaseHistory, history: HazardHistory, completed_on: date | None) -> HazardLine:
    index, enterprise, today = chain.index, chain.enterprise, chain.today
    hazard, step = chain.hazards[history.hazard.id]
    record = chain.record(step)
    closed_on = history.closed_on(today)
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
        inspectors=tuple(_name(index, person) for person in step.facts.experts),
        record=record.form.number if record else "",
        hazard=hazard.id,
        location=hazard.location,
        description=hazard.description,
        item=hazard.item,
        major=hazard.grade is Grade.MAJOR,
        criterion=hazard.criterion,
        basis=hazard.basis,
        deadline=history.stated_deadline(today),
        first_deadline=history.first_deadline,
        completed_on=completed_on,
        closed_on=closed_on,
        status=_status(history, today),
        days=((closed_on or today) - step.day).days,
        overdue_days=_overdue(history.deadline(today), today if history.open_on(today) else completed_on),
    )


def _status(history: HazardHistory, today: date) -> HazardStatus:
    if not history.open_on(today):
        return HazardStatus.RECTIFIED
    if history.result_on(today) is not None:
        return HazardStatus.STILL_THERE
    return HazardStatus.AWAITING_RECHECK if history.overdue_on(today) else HazardStatus.IN_TIME


def _overdue(deadline: date, until: date | None) -> int:
    return max(0, (until - deadline).days) if until else 0


def _classes(enterprise: Enterprise | None) -> tuple[str, ...]:
    return tuple(kind.value for kind in enterprise.classes) if enterprise else ()


def _name(index: Surroundings, person: str) -> str:
    known = index.people.get(person)
    return known.name if known else person
