"""The first page: what came in, what waits for me, what is due, and the week as one matrix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from evidence.domain.week import Week, local_date
from evidence.rules.clause import Finding
from evidence.web.board import Board, Judged
from evidence.web.matrix import COLUMNS, SIGNS, WORDS, State, column_of, state_of
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


def due_soon(findings: tuple[Finding, ...]) -> list[Finding]:
    """What is open or missing with a day, nearest first; one line for each case, material and day."""
    seen: dict[tuple[str, str, date], Finding] = {}
    for finding in findings:
        if finding.due is not None and state_of(finding) in {State.OPEN, State.MISSING, State.UNDECIDED}:
            seen.setdefault((finding.subject.case, column_of(finding).id, finding.due), finding)
    return sorted(seen.values(), key=lambda each: (each.due or date.max, each.subject.case, each.rule_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The parts of the page that change only with the judgement, ready as HTML."""

    matrix: str
    standing: str
    due: str


@lru_cache(maxsize=32)
def _drawn(judged: Judged, today: date, language: str) -> Drawn:
    """Draw them once for everybody: a matrix is two hundred cells, and people look often."""
    context = {
        "week": judged.week,
        "judged": judged,
        "columns": COLUMNS,
        "legend": [(SIGNS[state], state.value, WORDS[state]) for state in State if state is not State.NONE],
        "due": due_soon(judged.findings)[:SHOWN_DUE],
        "today": today,
    }
    return Drawn(
        matrix=render_to_string("desk/_matrix.html", context),
        standing=render_to_string("desk/_standing.html", context),
        due=render_to_string("desk/_due.html", context),
    )


def _live(request: Any) -> dict[str, Any]:
    board: Board = request.desk.board
    size = board.arrivals.follow()
    week = chosen_week(request, board)
    judged = board.judged(week)
    today = local_date(request.desk.workspace.clock())
    return {
        "head": f"{size}.{judged.size}.{today}",
        "week": week,
        "drawn": _drawn(judged, today, request.language),
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
