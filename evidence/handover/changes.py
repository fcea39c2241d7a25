"""What changed since a week was sealed: the only reason for a supplement, and what it says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from evidence.domain.identifiers import Number, number_case
from evidence.ledger.codec import Entry
from evidence.ledger.export import TITLES

EVIDENCE = frozenset(
    {
        "visit.recorded/1",
        "visit.withdrawn/1",
        "report.recorded/1",
        "escalation.recorded/1",
        "register.entered/1",
        "register.withdrawn/1",
        "form.issued/1",
        "form.voided/1",
        "document.transcribed/1",
        "arrival.judged/1",
        "mark.decided/1",
        "alteration.decided/1",
        "recording.assigned/1",
        "waiver.granted/1",
        "gap.incurable/1",
        "plan.filed/1",
        "parties.imported/1",
    }
)
"""Kinds that change what a package shows; its own making, receipts and audits do not."""


def changes_in(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Lines of the journal as changes for people, by case: `WJB22-0002 到件结论 3`."""
    counted: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        if entry.kind in EVIDENCE and _says_something(entry.kind, entry.payload):
            counted[_case(entry.payload), TITLES[entry.kind]] += 1
    ordered = sorted(counted.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return tuple(f"{case} {title} {count}".strip() for (case, title), count in ordered)


def _says_something(kind: str, payload: dict[str, Any]) -> bool:
    """Not the weekly forms a package is made of, nor an arrival that was linked to nothing."""
    if kind == "form.issued/1":
        return payload["form"].get("case") is not None
    if kind == "form.voided/1":
        return not str(payload["number"])[:10].endswith("-0000")
    if kind == "arrival.judged/1":
        return any(payload.get(name) for name in ("pages", "edocument_of", "case", "recordings"))
    if kind in ("mark.decided/1", "alteration.decided/1"):
        return not payload.get("stated")
    return True


def _case(payload: dict[str, Any]) -> str:
    """The case a line is about; empty for none or several."""
    named = payload.get("case") or payload.get("number") or payload.get("visit") or ""
    if not named:
        for name in ("visit", "report", "escalation", "entry", "form", "transcription", "waiver"):
            inner = payload.get(name)
            if isinstance(inner, dict):
                named = inner.get("case") or inner.get("number") or ""
                break
    if not named and payload.get("pages"):
        named = payload["pages"][0]["number"]
    return number_case(Number(named)) if isinstance(named, str) and named else ""
