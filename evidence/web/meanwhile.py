"""Two people at one thing: a form says how long the journal was when its page was made.

What others did to the same thing since then is shown before anything is decided; nothing is silently
overwritten. One's own acts never stand in the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence.web.acting import actor_of
from evidence.web.acts import Act, act_of

FIELD = "seen"
"""Journal lines there were when the page was made."""
_FACTS = frozenset(
    {
        "visit.recorded/1", "visit.withdrawn/1", "report.recorded/1", "escalation.recorded/1",
        "case.cancelled/1",
    }
)  # fmt: skip
_ARRIVAL = frozenset({"arrival.decided/1", "arrival.judged/1", "recording.assigned/1"})
_DOCUMENT = frozenset({"mark.decided/1", "alteration.decided/1", "form.voided/1", "document.transcribed/1"})
_PLACES: dict[str, tuple[str, frozenset[str]]] = {
    "enter": ("identifier", _FACTS),
    "choose-version": ("identifier", _FACTS),
    "review-report": ("identifier", _FACTS),
    "tell-enterprise": ("identifier", _FACTS),
    "receive-escalation": ("identifier", _FACTS),
    "cancel-case": ("identifier", _FACTS),
    "withdraw-visit": ("identifier", _FACTS),
    "decide": ("identifier", _ARRIVAL),
    "mark": ("number", _DOCUMENT),
    "transcribe": ("number", _DOCUMENT),
    "withdraw": ("number", _DOCUMENT),
    "withdraw-entry": ("identifier", frozenset({"register.withdrawn/1"})),
    "file-plan": ("week", frozenset({"plan.filed/1"})),
    "build": ("week", frozenset({"package.built/1"})),
    "waive": ("case", frozenset({"waiver.granted/1"})),
}
"""Name of a form's address -> what names its thing, and the kinds of lines that change it."""


def changes(request: Any, named: Mapping[str, str]) -> list[Act]:
    """What others did since the form's page was made to the thing it decides about.

    Args:
        request: the sent form.
        named: parts of the address.
    """
    place = _PLACES.get(request.resolver_match.url_name)
    sent = str(request.POST.get(FIELD, ""))
    if place is None or not sent.isdecimal() or len(sent) > 12:
        return []
    name, kinds = place
    thing = str(named.get(name, "") or request.POST.get(name, "")).upper()
    ledger = request.desk.workspace.ledger
    if not thing or int(sent) >= ledger.head.size:
        return []
    mine = actor_of(request).journalled
    since = (act_of(each) for each in ledger.entries(int(sent)) if each.kind in kinds)
    return [each for each in since if each.actor != mine and _concerns(each, thing)]


def _concerns(act: Act, thing: str) -> bool:
    return any(each.upper() == thing for each in act.subjects)
