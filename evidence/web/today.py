"""The first page: what came in, what waits for me, what is due, and the week as one matrix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from evidence.domain.week import Week, local_date
from evidence.jobs.job import DeadJob
from evidence.web.board import Board
from evidence.web.matrix import COLUMNS, SIGNS, WORDS
from evidence.web.matrix import State as CellState
from evidence.web.pages import page
from evidence.web.reckoning import Due, Judged
from evidence.web.roles import Act

SHOWN_ARRIVALS = 12
SHOWN_DUE = 14
_DRAWING = Lock()


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
        "legend": [
            (SIGNS[state], state.value, WORDS[state]) for state in CellState if state is not CellState.NONE
        ],
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


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the changing part of the page is made from; equal states are drawn once for everybody."""

    board: Board
    size: int
    """Journal position up to which arrivals are known."""
    week: Week
    judged: Judged
    due: Due | None
    today: date
    language: str
    given_up: tuple[DeadJob, ...]

    @property
    def head(self) -> str:
        """Tells a page that polls whether it is behind."""
        jobs = f"{len(self.given_up)}-{self.given_up[-1].id}" if self.given_up else ""
        return f"{self.size}.{self.judged.size}.{self.today}.{self.due.size if self.due else ''}.{jobs}"


@lru_cache(maxsize=8)
def _drawn_live(state: State) -> str:
    """The changing part as HTML: while files pour in, eight readers ask for the same one."""
    arrivals = state.board.arrivals
    context = {
        "head": state.head,
        "week": state.week,
        "drawn": _drawn(state.judged, state.language),
        "due": _drawn_due(state.due, state.language),
        "arrivals": arrivals.latest(SHOWN_ARRIVALS),
        "waiting": arrivals.waiting(),
        "arrived": arrivals.count(),
        "given_up": state.given_up,
    }
    drawn: str = render_to_string("desk/_live.html", context)
    return drawn


def _state(request: Any) -> State:
    board: Board = request.desk.board
    week = chosen_week(request, board)
    return State(
        board=board,
        size=board.arrivals.follow(),
        week=week,
        judged=board.judged(week),
        due=board.agenda.due(),
        today=local_date(request.desk.workspace.clock()),
        language=request.language,
        given_up=board.given_up.jobs(),
    )


def _draw(state: State) -> str:
    # One at a time: whoever asks for the same state meanwhile gets the drawing instead of drawing too.
    with _DRAWING:
        return _drawn_live(state)


@page(Act.SEE)
def today(request: Any) -> Any:
    """The page."""
    state = _state(request)
    context = {
        "live": _draw(state),
        "week": state.week,
        "today": state.today,
        "before": state.week.shift(-1),
        "after": state.week.shift(1),
    }
    return render(request, "desk/today.html", context)


@page(Act.SEE)
def live(request: Any) -> Any:
    """The page's changing part; 204 while nothing changed, so that nothing jumps."""
    state = _state(request)
    if request.GET.get("head") == state.head:
        return HttpResponse(status=204)
    return HttpResponse(_draw(state))


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
