"""Folding a long stretch of journal at once, with its chain checked by a second process meanwhile."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from evidence.ledger.codec import read_block
from evidence.ledger.fold import fold
from evidence.ledger.journal import Journal, Position
from evidence.ledger.rows import HeldRows

_WORTH_A_PROCESS = 1 << 24
"""Bytes of journal from which a second process saves more than it costs."""


def fold_rest(
    journal: Journal, start: Position, tables: dict[str, Any], reached: Callable[[Position], None]
) -> None:
    """Fold all complete lines after `start` into plain tables.

    Args:
        reached: told each position after which everything before it is folded.

    Raises:
        LedgerDamagedError: the chain breaks or a line cannot be read; `where` names it.
    """
    rows = HeldRows(tables)
    first = start.size
    with _without_collector():
        try:
            for block, position in _blocks(journal, start):
                for entry in read_block(block, first):
                    fold(rows, entry)
                first = position.size
                reached(position)
        except Exception:
            _check(journal, start)  # a broken chain explains it better
            raise


def _blocks(journal: Journal, start: Position) -> Iterator[tuple[bytes, Position]]:
    """As `Journal.read`, checked; damage may show only after the last block."""
    end = journal.bytes_on_disk()
    beside = (
        end - start.offset >= _WORTH_A_PROCESS
        and hasattr(os, "fork")
        and (os.cpu_count() or 1) > 1
        and threading.active_count() == 1  # forking is safe only while no other thread holds a lock
    )
    if not beside:
        for lines, position in journal.follow(start):
            yield b"\n".join(lines) + b"\n", position
        return
    position = start
    with _checked_beside(journal, start, end) as verdict:
        for block, position in journal.read(start, end):
            yield block, position
    if verdict != [position.digest]:
        _check(journal, start)


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
            for _lines, position in journal.follow(start, end):
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


def _check(journal: Journal, start: Position) -> None:
    for _lines, _position in journal.follow(start):
        pass


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
