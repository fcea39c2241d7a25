"""What an agency has on file before its first visit: undertakings, plans, the contract's papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from evidence.domain.identifiers import EnterpriseId, PersonId
from evidence.domain.register import Plan, PlanLine, PlannedWork, RegisterEntry

SIGNED = date(2021, 12, 7)
FIRST_DAY = date(2021, 12, 13)
TEAM = tuple(PersonId(f"P{number:02d}") for number in range(1, 6))
CLOSED, FRESH, HEAVY = (
    EnterpriseId("91320412MA2XDEM01F"),
    EnterpriseId("91320412MA2XDEM02J"),
    EnterpriseId("91320412MA2XDEM03M"),
)


def register_entries() -> Iterator[RegisterEntry]:
    """Entries of the standing registers."""
    for person in TEAM:
        for register in ("confidentiality-undertaking", "integrity-undertaking"):
            yield RegisterEntry(register=register, key=f"{register}-{person}", on=FIRST_DAY, person=person)
        yield RegisterEntry(
            register="conflict-declaration",
            key=f"conflict-{person}",
            on=FIRST_DAY,
            person=person,
            data={"conflict": "无"},
        )
    yield RegisterEntry(register="safety-plan", key="2021", on=FIRST_DAY)
    for key in ("tender", "bid", "award", "commitments", "agreed", "annex", "rules-2021-3"):
        yield RegisterEntry(register="contract-document", key=key, on=SIGNED, data={"status": "未提供"})
    yield RegisterEntry(
        register="contract-signature", key="WJB", on=SIGNED, data={"signatures": "2", "seals": "2"}
    )
    for holder in ("甲方", "乙方", "高新区财政局", "招标代理"):
        yield RegisterEntry(register="contract-copy", key=holder, on=SIGNED)
    for key in ("management", "quality", "archive"):
        yield RegisterEntry(register="procedure", key=key, on=FIRST_DAY)


def first_plan() -> Plan:
    """The plan for the week of the first check, filed the Friday before."""
    return Plan(
        week="2022-W11",
        filed_on=date(2022, 3, 11),
        lines=(
            PlanLine(
                day=date(2022, 3, 14), enterprise=CLOSED, work=PlannedWork.CHECK, experts=(PersonId("P01"),)
            ),
        ),
    )


def this_weeks_plan() -> Plan:
    """The plan for 2022-W13, filed the Friday before."""
    return Plan(
        week="2022-W13",
        filed_on=date(2022, 3, 25),
        lines=(
            PlanLine(
                day=date(2022, 3, 29), enterprise=FRESH, work=PlannedWork.CHECK, experts=(PersonId("P04"),)
            ),
            PlanLine(
                day=date(2022, 3, 30),
                enterprise=HEAVY,
                work=PlannedWork.CHECK,
                experts=(PersonId("P02"), PersonId("P03")),
                supervisor_needed=True,
            ),
            PlanLine(
                day=date(2022, 3, 31), enterprise=CLOSED, work=PlannedWork.RECHECK, experts=(PersonId("P01"),)
            ),
        ),
    )
