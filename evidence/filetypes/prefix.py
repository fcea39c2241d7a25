"""Read a file as if the bytes a station put in front were not there; the original stays as it is."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO


class WithoutPrefix(io.RawIOBase):
    """A read-only, seekable view of a file from `prefix` on."""

    def __init__(self, path: Path, prefix: int) -> None:
        super().__init__()
        self._file: BinaryIO = path.open("rb")
        self._prefix = prefix
        self._file.seek(prefix)

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer."""
        return self._file.readinto(buffer)  # type: ignore[attr-defined,no-any-return]

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Positions count from behind the prefix."""
        if whence == os.SEEK_SET:
            offset += self._prefix
        return self._file.seek(offset, whence) - self._prefix

    def tell(self) -> int:
        """Position behind the prefix."""
        return self._file.tell() - self._prefix

    def close(self) -> None:
        """Close the file below."""
        self._file.close()
        super().close()
