"""Standard output and error that never decide a command's exit code.

A verdict must reach its reader's shell whatever the shell does with the text: a Chinese Windows
writes every redirect in GBK, a pipe ends early, a scheduler closes the stream. Text that the
stream's encoding cannot hold degrades, text that nobody reads is dropped, and only a stream that
lost text somebody wanted (a full disk) is reported.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import select
import sys
from typing import Any, TextIO

SUBSTITUTES = {"●": "+", "✕": "x", "◐": "?", "○": "o", "－": "-", "…": "...", "→": "->", "×": "x"}
"""Sign -> ASCII for encodings that lack it; the four states stay four different signs of one column."""
_HANDLER = "evidence-terminal"
_NOBODY_READS = {errno.EPIPE, errno.EBADF, errno.EINVAL}
"""Closed pipes and streams; EINVAL is what Windows says of them."""


def _degrade(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters the encoding lacks: a sign of our own, else Python's escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(
        SUBSTITUTES.get(each) or each.encode("ascii", "backslashreplace").decode() for each in missing
    ), error.end


codecs.register_error(_HANDLER, _degrade)


class _Descriptor(io.RawIOBase):
    """A file descriptor whose reader may go away at any time.

    Attributes:
        lost: why text was lost although somebody waits for it; None while nothing was.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._ended = False
        self.lost: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return not self._ended and os.isatty(self._descriptor)

    def write(self, data: Any, /) -> int:
        """All bytes count as written, so that the buffers above never try them again."""
        size = memoryview(data).nbytes
        rest = memoryview(data).cast("B")
        while rest and not self._ended:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # the shell shares a pipe that somebody else made non-blocking
                select.select([], [self._descriptor], [])
            except OSError as refused:
                self._ended = True
                if refused.errno not in _NOBODY_READS:
                    self.lost = refused
        return size


class _Reliable(io.TextIOWrapper):
    """A standard stream that degrades instead of raising."""

    def __init__(self, descriptor: _Descriptor, encoding: str, *, line_buffering: bool) -> None:
        super().__init__(
            io.BufferedWriter(descriptor), encoding, errors=_HANDLER, line_buffering=line_buffering
        )
        self.descriptor = descriptor

    def close(self) -> None:
        """Not: the interpreter closes its descriptors itself, after the last flush."""
        if not self.closed:
            self.flush()


def make_reliable() -> None:
    """Let `sys.stdout` and `sys.stderr` degrade; streams that a test or a program put there stay."""
    _occupy_closed_descriptors()
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        sys.stdout = _reliable(sys.stdout, 1, line_buffering=False)
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = _reliable(sys.stderr, 2, line_buffering=True)


def _occupy_closed_descriptors() -> None:
    """Let no file of ours get the number of a closed standard stream: others write to that number."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one


def _reliable(stream: TextIO | None, descriptor: int, *, line_buffering: bool) -> TextIO:
    if stream is None:
        return _Reliable(_Descriptor(descriptor), "utf-8", line_buffering=line_buffering)
    if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, _Reliable):
        return stream
    if sys.platform == "win32" and stream.isatty():  # the console takes text, not bytes
        stream.reconfigure(errors=_HANDLER)
        return stream
    stream.flush()
    buffered = line_buffering or stream.isatty()
    return _Reliable(_Descriptor(descriptor), stream.encoding, line_buffering=buffered)


def is_utf8(stream: TextIO) -> bool:
    """Whether a stream writes UTF-8; one that keeps text as it is counts, too."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name == "utf-8"


def holds_chinese() -> bool:
    """Whether standard output can write the language the program is written in."""
    try:
        "证据".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def lost_output() -> OSError | None:
    """Flush both streams; why text was lost that somebody waits for, None when all went well."""
    found: OSError | None = None
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
        if isinstance(stream, _Reliable):
            found = found or stream.descriptor.lost
    return found
