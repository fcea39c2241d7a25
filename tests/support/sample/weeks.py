"""A week as the rules see it: packages, receipts, plans, facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from evidence.domain.facts import Facts, ServiceState
from evidence.domain.identifiers import (
    CaseId,
    PersonId,
)
from evidence.domain.register import Package, Plan, PlanLine, PlannedWork, Receipt
from evidence.domain.week import Week
from evidence.rules.deadlines import planning_day
from tests.support.sample.cases import checked_case, closed_case, heavy_case, standing_entries
from tests.support.sample.parties import (
    CHECK_DAY,
    CHECKED,
    CLOSED,
    HEAVY,
    PARAMETERS,
    WEEK,
    devices,
    digest,
    enterprises,
    instant,
    people,
)


def package(week: str, built: str, *documents: str, **changes: Any) -> Package:
    """A weekly package that was built and complete."""
    made = Package(
        id=f"WJB-{week}",
        week=week,
        built_at=instant(built, 15),
        sha256=digest(f"package {week}"),
        complete=True,
        tree_size=10,
        root="0" * 64,
        documents=documents,
    )
    return replace(made, **changes)


def packages() -> tuple[Package, ...]:
    """The two weeks before, handed over on their Fridays."""
    return (
        package("2022-W11", "2022-03-18", f"{CLOSED}-JC-001"),
        package("2022-W12", "2022-03-25", f"{CLOSED}-DD-001"),
    )


def receipt(package_id: str, on: str) -> Receipt:
    """The regulator's signed paper, scanned."""
    return Receipt(
        package=package_id, at=instant(on, 16), source=digest(f"receipt {package_id}"), manner="scan"
    )


def plans() -> tuple[Plan, ...]:
    """A plan for every week since the contract, filed and receipted by the Friday before."""
    firms = [one.id for one in enterprises()]
    this = (
        PlanLine(
            day=date(2022, 3, 29), enterprise=firms[1], work=PlannedWork.CHECK, experts=(PersonId("P2"),)
        ),
        PlanLine(
            day=date(2022, 3, 30),
            enterprise=firms[2],
            work=PlannedWork.CHECK,
            experts=(PersonId("P2"), PersonId("P3")),
            supervisor_needed=True,
        ),
        PlanLine(
            day=date(2022, 3, 31),
            enterprise=firms[0],
            work=PlannedWork.RECHECK,
            case=CLOSED,
            experts=(PersonId("P2"),),
        ),
    )
    earlier = (PlanLine(day=CHECK_DAY, enterprise=firms[0], work=PlannedWork.CHECK),)
    named = {"2022-W11", WEEK}
    empty = [
        Plan(week=str(week), filed_on=day, receipt_on=day)
        for number in range(16)
        if str(week := Week(2021, 50).shift(number)) not in named
        for day in [planning_day(week, PARAMETERS.holiday_friday).last]
    ]
    return (
        Plan(week="2022-W11", filed_on=date(2022, 3, 11), receipt_on=date(2022, 3, 11), lines=earlier),
        Plan(week=WEEK, filed_on=date(2022, 3, 25), receipt_on=date(2022, 3, 25), lines=this),
        Plan(week="2022-W14", filed_on=date(2022, 4, 1), receipt_on=date(2022, 4, 1), lines=()),
        *empty,
    )


def services() -> tuple[ServiceState, ...]:
    """The three cycles in one line each."""
    firms = [one.id for one in enterprises()]
    return (
        ServiceState(
            enterprise=firms[0],
            case=CLOSED,
            kind="annual",
            checked_on=CHECK_DAY,
            urged_on=date(2022, 3, 22),
            rechecked_on=date(2022, 3, 31),
            closed=True,
        ),
        ServiceState(enterprise=firms[1], case=CHECKED, kind="annual", checked_on=date(2022, 3, 29)),
        ServiceState(enterprise=firms[2], case=HEAVY, kind="annual", checked_on=date(2022, 3, 30)),
    )


def week_facts() -> Facts:
    """The whole week, in order."""
    return Facts(
        week=WEEK,
        enterprises=enterprises(),
        people=people(),
        devices=devices(),
        cases=(closed_case(), checked_case(), heavy_case()),
        services=services(),
        entries=standing_entries(),
        plans=plans(),
        packages=packages(),
        receipts=(receipt("WJB-2022-W11", "2022-03-18"), receipt("WJB-2022-W12", "2022-03-25")),
    )


def case_facts(case: CaseId = CLOSED) -> Facts:
    """The same facts narrowed to one case."""
    facts = week_facts()
    return replace(facts, cases=tuple(one for one in facts.cases if one.case.id == case))
