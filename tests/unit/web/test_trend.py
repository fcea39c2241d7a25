"""How many hazards were open and overdue, week by week."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from evidence.domain.hazard import Hazard, HazardResult
from evidence.domain.hazard_history import HazardHistory
from evidence.domain.week import Week
from evidence.web.trend import BOTTOM, HEIGHT, TOP, Point, drawn, trend
from tests.support import sample

HAZARD = Hazard(id="H01", location="车间", description="光电保护失效", deadline=date(2022, 3, 16))
WEEKS = [Week.parse(f"2022-W{number:02d}") for number in range(9, 14)]


def _history(*results: tuple[date, HazardResult]) -> HazardHistory:
    visit = sample.checked_case(sample.CHECKED, enterprise=0, day=date(2022, 3, 1)).visits[0]
    return HazardHistory(
        hazard=HAZARD,
        visit=visit,
        found_on=date(2022, 3, 1),
        general_deadline=date(2022, 3, 16),
        results=results,
    )


def test_the_running_week_stands_as_of_today() -> None:
    points = trend([_history()], WEEKS, date(2022, 3, 16))
    assert [(point.open, point.overdue) for point in points[:3]] == [(1, 0), (1, 0), (1, 0)]
    assert trend([_history()], WEEKS, date(2022, 4, 1))[-1] == Point(week=WEEKS[-1], open=1, overdue=1)


@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=30))
def test_no_number_leaves_the_drawing(counts: list[int]) -> None:
    points = [Point(week=WEEKS[0].shift(n), open=count, overdue=count // 2) for n, count in enumerate(counts)]
    picture = drawn(points)
    for mark in picture.marks:
        assert TOP - 0.01 <= mark.open_y <= mark.overdue_y <= HEIGHT - BOTTOM
    assert picture.rules[0].value == 0
    assert picture.rules[-1].value >= max(counts)
