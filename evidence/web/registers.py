"""The registers at the desk: undertakings, consents, payments and what else no form proves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from evidence.domain.week import local_date
from evidence.forms.register_bounds import refuse_impossible_entry
from evidence.ledger.events import RegisterEntered
from evidence.rules.registers import BY_ID, REGISTERS
from evidence.web.acting import actor_of
from evidence.web.pages import page
from evidence.web.received import received
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
    refuse_impossible_entry(entry, workspace.plausible())
    with received(request, "attachment") as paper:
        kept = None if paper is None else workspace.attachments.keep(paper)
    entry = replace(entry, attachment=kept, entered_at=workspace.clock())
    workspace.ledger.append(actor_of(request).journalled, RegisterEntered(entry=entry))
    messages.success(request, say("已登记入账。"))
    return redirect("register", identifier=identifier)
