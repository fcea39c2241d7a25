"""What one line of the journal says to a person: who did what, and to which things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.domain.identifiers import expand
from evidence.ledger.acting import account_of
from evidence.ledger.codec import Entry
from evidence.ledger.export import title_of
from evidence.ledger.upkeep import OriginalHandedOut
from evidence.rules.registers import BY_ID
from evidence.web.speech import say

_IDS = frozenset({"number", "arrival", "id", "week", "package", "sha256", "case", "visit", "register"})
_SILENT = frozenset(
    {
        "number.reserved/1", "arrival.waiting/1", "arrival.judged/1", "arrival.scanned/1",
        "checkpoint.made/1",
        "ledger.tail-cut/1", "ledger.recovered/1", "archive.audited/1",
    }
)  # fmt: skip
"""What the program notes for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of a person, or of the program where it took something in."""

    at: datetime
    actor: str
    """As journalled: `desk:lead（P1）`."""
    words: str
    about: str
    """The thing as people name it."""
    taken: str
    """File that went out, by its name on record; empty where none did."""
    subjects: frozenset[str]
    """Ids of everything it concerns."""
    kind: str
    """Kind of the journal line."""


def act_of(entry: Entry) -> Act:
    """The act a line records."""
    subjects = frozenset(_ids(entry.payload))
    about = _about(entry, subjects)
    taken = _taken(entry)
    return Act(
        at=entry.instant,
        actor=entry.actor,
        words=say(title_of(entry) or "其他"),
        about="" if about == taken else about,
        taken=taken,
        subjects=subjects,
        kind=entry.kind,
    )


def acts_of(entries: Iterable[Entry]) -> Iterator[Act]:
    """The acts among some lines, without what the program notes for itself."""
    return (act_of(entry) for entry in entries if entry.kind not in _SILENT)


def is_silent(entry: Entry) -> bool:
    """What the program notes for itself is no act of anybody."""
    return entry.kind in _SILENT


def _ids(value: Any, depth: int = 0) -> Iterator[str]:
    """Ids named in a payload; what lies deeper than the thing itself is not what the act is about."""
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        if isinstance(inner, str) and name in _IDS and inner:
            yield inner
            if name in {"visit", "id"} and "-V" in inner:
                yield inner.rpartition("-V")[0]
            elif name in {"number", "document"} and (number := expand(inner)) is not None:
                yield number[:10]
        elif depth == 0:
            yield from _ids(inner, 1)


def _about(entry: Entry, subjects: frozenset[str]) -> str:
    registers = [say(BY_ID[each].title) for each in subjects if each in BY_ID]
    if registers:
        return registers[0]
    payload = entry.payload
    inner = next((each for each in payload.values() if isinstance(each, dict)), {})
    for name in ("number", "arrival", "id", "package", "week", "case", "visit"):
        for value in (payload.get(name), inner.get(name)):
            if isinstance(value, str) and value:
                return value
    return str(payload.get("name", ""))


def _taken(entry: Entry) -> str:
    named = "name" if entry.kind == OriginalHandedOut.KIND else "download"
    return str(entry.payload.get(named, ""))


def people_words(actor: str, names: dict[str, str]) -> str:
    """`desk:lead（P1）` as the person people know.

    Args:
        names: account or roster id -> name.
    """
    person, plain = actor.partition("（")[2].rstrip("）"), account_of(actor)
    return names.get(person) or names.get(plain) or plain
