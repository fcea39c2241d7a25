"""Group commit: many writers, threads or processes, wait for one fsync together.

A writer holds the journal's lock only while it appends. Then it waits here until its bytes are on disk:
the first to come syncs the file, which covers every line written by then, and says in a small shared
file how far; whoever waited meanwhile finds its own line covered and goes on without a sync of its own.
On return a line is on disk, as if its writer had synced alone (docs/decisions/0007-group-commit.md).

What the shared file says is believed only in the same boot of the same machine and about the same file;
where that cannot be told, every writer syncs for itself.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import sys
import time
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from evidence.language import _
from evidence.ledger.lock import LedgerBusyError, try_lock

_PAUSE_S = 0.001
"""Between two looks at whether somebody else's sync has covered us; a sync takes some milliseconds."""
_BYTES = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the journal is known to be on disk."""

    epoch: int = 0
    """Times a sync failed in this boot."""
    offset: int = 0
    """Bytes on disk; 0 when nobody has synced in this boot."""
    sound: int = 0
    """Bytes that were on disk when the last sync failed."""
    doomed: int = -1
    """Where the journal must be cut before anything else is written; -1: nowhere."""

    @property
    def readable(self) -> int:
        """Bytes that a reader may believe in: what is doomed never was."""
        return self.doomed if self.doomed >= 0 else sys.maxsize


class GroupCommit:
    """The shared word on how much of one journal is on disk. Safe for threads and processes alike."""

    def __init__(self, journal: Path, timeout_s: float) -> None:
        host = re.sub(r"[^A-Za-z0-9_-]", "_", socket.gethostname())[:60]
        self._journal = journal
        self._path = journal.with_name(f".{journal.stem}-{host}.sync")
        self._timeout_s = timeout_s
        self._descriptor = -1

    @property
    def shared(self) -> bool:
        """Whether writers can tell each other how far they have synced."""
        return bool(_boot())

    def mark(self) -> Mark:
        """The present mark; one that covers nothing where nothing reliable is said."""
        try:
            words = os.pread(self._reading(), _BYTES, 0).split()
            if zlib.crc32(b" ".join(words[:-1])) != int(words[-1]) or words[0] != self._whose():
                return Mark()
            epoch, offset, sound, doomed = map(int, words[1:-1])
        except (OSError, ValueError, IndexError):
            return Mark()
        return Mark(epoch=epoch, offset=offset, sound=sound, doomed=doomed)

    def until(self, start: int, end: int, epoch: int) -> None:
        """Return once the journal's first `end` bytes are on disk.

        Args:
            start: before the caller's first line.
            end: behind its last.
            epoch: of the mark when they were written.

        Raises:
            OSError: a sync failed, ours or one that was to cover us; the lines are not acknowledged.
            LedgerBusyError: somebody else's sync takes too long; whether the lines stay is open.
        """
        if self._covers(end, epoch):
            return
        with self._held(end, epoch) as covered:
            if not covered and not self._covers(end, epoch):
                self._sync(start)

    def cut_doomed(self) -> Mark:
        """Take off the lines that a failed sync left behind. Only while holding the journal's lock.

        Returns:
            The mark that holds for what is written now.
        """
        mark = self.mark()
        if mark.doomed < 0:
            return mark
        with self._held():
            if self._journal.stat().st_size > mark.doomed:
                os.truncate(self._journal, mark.doomed)
            mark = replace(mark, doomed=-1)
            self._write(mark)
        return mark

    def lower(self, end: int) -> None:
        """Before a torn tail behind `end` is cut off: what is written there next is not on disk yet."""
        with self._held():
            mark = self.mark()
            if mark.offset > end:
                self._write(replace(mark, offset=end))

    def _covers(self, end: int, epoch: int) -> bool:
        mark = self.mark()
        if mark.epoch == epoch:
            return mark.offset >= end
        if mark.epoch == epoch + 1 and mark.sound >= end:
            return True
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(self._journal))

    def _sync(self, start: int) -> None:
        mark = self.mark()
        descriptor = os.open(self._journal, os.O_RDWR)
        try:
            size = os.fstat(descriptor).st_size  # before the sync: what comes meanwhile is not covered
            os.fsync(descriptor)
        except OSError:
            # A system may report a failed sync once and then call lost bytes clean, so nobody may trust
            # a later success: everything that was not on disk before goes. Where nothing is known of
            # the time before, only what was surely never acknowledged.
            doomed = min(mark.offset or start, start)
            with suppress(OSError):
                self._write(Mark(epoch=mark.epoch + 1, offset=doomed, sound=mark.offset, doomed=doomed))
            raise
        finally:
            os.close(descriptor)
        with suppress(OSError):  # the others then sync for themselves
            self._write(replace(mark, offset=size))

    def _write(self, mark: Mark) -> None:
        """Never synced itself: after a restart of the machine nobody believes it."""
        whose = self._whose()
        if not whose:
            return
        text = b"%s %d %d %d %d" % (whose, mark.epoch, mark.offset, mark.sound, mark.doomed)
        line = b"%s %d" % (text, zlib.crc32(text))
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.ljust(_BYTES - 1) + b"\n")
        finally:
            os.close(descriptor)

    def _reading(self) -> int:
        """One descriptor for all looks at the mark: there are several at each append."""
        if self._descriptor < 0:
            if not self.shared:
                raise FileNotFoundError
            self._descriptor = os.open(self._path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
            weakref.finalize(self, os.close, self._descriptor)
        return self._descriptor

    def _whose(self) -> bytes:
        """Boot and file that a mark speaks of; empty where the system does not tell."""
        boot = _boot()
        if not boot:
            return b""
        status = self._journal.stat()
        return b"%s:%d:%d" % (boot, status.st_dev, status.st_ino)

    @contextmanager
    def _held(self, end: int | None = None, epoch: int = 0) -> Iterator[bool]:
        """Hold the right to sync; True when, while waiting, somebody else's sync covered `end`."""
        deadline = time.monotonic() + self._timeout_s
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            while not try_lock(descriptor):
                if end is not None and self._covers(end, epoch):
                    yield True
                    return
                if time.monotonic() > deadline:
                    raise LedgerBusyError(
                        _("等待磁盘写入已超过 {seconds:g} 秒。").format(seconds=self._timeout_s),
                        where=str(self._journal),
                        remedy=_("磁盘可能有故障或过忙。请先查看刚才的操作是否已记账，再决定是否重做。"),
                    )
                time.sleep(_PAUSE_S)
            yield False
        finally:
            os.close(descriptor)  # releases the lock


@cache
def _boot() -> bytes:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    except OSError:
        return b""
