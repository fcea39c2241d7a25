"""A form sent from the side panel of 今天 leads back to it: to what is left of its line, else the next."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse

FIELD = "line"
"""Key of the line a form was sent from."""
THEN = "then"
"""Key of the line below it when the panel was made: what was done is soon gone from the list."""
LAST = "last-deed"
"""Session: what was decided last, so that it can be taken back by one key."""
PANEL = "panel"
"""Id of the element of the page that shows the panel."""
_KEY = re.compile(r"[0-9a-f]{16}")


def in_panel(request: Any) -> bool:
    """Whether the answer goes into the side panel."""
    return bool(request.htmx) and request.htmx.target == PANEL


def to_next_deed(request: Any, response: Any) -> Any:
    """The redirect of a view, or the one to the next deed when its form came from the panel.

    Work that goes on beside the pages leads to its own progress.
    """
    line = str(request.POST.get(FIELD, ""))
    if not isinstance(response, HttpResponseRedirect) or not _KEY.fullmatch(line):
        return response
    if response.url.startswith(reverse("job", args=["-"])[:-2]):
        return response
    taken_back = "taken_back" in request.POST
    _remember(request, line, taken_back=taken_back)
    asked = {name: request.POST.get(name, "") for name in ("mine", THEN)}
    asked["again"] = "1" if taken_back else ""
    query = urlencode({name: value for name, value in asked.items() if value})
    if in_panel(request):
        return HttpResponseRedirect(f"{reverse('following', args=[line])}?{query}")
    return HttpResponseRedirect(f"{reverse('today')}?{urlencode({'after': line})}&{query}")


def _remember(request: Any, line: str, *, taken_back: bool) -> None:
    match = request.resolver_match
    request.session.pop(LAST, None)
    if taken_back:
        return
    if match.url_name == "mark" and "verdict" in request.POST:
        request.session[LAST] = {
            "line": line,
            "number": match.kwargs["number"],
            **{name: request.POST.get(name, "") for name in ("page", "box", "was", "what")},
        }
    elif match.url_name == "decide":
        request.session[LAST] = {
            "line": line,
            "arrival": match.kwargs["identifier"],
            "what": request.POST.get("what", ""),
        }
