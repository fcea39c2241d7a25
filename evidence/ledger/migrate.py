"""Moving a ledger between folder and database: the same lines, the same tree, nobody writing meanwhile.

Either way may be interrupted anywhere and run again: what was already copied is a beginning of the journal
and is continued or made anew; the source counts as moved only once the target has been read back and its
root is equal. At every moment at most one of the two may be written.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from evidence.durable import sync_folder
from evidence.errors import LedgerDamagedError, UsageError
from evidence.language import _
from evidence.ledger import chain
from evidence.ledger.journal import JOURNAL_NAME, Journal, Position
from evidence.ledger.merkle import Frontier
from evidence.ledger.place import MOVED_NAME, database_ledger, holds_journal
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.settings import LedgerSettings
from evidence.ledger.snapshot import SNAPSHOT_NAME
from evidence.ledger.view import Head

ASIDE_NAME = "journal.before-database.jsonl"
MOVING_NAME = ".moving"
"""Where a journal on its way back is written until it is whole."""
_BLOCK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was moved where."""

    at: datetime
    lines: int
    root: str
    """Hex root of the tree over all lines, the same on both sides."""
    source: str
    target: str


def to_database(
    folder: Path,
    settings: LedgerSettings,
    *,
    clock: Callable[[], datetime],
    progress: Callable[[int], None] = lambda _lines: None,
) -> Moved:
    """Move the journal of a folder into the database; the file stays beside it under another name.

    Raises:
        UsageError: the database holds another journal, or one that went on.
        LedgerDamagedError: the chain is broken; nothing counts as moved.
    """
    journal = Journal(folder)
    with closing(database_ledger(settings, clock)) as ledger, journal.writing():
        if not holds_journal(folder) and (folder / MOVED_NAME).exists():
            return _moved_already(folder, ledger)
        known, end, frontier = ledger.head, Position(), Frontier()
        for lines, reached in journal.follow(end):
            if end.size < known.size <= reached.size:
                _same(ledger, known, lines[known.size - end.size - 1])
            for first in range(0, len(lines), _BLOCK):
                ledger.adopt(lines[first : first + _BLOCK])
            end, frontier = reached, frontier.extend(lines)
            progress(end.size)
        if known.size > end.size:
            raise _another(ledger)
        _compare(ledger, frontier, end.digest)
        moved = Moved(
            at=clock(), lines=end.size, root=frontier.root.hex(), source=str(folder), target=ledger.place
        )
        ledger.set_moved("")
        _leave_note(folder, moved)
        if end.size:
            journal.path.replace(folder / ASIDE_NAME)
        _tidy(folder)
    return moved


def _leave_note(folder: Path, moved: Moved) -> None:
    """Where the journal went, on disk before the journal leaves."""
    note = folder / MOVED_NAME
    with note.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(moved), indent=2))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def _moved_already(folder: Path, ledger: PostgresLedger) -> Moved:
    """The journal had left the folder: a move that was cut short at its end, or a move back that never came
    to its own. The database has every line; it is the ledger.
    """
    try:
        noted = msgspec.json.decode((folder / MOVED_NAME).read_bytes(), type=Moved)
    except msgspec.DecodeError as error:
        raise _another(ledger) from error
    size = ledger.head.size
    elsewhere = ledger.moved not in ("", str(folder.resolve()))
    if elsewhere or size < noted.lines or ledger.tree(noted.lines).root.hex() != noted.root:
        raise _another(ledger)
    ledger.set_moved("")
    _tidy(folder)
    return replace(noted, lines=size, root=ledger.tree().root.hex())


def _tidy(folder: Path) -> None:
    (folder / SNAPSHOT_NAME).unlink(missing_ok=True)
    shutil.rmtree(folder / MOVING_NAME, ignore_errors=True)
    sync_folder(folder)


def to_folder(
    folder: Path,
    settings: LedgerSettings,
    *,
    clock: Callable[[], datetime],
    progress: Callable[[int], None] = lambda _lines: None,
) -> Moved:
    """Move the journal of the database into a folder; the database keeps its lines and takes no more.

    Raises:
        UsageError: the folder has journal lines of its own.
        LedgerDamagedError: the chain is broken; nothing counts as moved.
    """
    if holds_journal(folder):
        shutil.rmtree(folder / MOVING_NAME, ignore_errors=True)
        raise UsageError(
            _("文件夹里已有账本，不会覆盖。"),
            where=str(folder / JOURNAL_NAME),
            remedy=_("若它就是迁回的那一份，请从 evidence.toml 删去 [ledger] database 即可。"),
        )
    with closing(database_ledger(settings, clock)) as ledger:
        return _out_of(ledger, folder, clock, progress)


def _out_of(
    ledger: PostgresLedger,
    folder: Path,
    clock: Callable[[], datetime],
    progress: Callable[[int], None],
) -> Moved:
    ledger.set_moved(str(folder.resolve()))  # from here on no host writes any more
    moving = folder / MOVING_NAME
    try:
        copy = Journal(moving)
        head, frontier, end = ledger.check_chain(), Frontier(), Position()
        with copy.path.open("wb") as file:
            for seq, line in enumerate(ledger.lines(0, head.size), 1):
                file.write(line + b"\n")
                if seq % _BLOCK == 0:
                    progress(seq)
            file.flush()
            os.fsync(file.fileno())
        for lines, end in copy.follow(Position()):  # noqa: B007 - the last one is the end
            frontier.extend(lines)
        _compare(ledger, frontier, end.digest)
        copy.path.replace(folder / JOURNAL_NAME)
        sync_folder(folder)
        (folder / MOVED_NAME).unlink(missing_ok=True)
        _tidy(folder)
    except BaseException:
        if not holds_journal(folder):
            ledger.set_moved("")
        shutil.rmtree(moving, ignore_errors=True)
        raise
    return Moved(
        at=clock(),
        lines=head.size,
        root=frontier.root.hex(),
        source=ledger.place,
        target=str(folder / JOURNAL_NAME),
    )


def _same(ledger: PostgresLedger, known: Head, line: bytes) -> None:
    """The database's last line must be the file's line of that position."""
    if not chain.is_line(line, seq=known.size - 1, digest=known.digest):
        raise _another(ledger)


def _another(ledger: PostgresLedger) -> UsageError:
    return UsageError(
        _("数据库里是另一个账本，或已在那里继续记账，或已从那里迁走。"),
        where=ledger.place,
        remedy=_("没有改动任何账目。请在 evidence.toml 换一个 [ledger] schema，或核对数据库是否写对。"),
    )


def _compare(ledger: PostgresLedger, frontier: Frontier, digest: str) -> None:
    """The target, read back line by line, against what was copied."""
    head = ledger.check_chain()
    if (head.size, head.digest, ledger.tree().root) != (frontier.size, digest, frontier.root):
        raise LedgerDamagedError(
            _("迁移后的账本与原账本的树根不符。"), where=ledger.place, remedy=_("原账本没有改动，仍然有效。")
        )
