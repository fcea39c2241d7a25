"""Folding a long stretch of journal at once.

Where the system lets us, a second process checks the chain meanwhile, and of most lines only what the fold
looks at is read; the rest is skipped, which JSON survives only if it is JSON. Neither process's work counts
without the other's: when the second finds fault, or dies, the first checks and reads every line itself.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from evidence.ledger.codec import read_block, skim_block
from evidence.ledger.fold import fold
from evidence.ledger.journal import Journal, Position
from evidence.ledger.rows import HeldRows
from evidence.ledger.snapshot import SavedTables
from evidence.ledger.unread import UnreadRows

_WORTH_A_PROCESS = 1 << 24
"""Bytes of journal from which a second process saves more than it costs."""
Reached = Callable[[Position], None]


def fold_rest(journal: Journal, start: Position, before: SavedTables, reached: Reached) -> SavedTables:
    """The tables after folding all complete lines behind `start`.

    Args:
        before: the tables as of `start`; not to be used any more afterwards.
        reached: told each position after which everything before it is folded.

    Raises:
        LedgerDamagedError: the chain breaks or a line cannot be read; `where` names it.
    """
    end = journal.bytes_on_disk()
    beside = (
        end - start.offset >= _WORTH_A_PROCESS
        and hasattr(os, "fork")
        and (os.cpu_count() or 1) > 1
        and threading.active_count() == 1  # forking is safe only while no other thread holds a lock
    )
    with _without_collector():
        if beside:
            return _fold_believing(journal, start, end, before, reached)
        return _fold_checking(journal, start, before, reached)


def _fold_checking(journal: Journal, start: Position, before: SavedTables, reached: Reached) -> SavedTables:
    # a plain dictionary is quicker than one that reads on demand
    rows = HeldRows(before if before else {})
    first = start.size
    for lines, position in journal.follow(start):
        for entry in read_block(b"\n".join(lines) + b"\n", first):
            fold(rows, entry)
        first = position.size
        reached(position)
    return before if before else SavedTables(rows.tables)


def _fold_believing(
    journal: Journal, start: Position, end: int, before: SavedTables, reached: Reached
) -> SavedTables:
    rows = UnreadRows(before if before else {})
    position = start
    try:
        with _checked_beside(journal, start, end) as verdict:
            for block, position in journal.read(start, end):
                for entry in skim_block(block):
                    fold(rows, entry)
                reached(position)
    except Exception:
        _check(journal, start, end)  # names the line
        raise
    if verdict != [position.digest]:
        _check(journal, start, position.offset)
    before.update(rows.tables)
    before.unread.update(rows.tables)
    return before


@contextmanager
def _checked_beside(journal: Journal, start: Position, end: int) -> Iterator[list[str]]:
    """Check the chain in a child; on leaving, the list holds the last digest it found sound."""
    verdict: list[str] = []
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            digest = start.digest
            for lines, position in journal.follow(start, end):
                b"".join(lines).decode()  # who only looks at a line skips its texts
                digest = position.digest
            os.write(writing, digest.encode())
        finally:
            os._exit(0)
    os.close(writing)
    try:
        yield verdict
    finally:
        with os.fdopen(reading, "rb") as told:
            if digest := told.read().decode():
                verdict.append(digest)
        os.waitpid(child, 0)


def _check(journal: Journal, start: Position, end: int) -> None:
    """Check the chain and read every line.

    Raises:
        LedgerDamagedError: naming the line.
    """
    first = start.size
    for lines, position in journal.follow(start, end):
        read_block(b"\n".join(lines) + b"\n", first)
        first = position.size


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
