"""Calendar and numbers: coverage per service year, hazards by item and class, checks per week."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.shortcuts import render

from evidence.domain.facts import ServiceState
from evidence.domain.week import Week, local_date, service_year, service_year_span
from evidence.ledger.view import View
from evidence.recordings.assign import in_force
from evidence.web.pages import page
from evidence.web.roles import Act

_WEEKS = 16


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


def _hazards(view: View, case_ids: list[Any]) -> tuple[Counter[str], Counter[str], int, int]:
    items: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    fixed = total = 0
    for case in case_ids:
        visits = in_force(view.visits(case.id))
        enterprise = view.enterprise(case.enterprise)
        results = {each.hazard: each.state.value for visit in visits for each in visit.results}
        for visit in visits:
            for hazard in visit.hazards:
                total += 1
                fixed += results.get(hazard.id) == "已整改"
                items[f"第 {hazard.item} 项" if hazard.item else "未归项"] += 1
                for kind in enterprise.classes if enterprise else ():
                    classes[kind.value] += 1
    return items, classes, fixed, total


@page(Act.SEE)
def numbers(request: Any) -> Any:
    """The page."""
    workspace = request.desk.workspace
    view = workspace.ledger.view
    today = local_date(workspace.clock())
    signed = workspace.settings.contract.signed_on
    year = max(service_year(signed, today), 1)
    first, last = service_year_span(signed, year)
    services = view.services()
    enterprises = [each for each in view.enterprises() if each.active_to is None or each.active_to >= first]
    found = coverage_of_year(services, first, last)
    cases = [case for case in view.cases() if first <= case.opened_on <= last]
    items, classes, fixed, total = _hazards(view, cases)
    checked = Counter(Week.of(each.checked_on) for each in services if each.checked_on)
    this_week = Week.of(today)
    weeks = [this_week.shift(-back) for back in range(_WEEKS - 1, -1, -1)]
    context = {
        "year": year,
        "first": first,
        "last": last,
        "coverage": bars(
            [
                ("已检查", len(found["checked"])),
                ("已复查", len(found["rechecked"])),
                ("已闭环", len(found["closed"])),
            ],
            of=len(enterprises),
        ),
        "enterprises": len(enterprises),
        "items": bars(items.most_common(12)),
        "classes": bars(classes.most_common()),
        "fixed": fixed,
        "total": total,
        "weekly": bars([(str(week), checked[week]) for week in weeks]),
        "today": today,
    }
    return render(request, "desk/numbers.html", context)
