"""One child process and the pipe to it: length-prefixed msgpack of declared types, nothing else.

The child works on files from strangers. Messages are decoded into declared types, so that a child
taken over by a hostile file can answer nonsense but run nothing in the parent. Residual risk: the child
runs as the same user; it can read what intake can read.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, BinaryIO

import msgspec

import evidence

MAX_MESSAGE = 64_000_000
"""Bytes; a page with its reading has a few thousand, a picture a million."""


class ChildLostError(Exception):
    """The child died or went silent; never leaves the rooms that hold children."""

    def __init__(self, *, late: bool = False) -> None:
        super().__init__()
        self.late = late
        """It was still there when its time was over."""


def send(pipe: IO[bytes], message: object) -> None:
    """Write one message and flush it."""
    data = msgspec.msgpack.encode(message)
    pipe.write(struct.pack("<I", len(data)) + data)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes:
    """The bytes of the next message.

    Raises:
        EOFError: the other side is gone.
    """
    head = pipe.read(4)
    if len(head) < 4:
        raise EOFError
    (size,) = struct.unpack("<I", head)
    return pipe.read(size)


class Child:
    """Lives until `end`, or until it breaks."""

    def __init__(self, program: str) -> None:
        """Args: `program`: what the child runs, as a line of Python."""
        root = str(Path(evidence.__file__).parent.parent)
        path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
        complaints = self._complaints()
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C reaches the parent, which finishes or ends the child itself
        )
        os.close(complaints)
        self.served = 0
        """Pages or calls so far; whoever holds the child replaces it now and then."""
        self._selector = selectors.DefaultSelector()
        assert self.process.stdout is not None  # noqa: S101 - PIPE was asked for
        self._selector.register(self.process.stdout, selectors.EVENT_READ)

    @staticmethod
    def _complaints() -> int:
        """Where a breaking child's stderr goes: the clerk is told in words; EVIDENCE_TRACE keeps it."""
        trace = os.environ.get("EVIDENCE_TRACE")
        return os.open(trace or os.devnull, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def send(self, message: object) -> None:
        """Raises ChildLostError when nobody listens."""
        assert self.process.stdin is not None  # noqa: S101
        try:
            send(self.process.stdin, message)
        except OSError as error:
            raise ChildLostError from error

    def receive(self, deadline: float, kind: Any) -> Any:
        """The next message, of declared type.

        Args:
            deadline: monotonic second at which patience ends.
            kind: type, or union of tagged types, it is decoded into.

        Raises:
            ChildLostError: at the deadline, when the child is gone, or when it speaks nonsense.
        """
        (size,) = struct.unpack("<I", self._read(4, deadline))
        if size > MAX_MESSAGE:
            raise ChildLostError
        try:
            return msgspec.msgpack.decode(self._read(size, deadline), type=kind)
        except msgspec.DecodeError as error:
            raise ChildLostError from error

    def _read(self, size: int, deadline: float) -> bytes:
        assert self.process.stdout is not None  # noqa: S101
        parts: list[bytes] = []
        while size:
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                raise ChildLostError(late=True)
            part = os.read(self.process.stdout.fileno(), min(size, 1 << 20))
            if not part:
                raise ChildLostError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    @property
    def spent(self) -> bool:
        """Whether it was ended by the system for using up its CPU seconds; waits for its end."""
        try:
            code = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return False
        return hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU

    def end(self) -> None:
        """Stop the process now and free the pipe."""
        self._selector.close()
        with contextlib.suppress(OSError):
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
