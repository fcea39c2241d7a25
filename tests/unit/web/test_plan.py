"""Moving planned visits between days."""

from __future__ import annotations

from datetime import date

import pytest

from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import Week
from evidence.web.plan_board import days_of, moved
from tests.support import sample

WEEK = Week.parse("2022-W14")
FIRMS = [each.id for each in sample.enterprises()]
PLAN = Plan(
    week="2022-W14",
    filed_on=date(2022, 4, 1),
    lines=(
        PlanLine(day=date(2022, 4, 6), enterprise=FIRMS[0], work=PlannedWork.CHECK),
        PlanLine(day=date(2022, 4, 7), enterprise=FIRMS[1], work=PlannedWork.URGING),
    ),
)


@pytest.mark.parametrize(
    ("chosen", "days"),
    [
        ({}, {FIRMS[0]: 6, FIRMS[1]: 7}),
        ({0: "2022-04-08"}, {FIRMS[0]: 8, FIRMS[1]: 7}),
        ({1: ""}, {FIRMS[0]: 6}),
        ({0: "", 1: ""}, {}),
        ({0: "2022-04-20"}, {FIRMS[0]: 6, FIRMS[1]: 7}),  # another week
        ({0: "nonsense"}, {FIRMS[0]: 6, FIRMS[1]: 7}),
        ({7: "2022-04-08"}, {FIRMS[0]: 6, FIRMS[1]: 7}),
    ],
)
def test_lines_go_where_they_are_put(chosen: dict[int, str], days: dict[str, int]) -> None:
    assert {line.enterprise: line.day.day for line in moved(PLAN, chosen, WEEK).lines} == days


def test_lines_stand_in_order_of_days() -> None:
    lines = moved(PLAN, {0: "2022-04-08"}, WEEK).lines
    assert [line.enterprise for line in lines] == [FIRMS[1], FIRMS[0]]


def test_the_board_shows_working_days_at_the_weekend() -> None:
    # 2022-04-02 was a working Saturday before the Qingming holiday.
    assert date(2022, 4, 2) in days_of(Week.parse("2022-W13"))
    assert date(2022, 4, 3) not in days_of(WEEK)
    assert len(days_of(WEEK)) >= 5
