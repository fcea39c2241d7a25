"""The reading side: one snapshot of the database at a time, a new one whenever the view is asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from threading import RLock, Thread
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import Connection

from evidence.errors import LedgerDamagedError
from evidence.language import _
from evidence.ledger.postgres.connection import close, connect, lost, without_password
from evidence.ledger.postgres.patience import patiently
from evidence.ledger.postgres.rows import PostgresRows
from evidence.ledger.postgres.view import PostgresView
from evidence.ledger.settings import LedgerSettings
from evidence.ledger.view import Head

IDLE_S = 5.0
"""A snapshot nobody asks about for so long is given up: an open transaction keeps the server from cleaning
up behind it and makes whoever changes the schema wait."""
_HUNG_S = 120
"""A process that cannot give it up itself loses it by the server's hand."""
_NEW_SNAPSHOT = "ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT size, digest FROM head"


class Reader:
    """Reads for several threads; a lost connection is replaced by a new snapshot, maybe of a newer head."""

    def __init__(self, settings: LedgerSettings) -> None:
        self._settings = settings
        self._mutex = RLock()
        self._connection: Connection | None = None
        self._view: PostgresView | None = None
        self._asked = 0.0
        """When it was asked last, by the monotonic clock."""
        self._holds = False
        """Whether a snapshot is open."""
        self._keeper: Thread | None = None

    def view(self) -> PostgresView:
        """The view as of the newest head."""
        with self._mutex:
            return patiently(self._fresh_view, lambda: self._connection, self._settings)

    def ask(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """Ask within the present snapshot."""

        def read() -> list[tuple[Any, ...]]:
            if self._connection is None or lost(self._connection) or not self._holds:
                self._fresh_view()
            assert self._connection is not None  # noqa: S101 - the fresh view has one
            found = self._connection.execute(query.encode(), values).fetchall()
            self._asked = monotonic()  # the answer begins the rest, not the question
            return found

        with self._mutex:
            return patiently(read, lambda: self._connection, self._settings)

    def block(self, start: int, stop: int) -> list[bytes]:
        """Journal lines `start` (inclusive) to `stop` (exclusive).

        Raises:
            LedgerDamagedError: some are missing.
        """
        found = self.ask("SELECT line FROM line WHERE seq >= %s AND seq < %s ORDER BY seq", (start, stop))
        if len(found) != stop - start:
            raise LedgerDamagedError(
                _("数据库中缺少账目：第 {first} 至 {last} 行不完整。").format(first=start + 1, last=stop),
                where=f"{without_password(self._settings.database)} {self._settings.schema}",
                remedy=_("请停止一切写入，保留现场，从备份恢复（evidence restore）。"),
            )
        return [line for (line,) in found]

    def close(self) -> None:
        """Give the connection back."""
        with self._mutex:
            close(self._connection)
            self._connection = self._view = None
            self._holds = False

    def _give_up_when_idle(self) -> None:
        """Until the snapshot is given up: wait for as long as it may still be asked about."""
        while True:
            with self._mutex:
                left = self._asked + IDLE_S - monotonic()
                if left <= 0 or not self._holds:
                    self._keeper = None
                    if self._holds and self._connection is not None:
                        self._holds = False
                        with contextlib.suppress(psycopg.Error):  # a lost one holds nothing
                            self._connection.execute("ROLLBACK")
                    return
            sleep(left)

    def _fresh_view(self) -> PostgresView:
        """Move to the newest snapshot; what was read before stays good if the journal has not grown."""
        if self._connection is None or lost(self._connection):
            close(self._connection)
            self._connection = connect(self._settings.database, self._settings.schema, idle_s=_HUNG_S)
        cursor = self._connection.execute(_NEW_SNAPSHOT)
        while cursor.nextset():
            pass
        (found,) = cursor.fetchall()
        self._holds, self._asked = True, monotonic()
        if self._keeper is None:
            self._keeper = Thread(target=self._give_up_when_idle, daemon=True, name="ledger-snapshot")
            self._keeper.start()
        head = Head(size=found[0], digest=found[1])
        if self._view is None:
            self._view = PostgresView(PostgresRows(self.ask), head)
        elif self._view.head != head:
            self._view.advance(head)
        return self._view
