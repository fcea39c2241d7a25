"""The embedded ledger: a journal file and a view in memory, safe for many processes side by side."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import RLock

from evidence.domain.identifiers import Sha256
from evidence.ledger import chain
from evidence.ledger.bulk import fold_rest
from evidence.ledger.codec import Entry, instant_text, payload_of, read_line
from evidence.ledger.events import Event
from evidence.ledger.fold import fold
from evidence.ledger.journal import Journal, Position
from evidence.ledger.ledger import Ledger, utc_now
from evidence.ledger.lock import DEFAULT_TIMEOUT_S, WriterLock
from evidence.ledger.snapshot import Snapshot, load, save
from evidence.ledger.tinydb_view import TinyDBView
from evidence.ledger.upkeep import TailCut
from evidence.ledger.view import Head, View

_BULK_BYTES = 1 << 20
"""A journal longer than this is folded into plain dictionaries first."""
_MARK_EVERY = 1024
_SAVE_AFTER = 5_000
"""Events folded since the last snapshot before another is written."""


class EmbeddedLedger(Ledger):
    """Implements `Ledger` over one folder."""

    def __init__(self, journal: Journal, clock: Callable[[], datetime], snapshots: bool) -> None:
        self._journal = journal
        self._clock = clock
        self._newest: datetime | None = None
        """When the last line was written; None: not looked up yet."""
        self._snapshots = snapshots
        self._mutex = RLock()
        self._marks: list[Position] = [Position()]
        self._position = self._saved = Position()
        self._view = TinyDBView()
        self._epoch = 0
        self._written: list[bytes] = []
        self.opened_at = 0
        """Journal lines there were when this object opened it."""

    @classmethod
    def open(
        cls,
        folder: Path,
        clock: Callable[[], datetime] = utc_now,
        *,
        lock_timeout_s: float = DEFAULT_TIMEOUT_S,
        snapshots: bool = True,
    ) -> EmbeddedLedger:
        """Open the ledger in a folder, creating an empty one.

        With a snapshot only what came after it is read and checked; `check_chain` reads everything.

        Args:
            folder: holds journal, lock and snapshot.
            clock: the instants appended events carry.
            lock_timeout_s: seconds to wait for another writer before failing loudly.
            snapshots: whether to use and write the view's snapshot.

        Raises:
            LedgerDamagedError: the journal's chain is broken; `where` names the line.
        """
        ledger = cls(Journal(folder, lock_timeout_s=lock_timeout_s), clock, snapshots)
        ledger._load()
        ledger.opened_at = ledger._position.size
        return ledger

    def _load(self) -> None:
        """View and position from the snapshot, if it holds, and the journal."""
        self._epoch = self._journal.epoch()
        self._marks, self._view = [Position()], TinyDBView()
        self._position = self._saved = Position()
        self._newest = None
        loaded = load(self.journal_path.parent) if self._snapshots else None
        if loaded is not None and self._journal.reaches(loaded.end):
            self._start(loaded)
        self._read_rest()

    def _start(self, loaded: Snapshot) -> None:
        self._position = self._saved = loaded.end
        self._marks = loaded.marks
        self._view = TinyDBView(loaded.tables, Head(size=loaded.end.size, digest=loaded.end.digest))

    def _read_rest(self) -> None:
        """Fold what the snapshot does not hold; much of it at once, beside TinyDB."""
        if self._journal.bytes_on_disk() - self._position.offset < _BULK_BYTES:
            self._catch_up()
            return
        tables = fold_rest(self._journal, self._position, self._view.tables, self._reached)
        self._view = TinyDBView(tables, self._view.head)
        self._save_if_due()

    @property
    def journal_path(self) -> Path:
        """The journal file."""
        return self._journal.path

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
        with self._writing() as settle:
            written = self._write(actor, events, at)
        settle()
        return written

    def transact(self, actor: str, decide: Callable[[View], Sequence[Event]]) -> tuple[Event, ...]:
        """Decide on the fresh view and append, while nobody else can write.

        `decide` must be quick and must not append itself. An exception from it writes nothing.

        Returns:
            The events as journalled.
        """
        with self._writing() as settle:
            events = tuple(decide(self._view))
            if events:
                self._write(actor, events, None)
        settle()  # also without events: what was decided on is on disk before anybody acts on it
        return events

    def adopt(self, lines: Sequence[bytes]) -> Head:
        """Append lines that were sealed before, as they are; as the seam says."""
        with self._writing() as settle:
            digest = chain.check(lines, seq=self._position.size, prev=self._position.digest)
            self._put(lines, [read_line(line, chain.stated_seq(line)) for line in lines], digest)
        settle()
        return self.head

    def lines(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Raw journal lines `start` (inclusive) to `stop` (exclusive), without newline, in order.

        They are checked against the chain on the way.

        Raises:
            LedgerDamagedError: the chain is broken before or among them; `where` names the line.
        """
        size = self.head.size
        stop = size if stop is None else min(stop, size)
        mark = self._marks[max(0, bisect_right(self._marks, start, key=lambda mark: mark.size) - 1)]
        before = mark.size
        for lines, reached in self._journal.follow(mark):
            yield from lines[max(0, start - before) : max(0, stop - before)]
            before = reached.size
            if before >= stop:
                return

    def check_chain(self) -> Head:
        """Read and check every line of the journal from the first on.

        Raises:
            LedgerDamagedError: naming the first line that breaks the chain.
        """
        reached = Position()
        for _lines, reached in self._journal.follow(reached):  # noqa: B007, B020 - the last one is the answer
            pass
        return Head(size=reached.size, digest=reached.digest)

    def unacknowledged_bytes(self) -> int:
        """Bytes after the last complete line: another process's write under way, or a torn tail."""
        self.view  # noqa: B018 - follow first
        return max(0, self._journal.bytes_on_disk() - self._position.offset)

    def rebuild(self) -> Head:
        """Throw the view and its snapshot away and fold the whole journal anew.

        Raises:
            LedgerDamagedError: the journal's chain is broken.
        """
        with self._mutex:
            self._marks = [Position()]
            self._position = self._saved = Position()
            self._view = TinyDBView()
            self._read_rest()
            self.save_snapshot()
            return self._view.head

    def save_snapshot(self) -> None:
        """Write the view's snapshot now; a disk that refuses it is no reason to stop."""
        with self._mutex, suppress(OSError):
            save(self.journal_path.parent, self._view.tables, self._position, self._marks)
            self._saved = self._position

    @contextmanager
    def alone(self, task: str, timeout_s: float) -> Iterator[None]:
        """As the seam says; a lock file beside the journal."""
        with WriterLock(self.journal_path.parent / f"{task}.lock", timeout_s).held():
            yield

    @contextmanager
    def _writing(self) -> Iterator[Callable[[], None]]:
        """Hold the journal; gives what waits, afterwards, until everything read and written is on disk."""
        with self._mutex, self._journal.writing() as epoch:
            torn = None
            if self._journal.bytes_on_disk() != self._position.offset or epoch != self._epoch:
                self._catch_up()
                torn = self._journal.cut_torn_tail(self._position)
            start = self._position.offset
            written: list[bytes] = []
            self._written = written
            if torn is not None:
                self._write("ledger", (TailCut(bytes=torn.bytes, sha256=Sha256(torn.sha256)),), None)

            def settle() -> None:
                try:
                    self._journal.settle(start, end, epoch)
                except OSError:
                    with self._mutex:
                        self._load()  # what was taken off again was never there
                    raise
                self._remember(written)

            yield settle
            end = self._position.offset

    def _catch_up(self) -> None:
        if self._journal.epoch() != self._epoch:
            self._load()  # lines that were read before are gone: they were never acknowledged
            return
        for lines, reached in self._journal.follow(self._position):
            entries = [read_line(line, seq) for seq, line in enumerate(lines, self._position.size)]
            self._fold(entries, reached)

    def _fold(self, entries: Sequence[Entry], reached: Position) -> None:
        for entry in entries:
            fold(self._view.rows, entry)
            self._newest = entry.instant
        self._reached(reached)
        self._save_if_due()

    def _reached(self, position: Position) -> None:
        self._position = position
        self._view.advance(Head(size=position.size, digest=position.digest))
        if position.size - self._marks[-1].size >= _MARK_EVERY:
            self._marks.append(position)

    def _save_if_due(self) -> None:
        """Seldom enough that writing snapshots stays a small part of the work however long the journal."""
        fresh = self._position.size - self._saved.size
        if self._snapshots and fresh >= max(_SAVE_AFTER, self._position.size // 20):
            self.save_snapshot()

    def _last_instant(self) -> datetime | None:
        if self._newest is None and self._position.size:
            self._newest = next(self.entries(self._position.size - 1)).instant
        return self._newest

    def _write(self, actor: str, events: Sequence[Event], at: datetime | None) -> tuple[int, ...]:
        instant = instant_text(self._stamp(self._last_instant) if at is None else at)
        start, digest = self._position.size, self._position.digest
        lines: list[bytes] = []
        entries: list[Entry] = []
        for seq, event in enumerate(events, start):
            fields = {"actor": actor, "at": instant, "kind": event.KIND, "payload": payload_of(event)}
            line, digest = chain.seal(fields, seq=seq, prev=digest)
            entries.append(read_line(line, seq))  # fold what was written, not what was meant
            lines.append(line)
        self._put(lines, entries, digest)
        return tuple(range(start, self._position.size))

    def _put(self, lines: Sequence[bytes], entries: Sequence[Entry], digest: str) -> None:
        """Write and fold whole lines behind the present end; only while writing."""
        start = self._position
        self._journal.append(lines, start)
        self._written.extend(lines)
        offset = start.offset + sum(len(line) + 1 for line in lines)
        self._fold(entries, Position(size=start.size + len(lines), digest=digest, offset=offset))
