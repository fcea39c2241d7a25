"""Whether two names mean the same organisation, whatever width and spacing they are written in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―－", "-"))


def plain_name(name: str) -> str:
    """A name as it is compared: half-width, without spaces, lower case."""
    folded = unicodedata.normalize("NFKC", name).translate(_DASHES)
    return "".join(folded.split()).casefold()


def is_among(name: str, others: Iterable[str]) -> bool:
    """Whether a name is one of some others; an empty name is nobody's."""
    wanted = plain_name(name)
    return bool(wanted) and any(plain_name(each) == wanted for each in others)
