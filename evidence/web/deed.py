"""The side panel of 今天: one line's deed, done without leaving the list; after it comes the next."""

from __future__ import annotations

from typing import Any

from django.shortcuts import render

from evidence.web.lines import Line
from evidence.web.listed import listed, url_of
from evidence.web.middleware import role_of
from evidence.web.pages import page
from evidence.web.panel_redirect import LAST, THEN, in_panel
from evidence.web.panels import content, still_open
from evidence.web.roles import Act, may
from evidence.web.today import State, lines_of, state_of
from evidence.web.worklist import Worklist


@page(Act.SEE)
def deed(request: Any, key: str) -> Any:
    """The panel of one line; of the next one when it is done meanwhile."""
    state = state_of(request)
    made = lines_of(state)
    return _shown(request, state, made, made.line(key) or made.after(key))


@page(Act.SEE)
def following(request: Any, key: str) -> Any:
    """What is left of a line, else the next one that still waits."""
    state = state_of(request, fresh="again" in request.GET)
    made = lines_of(state)
    skip, then = "skip" in request.GET, request.GET.get(THEN, "")
    return _shown(request, state, made, _next(state, made, key, then, skip=skip))


def _next(state: State, made: Worklist, key: str, then: str, *, skip: bool) -> Line | None:
    """A list that is a moment old still holds what was just done; the ledger says what is."""
    workspace = state.board.workspace
    waiting = {each.id for each in state.board.arrivals.waiting()}
    here = made.line(key)
    if here is not None and not skip and still_open(here, workspace, waiting):
        return here
    seen = {key}
    line = made.after(key) if here is not None else made.line(then) or made.after(then)
    while line is not None and line.key not in seen:
        if still_open(line, workspace, waiting) is not False:
            return line
        seen.add(line.key)
        line = made.after(line.key)
    return None


def _shown(request: Any, state: State, made: Worklist, line: Line | None) -> Any:
    context: dict[str, Any] = {
        "line": line,
        "asked": state.asked,
        "today": state.today,
        "last": request.session.get(LAST),
        "left": len(made.lines),
    }
    if line is not None:
        then = made.after(line.key)
        context |= {
            "each": listed(line, state.board.workspace),
            "whole": url_of(line, writes=may(role_of(request), Act.ENTER_VISIT)),
            "then": then.key if then else "",
            **content(request, line),
        }
    return render(request, "desk/_panel.html" if in_panel(request) else "desk/deed.html", context)
