"""Weeks, contract years and working days, against the published vectors."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.domain.week import (
    Week,
    add_workdays,
    is_workday,
    local_date,
    local_instant,
    service_year,
    service_year_span,
    show_date,
)

VECTORS = json.loads(
    (Path(__file__).parents[2] / "data/domain/date_vectors.json").read_text(encoding="utf-8")
)
SIGNED = date(2021, 12, 7)


@pytest.mark.parametrize("vector", VECTORS["workdays"], ids=lambda vector: f"{vector['start']}+{vector['n']}")
def test_working_days_follow_the_published_calendar(vector):
    assert add_workdays(date.fromisoformat(vector["start"]), vector["n"]) == date.fromisoformat(vector["due"])


@pytest.mark.parametrize(("day", "expected"), VECTORS["is_workday"].items())
def test_moved_weekends_and_holidays_are_known(day, expected):
    assert is_workday(date.fromisoformat(day)) is expected


def test_beyond_the_calendar_nothing_is_claimed():
    assert is_workday(date(2031, 5, 6)) is None
    assert add_workdays(date(2026, 12, 30), 15) is None


def test_the_fridays_that_are_holidays_are_the_listed_ones():
    fridays = [date(2021, 12, 10) + timedelta(weeks=n) for n in range(108)]
    assert [day.isoformat() for day in fridays if not is_workday(day)] == VECTORS[
        "holiday_fridays_2021_12_10_to_2023_12_31"
    ]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_lies_in_its_week_and_the_week_reads_back(day):
    week = Week.of(day)
    assert day in week
    assert Week.parse(str(week)) == week
    assert week.shift(1).monday == week.monday + timedelta(days=7)


@pytest.mark.parametrize("text", ["2022-13", "2022-W54", "2021-W53", "2022-W1", "W13"])
def test_a_text_that_is_no_week_is_refused(text):
    with pytest.raises(ValueError, match=r"week|Invalid"):
        Week.parse(text)


@pytest.mark.parametrize(
    ("day", "year"),
    [("2021-12-06", 0), ("2021-12-07", 1), ("2022-12-06", 1), ("2022-12-07", 2), ("2023-12-06", 2)],
)
def test_service_years_count_from_the_contract_date(day, year):
    assert service_year(SIGNED, date.fromisoformat(day)) == year


def test_the_second_service_year_ends_where_the_term_ends():
    assert service_year_span(SIGNED, 2) == (date(2022, 12, 7), date(2023, 12, 6))


def test_contract_dates_are_shanghai_dates():
    assert local_date(datetime(2022, 3, 31, 16, 30, tzinfo=UTC)) == date(2022, 4, 1)
    assert local_instant(date(2022, 4, 1), 15) == datetime(2022, 4, 1, 7, tzinfo=UTC)


def test_dates_are_shown_with_their_weekday():
    assert show_date(date(2022, 3, 31)) == "2022-03-31 周四"
