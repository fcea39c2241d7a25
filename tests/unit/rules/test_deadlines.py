"""Time arithmetic against the published vectors, holidays, and force majeure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from evidence.domain.week import Week, add_workdays
from evidence.rules.deadlines import (
    Suspension,
    general_deadline,
    handover_due,
    handover_window,
    move,
    planning_day,
    recheck_window,
    urging_window,
)
from evidence.rules.judge import judge
from evidence.rules.parameters import HolidayRule, Parameters
from tests.support import sample

VECTORS = json.loads(
    (Path(__file__).parents[2] / "data" / "rules" / "date_vectors.json").read_text(encoding="utf-8")
)
P = Parameters()


@pytest.mark.parametrize("vector", VECTORS["chain"], ids=lambda vector: vector["check"])
def test_the_chain_of_dates_is_the_published_one(vector: dict) -> None:
    check = date.fromisoformat(vector["check"])
    urging = urging_window(check, P)
    deadline = general_deadline(check, P)
    recheck = recheck_window(deadline, P)
    assert [urging.first.isoformat(), urging.last.isoformat()] == vector["urge_window"]
    assert deadline.isoformat() == vector["rectify_due_15"]
    assert [recheck.first.isoformat(), recheck.last.isoformat()] == vector["recheck_window"]


def test_a_window_inside_spring_festival_does_not_move_and_says_so() -> None:
    window = urging_window(date(2022, 1, 24), P)
    assert (window.first, window.last) == (date(2022, 1, 31), date(2022, 2, 3))
    assert "休息日" in window.note


@pytest.mark.parametrize("vector", VECTORS["workdays"], ids=lambda vector: vector["start"])
def test_working_days_are_the_published_ones(vector: dict) -> None:
    due = add_workdays(date.fromisoformat(vector["start"]), vector["n"])
    assert due is not None
    assert due.isoformat() == vector["due"]


@pytest.mark.parametrize("text", VECTORS["holiday_fridays_2021_12_10_to_2023_12_31"])
def test_a_holiday_friday_is_handed_over_on_a_working_day_of_its_week_or_after_it(text: str) -> None:
    friday = date.fromisoformat(text)
    week = Week.of(friday)
    window = handover_window(week, HolidayRule.PREVIOUS)
    assert window.last != friday
    assert window.notes
    assert week.monday <= window.last
    assert planning_day(week.shift(1), HolidayRule.PREVIOUS).last < friday
    assert handover_window(week, HolidayRule.NEXT).last > friday
    assert handover_window(week, HolidayRule.NONE).last == friday


@pytest.mark.parametrize(
    ("week", "day"),
    [
        ("2022-W13", date(2022, 4, 1)),
        ("2022-W22", date(2022, 6, 2)),  # 端午 on Friday: Thursday
        ("2022-W05", date(2022, 2, 7)),  # 春节 all week: the first working day after it
        ("2022-W40", date(2022, 10, 8)),  # 国庆 all week: the make-up Saturday
    ],
)
def test_the_handover_day_of_a_week(week: str, day: date) -> None:
    assert handover_window(Week.parse(week), HolidayRule.PREVIOUS).last == day


def test_weekend_work_is_handed_over_on_the_next_friday() -> None:
    assert handover_due(date(2022, 4, 1), HolidayRule.PREVIOUS) == date(2022, 4, 1)
    assert handover_due(date(2022, 4, 2), HolidayRule.PREVIOUS) == date(2022, 4, 8)


def test_a_week_beyond_the_calendar_asks_a_person_and_does_not_crash() -> None:
    assert "日历不含" in handover_window(Week(2030, 10), HolidayRule.PREVIOUS).note
    assert "日历不含" in urging_window(date(2030, 1, 1), P).note


def test_force_majeure_moves_the_last_day_by_the_days_that_did_not_count() -> None:
    notice = Suspension(key="FM1", first=date(2022, 3, 20), last=date(2022, 3, 22))
    due, notes = move(date(2022, 3, 14), date(2022, 3, 24), (notice,))
    assert due == date(2022, 3, 27)
    assert "FM1" in notes[0]
    assert "2022-03-27" in notes[0]


def test_force_majeure_outside_the_running_days_moves_nothing() -> None:
    notice = Suspension(key="FM1", first=date(2022, 3, 1), last=date(2022, 3, 14))
    assert move(date(2022, 3, 14), date(2022, 3, 24), (notice,)) == (date(2022, 3, 24), ())


def test_days_suspended_twice_count_once() -> None:
    one = Suspension(key="A", first=date(2022, 3, 20), last=date(2022, 3, 22))
    two = Suspension(key="B", first=date(2022, 3, 21), last=date(2022, 3, 22))
    assert move(date(2022, 3, 14), date(2022, 3, 24), (one, two))[0] == date(2022, 3, 27)


def test_a_notice_makes_a_late_urging_pass_and_shows_it() -> None:
    late = sample.on_visit(
        sample.case_facts(), f"{sample.CLOSED}-V2", arrived_at=sample.instant("2022-03-27")
    )
    notice = sample.entry(
        "force-majeure-notice", "FM1", "2022-03-20", valid_from=date(2022, 3, 20), valid_to=date(2022, 3, 22)
    )
    undelivered = replace(notice, attachment=None)
    for facts, kind in (
        (late, "fail"),
        (sample.with_entry(late, undelivered), "fail"),
        (sample.with_entry(late, notice), "pass"),
    ):
        found = next(
            one
            for one in judge(facts, P, sample.FRIDAY)
            if one.rule_id == "P03-urging-window" and one.subject.case
        )
        assert found.kind == kind
    assert "FM1" in found.expected


def test_a_window_is_as_long_as_the_parameters_say() -> None:
    other = replace(P, urging_first_day=5, urging_last_day=6, rectification_days=10, recheck_days=2)
    check = date(2022, 3, 14)
    assert str(urging_window(check, other)) == "2022-03-19 至 2022-03-20"
    assert general_deadline(check, other) == check + timedelta(days=10)
    assert recheck_window(general_deadline(check, other), other).last == check + timedelta(days=12)


def test_another_contract_hands_over_and_files_on_its_own_weekday() -> None:
    week = Week.parse("2022-W13")
    assert handover_window(week, HolidayRule.PREVIOUS, 4).last == date(2022, 3, 31)
    assert planning_day(week, HolidayRule.PREVIOUS, 4).last == date(2022, 3, 24)
    assert handover_due(date(2022, 3, 31), HolidayRule.PREVIOUS, 4) == date(2022, 3, 31)
    assert handover_due(date(2022, 4, 1), HolidayRule.PREVIOUS, 4) == date(2022, 4, 7)


def test_a_plan_due_on_a_holiday_is_filed_the_working_day_before_after_or_unchanged() -> None:
    week = Week.parse("2022-W23")  # the Friday before it, 3 June 2022, is a public holiday
    assert planning_day(week, HolidayRule.PREVIOUS).last == date(2022, 6, 2)
    assert planning_day(week, HolidayRule.NEXT).last == date(2022, 6, 6)
    assert planning_day(week, HolidayRule.NONE).last == date(2022, 6, 3)
    assert "周五 2022-06-03 为法定节假日" in planning_day(week, HolidayRule.PREVIOUS).note
    assert planning_day(Week.parse("2022-W14"), HolidayRule.PREVIOUS).notes == ()


def test_the_calendar_s_end_is_said_for_the_plan_too() -> None:
    window = planning_day(Week(2030, 10), HolidayRule.PREVIOUS)
    assert window.first == window.last == date(2030, 3, 1)
    assert "日历不含" in window.note
