"""The view in PostgreSQL: questions about everything go to an index, the rest as over any rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

from evidence.domain.case import Case, Visit
from evidence.domain.facts import ServiceState
from evidence.domain.identifiers import CaseId, EnterpriseId
from evidence.domain.parties import Enterprise
from evidence.domain.recording import Recording
from evidence.domain.register import Package, Plan, RegisterEntry
from evidence.domain.week import Week
from evidence.ledger import fold_tables
from evidence.ledger.from_rows import (
    arrival_of_row,
    in_order_of_start,
    is_about,
    of_case,
    only_about,
    recording_of_row,
)
from evidence.ledger.postgres.marks import NOBODY
from evidence.ledger.postgres.rows import PostgresRows
from evidence.ledger.rows_view import RowsView
from evidence.ledger.view import Arrival, Head

T = TypeVar("T")
_BLOCK = 256
"""Cases named by one statement."""


class _Held(msgspec.Struct, Generic[T]):
    """A row whose content has a type of its own."""

    body: T


_PACKAGES = msgspec.json.Decoder(tuple[Package, ...])
_LINES = msgspec.json.Decoder(tuple[ServiceState, ...])


class PostgresView(RowsView):
    """Implements `View` within one transaction."""

    rows: PostgresRows

    def __init__(self, rows: PostgresRows, head: Head) -> None:
        self.rows = rows
        self._head = head

    @property
    def head(self) -> Head:
        """Journal position reached."""
        return self._head

    def advance(self, head: Head) -> None:
        """Called by the ledger when the rows are those of another head."""
        self._head = head
        self.rows.forget()

    def prepare(self, cases: Sequence[CaseId]) -> None:
        """Read the rows of these cases at once."""
        self.rows.fetch(fold_tables.case_table(case) for case in cases)

    def enterprises(self) -> tuple[Enterprise, ...]:
        """In order of id."""
        return self._bodies("kind = 'enterprises'", (), Enterprise)

    def entries(self, register: str | None = None, case: CaseId | None = None) -> tuple[RegisterEntry, ...]:
        """Entries in force, of one register or all; those naming one case or its visits."""
        found = self._bodies(
            "kind = 'register' AND (%s::text IS NULL OR starts_with(part, %s || ':'))",
            (register, register),
            RegisterEntry,
        )
        wanted = found if case is None else [entry for entry in found if of_case(entry, case)]
        return _by_key(wanted)

    def entries_about(self, names: Collection[str]) -> tuple[RegisterEntry, ...]:
        """Entries that name one of these cases or visits, and those that name none, found by their mark."""
        marks = {NOBODY, *names, *(fold_tables.case_of(name) for name in names)}
        found = self._bodies("kind = 'register' AND mark = ANY(%s)", (list(marks),), RegisterEntry)
        return _by_key(entry for entry in found if is_about(entry, names))

    def plans(self, since: Week | None = None) -> tuple[Plan, ...]:
        """All, or those for this week and later ones, in order of week and version."""
        found = self._bodies("kind = 'plans' AND key >= %s", ("" if since is None else str(since),), Plan)
        return tuple(sorted(found, key=lambda plan: (plan.week, plan.version)))

    def packages(self) -> tuple[Package, ...]:
        """In order of building."""
        return self._bodies("kind = 'packages'", (), Package, order="seq")

    def packages_about(self, cases: Collection[CaseId]) -> tuple[Package, ...]:
        """Every package, of what it lists only the documents of these cases.

        What was built before the first line about any of them can list none, and is read by its mark.
        """
        lines = (row["seq"] for case in cases for _key, row in self.rows.items(fold_tables.case_table(case)))
        first = min(lines, default=self._head.size)
        before = self.rows.array("mark", "kind = 'packages' AND seq < %s", (first,), order="seq")
        since = self._bodies("kind = 'packages' AND seq >= %s", (first,), Package, order="seq")
        return (*_PACKAGES.decode(before), *(only_about(package, cases) for package in since))

    def cases(self, enterprise: EnterpriseId | None = None) -> tuple[Case, ...]:
        """In order of id."""
        if enterprise is not None:
            return super().cases(enterprise)
        return self._bodies("kind = 'case' AND key = 'case'", (), Case, order="part")

    def all_visits(self) -> tuple[Visit, ...]:
        """Those of every case, in order of case."""
        found = self._bodies(
            "kind = 'case' AND key >= 'visit:' AND key < 'visit;' AND EXISTS (SELECT FROM held_case AS opened"
            " WHERE opened.kind = 'case' AND opened.part = held.part AND opened.key = 'case')",
            (),
            Visit,
        )
        return tuple(sorted(found, key=lambda visit: (visit.case, visit.arrived_at, visit.id, visit.version)))

    def newest_cases(self) -> Iterator[CaseId]:
        """Every case from the highest id down."""
        below = None
        while names := self.rows.parts_below("case", "case", below, _BLOCK):
            yield from (CaseId(name) for name in names)
            below = names[-1]

    def last_case(self, prefix: str) -> CaseId | None:
        """The highest case id that begins so."""
        last = self.rows.last_part("case", "case", prefix)
        return None if last is None else CaseId(last)

    def services(self) -> tuple[ServiceState, ...]:
        """Every cycle in one line, in order of case."""
        return _LINES.decode(self.rows.array("mark", "kind = 'services' AND mark IS NOT NULL"))

    def touched_since(self, seq: int) -> tuple[CaseId, ...]:
        """Cases touched from journal line `seq` on and not handed over since, in order of id."""
        found = self.rows.select("kind = 'touched' AND seq >= %s ORDER BY key", (seq,))
        return tuple(CaseId(key) for key, _row in found)

    def arrivals(self, outcome: str | None = None) -> tuple[Arrival, ...]:
        """All, or those with one current outcome, in order of id."""
        found = (
            self.rows.select("kind = 'arrivals' ORDER BY key")
            if outcome is None
            else self.rows.select("kind = 'arrivals' AND mark = %s ORDER BY key", (outcome,))
        )
        return tuple(arrival_of_row(key, row["body"]) for key, row in found)

    def arrival_counts(self) -> dict[str, int]:
        """Current outcome -> arrivals that have it."""
        return self.rows.counts("arrivals")

    def recordings(self, case: CaseId | None = None) -> tuple[Recording, ...]:
        """All, or those assigned to visits of one case, in order of start."""
        if case is not None:
            return super().recordings(case)
        found = self.rows.select("kind = 'recording'")
        return in_order_of_start(recording_of_row(row["body"]) for _key, row in found)

    def _bodies(
        self, condition: str, values: tuple[object, ...], type_: type[T], *, order: str = "key"
    ) -> tuple[T, ...]:
        found = self.rows.array("doc", condition, values, order=order)
        held = msgspec.json.decode(found, type=list[_Held[type_]])  # type: ignore[valid-type]
        return tuple(row.body for row in held)


def _by_key(entries: Iterable[RegisterEntry]) -> tuple[RegisterEntry, ...]:
    return tuple(sorted(entries, key=lambda entry: (entry.register, entry.key)))
