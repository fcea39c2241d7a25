"""The append-only file of events: lock, read what others wrote, append; then wait for the fsync.

Crash rules: a line counts once its newline is on disk. What a killed writer left without a newline
was never acknowledged; the next writer cuts it off and says so in the journal. Any other break is
damage and stops everything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evidence.durable import sync_folder
from evidence.errors import LedgerDamagedError
from evidence.language import _
from evidence.ledger import chain
from evidence.ledger.commit import GroupCommit
from evidence.ledger.lock import DEFAULT_TIMEOUT_S, LedgerBusyError, WriterLock

JOURNAL_NAME = "journal.jsonl"
LOCK_NAME = "journal.lock"
_BLOCK = 1 << 17
_TAIL = 1 << 16
_NO_END = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place between two lines."""

    size: int = 0
    """Lines before it."""
    digest: str = chain.START
    """Digest of the last of them."""
    offset: int = 0
    """Bytes before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Torn:
    """Bytes after the last newline, cut off."""

    bytes: int
    sha256: str


class Journal:
    """One journal file. Nothing is kept in memory; callers hold their own `Position`."""

    def __init__(self, folder: Path, *, lock_timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / JOURNAL_NAME
        self._lock = WriterLock(folder / LOCK_NAME, lock_timeout_s)
        self._commit = GroupCommit(self.path, lock_timeout_s)
        if not self.path.exists():
            descriptor = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            os.close(descriptor)
            sync_folder(folder)

    def bytes_on_disk(self) -> int:
        """Present length, possibly in the middle of another process's write."""
        return self.path.stat().st_size

    @contextmanager
    def writing(self) -> Iterator[int]:
        """Hold the writer's lock; gives the epoch that `settle` asks for.

        Raises:
            LedgerBusyError: held by another for too long.
        """
        with self._lock.held():
            yield self._commit.cut_doomed().epoch

    def epoch(self) -> int:
        """Grows when lines that were never acknowledged were taken off again: a disk refused a sync."""
        return self._commit.mark().epoch

    def settle(self, start: int, end: int, epoch: int) -> None:
        """Return once everything up to `end` is on disk, with or without a sync of our own.

        Args:
            start: byte offset before what the caller wrote, `end` when it wrote nothing.
            end: byte offset behind it.
            epoch: as `writing` gave it.

        Raises:
            OSError: the disk refused; what the caller wrote is not acknowledged, and gone.
            LedgerBusyError: the disk takes too long.
        """
        try:
            self._commit.until(start, end, epoch)
        except OSError:
            with suppress(OSError, LedgerBusyError), self._lock.held():
                self._commit.cut_doomed()
                if not self._commit.shared and self.bytes_on_disk() == end:
                    os.truncate(self.path, start)
            raise

    def follow(self, start: Position, end: int | None = None) -> Iterator[tuple[list[bytes], Position]]:
        """Blocks of complete lines after `start`, each with the position behind it, chain checked.

        Args:
            end: byte offset not to read beyond.

        Raises:
            LedgerDamagedError: the chain breaks, or the file is shorter than what was read before.
        """
        position = start
        for block in self._blocks(start.offset, end):
            lines = block[:-1].split(b"\n")
            digest = chain.check(lines, seq=position.size, prev=position.digest)
            position = _behind(position, len(lines), block, digest)
            yield lines, position

    def read(self, start: Position, end: int) -> Iterator[tuple[bytes, Position]]:
        """As `follow`, undivided, believing what the lines state; others check them.

        Raises:
            ValueError: a line states nothing of the kind.
        """
        position = start
        for block in self._blocks(start.offset, end):
            last = block[block.rfind(b"\n", 0, -1) + 1 : -1]
            lines = chain.stated_seq(last) + 1 - position.size
            position = _behind(position, lines, block, chain.stated_digest(last))
            yield block, position

    def reaches(self, position: Position) -> bool:
        """Whether the journal's line before `position` is the one it names: a stamp is a true prefix."""
        if position.size == 0:
            return position == Position()
        reach = _TAIL
        with self.path.open("rb") as file:
            while True:
                start = max(0, position.offset - reach)
                file.seek(start)
                block = file.read(position.offset - start)
                if len(block) < position.offset - start or not block.endswith(b"\n"):
                    return False
                _before, newline, line = block[:-1].rpartition(b"\n")
                if newline or start == 0:
                    return chain.is_line(line, seq=position.size - 1, digest=position.digest)
                reach *= 8

    def _blocks(self, offset: int, end: int | None = None) -> Iterator[bytes]:
        """Complete lines after an offset, many at a time, each with its newline."""
        with self.path.open("rb") as file:
            if offset and os.fstat(file.fileno()).st_size < offset:
                raise LedgerDamagedError(
                    _("账本变短了：已读过的账目不见了。"),
                    where=str(self.path),
                    remedy=_("请停止一切写入，保留现场，从备份恢复（evidence restore）。"),
                )
            file.seek(offset)
            left = min(_NO_END if end is None else end, self._commit.mark().readable) - offset
            rest = b""
            while chunk := file.read(max(0, min(_BLOCK, left))):
                left -= len(chunk)
                block = rest + chunk
                cut = block.rfind(b"\n") + 1
                rest = block[cut:]
                if cut:
                    yield block[:cut]
            # what stands after the last newline is being written just now, or torn: a writer may tell

    def cut_torn_tail(self, end: Position) -> Torn | None:
        """Remove bytes after the last complete line; only while writing, with `end` freshly read."""
        surplus = self.bytes_on_disk() - end.offset
        if surplus <= 0:
            return None
        with self.path.open("r+b") as file:
            file.seek(end.offset)
            torn = Torn(bytes=surplus, sha256=sha256(file.read(surplus)).hexdigest())
            self._commit.lower(end.offset)
            file.truncate(end.offset)
            os.fsync(file.fileno())
        return torn

    def append(self, lines: Sequence[bytes], end: Position) -> None:
        """Write whole lines behind `end`; only while writing. They are on disk after `settle`.

        Raises:
            OSError: disk full or failing; the journal is back at `end`, nothing was acknowledged.
        """
        data = b"".join(line + b"\n" for line in lines)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            written = 0
            try:
                while written < len(data):
                    written += os.write(descriptor, data[written:])
            except OSError:
                self._commit.lower(end.offset)
                os.ftruncate(descriptor, end.offset)
                raise
        finally:
            os.close(descriptor)


def _behind(start: Position, lines: int, block: bytes, digest: str) -> Position:
    return Position(size=start.size + lines, digest=digest, offset=start.offset + len(block))
