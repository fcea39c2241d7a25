"""The one gate every page goes through: signed in, of a role that may, by the right method."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.errors import EvidenceError
from evidence.inbox.deciding import Decider
from evidence.web.acting import actor_of, names_of
from evidence.web.acts import Act as JournalAct
from evidence.web.meanwhile import FIELD as SEEN
from evidence.web.meanwhile import changes
from evidence.web.middleware import role_of
from evidence.web.once import acting_once
from evidence.web.panel_redirect import FIELD as LINE
from evidence.web.panel_redirect import PANEL, in_panel, to_next_deed
from evidence.web.roles import Act, Role, may
from evidence.web.speech import say

View = Callable[..., Any]


def page(
    act: Act | None, *methods: str, keyed: bool = True, own_meanwhile: bool = False
) -> Callable[[View], View]:
    """Only accounts that may `act` reach the view, by the methods named (default GET).

    Args:
        act: None for what everybody does with the own account.
        own_meanwhile: the view itself answers a form whose thing others have changed since.
        keyed: a POST needs the form's own key and acts once; False where nothing is kept of it.

    An EvidenceError becomes a plain page with its remedy, or a notice where htmx asked.
    """
    allowed = methods or ("GET",)
    answered = (*allowed, "HEAD") if "GET" in allowed else allowed

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            if role_of(request) is None or not (act is None or may(role_of(request), act)):
                if role_of(request) is Role.INSPECTOR and request.path == reverse("today"):
                    return redirect("site")  # where signing in leads
                return refused(request, act)
            if request.method not in answered:
                return HttpResponseNotAllowed(answered)

            def answer() -> Any:
                try:
                    if request.method == "POST" and not own_meanwhile and (found := changes(request, kwargs)):
                        return _meanwhile(request, found)
                    return to_next_deed(request, view(request, *args, **kwargs))
                except EvidenceError as error:
                    return _told(request, error)

            if request.method == "HEAD":
                return _head_of(answer())
            return acting_once(request, answer) if request.method == "POST" and keyed else answer()

        return guarded

    return gate


def refused(request: Any, act: Act | None) -> Any:
    """403: the permission that the account lacks, and who can give it."""
    return render(request, "desk/refused.html", {"act": act}, status=403)


def _head_of(response: Any) -> Any:
    """What GET would answer, without reading through a film of which nobody wants to see anything."""
    if not response.streaming:
        return response
    response.close()
    return HttpResponse(status=response.status_code, headers=response.headers)


def _sign_in_first(request: Any) -> Any:
    """To the sign-in page, and from there back to the page a person was on: never to a form's address."""
    shown = request.headers.get("HX-Current-URL", "") if request.htmx else ""
    if not shown:
        shown = (
            request.get_full_path()
            if request.method in {"GET", "HEAD"}
            else request.headers.get("Referer", "")
        )
    parts = urlsplit(shown)
    back = f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
    answer = redirect_to_login(back)
    if request.htmx:
        return HttpResponse(status=401, headers={"HX-Redirect": answer.url})
    return answer


def _meanwhile(request: Any, found: list[JournalAct]) -> Any:
    """409: who did what to the same thing since the form's page was made."""
    left = {"csrfmiddlewaretoken", "once", SEEN}
    context = {
        "changes": found,
        "names": names_of(request.desk.workspace.ledger.view),
        "back": urlsplit(request.headers.get("Referer", "")).path or "/",
        "line": request.POST.get(LINE, ""),
        "files": bool(request.FILES),
        "sent": [
            (name, value) for name, values in request.POST.lists() if name not in left for value in values
        ],
    }
    if in_panel(request):
        return render(request, "desk/_meanwhile.html", context, status=409)
    response = render(request, "desk/meanwhile.html", context, status=409)
    if request.htmx:
        # The answer is a page of its own, whatever part of the page asked.
        response.status_code = 200
        response.headers["HX-Retarget"] = "body"
    return response


def _told(request: Any, error: EvidenceError) -> Any:
    """An error as a page of its own, or as a notice where htmx asked."""
    name = "desk/_error.html" if request.htmx else "desk/error.html"
    response = render(request, name, {"error": error}, status=200 if request.htmx else 409)
    if request.htmx:
        response.headers["HX-Retarget"] = f"#{PANEL}-said" if in_panel(request) else "#notices"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def decider(request: Any, why: str) -> Decider:
    """The signed-in account's person as the journal names them."""
    actor = actor_of(request)
    if actor.stated:
        messages.warning(request, say("本账号没有关联名册中的人员，决定只记作自述，不改变识别结果。"))
    return Decider(
        actor=actor.journalled,
        by=actor.person.name if actor.person else request.user.seat.person,
        why=why.strip() or "看图确认",
        stated=actor.stated,
    )
