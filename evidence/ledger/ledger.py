"""The ledger as the house sees it: append events, ask the view. Where it is kept is its own affair."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from evidence.ledger.codec import Entry, read_line
from evidence.ledger.events import Event
from evidence.ledger.merkle import Frontier, Tree, leaf_hash
from evidence.ledger.view import Head, View

if TYPE_CHECKING:
    from evidence.ledger.clock_guard import ClockGuard
    from evidence.ledger.positions import Positions


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


class Ledger(ABC):
    """Journal and view as one thing, for many processes side by side.

    Every public method is safe to call from several threads; a `View` answers as of the head it had
    reached, later appends show in the same object.
    """

    opened_at: int
    """Journal lines there were when this object opened it."""
    positions: Positions | None = None
    """Where the archive's files remember the lines that created them; None for a ledger without archive."""

    clock_guard: ClockGuard | None = None
    """Refuses to stamp a line with a clock that is plainly wrong; None where nobody minds."""
    _clock: Callable[[], datetime]

    @property
    @abstractmethod
    def view(self) -> View:
        """The view, after following what others appended."""

    @abstractmethod
    def append(self, actor: str, *events: Event, at: datetime | None = None) -> tuple[int, ...]:
        """Journal events; on return they are durable, all of them or none.

        Returns:
            Their 0-based journal positions.

        Raises:
            LedgerBusyError: somebody else holds the ledger too long.
            LedgerDamagedError: the journal is broken; nothing was written.
            OSError: disk full or failing; nothing was acknowledged.
        """

    @abstractmethod
    def transact(self, actor: str, decide: Callable[[View], Sequence[Event]]) -> tuple[Event, ...]:
        """Decide on the fresh view and append, while nobody else can write.

        `decide` must be quick, must not append itself, and may be asked again when a connection was
        lost before anything was written. An exception from it writes nothing.

        Returns:
            The events as journalled.
        """

    @abstractmethod
    def adopt(self, lines: Sequence[bytes]) -> Head:
        """Append lines that were sealed before, as they are.

        Raises:
            LedgerDamagedError: they do not continue the chain; nothing was written.
        """

    @abstractmethod
    def lines(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Raw journal lines `start` (inclusive) to `stop` (exclusive), without newline, in order.

        They are checked against the chain on the way.

        Raises:
            LedgerDamagedError: the chain is broken before or among them; `where` names the line.
        """

    @abstractmethod
    def check_chain(self) -> Head:
        """Read and check every line of the journal from the first on.

        Raises:
            LedgerDamagedError: naming the first line that breaks the chain.
        """

    @abstractmethod
    def unacknowledged_bytes(self) -> int:
        """Bytes after the last complete line: another process's write under way, or a torn tail."""

    @abstractmethod
    def rebuild(self) -> Head:
        """Throw the view away and fold the whole journal anew.

        Raises:
            LedgerDamagedError: the journal's chain is broken.
        """

    @abstractmethod
    def alone(self, task: str, timeout_s: float) -> AbstractContextManager[None]:
        """Hold a task: nobody else who writes this ledger does it meanwhile. Freed when its holder dies.

        Raises:
            LedgerBusyError: somebody else held it for `timeout_s` seconds.
        """

    def _stamp(self, last: Callable[[], datetime | None]) -> datetime:
        """The instant that lines written now carry.

        Raises:
            UsageError: the clock cannot be right.
        """
        now = self._clock()
        if self.clock_guard is not None:
            self.clock_guard.check(now, last())
        return now

    def _remember(self, lines: Sequence[bytes]) -> None:
        """Lines that are durable now, for the archive to bear witness."""
        if self.positions is None or not lines:
            return
        if not self.positions.begun():
            self.positions.rebuild(self.lines())  # an archive that an older program kept
        else:
            self.positions.note(lines)

    @property
    def head(self) -> Head:
        """Position after following the journal's tail."""
        return self.view.head

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """The same lines, read."""
        for seq, line in enumerate(self.lines(start, stop), start):
            yield read_line(line, seq)

    def tree(self, size: int | None = None) -> Frontier:
        """Frontier of the Merkle tree over the first `size` lines (default: all)."""
        return Frontier().extend(self.lines(0, size))

    def merkle(self, size: int) -> Tree:
        """The tree over the first `size` lines, for many proofs at once."""
        return Tree([leaf_hash(line) for line in self.lines(0, size)])

    def consistency_proof(self, old: int, size: int) -> list[bytes]:
        """Proof that the first `old` lines are a prefix of the first `size` (RFC 6962, 2.1.2).

        Raises:
            ValueError: `old` is 0 or beyond `size`.
        """
        return self.merkle(size).consistency_proof(old, size)
