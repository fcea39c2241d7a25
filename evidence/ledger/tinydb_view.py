"""The view in TinyDB, held in memory; the journal is the truth, this can be rebuilt from it."""

from __future__ import annotations

from evidence.ledger.rows_view import RowsView
from evidence.ledger.snapshot import SavedTables
from evidence.ledger.tinydb_rows import TinyRows
from evidence.ledger.view import Head


class TinyDBView(RowsView):
    """Implements `View`."""

    rows: TinyRows

    def __init__(self, tables: SavedTables | None = None, head: Head | None = None) -> None:
        self.rows = TinyRows(SavedTables() if tables is None else tables)
        self._head = head or Head(size=0, digest="0" * 64)

    @property
    def head(self) -> Head:
        """Journal position reached."""
        return self._head

    @property
    def tables(self) -> SavedTables:
        """Everything the view holds."""
        return self.rows.held

    def advance(self, head: Head) -> None:
        """Called by the ledger after folding up to `head`."""
        self._head = head
