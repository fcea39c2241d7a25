"""The first page: what came in, what waits for me, what is due, and the week as one matrix."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from evidence.domain.week import Week, local_date
from evidence.web.board import Board, Due, Judged
from evidence.web.matrix import COLUMNS, SIGNS, WORDS, State
from evidence.web.pages import page
from evidence.web.roles import Act

SHOWN_ARRIVALS = 12
SHOWN_DUE = 14


def chosen_week(request: Any, board: Board) -> Week:
    """The week asked for, else this one."""
    try:
        return Week.parse(request.GET.get("week", ""))
    except ValueError:
        return board.this_week()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The parts of the page that change only with the judgement, ready as HTML."""

    matrix: str
    standing: str


@lru_cache(maxsize=32)
def _drawn(judged: Judged, language: str) -> Drawn:
    """Draw them once for everybody: a matrix is two hundred cells, and people look often."""
    context = {
        "week": judged.week,
        "judged": judged,
        "columns": COLUMNS,
        "legend": [(SIGNS[state], state.value, WORDS[state]) for state in State if state is not State.NONE],
    }
    return Drawn(
        matrix=render_to_string("desk/_matrix.html", context),
        standing=render_to_string("desk/_standing.html", context),
    )


@lru_cache(maxsize=8)
def _drawn_due(due: Due | None, language: str) -> str:
    """The list of what is due, drawn once for everybody."""
    items = due.items if due else ()
    context = {
        "items": items[:SHOWN_DUE],
        "more": max(0, len(items) - SHOWN_DUE),
        "today": due.day if due else None,
        "ready": due is not None,
    }
    drawn: str = render_to_string("desk/_due.html", context)
    return drawn


def _live(request: Any) -> dict[str, Any]:
    board: Board = request.desk.board
    size = board.arrivals.follow()
    week = chosen_week(request, board)
    judged = board.judged(week)
    due = board.agenda.due()
    today = local_date(request.desk.workspace.clock())
    return {
        "head": f"{size}.{judged.size}.{today}.{due.size if due else ''}",
        "week": week,
        "drawn": _drawn(judged, request.language),
        "due": _drawn_due(due, request.language),
        "arrivals": board.arrivals.latest(SHOWN_ARRIVALS),
        "waiting": board.arrivals.waiting(),
        "arrived": board.arrivals.count(),
        "today": today,
        "before": week.shift(-1),
        "after": week.shift(1),
    }


@page(Act.SEE)
def today(request: Any) -> Any:
    """The page."""
    return render(request, "desk/today.html", _live(request))


@page(Act.SEE)
def live(request: Any) -> Any:
    """The page's changing part; 204 while nothing changed, so that nothing jumps."""
    context = _live(request)
    if request.GET.get("head") == context["head"]:
        return HttpResponse(status=204)
    return render(request, "desk/_live.html", context)


@page(Act.SEE)
def cell(request: Any, week: str, case: str, column: str) -> Any:
    """One cell's findings: reason, clause, evidence."""
    try:
        judged = request.desk.board.judged(Week.parse(week))
    except ValueError as error:
        raise Http404 from error
    row = next((row for row in judged.rows if row.case == case), None)
    found = next((each for each in row.cells if each.column.id == column), None) if row else None
    if row is None or found is None:
        raise Http404
    return render(request, "desk/_cell.html", {"row": row, "cell": found, "week": week})
