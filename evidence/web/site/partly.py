"""Facts the server refuses go back with their place; the rest goes through; pure.

A field of the head is left out alone. A row of a list is left out whole: a hazard without its grade would
be another hazard than the one that was seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One fact that was not taken."""

    field: str
    """Name of the form's field; empty for what belongs to none."""
    place: str
    """`隐患[2].整改期限`, as the reader of the document names it."""
    what: str


def refused_of(found: Sequence[tuple[str, str]], fields: Mapping[str, str]) -> tuple[Refused, ...]:
    """The mistakes, each with its field.

    Args:
        found: (place, what is wrong).
        fields: place -> name of the field.
    """
    return tuple(Refused(field=fields.get(place, ""), place=place, what=what) for place, what in found)


def without(typed: Typed, refused: Sequence[Refused]) -> dict[str, list[str]] | None:
    """What is left when the refused facts are taken out.

    Returns:
        None where leaving out cannot help: a fact belongs to no field, or it is absent already.
    """
    gone: set[str] = set()
    for each in refused:
        table, _, rest = each.field.partition("|")
        if not rest:
            return None
        prefix = each.field if table == "head" else f"{table}|{rest.partition('|')[0]}|"
        names = {name for name in typed if name == prefix or (table != "head" and name.startswith(prefix))}
        if not names - gone and not any(name in gone for name in names):
            return None
        gone |= names
    return {name: [*values] for name, values in typed.items() if name not in gone}
