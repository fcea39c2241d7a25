"""The first page: what a person has to do, one line a deed; the week as one matrix; what came in last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from evidence.domain.week import Week, local_date
from evidence.jobs.job import DeadJob
from evidence.web.board import Board
from evidence.web.listed import A_PAGE, group_of, groups, listed
from evidence.web.matrix import COLUMNS, SIGNS, WORDS, findings_of_cell
from evidence.web.matrix import State as CellState
from evidence.web.middleware import role_of
from evidence.web.pages import page
from evidence.web.reckoning import Due, Judged
from evidence.web.roles import ROLE_WORDS, Act, may
from evidence.web.site.choosing import waiting_versions
from evidence.web.worklist import Waiting, Worklist, with_arrivals

SHOWN_ARRIVALS = 6
FEW_ROWS = 40
"""Rows of the matrix on the first page, the gravest first; the rest is counted and one click away."""
LATER = "later"
"""The list of what cannot be done yet, shown like a group."""
_DRAWING = Lock()


def chosen_week(request: Any, board: Board) -> Week:
    """The week asked for, else this one."""
    try:
        return Week.parse(request.GET.get("week", ""))
    except ValueError:
        return board.this_week()


@lru_cache(maxsize=32)
def _drawn_matrix(judged: Judged, this_week: bool, query_all: str, language: str) -> str:
    """Draw it once for everybody: a matrix is two hundred cells, and people look often.

    Args:
        query_all: leads to all rows; empty where all are wanted.
    """
    rows = judged.rows[:FEW_ROWS] if query_all else judged.rows
    context = {
        "week": judged.week,
        "before": judged.week.shift(-1),
        "after": judged.week.shift(1),
        "this_week": this_week,
        "judged": judged,
        "rows": rows,
        "left": len(judged.rows) - len(rows),
        "query_all": query_all,
        "columns": COLUMNS,
        "legend": [
            (SIGNS[state], state.value, WORDS[state]) for state in CellState if state is not CellState.NONE
        ],
    }
    drawn: str = render_to_string("desk/_matrix.html", context)
    return drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which part of the list is wanted, and by whom."""

    week: Week
    mine: bool = False
    person: str = ""
    """Whose `mine` is; empty where everything is shown, so that the drawing is everybody's."""
    role: str = ""
    group: str = ""
    first: int = 0
    all_rows: bool = False

    def query(self, **other: Any) -> str:
        """The same wish as an address, or a changed one; what is usual is left out, but not whose lines.

        A page with everybody's must not change when its reader looks at the own ones elsewhere.
        """
        mine = other.pop("mine", self.mine)
        asked = {"group": self.group, "first": self.first, "rows": self.all_rows, **other}
        told = {name: 1 if value is True else value for name, value in asked.items() if value}
        return urlencode({"week": str(self.week), "mine": int(mine), **told})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the changing part of the page is made from; equal states are drawn once for everybody."""

    board: Board
    size: int
    """Journal position up to which arrivals are known."""
    now: Judged
    """This week, which the list is made from."""
    judged: Judged
    """The week of the matrix."""
    due: Due | None
    today: date
    language: str
    given_up: tuple[DeadJob, ...]
    asked: Asked

    @property
    def head(self) -> str:
        """Tells a page that polls whether it is behind."""
        jobs = f"{len(self.given_up)}-{self.given_up[-1].id}" if self.given_up else ""
        due = self.due.size if self.due else ""
        return f"{self.size}.{self.now.size}.{self.judged.size}.{self.today}.{due}.{jobs}"


@lru_cache(maxsize=8)
def _everybodys(board: Board, size: int, judged: Judged, due: Due | None, today: date) -> Worklist:
    """The whole list, once for everybody as long as nothing changes."""
    waiting = [
        Waiting(id=each.id, path=each.path, message=each.message, case=each.case)
        for each in board.arrivals.waiting()
    ]
    return with_arrivals(board.lines(judged, due, today), waiting, judged.context.enterprise_names)


@lru_cache(maxsize=64)
def _ones_own(
    board: Board, size: int, judged: Judged, due: Due | None, today: date, person: str, role: str
) -> Worklist:
    """One person's part of it: of some ten thousand lines, and asked for with every page."""
    return _everybodys(board, size, judged, due, today).only(person, role)


def whole_list(board: Board) -> Worklist:
    """Everybody's list as it is now, for whoever is told of it without opening the page."""
    board.arrivals.follow()
    judged, today = board.judged(board.this_week()), local_date(board.workspace.clock())
    return _everybodys(board, board.said(), judged, board.agenda.due(), today)


def lines_of(state: State) -> Worklist:
    """The lines as filtered."""
    told = (state.board, state.size, state.now, state.due, state.today)
    return _ones_own(*told, state.asked.person, state.asked.role) if state.asked.mine else _everybodys(*told)


