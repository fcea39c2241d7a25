"""One writer at a time: an operating-system lock that dies with its holder."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.language import _

DEFAULT_TIMEOUT_S = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.0005, 0.005


class LedgerBusyError(EvidenceError):
    """Another process or thread holds the ledger longer than anyone may."""


class WriterLock:
    """A lock file beside the journal; holds are short, one append each.

    The lock is advisory and bound to an open file, so a killed holder leaves nothing behind.
    """

    def __init__(self, path: Path, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._thread_lock = threading.Lock()
        self._owner: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            LedgerBusyError: not free within the time limit, or already held by this very thread.
        """
        if self._owner == threading.get_ident():
            raise LedgerBusyError(
                _("账本写入不能嵌套：记账的决定过程中不得再次记账。"),
                where=str(self._path),
                remedy=_("这是程序内部的错误，请联系维护人员。"),
            )
        deadline = time.monotonic() + self._timeout_s
        if not self._thread_lock.acquire(timeout=self._timeout_s):
            raise self._busy()
        try:
            self._owner = threading.get_ident()
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                pause = _FIRST_PAUSE_S
                while not try_lock(descriptor):
                    if time.monotonic() > deadline:
                        raise self._busy()
                    time.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE_S)
                # only a hint for the message of whoever waits in vain
                os.lseek(descriptor, 0, os.SEEK_SET)
                os.write(descriptor, f"{socket.gethostname()} {os.getpid()}\n".ljust(80).encode())
                yield
            finally:
                os.close(descriptor)  # releases the lock
        finally:
            self._owner = None
            self._thread_lock.release()

    def _busy(self) -> LedgerBusyError:
        try:
            holder = self._path.read_text(errors="replace").strip()
        except OSError:
            holder = ""
        return LedgerBusyError(
            _("账本被另一个程序占用已超过 {seconds:g} 秒，本次没有写入。").format(seconds=self._timeout_s),
            where=_("{path}（最近的占用者：{holder}）").format(path=self._path, holder=holder or _("未知")),
            remedy=_("请结束该程序（主机名与进程号见上）后重试；账本没有损坏。"),
        )


if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Whether the open file is now locked for us alone."""
        os.lseek(descriptor, 4096, os.SEEK_SET)  # beyond the hint: a locked range cannot be read there
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Whether the open file is now locked for us alone."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
