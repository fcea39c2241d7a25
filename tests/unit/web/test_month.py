"""One month: what was done, what is planned, what falls due."""

from __future__ import annotations

from datetime import date

import pytest

from evidence.domain.facts import ServiceState
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.rules.due_item import DueItem
from evidence.web.month import Line, month_of, shifted, weeks_of
from tests.support import sample

FIRM = sample.enterprises()[0].id
DONE = ServiceState(enterprise=FIRM, case="WJB22-0001", kind="annual", checked_on=date(2022, 4, 6))
DUE = DueItem(
    what="现场复查", who="企业", due=date(2022, 4, 8), first=date(2022, 4, 1), clause="附件六", rule_id="P11",
    case="WJB22-0001", name="丰禾机械",
)  # fmt: skip


def _plan(version: int, day: int) -> Plan:
    line = PlanLine(day=date(2022, 4, day), enterprise=FIRM, work=PlannedWork.CHECK)
    return Plan(week="2022-W14", version=version, filed_on=date(2022, 4, 1), lines=(line,))


def _lines(**given: object) -> dict[date, tuple[Line, ...]]:
    known = {"services": (), "plans": (), "due": (), "names": {FIRM: "丰禾机械"}}
    weeks = weeks_of(date(2022, 4, 1), **{**known, **given})  # type: ignore[arg-type]
    return {day.day: day.lines for week in weeks for day in week}


def test_each_kind_of_thing_has_its_own_sign() -> None:
    found = _lines(services=[DONE], plans=[_plan(1, 7)], due=[DUE])
    assert [line.sign for line in found[date(2022, 4, 6)]] == ["●"]
    assert [line.sign for line in found[date(2022, 4, 7)]] == ["○"]
    assert [line.sign for line in found[date(2022, 4, 8)]] == ["◐"]


def test_the_last_version_of_a_plan_counts() -> None:
    found = _lines(plans=[_plan(2, 8), _plan(1, 7)])
    assert not found[date(2022, 4, 7)]
    assert found[date(2022, 4, 8)][0].name == "丰禾机械"


def test_what_was_planned_and_done_stands_once() -> None:
    found = _lines(services=[DONE], plans=[_plan(1, 6)])
    assert [line.sign for line in found[date(2022, 4, 6)]] == ["●"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2022-04", date(2022, 4, 1)),
        ("", date(2022, 3, 1)),
        ("2022-13", date(2022, 3, 1)),
        ("x", date(2022, 3, 1)),
    ],
)
def test_a_month_that_makes_no_sense_is_this_one(text: str, first: date) -> None:
    assert month_of(text, date(2022, 3, 31)) == first


def test_months_follow_each_other_over_the_year() -> None:
    assert shifted(date(2022, 1, 1), -1) == date(2021, 12, 1)
    assert shifted(date(2022, 12, 1), 1) == date(2023, 1, 1)
