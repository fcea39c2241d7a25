"""Moving planned visits between the days of a week; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from evidence.domain.register import Plan
from evidence.domain.week import Week, is_workday


def days_of(week: Week) -> list[date]:
    """Monday to Friday, and working days at the weekend."""
    every = [week.monday + timedelta(days=offset) for offset in range(7)]
    return [day for day in every if day.weekday() < 5 or is_workday(day)]


def moved(plan: Plan, chosen: dict[int, str], week: Week) -> Plan:
    """The plan with its lines on the days chosen; lines without a day are left out.

    Args:
        plan: the proposal, or the version filed last.
        chosen: position of a line -> ISO day, or empty for none; lines not named stay.
        week: the week planned; other days are refused by leaving the line where it was.
    """
    lines = []
    for position, line in enumerate(plan.lines):
        text = chosen.get(position, line.day.isoformat())
        if not text:
            continue
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = line.day
        lines.append(replace(line, day=day if day in week else line.day))
    return replace(plan, lines=tuple(sorted(lines, key=lambda line: (line.day, line.work, line.enterprise))))
