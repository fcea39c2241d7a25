"""One month as people plan by it: what was done, what is planned, what falls due; pure."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from evidence.domain.facts import ServiceState
from evidence.domain.register import Plan
from evidence.domain.week import is_workday
from evidence.rules.due_item import DueItem

SHOWN = 4
"""Lines in one day before the rest is only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing on one day."""

    sign: str
    css: str
    words: str
    """What the sign means."""
    name: str
    what: str
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One cell of the month."""

    day: date
    inside: bool
    """Belongs to the month, not to its neighbours."""
    workday: bool
    lines: tuple[Line, ...] = field(default=())

    @property
    def shown(self) -> tuple[Line, ...]:
        """Those there is room for."""
        return self.lines[:SHOWN]

    @property
    def more(self) -> int:
        """How many there is no room for."""
        return max(0, len(self.lines) - SHOWN)


def _works(day: date) -> bool:
    known = is_workday(day)
    return day.weekday() < 5 if known is None else known


def month_of(text: str, today: date) -> date:
    """The first day of the month asked for (`2022-04`), else of this one."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def shifted(first: date, months: int) -> date:
    """The first day of a month before or after."""
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def weeks_of(
    first: date,
    *,
    services: Iterable[ServiceState],
    plans: Iterable[Plan],
    due: Iterable[DueItem],
    names: dict[str, str],
) -> list[list[Day]]:
    """The month's weeks, Monday first.

    Args:
        first: first day of the month.
        services: what was done, one row for each case.
        plans: filed plans; the highest version of a week counts.
        due: what falls due.
        names: enterprise id -> name to show.
    """
    lines: dict[date, list[Line]] = {}
    for service in services:
        done = (
            (service.checked_on, "检查"), (service.urged_on, "督促"), (service.rechecked_on, "复查"),
        )  # fmt: skip
        for day, what in done:
            if day is not None:
                name = names.get(service.enterprise, service.enterprise)
                line = Line(sign="●", css="present", words="已办", name=name, what=what, case=service.case)
                lines.setdefault(day, []).append(line)
    happened = {(day, line.name, line.what) for day, known in lines.items() for line in known}
    for plan in {plan.week: plan for plan in sorted(plans, key=lambda each: each.version)}.values():
        for planned in plan.lines:
            case, what = planned.case or "", planned.work.value
            name = names.get(planned.enterprise, planned.enterprise)
            if (planned.day, name, what) in happened:
                continue
            line = Line(sign="○", css="open", words="计划", name=name, what=what, case=case)
            lines.setdefault(planned.day, []).append(line)
    for item in due:
        sign = ("✕", "missing", "已过期") if item.overdue else ("◐", "undecided", "到期")
        lines.setdefault(item.due, []).append(
            Line(
                sign=sign[0], css=sign[1], words=sign[2], name=item.name or item.case, what=item.what,
                case=item.case,
            )
        )  # fmt: skip
    return [
        [
            Day(
                day=day,
                inside=day.month == first.month,
                workday=_works(day),
                lines=tuple(lines.get(day, ())),
            )
            for day in week
        ]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
