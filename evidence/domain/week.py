"""ISO weeks, contract years and working days; 天 are calendar days, 工作日 working days.

Day counting follows the contract's usage: the day after the event is day 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
from dateutil.relativedelta import relativedelta

SHANGHAI = ZoneInfo("Asia/Shanghai")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
WEEKDAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO 8601 week, Monday to Sunday."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Week:
        """Week from `2022-W13`.

        Raises:
            ValueError: not an ISO week.
        """
        match = _WEEK.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a week such as 2022-W13")
        week = cls(int(match[1]), int(match[2]))
        date.fromisocalendar(week.year, week.number, 1)
        return week

    @classmethod
    def of(cls, day: date) -> Week:
        """The week a day lies in."""
        iso = day.isocalendar()
        return cls(iso.year, iso.week)

    @property
    def monday(self) -> date:
        """First day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def friday(self) -> date:
        """The contract's handover day."""
        return self.monday + timedelta(days=4)

    @property
    def sunday(self) -> date:
        """Last day."""
        return self.monday + timedelta(days=6)

    def __contains__(self, day: date) -> bool:
        return self.monday <= day <= self.sunday

    def shift(self, weeks: int) -> Week:
        """The week so many weeks later (negative: earlier)."""
        return Week.of(self.monday + timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def ranges_of(weeks: Iterable[Week]) -> str:
    """Weeks in order, runs of them as one: `2022-W03 至 2022-W05、2022-W09`."""
    runs: list[list[Week]] = []
    for week in sorted(set(weeks)):
        if runs and runs[-1][-1].shift(1) == week:
            runs[-1].append(week)
        else:
            runs.append([week])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]} 至 {run[-1]}" for run in runs)


def local_date(instant: datetime) -> date:
    """The Asia/Shanghai date of an aware instant."""
    return instant.astimezone(SHANGHAI).date()


def local_instant(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The instant of a Shanghai wall-clock time, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def is_workday(day: date) -> bool | None:
    """Whether a day is a Chinese working day; None beyond the calendar's data (2004-2026)."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def is_public_holiday(day: date) -> bool | None:
    """Whether a day off belongs to a public holiday, not just a weekend; None beyond the calendar's data."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return bool(off and name)


def add_workdays(start: date, count: int) -> date | None:
    """The `count`-th working day after `start`; None when the calendar's data ends before it."""
    day = start
    while count:
        day += timedelta(days=1)
        working = is_workday(day)
        if working is None:
            return None
        count -= working
    return day


def service_year(contract_date: date, day: date) -> int:
    """1-based service year counted from the contract date (附件五(一)1); 0 before it."""
    return relativedelta(day, contract_date).years + 1 if day >= contract_date else 0


def service_year_span(contract_date: date, number: int) -> tuple[date, date]:
    """First and last day of a service year."""
    first = contract_date + relativedelta(years=number - 1)
    return first, contract_date + relativedelta(years=number) - timedelta(days=1)


def weekday_name(day: date) -> str:
    """周一 … 周日."""
    return WEEKDAYS[day.weekday()]


def show_date(day: date) -> str:
    """A date as people read it here: `2022-03-31 周四`."""
    return f"{day.isoformat()} {weekday_name(day)}"


def show_instant(at: datetime) -> str:
    """An instant as people read it here: `2022年4月1日 15:00:00（北京时间）`."""
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}（北京时间）"


def show_instant_text(instant: str) -> str:
    """The same from ISO 8601; what is no aware instant stays as it is."""
    try:
        at = datetime.fromisoformat(instant)
    except ValueError:
        return instant
    return show_instant(at) if at.tzinfo else instant
