"""Whether two names mean the same organisation, whatever width and spacing they are written in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―－", "-"))


def plain_name(name: str) -> str:
    """A name as it is compared: half-width, without spaces, lower case."""
    folded = unicodedata.normalize("NFKC", name).translate(_DASHES)
    return "".join(folded.split()).casefold()


def visible_name(name: str) -> str:
    """A name as it is shown to whoever compares it: what cannot be seen stands as its code, `\\u200b`."""
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in _UNSEEN else character
        for character in name
    )


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of characters that show nothing, or turn what stands beside them around."""


def is_among(name: str, others: Iterable[str]) -> bool:
    """Whether a name is one of some others; an empty name is nobody's."""
    wanted = plain_name(name)
    return bool(wanted) and any(plain_name(each) == wanted for each in others)
