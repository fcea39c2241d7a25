"""What the worklist takes from the facts: major hazards without a receipt, planned visits nobody made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evidence.domain.case import Escalation, Recipient, Trigger
from evidence.domain.facts import Facts
from evidence.domain.hazard import Grade
from evidence.domain.identifiers import CaseId, EnterpriseId
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.web.worklist_context import WorklistContext, worklist_context
from tests.support import sample

TODAY = date(2022, 4, 1)
HAZARD = "H01"


def _context(facts: Facts, *plans: Plan, today: date = TODAY) -> WorklistContext:
    return worklist_context(facts, (), plans, today)


def _with_major(**reported: Any) -> Facts:
    facts = sample.on_hazard(sample.week_facts(), HAZARD, case=sample.CHECKED, grade=Grade.MAJOR)
    if not reported:
        return facts
    report = Escalation(
        id="SB-1", case=CaseId(sample.CHECKED), trigger=Trigger.MAJOR, recipient=next(iter(Recipient)),
        reported_at=sample.FRIDAY, **reported,
    )  # fmt: skip
    return sample.on_case(facts, sample.CHECKED, lambda one: replace(one, escalations=(report,)))


@pytest.mark.parametrize(
    ("reported", "said"),
    [
        ({}, [False]),
        ({"hazards": (HAZARD,)}, [True]),
        ({"hazards": ()}, [True]),
        ({"hazards": ("H09",)}, [False]),
        ({"hazards": (HAZARD,), "receipt_at": sample.FRIDAY}, []),
        ({"hazards": ("H09",), "receipt_at": sample.FRIDAY}, [False]),
    ],
)
def test_a_major_hazard_stays_until_its_own_report_is_receipted(
    reported: dict[str, Any], said: list[bool]
) -> None:
    majors = _context(_with_major(**reported)).majors
    assert [each.reported for each in majors] == said
    assert all((each.case, each.hazard) == (sample.CHECKED, HAZARD) for each in majors)


def _plan(day: date, work: PlannedWork, *, version: int = 1, enterprise: str = "91320412MA1XBBBB0B") -> Plan:
    line = PlanLine(day=day, enterprise=EnterpriseId(enterprise), work=work)
    return Plan(week="2022-W13", version=version, filed_on=date(2022, 3, 25), lines=(line,))


@pytest.mark.parametrize(
    ("day", "work", "left"),
    [
        (sample.CHECK_DAY, PlannedWork.CHECK, False),  # done on its day
        (date(2022, 3, 28), PlannedWork.CHECK, False),  # done on another day of its week
        (date(2022, 3, 28), PlannedWork.RECHECK, True),  # another work was done
        (date(2022, 4, 1), PlannedWork.GUIDANCE, True),
        (date(2022, 4, 2), PlannedWork.GUIDANCE, False),  # later than today
    ],
)
def test_only_what_nobody_carried_out_is_left_of_a_plan(day: date, work: PlannedWork, left: bool) -> None:
    planned = _context(sample.week_facts(), _plan(day, work)).planned
    assert bool(planned) is left


def test_a_new_version_of_a_plan_replaces_the_old_one() -> None:
    old = _plan(date(2022, 3, 28), PlannedWork.GUIDANCE)
    new = replace(old, version=2, lines=())
    assert _context(sample.week_facts(), new, old).planned == ()
    filed_later = replace(new, filed_on=date(2022, 4, 2))
    assert len(_context(sample.week_facts(), old, filed_later).planned) == 1


def test_lines_name_people_by_their_names_and_nobody_else_is_carried_along() -> None:
    facts = sample.week_facts()
    made = _context(facts, _plan(TODAY, PlannedWork.GUIDANCE))
    assert made.enterprise_names == {"91320412MA1XBBBB0B": "云泽包装"}
    assert made.enterprise_of_case[sample.CHECKED] == "91320412MA1XBBBB0B"
    assert made.visit_people[sample.CHECKED] == made.visit_people[f"{sample.CHECKED}-V1"]
    assert made.visit_kinds[f"{sample.CHECKED}-V1"] == "check"
    assert (
        "顾建明" in made.visit_people[f"{sample.HEAVY}-V1"]
        or "周晓岚" in made.visit_people[f"{sample.HEAVY}-V1"]
    )
