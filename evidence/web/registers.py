"""The registers at the desk: undertakings, consents, payments and what else no form proves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from evidence.domain.register import RegisterEntry
from evidence.domain.week import local_date
from evidence.forms.register_bounds import refuse_impossible_entry
from evidence.ledger.events import RegisterEntered
from evidence.rules.register_groups import GROUPS
from evidence.rules.registers import BY_ID, Register
from evidence.web.acting import actor_of
from evidence.web.pages import page
from evidence.web.received import received
from evidence.web.register_form import asked_of, entry_of, hint_of, key_words, keys_of
from evidence.web.roles import Act
from evidence.web.speech import say


@page(Act.SEE)
def registers(request: Any) -> Any:
    """Every register with how much stands in it."""
    counts = Counter(each.register for each in request.desk.workspace.ledger.view.entries())
    groups = [(group, [(BY_ID[each], counts[each]) for each in group.registers]) for group in GROUPS]
    return render(request, "desk/registers.html", {"groups": groups})


@page(Act.SEE)
def register(request: Any, identifier: str) -> Any:
    """One register: its entries, and the form for another."""
    view = request.desk.workspace.ledger.view
    if identifier not in BY_ID:
        raise Http404
    context = {
        "register": BY_ID[identifier],
        "keys": keys_of(BY_ID[identifier]),
        "hint": hint_of(BY_ID[identifier]),
        "entries": [
            (each, key_words(BY_ID[identifier], each.key), _told(BY_ID[identifier], each))
            for each in sorted(view.entries(identifier), key=lambda each: each.on, reverse=True)
        ],
        # Whoever leads here fills in what is known; the clerk still sees and sends it.
        "key_filled": request.GET.get("key", "")[:80],
        "fields": [
            replace(each, filled=request.GET.get(each.name, "")[:200]) for each in asked_of(BY_ID[identifier])
        ],
        "people": view.people(),
        "names": {each.id: each.name for each in view.people()},
        "today": local_date(request.desk.workspace.clock()),
    }
    return render(request, "desk/register.html", context)


def _told(register: Register, entry: RegisterEntry) -> list[tuple[str, str]]:
    """The further facts of an entry, by what they mean."""
    meant = {each.name.removeprefix("data|"): each.label for each in asked_of(register)}
    return [(meant.get(name, name), value) for name, value in entry.data.items()]


def _entries(request: Any, register: Register) -> list[RegisterEntry]:
    """One entry, or one for each of the people that one paper, or one sitting, is about."""
    workspace = request.desk.workspace
    today = local_date(workspace.clock())
    sent = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    people = list(dict.fromkeys(each for each in request.POST.getlist("person") if each))
    several = len(people) > 1 and "person" in register.about
    made = []
    for person in people if several else [sent.get("person", "")]:
        key = f"{sent.get('key', '').strip()}/{person}" if several and sent.get("key", "").strip() else ""
        own = {**sent, "person": person, **({"key": key} if key else {})}
        entry = entry_of(register, own, workspace.ledger.view, today)
        refuse_impossible_entry(entry, workspace.plausible())
        made.append(entry)
    return made


@page(Act.ENTER_VISIT, "POST")
def enter(request: Any, identifier: str) -> Any:
    """Journal one entry with its paper."""
    workspace = request.desk.workspace
    if identifier not in BY_ID:
        raise Http404
    entries = _entries(request, BY_ID[identifier])
    with received(request, "attachment") as paper:
        kept = None if paper is None else workspace.attachments.keep(paper)
    at = workspace.clock()
    workspace.ledger.append(
        actor_of(request).journalled,
        *(RegisterEntered(entry=replace(each, attachment=kept, entered_at=at)) for each in entries),
    )
    if len(entries) > 1:
        messages.success(request, say("已为 {count} 人各登记一项。").format(count=len(entries)))
    else:
        messages.success(request, say("已登记入账。"))
    return redirect("register", identifier=identifier)
