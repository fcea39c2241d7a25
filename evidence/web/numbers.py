"""Calendar and numbers: coverage per service year, hazards by item and class, the overdue trend."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.shortcuts import render

from evidence.domain.facts import ServiceState
from evidence.domain.hazard_history import HazardHistory, hazard_histories
from evidence.domain.week import WEEKDAYS, Week, local_date, service_year, service_year_span
from evidence.web.board import Board
from evidence.web.month import month_of, shifted, weeks_of
from evidence.web.pages import page
from evidence.web.reporting import offered
from evidence.web.roles import Act
from evidence.web.speech import say
from evidence.web.trend import HEIGHT, WIDTH, Point, drawn, trend

_WEEKS = 26
"""Half a year, as payment runs."""
_ITEMS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart; sizes in SVG user units."""

    label: str
    value: int
    of: int
    width: int

    @property
    def percent(self) -> int:
        """Share of the whole in percent."""
        return round(100 * self.value / self.of) if self.of else 0


def bars(counts: list[tuple[str, int]], of: int | None = None, width: int = 420) -> list[Bar]:
    """Bars for counts; the longest, or `of`, fills the width."""
    whole = of or max((value for _label, value in counts), default=0)
    return [
        Bar(label=label, value=value, of=whole, width=width * value // whole if whole else 0)
        for label, value in counts
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upright:
    """One upright bar; sizes in SVG user units, 640 by 190."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float
    named: bool
    """Whether there is room for its label."""

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return self.x + self.width / 2


def columns(counts: list[tuple[str, int]]) -> list[Upright]:
    """Upright bars for counts over time; the longest fills the height."""
    most = max((value for _label, value in counts), default=0) or 1
    step = 640 / max(1, len(counts))
    return [
        Upright(
            label=label,
            value=value,
            x=step * place + step * 0.15,
            y=160 - 136 * value / most,
            width=step * 0.7,
            height=136 * value / most,
            named=(len(counts) - 1 - place) % 4 == 0,
        )
        for place, (label, value) in enumerate(counts)
    ]


def coverage_of_year(services: tuple[ServiceState, ...], first: Any, last: Any) -> dict[str, set[str]]:
    """Enterprises checked, urged and closed between two days."""
    found: dict[str, set[str]] = {"checked": set(), "rechecked": set(), "closed": set()}
    for service in services:
        if service.checked_on and first <= service.checked_on <= last:
            found["checked"].add(service.enterprise)
            if service.rechecked_on:
                found["rechecked"].add(service.enterprise)
            if service.closed:
                found["closed"].add(service.enterprise)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Everything on the page that comes from reading every case of the year."""

    items: tuple[tuple[int, int], ...]
    """Checklist item (0: none) and its hazards."""
    classes: tuple[tuple[str, int], ...]
    fixed: int
    total: int
    overdue: int
    """Hazards open past the deadline in force today."""
    points: tuple[Point, ...]


@lru_cache(maxsize=6)
def _counted(board: Board, size: int, first: date, last: date, today: date) -> Counted:
    """Counted once for a journal position: `size` makes it anew when something was written."""
    view = board.workspace.ledger.view
    items: Counter[int] = Counter()
    classes: Counter[str] = Counter()
    every: list[HazardHistory] = []
    usual_days = board.workspace.settings.parameters.rectification_days
    fixed = total = 0
    enterprises = {each.id: each for each in view.enterprises()}
    visits = {case: tuple(own) for case, own in groupby(view.all_visits(), key=lambda visit: visit.case)}
    for case in view.cases():
        if case.opened_on > last:
            continue
        own = hazard_histories(visits.get(case.id, ()), usual_days)
        every += own
        if case.opened_on < first:
            continue
        enterprise = enterprises.get(case.enterprise)
        total += len(own)
        fixed += sum(one.closed_on(today) is not None for one in own)
        for one in own:
            items[one.hazard.item or 0] += 1
            for kind in enterprise.classes if enterprise else ():
                classes[kind.value] += 1
    until = min(last, today)
    this_week = Week.of(until)
    weeks = [this_week.shift(-back) for back in range(_WEEKS - 1, -1, -1)]
    return Counted(
        items=tuple(items.most_common(_ITEMS)),
        classes=tuple(classes.most_common()),
        fixed=fixed,
        total=total,
        overdue=sum(one.overdue_on(until) for one in every),
        points=tuple(trend(every, weeks, until)),
    )


def item_name(item: int) -> str:
    """A checklist item as the charts name it."""
    return say("第 {item} 项").format(item=item) if item else say("未归项")


def _year(request: Any, signed: date, today: date) -> int:
    running = max(service_year(signed, today), 1)
    wanted = request.GET.get("year", "")
    return min(max(int(wanted), 1), running) if wanted.isdecimal() and len(wanted) < 3 else running


@page(Act.SEE)
def numbers(request: Any) -> Any:
    """Calendar of a month, and the numbers of a service year."""
    workspace, board = request.desk.workspace, request.desk.board
    view = workspace.ledger.view
    today = local_date(workspace.clock())
    signed = workspace.settings.contract.signed_on
    year = _year(request, signed, today)
    first, last = service_year_span(signed, year)
    services = view.services()
    everybody = view.enterprises()
    enterprises = [each for each in everybody if each.active_to is None or each.active_to >= first]
    found = coverage_of_year(services, first, last)
    counted = _counted(board, board.said(), first, last, today)
    checked = Counter(Week.of(each.checked_on) for each in services if each.checked_on)
    month = month_of(request.GET.get("month", ""), today)
    due = board.agenda.due()
    context = {
        "year": year,
        "years": range(1, max(service_year(signed, today), 1) + 1),
        "first": first,
        "last": last,
        "coverage": bars(
            [
                (say("已检查"), len(found["checked"])),
                (say("已复查"), len(found["rechecked"])),
                (say("已闭环"), len(found["closed"])),
            ],
            of=len(enterprises),
        ),
        "enterprises": len(enterprises),
        "items": bars([(item_name(item), count) for item, count in counted.items]),
        "classes": bars([(say(kind), count) for kind, count in counted.classes]),
        "counted": counted,
        "trend": drawn(counted.points),
        "size": (WIDTH, HEIGHT),
        "weekly": columns([(str(point.week), checked[point.week]) for point in counted.points]),
        "today": today,
        "month": month,
        "before": shifted(month, -1),
        "after": shifted(month, 1),
        "weekdays": WEEKDAYS,
        "reports": offered(workspace, year),
        "weeks": weeks_of(
            month,
            services=services,
            plans=view.plans(),
            due=due.items if due else (),
            names={str(each.id): each.short_name or each.name for each in everybody},
        ),
    }
    return render(request, "desk/numbers.html", context)
