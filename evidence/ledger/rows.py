"""Where the fold puts its rows: named tables of keyed rows, so that each view chooses its storage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

Row = dict[str, Any]
"""Plain JSON values; the fold replaces rows, it never changes one in place."""


class Rows(Protocol):
    """Tables of rows. A table exists as soon as a row is in it."""

    def get(self, table: str, key: str) -> Row | None:
        """The row, or None."""
        ...

    def put(self, table: str, key: str, row: Row) -> None:
        """Add or replace a row; every row of one table carries the same fields."""
        ...

    def drop(self, table: str, key: str) -> None:
        """Remove a row if it is there."""
        ...

    def items(self, table: str) -> Iterable[tuple[str, Row]]:
        """All rows of a table, in order of first insertion."""
        ...


class HeldRows:
    """Plain dictionaries: for rebuilding a whole view at once."""

    def __init__(self, tables: dict[str, dict[str, Row]] | None = None) -> None:
        self.tables: dict[str, dict[str, Row]] = {} if tables is None else tables

    def get(self, table: str, key: str) -> Row | None:
        """The row, or None."""
        rows = self.tables.get(table)
        return None if rows is None else rows.get(key)

    def put(self, table: str, key: str, row: Row) -> None:
        """Add or replace a row."""
        rows = self.tables.get(table)
        if rows is None:
            self.tables[table] = {key: row}
        else:
            rows[key] = row

    def drop(self, table: str, key: str) -> None:
        """Remove a row if it is there."""
        rows = self.tables.get(table)
        if rows is not None:
            rows.pop(key, None)

    def items(self, table: str) -> Iterable[tuple[str, Row]]:
        """All rows of a table."""
        return tuple(self.tables.get(table, {}).items())
