"""The ledger: journal and view as one thing, safe for many processes side by side."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Any

from evidence.domain.identifiers import Sha256
from evidence.ledger import chain
from evidence.ledger.codec import Entry, instant_text, payload_of, read_line
from evidence.ledger.events import Event, TailCut
from evidence.ledger.fold import fold
from evidence.ledger.journal import Journal, Position
from evidence.ledger.lock import DEFAULT_TIMEOUT_S
from evidence.ledger.merkle import Frontier
from evidence.ledger.rows import HeldRows
from evidence.ledger.tinydb_view import TinyDBView
from evidence.ledger.view import Head, View


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Ledger:
    """Append events, ask the view.

    Every public method is safe to call from several threads; a `View` answers as of the head it had
    reached, later appends show in the same object.
    """

    def __init__(
        self, journal: Journal, view: TinyDBView, position: Position, clock: Callable[[], datetime]
    ) -> None:
        self._journal = journal
        self._view = view
        self._position = position
        self._clock = clock
        self._mutex = RLock()

    @classmethod
    def open(
        cls,
        folder: Path,
        clock: Callable[[], datetime] = _utc_now,
        *,
        lock_timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> Ledger:
        """Open the ledger in a folder, creating an empty one.

        Raises:
            LedgerDamagedError: the journal's chain is broken; `where` names the line.
        """
        journal = Journal(folder, lock_timeout_s=lock_timeout_s)
        rows = HeldRows()
        position = Position()
        with _without_collector():
            for lines, reached in journal.follow(position):
                for seq, line in enumerate(lines, position.size):
                    fold(rows, read_line(line, seq))
                position = reached
        view = TinyDBView(rows.tables, Head(size=position.size, digest=position.digest))
        return cls(journal, view, position, clock)

    @property
    def journal_path(self) -> Path:
        """The journal file."""
        return self._journal.path

    @property
    def head(self) -> Head:
        """Position after following the journal's tail."""
        return self.view.head

    @property
    def view(self) -> View:
        """The view, after following what other processes appended."""
        with self._mutex:
            if self._journal.bytes_on_disk() != self._position.offset:
                self._catch_up()
            return self._view

    def append(self, actor: str, *events: Event, at: datetime | None = None) -> tuple[int, ...]:
        """Journal events; on return they are on disk. One fsync for all of them.

        Returns:
            Their 0-based journal positions.

        Raises:
            LedgerBusyError: another process holds the ledger too long.
            LedgerDamagedError: the journal is broken; nothing was written.
            OSError: disk full or failing; nothing was acknowledged.
        """
        with self._writing():
            return self._write(actor, events, at)

    def transact(self, actor: str, decide: Callable[[View], Sequence[Event]]) -> tuple[Event, ...]:
        """Decide on the fresh view and append, while nobody else can write.

        `decide` must be quick and must not append itself. An exception from it writes nothing.

        Returns:
            The events as journalled.
        """
        with self._writing():
            events = tuple(decide(self._view))
            if events:
                self._write(actor, events, None)
            return events

    def lines(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Raw journal lines `start` (inclusive) to `stop` (exclusive), without newline, in order."""
        size = self.head.size
        return islice(self._journal.raw_lines(), start, size if stop is None else min(stop, size))

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """The same lines, read."""
        for seq, line in enumerate(self.lines(start, stop), start):
            yield read_line(line, seq)

    def tree(self, size: int | None = None) -> Frontier:
        """Frontier of the Merkle tree over the first `size` lines (default: all)."""
        return Frontier().extend(self.lines(0, size))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._mutex, self._journal.writing():
            self._catch_up()
            torn = self._journal.cut_torn_tail(self._position)
            if torn is not None:
                self._write("ledger", (TailCut(bytes=torn.bytes, sha256=Sha256(torn.sha256)),), None)
            yield

    def _catch_up(self) -> None:
        for lines, reached in self._journal.follow(self._position):
            self._fold([read_line(line, seq) for seq, line in enumerate(lines, self._position.size)], reached)

    def _fold(self, entries: Sequence[Entry], reached: Position) -> None:
        for entry in entries:
            fold(self._view.rows, entry)
        self._position = reached
        self._view.advance(Head(size=reached.size, digest=reached.digest))

    def _write(self, actor: str, events: Sequence[Event], at: datetime | None) -> tuple[int, ...]:
        instant = instant_text(self._clock() if at is None else at)
        position = start = self._position
        lines: list[bytes] = []
        entries: list[Entry] = []
        for event in events:
            payload = payload_of(event)
            fields: dict[str, Any] = {"actor": actor, "at": instant, "kind": event.KIND, "payload": payload}
            line, digest = chain.seal(fields, seq=position.size, prev=position.digest)
            entries.append(Entry(seq=position.size, digest=digest, **fields))
            position = Position(size=position.size + 1, digest=digest, offset=position.offset + len(line) + 1)
            lines.append(line)
        self._journal.append(lines, start)
        self._fold(entries, position)
        return tuple(range(start.size, position.size))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of live dictionaries are built at once; searching them for cycles only costs time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