@lru_cache(maxsize=16)
def _drawn_live(state: State) -> str:
    """The changing part as HTML: while files pour in, eight readers ask for the same one."""
    arrivals, workspace, asked = state.board.arrivals, state.board.workspace, state.asked
    made = lines_of(state)
    later = made.later[asked.first : asked.first + A_PAGE] if asked.group == LATER else ()
    total = len(made.later) if asked.group == LATER else 0
    shown = groups(made, workspace, only=asked.group, first=asked.first)
    if asked.group and asked.group != LATER:
        total = shown[0].total if shown else 0
    after = asked.first + A_PAGE
    context = {
        "head": state.head,
        "asked": asked,
        "today": state.today,
        "banners": [listed(line, workspace) for line in made.banners],
        "groups": shown,
        "count": len(made.lines),
        "later": later,
        "later_count": len(made.later),
        "query": asked.query(),
        "query_all": asked.query(group="", first=0),
        "queries": {each.id: asked.query(group=each.id, first=0) for each in shown},
        "query_later": asked.query(group=LATER, first=0),
        "query_before": asked.query(first=max(0, asked.first - A_PAGE)) if asked.first else "",
        "query_after": asked.query(first=after) if after < total else "",
        "ready": state.due is not None,
        "matrix": _drawn_matrix(
            state.judged,
            state.judged.week == state.now.week,
            "" if asked.all_rows else asked.query(rows=True),
            state.language,
        ),
        "arrivals": arrivals.latest(SHOWN_ARRIVALS),
        "arrived": arrivals.count(),
        "given_up": state.given_up,
    }
    drawn: str = render_to_string("desk/_live.html", context)
    return drawn


def _mine(request: Any) -> bool:
    """What the address says, else what the person looked at last, on whichever device."""
    asked = request.GET.get("mine", "")
    return asked == "1" if asked in {"0", "1"} else bool(request.user.seat.own_lines)


def _remember(request: Any) -> None:
    """今天 opens next time as it was left."""
    asked, seat = request.GET.get("mine", ""), request.user.seat
    if request.method == "GET" and asked in {"0", "1"} and seat.own_lines != (asked == "1"):
        seat.own_lines = asked == "1"
        seat.save(update_fields=["own_lines"])


def _asked(request: Any, week: Week) -> Asked:
    mine = _mine(request)
    role = role_of(request)
    group, first = request.GET.get("group", ""), request.GET.get("first", "")
    return Asked(
        week=week,
        mine=mine,
        person=str(request.user.seat.person) if mine else "",
        role=ROLE_WORDS[role] if mine and role is not None else "",
        group=group if group == LATER or group_of(group) else "",
        all_rows=request.GET.get("rows") == "1",
        first=int(first) if first.isdecimal() and len(first) < 7 else 0,
    )


def state_of(request: Any, *, fresh: bool = False) -> State:
    """What is so now, and what of it this request asks for.

    Args:
        fresh: the week is judged anew first, because something was taken back.
    """
    board: Board = request.desk.board
    week, this_week = chosen_week(request, board), board.this_week()
    board.arrivals.follow()
    size = board.said()
    now = board.judged(this_week, fresh=fresh)
    return State(
        board=board,
        size=size,
        now=now,
        judged=now if week == this_week else board.judged(week),
        due=board.agenda.due(),
        today=local_date(request.desk.workspace.clock()),
        language=request.language,
        given_up=board.given_up.jobs(),
        asked=_asked(request, week),
    )


def _draw(state: State) -> str:
    # One at a time: whoever asks for the same state meanwhile gets the drawing instead of drawing too.
    with _DRAWING:
        return _drawn_live(state)


def _is_judged(request: Any) -> bool:
    """Whether the weeks that the page shows were judged; right after a start that takes a while."""
    board: Board = request.desk.board
    return all(board.ready(week) for week in dict.fromkeys((board.this_week(), chosen_week(request, board))))


@page(Act.SEE)
def today(request: Any) -> Any:
    """The page; right after a start one that says what is still reckoned and shows itself anew."""
    if not _is_judged(request):
        week = chosen_week(request, request.desk.board)
        return render(request, "desk/reckoning.html", {"week": week})
    state = state_of(request)
    told = (state.board, state.size, state.now, state.due, state.today)
    role = role_of(request)
    own = _ones_own(*told, str(request.user.seat.person), ROLE_WORDS[role] if role else "")
    context = {
        "live": _draw(state),
        "today": state.today,
        "asked": state.asked,
        "all_count": len(_everybodys(*told).lines),
        "own_count": len(own.lines),
        "query_all": state.asked.query(mine="0", first=0),
        "query_mine": state.asked.query(mine=True, first=0),
        "after": _key(request.GET.get("after", "")),
        "then": _key(request.GET.get("then", "")),
        "versions": waiting_versions() if may(role, Act.ENTER_VISIT) else (),
    }
    _remember(request)
    return render(request, "desk/today.html", context)


def _key(text: str) -> str:
    """A line's key, or nothing."""
    return text if text.isalnum() and text.isascii() and len(text) <= 16 else ""


@page(Act.SEE)
def live(request: Any) -> Any:
    """The page's changing part; 204 while nothing changed, so that nothing jumps."""
    if not _is_judged(request):
        return HttpResponse(status=204)
    state = state_of(request)
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
    findings = findings_of_cell(judged.findings_of(case), found.column)
    return render(request, "desk/_cell.html", {"row": row, "cell": found, "findings": findings})
