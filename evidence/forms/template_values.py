"""The values of a template on their way into the bounded process that fills it."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Anchor(msgspec.Struct, tag=True, frozen=True):
    """What `{{r 框.… }}` prints: an invisible mark for the box."""

    box: str


class Photo(msgspec.Struct, tag=True, frozen=True):
    """A photograph to be placed: JPEG bytes already upright and bounded."""

    jpeg: bytes
    width_mm: float


class Sample(msgspec.Struct, tag=True, frozen=True):
    """A text that also answers for nested values (`行.左.图`) and nested rows (`类.项目`)."""

    text: str


class Group(msgspec.Struct, tag=True):
    """Values by name."""

    entries: dict[str, Value]


class Rows(msgspec.Struct, tag=True):
    """Values one after the other."""

    items: list[Value]


Value = None | bool | int | float | str | Anchor | Photo | Sample | Group | Rows
"""One value on its way to the template."""


class Filling(msgspec.Struct):
    """One template to be filled."""

    template: Path
    values: dict[str, Value]
