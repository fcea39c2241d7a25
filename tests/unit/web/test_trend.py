"""How many hazards were open and overdue, week by week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.domain.hazard import Hazard, HazardResult, HazardState
from evidence.domain.week import Week
from evidence.web.trend import BOTTOM, HEIGHT, TOP, Life, Point, drawn, lives_of, trend
from tests import world

HAZARD = Hazard(id="H01", location="车间", description="光电保护失效", deadline=date(2022, 3, 16))
WEEKS = [Week.parse(f"2022-W{number:02d}") for number in range(9, 14)]


def _life(**changes: object) -> Life:
    given = {
        "hazard": HAZARD,
        "found": date(2022, 3, 1),
        "deadlines": ((date(2022, 3, 1), date(2022, 3, 16)),),
        "closed": None,
    }
    return Life(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("life", "day", "open_", "overdue"),
    [
        (_life(), date(2022, 2, 28), False, False),
        (_life(), date(2022, 3, 1), True, False),
        (_life(), date(2022, 3, 16), True, False),
        (_life(), date(2022, 3, 17), True, True),
        (_life(closed=date(2022, 3, 20)), date(2022, 3, 19), True, True),
        (_life(closed=date(2022, 3, 20)), date(2022, 3, 20), False, False),
        (_life(deadlines=()), date(2022, 5, 1), True, False),
    ],
)
def test_a_hazard_is_overdue_after_its_deadline_until_it_is_put_right(
    life: Life, day: date, open_: bool, overdue: bool
) -> None:
    assert (life.open_on(day), life.overdue_on(day)) == (open_, overdue)


def test_a_new_deadline_holds_from_the_recheck_that_set_it() -> None:
    visit = world.checked_case(world.CHECKED, enterprise=0, day=date(2022, 3, 1)).visits[0]
    first = replace(visit, hazards=(HAZARD,), results=())
    result = HazardResult(hazard="H01", state=HazardState.UNRECTIFIED, new_deadline=date(2022, 3, 25))
    again = replace(
        visit, id="WJB22-0002-V2", hazards=(), results=(result,), arrived_at=world.instant("2022-03-18", 9)
    )
    (life,) = lives_of([first, again])
    assert life.overdue_on(date(2022, 3, 17))
    assert not life.overdue_on(date(2022, 3, 18))
    assert life.overdue_on(date(2022, 3, 26))


def test_the_running_week_stands_as_of_today() -> None:
    points = trend([_life()], WEEKS, date(2022, 3, 16))
    assert [(point.open, point.overdue) for point in points[:3]] == [(1, 0), (1, 0), (1, 0)]
    assert trend([_life()], WEEKS, date(2022, 4, 1))[-1] == Point(week=WEEKS[-1], open=1, overdue=1)


@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=30))
def test_no_number_leaves_the_drawing(counts: list[int]) -> None:
    points = [Point(week=WEEKS[0].shift(n), open=count, overdue=count // 2) for n, count in enumerate(counts)]
    picture = drawn(points)
    for mark in picture.marks:
        assert TOP - 0.01 <= mark.open_y <= mark.overdue_y <= HEIGHT - BOTTOM
    assert picture.rules[0].value == 0
    assert picture.rules[-1].value >= max(counts)
