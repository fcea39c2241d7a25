"""The registers at the desk: undertakings, consents, payments and what else no form proves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from evidence.domain.week import local_date
from evidence.ledger.events import RegisterEntered
from evidence.rules.registers import BY_ID, REGISTERS
from evidence.web.pages import page
from evidence.web.register_form import asked_of, entry_of
from evidence.web.roles import Act
from evidence.web.speech import say


@page(Act.SEE)
def registers(request: Any) -> Any:
    """Every register with how much stands in it."""
    counts = Counter(each.register for each in request.desk.workspace.ledger.view.entries())
    rows = [(each, counts[each.id]) for each in REGISTERS]
    return render(request, "desk/registers.html", {"rows": rows})


@page(Act.SEE)
def register(request: Any, identifier: str) -> Any:
    """One register: its entries, and the form for another."""
    view = request.desk.workspace.ledger.view
    if identifier not in BY_ID:
        raise Http404
    context = {
        "register": BY_ID[identifier],
        "entries": sorted(view.entries(identifier), key=lambda each: each.on, reverse=True),
        "fields": asked_of(BY_ID[identifier]),
        "people": view.people(),
        "names": {each.id: each.name for each in view.people()},
        "today": local_date(request.desk.workspace.clock()),
    }
    return render(request, "desk/register.html", context)


@page(Act.ENTER_VISIT, "POST")
def enter(request: Any, identifier: str) -> Any:
    """Journal one entry with its paper."""
    workspace = request.desk.workspace
    if identifier not in BY_ID:
        raise Http404
    today = local_date(workspace.clock())
    entry = entry_of(BY_ID[identifier], request.POST, workspace.ledger.view, today)
    paper = request.FILES.get("attachment")
    if paper is not None:
        entry = replace(entry, attachment=workspace.originals.put_bytes(paper.read()))
    workspace.ledger.append(f"desk:{request.user.get_username()}", RegisterEntered(entry=entry))
    messages.success(request, say("已登记入账。"))
    return redirect("register", identifier=identifier)
