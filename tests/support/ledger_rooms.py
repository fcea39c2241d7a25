"""One ledger that several hosts open: in a folder, or on PostgreSQL."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Protocol

import psycopg

from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import FormVoided
from evidence.ledger.ledger import Ledger
from evidence.ledger.lock import WriterLock
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.settings import LedgerSettings
from tests.support.ledger_scenario import (
    OWN_FORM,
    START,
    every_kind,
)

STORY = every_kind()
VOID = FormVoided(number=OWN_FORM, why="试")


class Room(Protocol):
    """One ledger that several hosts open."""

    def open(self, *, lock_timeout_s: int = 30) -> Ledger:
        """As another process would."""

    def held(self) -> AbstractContextManager[object]:
        """Somebody is in the middle of writing."""

    def damage(self, seq: int, line: bytes) -> None:
        """Change a line where it is kept, as only an intruder can."""


class EmbeddedRoom:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, *, lock_timeout_s: int = 30) -> Ledger:
        return EmbeddedLedger.open(self._folder, clock=lambda: START, lock_timeout_s=lock_timeout_s)

    def held(self) -> AbstractContextManager[object]:
        return WriterLock(self._folder / "journal.lock").held()

    def damage(self, seq: int, line: bytes) -> None:
        path = self._folder / "journal.jsonl"
        lines = path.read_bytes().splitlines()
        lines[seq] = line
        path.write_bytes(b"".join(each + b"\n" for each in lines))


class PostgresRoom:
    def __init__(self, settings: LedgerSettings) -> None:
        self._settings = settings

    def open(self, *, lock_timeout_s: int = 30) -> Ledger:
        settings = LedgerSettings(
            database=self._settings.database, schema=self._settings.schema, lock_timeout_s=lock_timeout_s
        )
        return PostgresLedger.open_database(settings, clock=lambda: START)

    def held(self) -> AbstractContextManager[object]:
        connection = self._raw()
        connection.execute("SELECT * FROM head FOR UPDATE")
        return closing(connection)

    def damage(self, seq: int, line: bytes) -> None:
        with self._raw() as connection:
            connection.execute("ALTER TABLE line DISABLE TRIGGER line_is_final")
            connection.execute("UPDATE line SET line = %s WHERE seq = %s", (line, seq))
            connection.execute("ALTER TABLE line ENABLE TRIGGER line_is_final")

    def _raw(self) -> psycopg.Connection:
        return psycopg.connect(self._settings.database, options=f"-c search_path={self._settings.schema}")
