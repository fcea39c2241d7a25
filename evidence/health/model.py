"""One condition of the running system, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """The worst of all conditions."""

    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing looked at, with what to do about it."""

    name: str
    good: bool | None
    """True: good. False: must be mended. None: works, but a person should know."""
    message: str
    remedy: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    """Name of a metric -> its value; the unit is part of the name."""

    @property
    def state(self) -> State:
        """The same for programs."""
        return {True: State.OK, None: State.WARNING, False: State.FAILING}[self.good]


def worst(conditions: Iterable[Condition]) -> State:
    """How the whole is."""
    states = {each.state for each in conditions}
    return next((state for state in (State.FAILING, State.WARNING) if state in states), State.OK)


def as_json(conditions: Iterable[Condition]) -> list[dict[str, Any]]:
    """Conditions as health.json and `doctor --json` have them."""
    return [
        {
            "name": each.name,
            "good": each.good,
            "message": each.message,
            "remedy": each.remedy,
            **({"figures": dict(each.figures)} if each.figures else {}),
        }
        for each in conditions
    ]
