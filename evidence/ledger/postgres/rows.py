"""The fold's rows in PostgreSQL.

Writes are gathered and sent in one statement; what a stretch of journal will ask for is fetched
beforehand in one statement as well, so that the number of round trips does not grow with the events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import msgspec

from evidence.ledger.codec import Entry
from evidence.ledger.fold import fold
from evidence.ledger.postgres.marks import mark_of
from evidence.ledger.postgres.schema import KINDS
from evidence.ledger.rows import HeldRows, Row

Ask = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
"""Runs one statement with its values in the owner's transaction; gives what it returns."""
_Place = tuple[str, str]
"""Table of the fold, key."""
_ABSENT: Any = object()
_MOST_CACHED = 4096
"""Tables remembered at once while reading."""

_UPSERT = """
INSERT INTO {table} (kind, part, key, place, seq, mark, doc)
SELECT %s, part, key, nextval('held_place'), seq, mark, doc::json
FROM unnest(%b::text[], %b::text[], %b::bigint[], %b::text[], %b::text[])
  WITH ORDINALITY AS given (part, key, seq, mark, doc, nth)
ORDER BY nth
ON CONFLICT (kind, part, key) DO UPDATE SET seq = excluded.seq, mark = excluded.mark, doc = excluded.doc
"""
_DELETE = """
DELETE FROM {table} AS held USING unnest(%b::text[], %b::text[]) AS gone (part, key)
WHERE held.kind = %s AND held.part = gone.part AND held.key = gone.key
"""
_FETCH = """
SELECT held.part, held.key, held.doc FROM unnest(%b::text[], %b::text[]) AS asked (part, key)
JOIN {table} AS held ON held.kind = %s AND held.part = asked.part AND held.key = asked.key
"""
_FETCH_TABLES = """
SELECT held.part, held.key, held.doc FROM unnest(%b::text[]) AS asked (part)
JOIN {table} AS held ON held.kind = %s AND held.part = asked.part ORDER BY held.place
"""


