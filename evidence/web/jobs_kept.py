"""What the desk's jobs were and what came of them, in `desk/jobs/`: a started server still knows it.

Whoever does a job holds a lock that ends with its process. A job without an end and without its lock was
interrupted: nobody goes on with it.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from evidence.durable import write_whole

_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_MOST = 64
"""Records kept; the oldest go."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it is written down."""

    id: str
    title: str
    back: str = ""
    steps: tuple[str, ...] = ()
    done: bool = False
    error: tuple[str, str, str] | None = None
    """What, where, remedy."""
    result: tuple[str, str, str, str] | None = None
    """Text, address, label, way back."""


@dataclass(frozen=True, slots=True)
class JobRecords:
    """The folder; what cannot be written there stops no job."""

    folder: Path

    def keep(self, job: Kept) -> None:
        """Write a job down as it stands."""
        with suppress(OSError):
            write_whole(self._record(job.id), msgspec.json.encode(job))

    def read(self, identifier: str) -> Kept | None:
        """A job by its id; None when it is unknown or cannot be read."""
        if not _ID.fullmatch(identifier):
            return None
        try:
            return msgspec.json.decode(self._record(identifier).read_bytes(), type=Kept)
        except (OSError, msgspec.DecodeError):
            return None

    @contextmanager
    def doing(self, identifier: str) -> Iterator[None]:
        """Hold the job's lock, so that others see that somebody does it."""
        handle = None
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._lock(identifier), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield
        finally:
            if handle is not None:
                self._lock(identifier).unlink(missing_ok=True)
                os.close(handle)

    def done_elsewhere(self, identifier: str) -> bool:
        """Whether some living process does it."""
        if not _ID.fullmatch(identifier):
            return False
        try:
            handle = os.open(self._lock(identifier), os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(handle)
        return False

    def tidy(self) -> None:
        """Remove the oldest records beyond those kept, with locks that died with their process."""
        with suppress(OSError):
            records = sorted(self.folder.glob("*.json"), key=lambda each: each.stat().st_mtime)
            for each in records[: max(0, len(records) - _MOST)]:
                each.unlink(missing_ok=True)
                if not self.done_elsewhere(each.stem):
                    self._lock(each.stem).unlink(missing_ok=True)

    def _record(self, identifier: str) -> Path:
        return self.folder / f"{identifier}.json"

    def _lock(self, identifier: str) -> Path:
        return self.folder / f"{identifier}.lock"
