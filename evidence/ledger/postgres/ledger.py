"""The ledger on PostgreSQL.

One transaction does what the embedded ledger does under its file lock: it locks the one row of `head`
(a total order among all writers on all hosts), decides on the rows as they are then, adds lines, rows
and the tree's new edge, and commits. A connection that is lost on the way leaves one question: did
the commit arrive? The next attempt locks the same row first, which waits for the old transaction to
end one way or the other, and looks whether its lines are there. So nothing is lost and nothing is
written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import RLock
from typing import TypeVar

from psycopg import Connection
from psycopg.errors import LockNotAvailable

from evidence.errors import LedgerDamagedError, UsageError
from evidence.language import _
from evidence.ledger import chain
from evidence.ledger.codec import read_line
from evidence.ledger.events import Event
from evidence.ledger.ledger import Ledger, utc_now
from evidence.ledger.lock import LedgerBusyError
from evidence.ledger.merkle import Frontier, Tree
from evidence.ledger.postgres.connection import (
    DatabaseUnreachableError,
    asking,
    close,
    connect,
    lost,
    without_password,
)
from evidence.ledger.postgres.patience import patiently
from evidence.ledger.postgres.reader import Reader
from evidence.ledger.postgres.rows import PostgresRows
from evidence.ledger.postgres.schema import VIEW_VERSION, checked_name, ensure, index
from evidence.ledger.postgres.subtrees import KeptTree
from evidence.ledger.postgres.view import PostgresView
from evidence.ledger.postgres.writing import BLOCK, Written, add, arrived, folded, sealed
from evidence.ledger.settings import LedgerSettings
from evidence.ledger.view import Head, View

T = TypeVar("T")
_WRITER_IDLE_S = 60
_OPENING_PATIENCE_S = 5
_DIGEST_BYTES = 32


class PostgresLedger(Ledger):
    """Implements `Ledger` over one schema of a database."""

    def __init__(self, settings: LedgerSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._schema = checked_name(settings.schema)
        self._clock = clock
        self._mutex = RLock()
        self._writer: Connection | None = None
        self._reader = Reader(settings)
        self._deciding = False
        self.opened_at = 0

    @classmethod
    def open_database(
        cls, settings: LedgerSettings, clock: Callable[[], datetime] = utc_now
    ) -> PostgresLedger:
        """Open the ledger, making its tables if they are not there. Costs the same however long it is.

        Raises:
            DatabaseUnreachableError: no answer within the settings' patience.
            UsageError: the connection string or schema name is wrong, or another version of the program
                shaped the view.
        """
        ledger = cls(settings, clock)
        version = patiently(
            lambda: ensure(ledger._write_connection(), ledger._schema),
            lambda: ledger._writer,
            settings,
            at_most_s=_OPENING_PATIENCE_S,
        )
        if version > VIEW_VERSION:
            raise UsageError(
                _("账本数据库由更新版本的程序整理过，本程序太旧。"),
                where=ledger.place,
                remedy=_("请在本机安装与其他主机相同版本的程序。"),
            )
        if version < VIEW_VERSION:
            ledger.rebuild()
        ledger.opened_at = ledger.head.size
        return ledger

    @property
    def place(self) -> str:
        """Database and schema, for people; no password."""
        return f"{without_password(self._settings.database)} {self._schema}"

    # --- reading ---------------------------------------------------------------------------------
    @property
    def view(self) -> View:
        """The view as of the newest head; one snapshot of the database until it is asked for again."""
        return self._reader.view()

    def lines(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Raw journal lines, checked against the chain on the way."""
        size = self.head.size
        stop = size if stop is None else min(stop, size)
        prev = chain.START
        if 0 < start < stop:
            prev = chain.stated_digest(self._reader.block(start - 1, start)[0])
        for first in range(start, stop, BLOCK):
            block = self._reader.block(first, min(first + BLOCK, stop))
            prev = chain.check(block, seq=first, prev=prev)
            yield from block

    def check_chain(self) -> Head:
        """Read and check every line, and whether they lead to the stated head and tree."""
        head, frontier, digest = self.head, Frontier(), chain.START
        for line in self.lines(0, head.size):
            frontier.append(line)
            digest = chain.stated_digest(line)
        if digest != head.digest or frontier.nodes != self.tree(head.size).nodes:
            raise LedgerDamagedError(
                _("账目与数据库所记的末行或树根不符。"),
                where=self.place,
                remedy=_("请停止一切写入，保留现场，从备份恢复（evidence restore）。"),
            )
        return head

    def tree(self, size: int | None = None) -> Frontier:
        """Frontier of the Merkle tree, from subtrees kept."""
        wanted = self.head.size if size is None else size
        return KeptTree(self._reader.ask, wanted).frontier()

    def merkle(self, size: int) -> Tree:
        """As the seam says, from subtrees kept."""
        self.view  # noqa: B018 - follow first
        return KeptTree(self._reader.ask, size)

    def unacknowledged_bytes(self) -> int:
        """A transaction leaves none."""
        return 0

    # --- writing ---------------------------------------------------------------------------------
    def append(self, actor: str, *events: Event, at: datetime | None = None) -> tuple[int, ...]:
        """Journal events in one transaction."""
        written = self._commit(actor, lambda _view: events, at)
        return tuple(range(written.start, written.start + len(written.lines)))

    def transact(self, actor: str, decide: Callable[[View], Sequence[Event]]) -> tuple[Event, ...]:
        """Decide on the fresh view and append, in one transaction."""
        return self._commit(actor, decide, None).events

    def rebuild(self) -> Head:
        """Fold every line anew, in one transaction: until it is done everybody sees the old rows."""

        def anew() -> Head:
            connection = self._write_connection()
            with connection.transaction():
                head, _frontier = self._lock_head(connection)
                connection.execute("DELETE FROM held")
                index(connection)
                for first in range(0, head.size, BLOCK):
                    found = connection.execute(
                        "SELECT line FROM line WHERE seq >= %s AND seq < %s ORDER BY seq",
                        (first, first + BLOCK),
                    )
                    entries = [read_line(line, first + n) for n, (line,) in enumerate(found)]
                    folded(connection, entries).flush()
                connection.execute("UPDATE head SET view_version = %s", (VIEW_VERSION,))
            return head

        self.check_chain()
        with self._mutex:
            return self._patiently(anew)

    def adopt(self, lines: Sequence[bytes]) -> Head:
        """Append lines of another ledger as they are; they must continue this one's chain.

        Raises:
            LedgerDamagedError: they do not.
        """

        def take() -> Head:
            connection = self._write_connection()
            with connection.transaction():
                head, frontier = self._lock_head(connection, even_moved=True)
                new = lines[max(0, head.size - read_line(lines[0], head.size).seq) :]
                if not new:
                    return head
                digest = chain.check(new, seq=head.size, prev=head.digest)
                entries = [read_line(line, head.size + n) for n, line in enumerate(new)]
                add(connection, frontier, new, entries, digest)
                return Head(size=frontier.size, digest=digest)

        with self._mutex:
            head = self._patiently(take)
        self._remember(lines)
        return head

    @property
    def moved(self) -> str:
        """The folder to which this ledger was moved; empty while it is in use."""
        with self._mutex:
            return self._patiently(
                lambda: str(self._write_connection().execute("SELECT moved FROM head").fetchall()[0][0])
            )

    def set_moved(self, where: str) -> None:
        """From now on nobody writes here (a folder), or everybody may again (empty)."""
        with self._mutex:
            self._patiently(lambda: self._write_connection().execute("UPDATE head SET moved = %s", (where,)))

    @contextmanager
    def alone(self, task: str, timeout_s: float) -> Iterator[None]:
        """As the seam says; an advisory lock on a connection of its own."""
        connection = patiently(
            lambda: connect(self._settings.database, self._schema, idle_s=0), lambda: None, self._settings
        )
        try:
            try:
                connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{timeout_s:.3f}s",))
                connection.execute(
                    "SELECT pg_advisory_lock(hashtextextended(%s, 0))", (f"{self._schema} {task}",)
                )
            except LockNotAvailable as error:
                raise self._busy(timeout_s) from error
            yield
        finally:
            close(connection)

    def close(self) -> None:
        """Give the connections back; the next use opens new ones."""
        close(self._writer)
        self._writer = None
        self._reader.close()

    # --- one transaction -------------------------------------------------------------------------
    def _commit(self, actor: str, decide: Callable[[View], Sequence[Event]], at: datetime | None) -> Written:
        sent: list[Written] = []

        def attempt() -> Written:
            connection = self._write_connection()
            with connection.transaction():
                head, frontier = self._lock_head(connection)
                if sent and arrived(connection, sent[-1]):
                    return sent[-1]
                events = tuple(decide(PostgresView(PostgresRows(asking(connection)), head)))
                if not events:
                    return Written(head.size, (), ())
                lines, entries, digest = sealed(
                    actor, events, at or self._stamp(lambda: self._instant_before(head)), head
                )
                add(connection, frontier, lines, entries, digest)
                sent.append(Written(head.size, tuple(lines), events))
            return sent[-1]

        with self._mutex:
            if self._deciding:
                raise LedgerBusyError(
                    _("账本写入不能嵌套：记账的决定过程中不得再次记账。"),
                    where=self.place,
                    remedy=_("这是程序内部的错误，请联系维护人员。"),
                )
            self._deciding = True
            try:
                written = self._patiently(attempt)
            except DatabaseUnreachableError as error:
                if sent:
                    error.remedy = _(
                        "刚才的一笔是否已经写入，要等数据库恢复后才知道：请恢复后先查看，再决定是否重做；"
                        "不会写入一半。"
                    )
                raise
            finally:
                self._deciding = False
        self._remember(written.lines)
        return written

    def _instant_before(self, head: Head) -> datetime | None:
        """When the line before the present end was written."""
        return next(self.entries(head.size - 1, head.size)).instant if head.size else None

    def _lock_head(self, connection: Connection, *, even_moved: bool = False) -> tuple[Head, Frontier]:
        try:
            found = connection.execute("SELECT size, digest, nodes, moved FROM head FOR UPDATE").fetchone()
        except LockNotAvailable as error:
            raise self._busy(self._settings.lock_timeout_s) from error
        if found is None:
            raise LedgerDamagedError(
                _("账本数据库缺少末行记录。"),
                where=self.place,
                remedy=_("请停止写入，从备份恢复后运行 evidence ledger verify。"),
            )
        size, digest, nodes, moved = found
        if moved and not even_moved:
            raise UsageError(
                _("这个数据库里的账本已迁到文件：{where}。").format(where=moved),
                where=self.place,
                remedy=_("若它就是迁回的那一份，请从 evidence.toml 删去 [ledger] database 即可。"),
            )
        edge = [nodes[n : n + _DIGEST_BYTES] for n in range(0, len(nodes), _DIGEST_BYTES)]
        return Head(size=size, digest=digest), Frontier(size, edge)

    # --- connections -----------------------------------------------------------------------------
    def _write_connection(self) -> Connection:
        if self._writer is None or lost(self._writer):
            close(self._writer)
            self._writer = connect(
                self._settings.database,
                self._schema,
                idle_s=_WRITER_IDLE_S,
                lock_timeout_s=self._settings.lock_timeout_s,
            )
        return self._writer

    def _patiently(self, work: Callable[[], T]) -> T:
        return patiently(work, lambda: self._writer, self._settings)

    def _busy(self, seconds: float) -> LedgerBusyError:
        return LedgerBusyError(
            _("账本被另一个程序占用已超过 {seconds:g} 秒，本次没有写入。").format(seconds=seconds),
            where=self.place,
            remedy=_("请稍后重试；若一直如此，请管理员查看 pg_stat_activity 中谁在占用。账本没有损坏。"),
        )
