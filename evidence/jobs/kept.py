"""Jobs in a file of this workspace: durable without a database server, done beside the watcher."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from evidence.jobs.job import DeadJob, Job
from evidence.jobs.settings import JobSettings

FILE_NAME = "jobs.sqlite3"
"""In `archive/`."""
_HELD_S = 600
"""Seconds after which a job that was begun, and neither done nor failed, is begun anew: its process died."""
_TABLE = """
CREATE TABLE IF NOT EXISTS job (
    id INTEGER PRIMARY KEY AUTOINCREMENT, function TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
    arguments TEXT NOT NULL, priority INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0, why TEXT NOT NULL DEFAULT '', dead_at REAL,
    dropped INTEGER NOT NULL DEFAULT 0
)
"""
_DROPPED_COLUMN = "ALTER TABLE job ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0"
_DROPPED_KEPT_S = 90 * 86_400
"""Seconds for which it can be seen what was dropped."""
_PUT = """
INSERT INTO job (function, key, arguments, priority) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET attempts = 0, not_before = 0, dead_at = NULL, dropped = 0
WHERE dead_at IS NOT NULL
"""
_DUE = """
SELECT id, function, arguments, attempts FROM job
WHERE dead_at IS NULL AND not_before <= ? AND substr(key, 1, length(?)) = ? ORDER BY priority DESC, id
"""
_TAKE = "UPDATE job SET not_before = ? WHERE id = ? AND dead_at IS NULL AND not_before <= ?"
_FAILED = "UPDATE job SET attempts = ?, why = ?, not_before = ?, dead_at = ? WHERE id = ?"

Perform = Callable[[str, Mapping[str, str]], None]
"""Does one job, given its function's name and its arguments."""


class KeptQueue:
    """Implements `Queue`; safe for several threads and processes. Its file is made by the first job."""

    def __init__(self, path: Path, settings: JobSettings) -> None:
        self._path = path
        self._settings = settings

    def put(self, job: Job) -> bool:
        """Hand a job on; False when one of its key waits or is being done already.

        Raises:
            sqlite3.Error: disk full or folder not writable.
        """
        arguments = msgspec.json.encode(job.arguments).decode()
        with self._opened() as file:
            return file.execute(_PUT, (job.function, job.key, arguments, job.priority)).rowcount == 1

    def waiting(self) -> int:
        """Jobs not yet done, those that are tried again later among them."""
        return sum(count for (count,) in self._asked("SELECT count(*) FROM job WHERE dead_at IS NULL"))

    def running(self) -> int:
        """None of them is seen at work: each counts as waiting until it is done."""
        return 0

    def close(self) -> None:
        """Nothing is held open."""

    def settle(self, keys: set[str]) -> None:
        """They are done in their own time, some of them hours later."""

    def dead(self) -> tuple[DeadJob, ...]:
        """Jobs given up, oldest first."""
        return self._ended(dropped=0)

    def dropped(self) -> tuple[DeadJob, ...]:
        """Jobs that nobody wants done any more, oldest first: no person is asked about them."""
        return self._ended(dropped=1)

    def drop(self, unwanted: Callable[[str], str], now: datetime) -> None:
        """End jobs that can no longer be done; they are shown for some time, and revived on request.

        Args:
            unwanted: why a job of this key is not wanted any more; empty when it is.
        """
        at = now.timestamp()
        reasons = {
            number: unwanted(key) for number, key in self._asked("SELECT id, key FROM job WHERE NOT dropped")
        }
        if not any(reasons.values()):
            return
        with self._opened() as file:
            file.executemany(
                "UPDATE job SET why = ?, dead_at = ?, dropped = 1 WHERE id = ?",
                [(why, at, number) for number, why in reasons.items() if why],
            )
            file.execute("DELETE FROM job WHERE dropped AND dead_at < ?", (at - _DROPPED_KEPT_S,))

    def _ended(self, *, dropped: int) -> tuple[DeadJob, ...]:
        rows = self._asked(
            "SELECT id, function, key, attempts, why, dead_at FROM job"
            " WHERE dead_at IS NOT NULL AND dropped = ? ORDER BY id",
            dropped,
        )
        return tuple(
            DeadJob(
                id=number,
                function=function,
                key=key,
                attempts=attempts,
                why=why,
                at=datetime.fromtimestamp(at, UTC),
            )
            for number, function, key, attempts, why, at in rows
        )

    def complaint(self, keys: str) -> str:
        """Why the oldest waiting job whose key begins so failed last; empty when none has."""
        rows = self._asked(
            "SELECT why FROM job WHERE dead_at IS NULL AND why > '' AND substr(key, 1, length(?)) = ? "
            "ORDER BY id LIMIT 1",
            keys,
            keys,
        )
        return str(rows[0][0]) if rows else ""

    def revive(self) -> int:
        """Put dead and dropped jobs back, as if they had never been tried."""
        if not self._path.exists():
            return 0
        with self._opened() as file:
            return file.execute(
                "UPDATE job SET attempts = 0, not_before = 0, dead_at = NULL, dropped = 0"
                " WHERE dead_at IS NOT NULL"
            ).rowcount

    def work(
        self, perform: Perform, now: datetime, *, keys: str = "", stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """Do what is due, each once; a job that fails is tried again after a longer pause each time.

        Args:
            perform: whatever it raises is the reason why the job failed.
            keys: only jobs whose key begins so.
            stopped: asked before each job.
        """
        at = now.timestamp()
        for number, function, arguments, attempts in self._asked(_DUE, at, keys, keys):
            if stopped() or not self._taken(number, at):
                continue
            try:
                perform(function, msgspec.json.decode(arguments, type=dict[str, str]))
            except Exception as error:
                self._failed(number, function, attempts + 1, str(error) or type(error).__name__, now)
            else:
                with self._opened() as file:
                    file.execute("DELETE FROM job WHERE id = ?", (number,))

    def _taken(self, number: int, at: float) -> bool:
        """Whether no other process was quicker."""
        with self._opened() as file:
            return file.execute(_TAKE, (at + _HELD_S, number, at)).rowcount == 1

    def _failed(self, number: int, function: str, tried: int, why: str, now: datetime) -> None:
        again = now + timedelta(seconds=self._settings.pause_s(tried))
        dead_at = now.timestamp() if tried >= self._settings.attempts_of(function) else None
        with self._opened() as file:
            file.execute(_FAILED, (tried, why, again.timestamp(), dead_at, number))

    def _asked(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        if not self._path.exists():
            return []
        with self._opened() as file:
            return file.execute(query, values).fetchall()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=30, isolation_level=None)) as file:
            file.execute(_TABLE)
            if all(name != "dropped" for _n, name, *_rest in file.execute("PRAGMA table_info(job)")):
                with suppress(sqlite3.OperationalError):  # another process was quicker
                    file.execute(_DROPPED_COLUMN)
            yield file