class PostgresRows:
    """`Rows` within a transaction that its owner opened."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known: dict[_Place, Any] = {}
        """What was read, or is going to be written."""
        self._changed: dict[_Place, None] = {}
        """Places to write, in order of first insertion."""
        self._gone: dict[_Place, None] = {}
        """Places to empty before that."""
        self._tables: dict[str, list[tuple[str, Row]]] = {}

    # --- the fold's side -------------------------------------------------------------------------
    def get(self, table: str, key: str) -> Row | None:
        """The row, or None."""
        known = self._known.get((table, key))
        if known is None and table in self._tables:
            return next((row for held, row in self._tables[table] if held == key), None)
        if known is None:
            kind, part = _split(table)
            found = self._ask(
                _in("SELECT doc FROM {table} WHERE kind = %s AND part = %s AND key = %s", kind),
                (kind, part, key),
            )
            known = self._known[table, key] = found[0][0] if found else _ABSENT
        return None if known is _ABSENT else known

    def put(self, table: str, key: str, row: Row) -> None:
        """Add or replace a row."""
        self._known[table, key] = row
        self._changed[table, key] = None

    def drop(self, table: str, key: str) -> None:
        """Remove a row if it is there."""
        self._known[table, key] = _ABSENT
        self._changed.pop((table, key), None)
        self._gone[table, key] = None

    def items(self, table: str) -> list[tuple[str, Row]]:
        """All rows of a table, in order of first insertion."""
        self.flush()
        held = self._tables.get(table)
        if held is None:
            kind, part = _split(table)
            rows = self._ask(
                _in("SELECT key, doc FROM {table} WHERE kind = %s AND part = %s ORDER BY place", kind),
                (kind, part),
            )
            held = [(key, doc) for key, doc in rows]
            if len(self._tables) >= _MOST_CACHED:
                self._tables.clear()
            self._tables[table] = held
        return list(held)

    def flush(self) -> None:
        """Write what was put and dropped."""
        for kind, places in _by_kind(self._gone):
            self._ask(_in(_DELETE, kind), (*_columns(places), kind))
        for kind, places in _by_kind(self._changed):
            rows = [self._known[place] for place in places]
            marks = [mark_of(kind, row) for row in rows]
            docs = [msgspec.json.encode(row).decode() for row in rows]
            seqs = [row["seq"] for row in rows]
            self._ask(_in(_UPSERT, kind), (kind, *_columns(places), seqs, marks, docs))
        if self._gone or self._changed:
            self._gone, self._changed, self._tables = {}, {}, {}

    def foresee(self, entries: Sequence[Entry]) -> None:
        """Fetch at once what folding these entries is going to ask for."""
        trial = _Trial(self._known)
        for entry in entries:
            fold(trial, entry)
        for kind, places in _by_kind(trial.asked):
            for part, key, doc in self._ask(_in(_FETCH, kind), (*_columns(places), kind)):
                self._known[_joined(kind, part), key] = doc
        for place in trial.asked:
            self._known.setdefault(place, _ABSENT)

    # --- the view's side -------------------------------------------------------------------------
    def tables(self, prefix: str) -> list[str]:
        """Names of tables with a prefix, sorted."""
        kind, part = _split(prefix)
        found = self._ask(
            _in("SELECT DISTINCT part FROM {table} WHERE kind = %s AND starts_with(part, %s)", kind),
            (kind, part),
        )
        return sorted(_joined(kind, each) for (each,) in found)

    def select(self, condition: str, values: Sequence[object] = ()) -> list[tuple[str, Row]]:
        """Key and row of everything that meets a condition over the columns of `held`.

        Args:
            condition: what follows WHERE; a constant of this package, never anything a person wrote.
        """
        query = f"SELECT key, doc FROM held WHERE {condition}"  # noqa: S608 - see above
        return [(key, doc) for key, doc in self._ask(query, values)]

    def array(self, column: str, condition: str, values: Sequence[object] = (), *, order: str = "key") -> str:
        """A column of JSON as one array, for whoever knows its type: the driver's work for each row is more
        than the decoding of it.

        Args:
            column, condition, order: constants of this package, as for `select`.
        """
        query = (
            f"SELECT '[' || coalesce(string_agg({column}::text, ',' ORDER BY {order}), '') || ']'"  # noqa: S608
            f" FROM held WHERE {condition}"
        )
        ((text,),) = self._ask(query, values)
        return str(text)

    def last_part(self, kind: str, key: str, prefix: str) -> str | None:
        """The highest name, after the kind, of a table that begins so and has this key."""
        query = _in(
            "SELECT max(part) FROM {table} WHERE kind = %s AND key = %s AND part >= %s AND part < %s", kind
        )
        ((found,),) = self._ask(query, (kind, key, prefix, f"{prefix}\x7f"))
        return None if found is None else str(found)

    def parts_below(self, kind: str, key: str, below: str | None, most: int) -> list[str]:
        """Names, after the kind, of tables below a name that have this key, from the highest down."""
        query = _in(
            "SELECT part FROM {table} WHERE kind = %s AND key = %s AND (%s::text IS NULL OR part < %s)"
            " ORDER BY part DESC LIMIT %s",
            kind,
        )
        return [str(part) for (part,) in self._ask(query, (kind, key, below, below, most))]

    def counts(self, kind: str) -> dict[str, int]:
        """Mark -> rows of a kind that have it."""
        return dict(self._ask(_in("SELECT mark, count(*) FROM {table} GROUP BY mark", kind), ()))

    def fetch(self, tables: Iterable[str]) -> None:
        """Read whole tables at once, so that `items` need not ask for each."""
        names = iter(tables)
        while block := list(islice(names, 256)):
            found: dict[str, list[tuple[str, Row]]] = {name: [] for name in block}
            for kind, places in _by_kind((name, "") for name in block):
                parts, _keys = _columns(places)
                for part, key, doc in self._ask(_in(_FETCH_TABLES, kind), (parts, kind)):
                    found[_joined(kind, part)].append((key, doc))
            self._tables.update(found)

    def forget(self) -> None:
        """Another transaction begins: what was read may have changed."""
        self._known, self._tables = {}, {}


class _Trial(HeldRows):
    """Folds without effect, to learn which rows will be asked for."""

    def __init__(self, known: dict[_Place, Any]) -> None:
        super().__init__()
        self._read = known
        self._dropped: set[_Place] = set()
        self.asked: dict[_Place, None] = {}

    def get(self, table: str, key: str) -> Row | None:
        """What is known by now; what is not is noted."""
        row = super().get(table, key)
        if row is not None or (table, key) in self._dropped:
            return row
        known = self._read.get((table, key))
        if known is None:
            self.asked[table, key] = None
        return None if known is None or known is _ABSENT else known

    def put(self, table: str, key: str, row: Row) -> None:
        """Add or replace a row."""
        self._dropped.discard((table, key))
        super().put(table, key, row)

    def drop(self, table: str, key: str) -> None:
        """Remove a row."""
        self._dropped.add((table, key))
        super().drop(table, key)


def _split(table: str) -> tuple[str, str]:
    kind, _colon, part = table.partition(":")
    return kind, part


def _joined(kind: str, part: str) -> str:
    return f"{kind}:{part}" if part else kind


def _by_kind(places: Iterable[_Place]) -> Iterable[tuple[str, list[_Place]]]:
    found: dict[str, list[_Place]] = {}
    for place in places:
        found.setdefault(_split(place[0])[0], []).append(place)
    return found.items()


def _columns(places: Sequence[_Place]) -> tuple[list[str], list[str]]:
    return [_split(table)[1] for table, _key in places], [key for _table, key in places]


def _in(query: str, kind: str) -> str:
    """The query on the partition of a kind: asking all of them costs a millisecond each time."""
    return query.format(table=f"held_{kind}" if kind in KINDS else "held_other")
