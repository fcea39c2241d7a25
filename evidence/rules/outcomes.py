"""Short ways to say pass, fail, review and open; nothing is decided here."""

from __future__ import annotations

from typing import Any

from evidence.rules.clause import Kind, Level
from evidence.rules.rule import Outcome


def passed(message: str, **about: Any) -> Outcome:
    """The duty is met."""
    return Outcome(kind=Kind.PASS, message=message, **about)


def failed(message: str, **about: Any) -> Outcome:
    """The duty is broken."""
    return Outcome(kind=Kind.FAIL, message=message, **about)


def late(message: str, **about: Any) -> Outcome:
    """Done at last, but too late: stated for ever, as a warning, and never holding anything up."""
    return Outcome(kind=Kind.FAIL, message=message, level=Level.WARNING, **{**about, "blocking": False})


def unsure(message: str, **about: Any) -> Outcome:
    """A person must decide."""
    return Outcome(kind=Kind.REVIEW, message=message, **about)


def waiting(message: str, **about: Any) -> Outcome:
    """Not yet due."""
    return Outcome(kind=Kind.OPEN, message=message, **about)


def listed(items: object, limit: int = 6) -> str:
    """Some things as Chinese text, cut after a few: `H01、H02等8项`."""
    names = [str(item) for item in items]  # type: ignore[attr-defined]
    if len(names) <= limit:
        return "、".join(names)
    return "、".join(names[:limit]) + f"等{len(names)}项"
