"""Suggestions for pages whose codes are lost. (Reading the print follows.)"""

from __future__ import annotations

from evidence.ledger.events import Suggestion
from evidence.recognition.reading import Array, FormLookup


def suggest(gray: Array, forms: FormLookup) -> tuple[Suggestion, ...]:
    """Likely homes of a page, best first; a person confirms, never the program."""
    return ()
