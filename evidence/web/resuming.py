"""A file that comes in parts: a cut connection costs the part that was on its way, not what came through."""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
_CHUNK = 1 << 16
_KEPT_S = 30 * 86_400
"""So long after its last byte a sender may still go on; later it begins anew."""
_BEGUN = frozenset({".part", ""})
"""What files end in that are not whole yet: parts, what is noted of them, copies that a server died over."""


class TooLargeError(Exception):
    """More bytes than such a file may have."""


class OtherBytesError(Exception):
    """The bytes are not those that the sender named."""


class Readable(Protocol):
    """What comes in."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; empty at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Where in the whole file a part stands, as `Content-Range` says it."""

    start: int
    end: int
    """Behind its last byte."""
    total: int

    @classmethod
    def read(cls, header: str, *, most: int) -> Range | None:
        """None where it says no such thing.

        Raises:
            TooLargeError: the whole has more than `most` bytes.
        """
        found = _RANGE.fullmatch(header)
        if found is None:
            return None
        start, last, total = (int(each) for each in found.groups())
        if total > most:
            raise TooLargeError
        return cls(start=start, end=last + 1, total=total) if start <= last < total else None


@dataclass(frozen=True, slots=True)
class Partial:
    """What of one file is here: `NAME.part` in its account's folder, which lies beside those of others."""

    path: Path

    @property
    def have(self) -> int:
        """So many bytes from its beginning."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def add(self, part: Range, source: Readable, done: Callable[[BinaryIO], None]) -> int:
        """Append a part that goes on where the last one stopped; any other changes nothing.

        Args:
            done: gets the whole file when a part brings its last byte, or brings it again to a server that
                died before that. Where the machine fails it (OSError) the bytes stay for another try;
                whatever else it raises, the file is let go and must be sent anew.

        Returns:
            How much is here now; all of it stays the answer for the part that brought the last byte, and
            nothing for one that waited while another brought it: what became of it, that one knows.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not part.start:
            forget_old(self.path.parent.parent)
        try:
            handle = os.open(self.path, os.O_RDWR | (0 if part.start else os.O_CREAT), 0o666)
        except FileNotFoundError:
            return 0
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # the same part may come twice at once
            if not self.is_of(file):
                return 0
            have = os.fstat(file.fileno()).st_size
            if have == part.start:
                have += _append(file, source, part.end - part.start)
            if have == part.total == part.end:
                self._finish(file, done)
        return have

    def is_of(self, file: BinaryIO) -> bool:
        """Whether an open file still stands under this name: not let go, moved on or begun anew meanwhile."""
        try:
            return os.path.samestat(os.fstat(file.fileno()), self.path.stat())
        except FileNotFoundError:
            return False

    def let_go(self) -> None:
        """Remove it, unless it is just being written or compared: then it goes its way."""
        try:
            with self.path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self.is_of(file):
                    self.path.unlink()
        except (FileNotFoundError, BlockingIOError):
            return

    def _finish(self, file: BinaryIO, done: Callable[[BinaryIO], None]) -> None:
        file.seek(0)
        try:
            done(file)
        except OSError:
            raise
        except BaseException:
            self.path.unlink(missing_ok=True)
            raise
        self.path.unlink(missing_ok=True)


def forget_old(root: Path) -> None:
    """Remove what was begun in the folders below and never finished, whoever began it; whole files stay."""
    for each in root.glob("*/*"):
        with suppress(FileNotFoundError):  # another request was quicker
            if each.suffix in _BEGUN and each.stat().st_mtime < time.time() - _KEPT_S:
                each.unlink()


def _append(file: BinaryIO, source: Readable, length: int) -> int:
    """How many bytes came, at most those that were announced."""
    file.seek(0, os.SEEK_END)
    left = length
    while left and (chunk := source.read(min(_CHUNK, left))):
        file.write(chunk)
        left -= len(chunk)
    file.flush()
    return length - left
