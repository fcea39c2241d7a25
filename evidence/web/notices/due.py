"""What one person is to be told now; decided from the worklist and the person's wishes, pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from evidence.domain.week import SHANGHAI, is_workday
from evidence.web.lines import Line
from evidence.web.notices.kinds import When, kind_of, when
from evidence.web.worklist import Worklist, is_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whose lines are meant, and what is wished."""

    name: str
    role: str
    """Its word, as lines name who acts."""
    wishes: Mapping[str, str]
    sees: bool = True
    """Whether the desk is open to this person: others are told of nothing that is not theirs."""


def wanted(made: Worklist, person: Person, times: Collection[When]) -> tuple[Line, ...]:
    """The person's own lines of the kinds that are told at such times, in the order of the list."""
    own = [*made.only(person.name, person.role).lines]
    if not person.sees:
        own = [line for line in own if is_for(line.who, person.name, person.role)]
    return tuple(line for line in own if when(kind_of(line), person.wishes) in times)


def new_at_once(made: Worklist, person: Person, told: Collection[str]) -> tuple[Line, ...]:
    """Those told at once that were not told yet."""
    return tuple(line for line in wanted(made, person, {When.AT_ONCE}) if line.key not in told)


def still(made: Worklist, told: Iterable[str]) -> list[str]:
    """Of the keys that were told, those on the list; what comes back later is told again."""
    here = {*made.lines.keys}
    return [key for key in told if key in here]


def is_morning(now: datetime, morning: str) -> bool:
    """Whether the digest of this day may go: a working day, and late enough."""
    local = now.astimezone(SHANGHAI)
    works = is_workday(local.date())
    if works is None:
        works = local.weekday() < 5
    return works and local.time() >= time.fromisoformat(morning)
