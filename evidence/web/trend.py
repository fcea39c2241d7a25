"""How many hazards were open, and how many overdue, at the end of each week; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from evidence.domain.hazard_history import HazardHistory
from evidence.domain.week import Week

WIDTH, HEIGHT = 640, 220
"""Size of the drawing in SVG user units."""
LEFT, RIGHT, TOP, BOTTOM = 36, 14, 12, 30
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
_RULES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The end of one week."""

    week: Week
    open: int
    overdue: int


def trend(hazards: Iterable[HazardHistory], weeks: Sequence[Week], today: date) -> list[Point]:
    """One point for each week, the running one as it stands today."""
    known = list(hazards)
    points = []
    for week in weeks:
        end = min(week.monday + timedelta(days=6), today)
        points.append(
            Point(
                week=week,
                open=sum(one.open_on(end) for one in known),
                overdue=sum(one.overdue_on(end) for one in known),
            )
        )
    return points


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One horizontal line of the drawing."""

    y: float
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One week on the drawing."""

    x: float
    open_y: float
    overdue_y: float
    point: Point
    label: str
    """Empty where there is no room for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The trend, measured out."""

    rules: tuple[Rule, ...]
    marks: tuple[Mark, ...]

    @property
    def open_line(self) -> str:
        """Points of the line of open hazards."""
        return " ".join(f"{mark.x:.1f},{mark.open_y:.1f}" for mark in self.marks)

    @property
    def overdue_line(self) -> str:
        """Points of the line of overdue hazards."""
        return " ".join(f"{mark.x:.1f},{mark.overdue_y:.1f}" for mark in self.marks)


def drawn(points: Sequence[Point]) -> Drawing:
    """Places in SVG user units; the scale begins at nought and ends at a round number."""
    most = max((point.open for point in points), default=0)
    step = next((each for each in _STEPS if each * _RULES >= most), most)
    top = step * _RULES

    def y(value: int) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top

    between = (WIDTH - LEFT - RIGHT) / max(1, len(points) - 1)
    every = max(1, -(-len(points) // 8))
    return Drawing(
        rules=tuple(Rule(y=y(number * step), value=number * step) for number in range(_RULES + 1)),
        marks=tuple(
            Mark(
                x=LEFT + between * place,
                open_y=y(point.open),
                overdue_y=y(point.overdue),
                point=point,
                label=str(point.week)[5:] if (len(points) - 1 - place) % every == 0 else "",
            )
            for place, point in enumerate(points)
        ),
    )
