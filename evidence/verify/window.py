"""A stretch of bytes as a file of its own: an entry of a zip, or a PDF without what follows its end."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

ReadAt = Callable[[int, int], bytes]
"""(position, length) -> the bytes there; fewer at the end."""


class Window(io.RawIOBase):
    """Readable and seekable; reads nothing beyond its size."""

    def __init__(self, read_at: ReadAt, size: int, *, close: Callable[[], None] | None = None) -> None:
        """What it shows.

        Args:
            read_at: where the bytes come from.
            size: how many there are.
            close: lets go of what lies beneath; None when it belongs to somebody else.
        """
        super().__init__()
        self._read_at, self._size, self._position = read_at, size, 0
        self._close = close

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("seek before the start")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        length = min(len(buffer), max(0, self._size - self._position))
        data = self._read_at(self._position, length) if length else b""
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed and self._close is not None:
            self._close()
        super().close()


def window_of_file(path: Path, offset: int, size: int) -> Window:
    """Part of a file; `pread` keeps threads from disturbing each other.

    Raises:
        OSError: the file cannot be opened, or is a link.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    return Window(
        lambda position, length: os.pread(descriptor, length, offset + position),
        size,
        close=lambda: os.close(descriptor),
    )


def window_of_stream(stream: BinaryIO, size: int) -> Window:
    """A stream up to its first `size` bytes; the stream stays its owner's."""

    def read_at(position: int, length: int) -> bytes:
        stream.seek(position)
        return stream.read(length)

    return Window(read_at, size)
