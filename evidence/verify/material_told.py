"""What the journal tells as of the instant of judgement, for the comparisons with facts.json.

Lines of the slice and earlier ones that the package proves count alike; what they say of one thing is
the last word that the journal knew by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from heapq import merge
from operator import itemgetter
from typing import Any

import msgspec

from evidence.verify.journal import Journal, Line

Row = Mapping[str, Any]
MOST = 5
"""Things named one by one before the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs, and what no line of the package tells."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def differs(self, what: str, line: Line) -> None:
        """The facts state something otherwise than a line does."""
        self.wrong.append(f"{what} 与账本第 {line.seq + 1} 行不符。")

    def left_out(self, what: str, line: Line) -> None:
        """A line tells of something that the facts lack."""
        self.wrong.append(f"账本第 {line.seq + 1} 行记有 {what}，事实里没有。")


class Told:
    """What the journal tells, by what it is about."""

    def __init__(self, journal: Journal, as_of: datetime | None, *, whole: bool) -> None:
        """What it reads.

        Args:
            journal: the lines that a package proves.
            as_of: the instant of judgement; None when it cannot be read.
            whole: whether every line that the facts rest on should be among them.
        """
        self.as_of = as_of
        self.whole = whole
        self._journal = journal
        self._known = _known_lines(journal.lines, as_of)
        self._by_kind: dict[str, list[tuple[int, Line]]] = {}
        """Asked for each page of each document; with its place, so that several kinds keep their order."""
        for place, line in enumerate(journal.lines):
            self._by_kind.setdefault(line.kind, []).append((place, line))
        self.cases = {line.payload["case"]["id"]: line for line in journal.of("case.opened/1")}
        self.visits = {
            (line.payload["visit"]["id"], line.payload["visit"]["version"]): line
            for line in journal.of("visit.recorded/1")
        }
        self.forms = {line.payload["form"]["number"]: line for line in journal.of("form.issued/1")}
        self.cancelled = {line.payload["case"] for line in self.of("case.cancelled/1")}
        self.withdrawn = {line.payload["visit"] for line in self.of("visit.withdrawn/1")}
        self.voided = {line.payload["number"]: line for line in self.of("form.voided/1")}
        self.taken: dict[str, Line] = {}
        """Arrival -> the line that its bytes came with: the last, when the rest of a broken file came."""
        self.judged: dict[str, Line] = {}
        """Arrival -> the judgement in force: the last one since it was taken."""
        self._read_arrivals()

    def _read_arrivals(self) -> None:
        for line in self._journal.of("arrival.taken/1", "arrival.judged/1"):
            arrival = line.payload["arrival"]
            held = self.judged if line.kind == "arrival.judged/1" else self.taken
            if arrival in held and self.counts(held[arrival]) and not self.counts(line):
                continue  # said only after the instant: what was known by then stands
            held[arrival] = line
            if held is self.taken:
                self.judged.pop(arrival, None)

    def counts(self, line: Line) -> bool:
        """Whether the journal had this line at the instant of judgement."""
        return self._known is None or line.seq in self._known

    def of(self, *kinds: str) -> Iterator[Line]:
        """Lines of some kinds that were known at the instant of judgement."""
        lines = merge(*(self._by_kind.get(kind, ()) for kind in dict.fromkeys(kinds)), key=itemgetter(0))
        return (line for _place, line in lines if self.counts(line))

    def about(self, case: str) -> Iterator[tuple[str, Line]]:
        """Arrivals whose judgement in force names a case, in order, each with that judgement."""
        return ((arrival, self.judged[arrival]) for arrival in self._arrivals_of.get(case, ()))

    @cached_property
    def _arrivals_of(self) -> dict[str, list[str]]:
        """Each case asks; to read every judgement for each would take hundreds of times as long."""
        found: dict[str, list[str]] = {}
        for arrival, line in self.judged.items():
            said = line.payload
            numbers = [page["number"] for page in said.get("pages", ())]
            numbers += filter(None, [said.get("edocument_of")])
            for case in dict.fromkeys([*map(case_of, numbers), *filter(None, [said.get("case")])]):
                found.setdefault(case, []).append(arrival)
        return found

    def packages(self) -> list[Line]:
        """Lines of packages made for this instant or earlier ones, whenever they were journalled."""
        return [
            line
            for line in self._journal.of("package.built/1")
            if self.as_of is None or datetime.fromisoformat(line.payload["package"]["built_at"]) <= self.as_of
        ]


def same(kind: type, said: Row, stated: Row) -> bool:
    """Whether two rows are one thing of a kind; what is left out of either holds its default.

    Raises:
        msgspec.ValidationError: one of them is no such thing.
    """
    return bool(msgspec.convert(said, kind) == msgspec.convert(stated, kind))


def case_of(identifier: str) -> str:
    """The case in a number (first ten characters) or a visit id (what stands before `-V<n>`)."""
    case, dash, _running = identifier.rpartition("-V")
    return case if dash else identifier[:10]


def some(names: Sequence[str]) -> str:
    """The first few of many names, and how many there are."""
    more = f" 等 {len(names)} 项" if len(names) > MOST else ""
    return "、".join(names[:MOST]) + more


def _known_lines(lines: Sequence[Line], as_of: datetime | None) -> range | None:
    """Positions up to the last line not stamped after the instant: the order of the journal is the truth.

    None when the journal only began afterwards (filled in later): then everything counts as known.
    """
    if as_of is None:
        return None
    last = max((line.seq for line in lines if line.at <= as_of), default=None)
    return None if last is None else range(last + 1)
