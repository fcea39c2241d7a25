"""The fold's rows in TinyDB, held in memory.

TinyDB copies a whole table at each insert, hence the many small tables of the fold. Its own file
storage is never used: it rewrites the file in place and loses it when killed.
"""

from __future__ import annotations

from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document as Stored
from tinydb.table import Table

from evidence.ledger.rows import Row
from evidence.ledger.snapshot import SavedTables


class HeldStorage(Storage):
    """TinyDB storage over tables that are simply there."""

    def __init__(self, tables: SavedTables) -> None:
        self.tables = tables

    def read(self) -> SavedTables:
        """All tables."""
        return self.tables

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Nothing to do: TinyDB hands back what `read` gave it, changed in place."""


class KeyedTable(Table):
    """Rows under our own string keys instead of running numbers."""

    document_id_class = str  # type: ignore[assignment]  # tinydb allows it, its annotation does not
    default_query_cache_capacity = 0


class KeyedDB(TinyDB):
    """TinyDB with keyed tables."""

    table_class = KeyedTable


class TinyRows:
    """`Rows` over TinyDB."""

    def __init__(self, tables: SavedTables) -> None:
        self.held = tables
        self._names: dict[str, tuple[int, list[str]]] = {}
        self.db = KeyedDB(tables, storage=HeldStorage)

    def _table(self, name: str) -> Any:
        # db.table() keeps every table object for ever; with one table a case that is a leak
        return KeyedTable(self.db.storage, name)

    def get(self, table: str, key: str) -> Row | None:
        """The row, or None."""
        row: Row | None = self._table(table).get(doc_id=key)
        return row

    def put(self, table: str, key: str, row: Row) -> None:
        """Add or replace a row."""
        self._table(table).upsert(Stored(row, key))  # type: ignore[arg-type]

    def drop(self, table: str, key: str) -> None:
        """Remove a row if it is there."""
        held = self._table(table)
        if held.contains(doc_id=key):
            held.remove(doc_ids=[key])

    def items(self, table: str) -> list[tuple[str, Row]]:
        """All rows of a table, not to be changed."""
        # TinyDB would copy each row: 50,000 enterprises for every check
        return list(self.held[table].items()) if table in self.held else []

    def tables(self, prefix: str) -> list[str]:
        """Names of tables with a prefix, sorted."""
        count = len(self.held)
        known = self._names.get(prefix)
        if known is None or known[0] != count:  # tables are added, never removed
            known = (count, sorted(name for name in list(self.held) if name.startswith(prefix)))
            self._names[prefix] = known
        return known[1]
