"""A sealed photograph that comes in parts: a cut connection costs the part that was on its way."""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evidence.web.site.parts import MAX_BYTES, Readable, TooLargeError
from evidence.web.site.sealing import OVERHEAD

MOST_BYTES = MAX_BYTES + OVERHEAD
_RANGE = re.compile(r"bytes ([0-9]{1,9})-([0-9]{1,9})/([0-9]{1,9})")
_SEALING = re.compile(r"[0-9a-f]{32}")
_CHUNK = 1 << 16
_KEPT_S = 30 * 86_400
"""So long after its last byte a telephone may still go on; later it begins anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Where in the whole message a part stands, as `Content-Range` says it."""

    start: int
    end: int
    """Behind its last byte."""
    total: int

    @classmethod
    def read(cls, header: str) -> Range | None:
        """None where it says no such thing.

        Raises:
            TooLargeError: no photograph has so many bytes.
        """
        found = _RANGE.fullmatch(header)
        if found is None:
            return None
        start, last, total = (int(each) for each in found.groups())
        if total > MOST_BYTES:
            raise TooLargeError
        return cls(start=start, end=last + 1, total=total) if start <= last < total else None


@dataclass(frozen=True, slots=True)
class Partial:
    """What of one sealing of one photograph is here."""

    path: Path

    @classmethod
    def of(cls, folder: Path, digest: str, sealing: str) -> Partial | None:
        """None where the sealing is none.

        Args:
            sealing: 32 hexadecimal digits of the key pair made for this sealing alone. The same photograph
                sealed again is another message: their parts must not be joined.
        """
        return cls(folder / f"{digest}.{sealing}.part") if _SEALING.fullmatch(sealing) else None

    @property
    def have(self) -> int:
        """So many bytes from its beginning."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def add(self, part: Range, source: Readable, done: Callable[[Readable], None]) -> int:
        """Append a part that goes on where the last one stopped; any other changes nothing.

        Args:
            done: gets the whole message once its last byte is here; whatever it raises, the message is let go
                and must be sent anew. A server that died before that gives it the message when any part
                comes again.

        Returns:
            How much is here now; all of it stays the answer for the part that brought the last byte, and
            nothing for one that waited while another brought it: whether it could be opened, that one knows.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not part.start:
            _forget_old(self.path.parent)
        try:
            handle = os.open(self.path, os.O_RDWR | (0 if part.start else os.O_CREAT), 0o600)
        except FileNotFoundError:
            return 0
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # the same part may come twice at once
            found = os.fstat(file.fileno())
            if not found.st_nlink:
                return 0
            have = found.st_size
            if have == part.start:
                have += _append(file, source, part.end - part.start)
            if have == part.total:
                file.seek(0)
                try:
                    done(file)
                finally:
                    self.path.unlink(missing_ok=True)
        return have


def _forget_old(folder: Path) -> None:
    """Remove what was begun and never finished; whole photographs (`.jpg`) wait for their visit."""
    for each in folder.iterdir():
        with suppress(FileNotFoundError):  # another request was quicker
            if each.suffix != ".jpg" and each.stat().st_mtime < time.time() - _KEPT_S:
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
