"""Who did what when: for one thing or for all, and who signed in; the trail of one thing as a PDF."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render

from evidence.domain.identifiers import ArrivalId, CaseId, expand
from evidence.ledger.view import View
from evidence.web.access_kinds import WAYS, What
from evidence.web.acting import names_of
from evidence.web.acts import people_words
from evidence.web.files import hand_out
from evidence.web.models import Access
from evidence.web.pages import page
from evidence.web.roles import ROLE_WORDS, Act
from evidence.web.speech import say
from evidence.web.trail import A_PAGE


@page(Act.SEE)
def activity(request: Any) -> Any:
    """The acts, the newest first, by thing and by person."""
    view = request.desk.workspace.ledger.view
    wanted = request.GET.get("of", "").strip()[:80]
    who = request.GET.get("who", "").strip()[:150]
    trail = request.desk.board.trail
    things = trail.things(wanted) if wanted else None
    shown = trail.page(things, who, _first(request))
    names = names_of(view)
    context = {
        "of": wanted,
        "unknown": bool(wanted) and not things,
        "who": who,
        "page": shown,
        "names": names,
        "accounts": [(each, people_words(each, names)) for each in trail.accounts()],
        "next": urlencode({"of": wanted, "who": who, "first": shown.after}) if shown.after else "",
    }
    return render(request, "desk/activity.html", context)


@page(Act.ACCOUNTS)
def sign_ins(request: Any) -> Any:
    """Who signed in and out, whom the door was closed to, and what was done to accounts."""
    first = _first(request)
    rows = list(Access.objects.all()[first : first + A_PAGE + 1])
    known = {each.name: each.value for each in What}
    names = names_of(request.desk.workspace.ledger.view)
    context = {
        "rows": [(each, say(known.get(each.what, each.what)), _detail(each)) for each in rows[:A_PAGE]],
        "names": names,
        "next": urlencode({"first": first + A_PAGE}) if len(rows) > A_PAGE else "",
    }
    return render(request, "desk/sign_ins.html", context)


@page(Act.SEE)
def trail_pdf(request: Any) -> Any:
    """Everything that was done about one thing, the oldest first, to be filed or handed over."""
    from evidence.web.trail_pdf import trail_bytes

    view = request.desk.workspace.ledger.view
    wanted = request.GET.get("of", "").strip()[:80]
    things = request.desk.board.trail.things(wanted) if wanted else frozenset()
    if not things:
        raise Http404
    acts = request.desk.board.trail.every(things)
    names = names_of(view)
    made = trail_bytes(
        wanted,
        [
            (each.at, people_words(each.actor, names), each.words, f"{each.about} {each.taken}".strip())
            for each in acts
        ],
        head=request.desk.workspace.ledger.head,
        at=request.desk.workspace.clock(),
    )
    name = f"{wanted[:40]}-办理经过.pdf"
    return hand_out(request, made, name, type="application/pdf", **_thing(view, wanted))


def _thing(view: View, wanted: str) -> dict[str, str]:
    """What a download of this thing's trail is about, as the journal names it."""
    if number := expand(wanted):
        return {"number": number}
    if view.case(CaseId(wanted)) is not None:
        return {"case": wanted}
    return {"arrival": wanted} if view.arrival(ArrivalId(wanted)) is not None else {}


def _detail(row: Access) -> str:
    known = {**WAYS, **{role.value: words for role, words in ROLE_WORDS.items()}}
    return say(known[row.detail]) if row.detail in known else str(row.detail)


def _first(request: Any) -> int:
    text = request.GET.get("first", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
