"""The contract's time arithmetic: pure, monotone, and never silently moved.

天 are calendar days and the day after the event is day 1; windows never move for holidays. Only a
delivered force-majeure notice (第十条) moves a last day, and the result says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from evidence.domain.week import Week, is_workday, show_date, weekday_name
from evidence.rules.parameters import HolidayRule, Parameters

FRIDAY = 5
"""The weekday of the handover unless a contract says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Days that do not count, because a force-majeure notice was delivered."""

    key: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """First and last day on which something is in time, both inclusive."""

    first: date
    last: date
    notes: tuple[str, ...] = ()
    """Chinese remarks a finding carries: holidays, moved days, missing calendar data."""

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first.isoformat()} 至 {self.last.isoformat()}"

    @property
    def note(self) -> str:
        """All remarks as one Chinese parenthesis, or nothing."""
        return f"（{'；'.join(self.notes)}）" if self.notes else ""


def move(start: date, due: date, suspensions: Iterable[Suspension]) -> tuple[date, tuple[str, ...]]:
    """A due day put off by the suspended days between its start and itself.

    Monotone in `due`: a later due day never becomes an earlier one. Days suspended twice count once.
    """
    listed = tuple(suspensions)
    if not listed:
        return due, ()

    def suspended(day: date) -> bool:
        return any(one.first <= day <= one.last for one in listed)

    moved, left, day = due, (due - start).days, start
    while left > 0:
        day += timedelta(days=1)
        if not suspended(day):
            left -= 1
        moved = day
    if moved == due or (due - start).days <= 0:
        return due, ()
    keys = "、".join(one.key for one in listed if one.first <= moved and one.last > start)
    return moved, (f"因不可抗力通知 {keys} 由 {due.isoformat()} 顺延至 {moved.isoformat()}",)


def urging_window(checked_on: date, parameters: Parameters, suspensions: Iterable[Suspension] = ()) -> Window:
    """Day 7 to day 10 after the check (附件五(二)1)."""
    first = checked_on + timedelta(days=parameters.urging_first_day)
    last = checked_on + timedelta(days=parameters.urging_last_day)
    last, moved = move(checked_on, last, suspensions)
    return Window(first=first, last=last, notes=holiday_notes(first, last) + moved)


def general_deadline(checked_on: date, parameters: Parameters) -> date:
    """The general rectification deadline, 15 days after the check (附件五(二)1)."""
    return checked_on + timedelta(days=parameters.rectification_days)


def recheck_window(deadline: date, parameters: Parameters, suspensions: Iterable[Suspension] = ()) -> Window:
    """Day 1 to day 5 after the rectification deadline (附件五(二)1)."""
    first = deadline + timedelta(days=1)
    last = deadline + timedelta(days=parameters.recheck_days)
    last, moved = move(deadline, last, suspensions)
    return Window(first=first, last=last, notes=holiday_notes(first, last) + moved)


@lru_cache(maxsize=4096)
def holiday_notes(first: date, last: date) -> tuple[str, ...]:
    """A remark when no day of a window is a working day, or the calendar's data end before it."""
    days = [is_workday(first + timedelta(days=offset)) for offset in range((last - first).days + 1)]
    if any(day is None for day in days):
        return ("节假日日历不含该年度",)
    return () if any(days) else ("期限内全部为休息日，合同未约定顺延，窗口不变",)


@lru_cache(maxsize=4096)
def handover_window(week: Week, rule: HolidayRule, weekday: int = FRIDAY) -> Window:
    """Week's handover day (附件六1(4)), or what the parameter says when it is a holiday.

    When a week has no working day up to that day, it is the next working day after it.

    Args:
        weekday: the agreed day, 1 for Monday.
    """
    agreed = week.monday + timedelta(days=weekday - 1)
    working = is_workday(agreed)
    if working is None:
        return _unknown_holiday(agreed)
    if working or rule is HolidayRule.NONE:
        return Window(first=agreed, last=agreed)
    day = agreed
    if rule is HolidayRule.PREVIOUS:
        while day >= week.monday and not is_workday(day):
            day -= timedelta(days=1)
    if rule is HolidayRule.NEXT or day < week.monday:
        day = agreed
        while is_workday(day) is False:
            day += timedelta(days=1)
    return _moved_for_holiday(agreed, day)


def handover_day(week: Week, parameters: Parameters) -> Window:
    """A week's handover day under a contract."""
    return handover_window(week, parameters.holiday_friday, parameters.handover_weekday)


def _unknown_holiday(agreed: date) -> Window:
    note = f"节假日日历不含该年度，{weekday_name(agreed)}是否休息请人工确认"
    return Window(first=agreed, last=agreed, notes=(note,))


def _moved_for_holiday(agreed: date, day: date) -> Window:
    note = f"{weekday_name(agreed)} {agreed.isoformat()} 为法定节假日，按参数取 {show_date(day)}"
    return Window(first=day, last=day, notes=(note,))


def uncertain(window: Window) -> bool:
    """Whether nobody can say that the day is right, because the calendar's data end before it."""
    return any("日历不含" in note for note in window.notes)


@lru_cache(maxsize=4096)
def planning_day(week: Week, rule: HolidayRule, weekday: int = FRIDAY) -> Window:
    """Last day to file the plan for a week (附件八1): the agreed day of the week before, or the working day
    before that.
    """
    agreed = week.shift(-1).monday + timedelta(days=weekday - 1)
    day = agreed
    if is_workday(agreed) is None:
        return _unknown_holiday(agreed)
    step = timedelta(days=1 if rule is HolidayRule.NEXT else -1)
    while rule is not HolidayRule.NONE and is_workday(day) is False:
        day += step
    if day == agreed:
        return Window(first=day, last=day)
    return _moved_for_holiday(agreed, day)


def handover_due(day: date, rule: HolidayRule, weekday: int = FRIDAY) -> date:
    """The handover day by which the material of work done on `day` must be handed over."""
    week = Week.of(day)
    due = handover_window(week, rule, weekday).last
    while due < day:
        week = week.shift(1)
        due = handover_window(week, rule, weekday).last
    return due
