"""When a reason is one: whoever departs from a rule or overrides a reading says why in words."""

from __future__ import annotations

LEAST_CHARACTERS = 4


def substantial(text: str) -> bool:
    """At least four letters or Han characters, and not one of them repeated."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= LEAST_CHARACTERS and len(set(letters)) > 1
