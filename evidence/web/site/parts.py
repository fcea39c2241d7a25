"""Photographs that came from a telephone and wait for the facts that name them; addressed by content."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Protocol

MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 1 << 20


class TooLargeError(Exception):
    """More bytes than a photograph has."""


class OtherBytesError(Exception):
    """The bytes are not those that the address names."""


class Readable(Protocol):
    """What comes in."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; empty at the end."""


class Parts:
    """One account's folder; a part is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Where a part lies, or would."""
        return self._folder / f"{digest}.jpg"

    def take(self, digest: str, source: Readable) -> None:
        """Keep what comes in.

        Args:
            digest: SHA-256 in hexadecimal, already known to be well-formed.

        Raises:
            TooLargeError, OtherBytesError: nothing is kept then.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                if _copy(source, file.write) != digest:
                    raise OtherBytesError
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path(digest))
        finally:
            Path(name).unlink(missing_ok=True)


def _copy(source: Readable, write: Callable[[bytes], int]) -> str:
    """Digest of everything copied."""
    hashed, count = sha256(), 0
    while chunk := source.read(_CHUNK):
        count += len(chunk)
        if count > MAX_BYTES:
            raise TooLargeError
        hashed.update(chunk)
        write(chunk)
    return hashed.hexdigest()
