"""Kill a child process at a chosen disk-changing call: before it, after it, or halfway through a write."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

CALLS = ("open", "write", "fsync", "ftruncate", "truncate", "replace", "rename", "unlink", "link", "mkdir")


class FaultPoints:
    """Counts calls of `os` functions that change the disk and dies at one of them."""

    def __init__(self, at: int | None = None, moment: str = "before") -> None:
        self.names: list[str] = []
        self._at = at
        self._moment = moment
        self._real = {name: getattr(os, name) for name in CALLS}

    def __enter__(self) -> FaultPoints:
        for name, real in self._real.items():
            setattr(os, name, self._counted(name, real))
        return self

    def __exit__(self, *_error: object) -> None:
        for name, real in self._real.items():
            setattr(os, name, real)

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if name == "open" and not args[1] & (os.O_CREAT | os.O_TRUNC):
                return real(*args, **kwargs)
            mine = len(self.names) == self._at
            self.names.append(name)
            if not mine:
                return real(*args, **kwargs)
            if self._moment == "torn" and name == "write":
                real(args[0], args[1][: len(args[1]) // 2])
            elif self._moment == "after":
                with suppress(OSError):  # a refused call changes nothing, dying after it is still a case
                    real(*args, **kwargs)
            return die()

        return call


def die() -> None:
    """As the power switch does it: no clean-up, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)


def points(work: Callable[[], object], kind: type[FaultPoints] = FaultPoints) -> list[str]:
    """The disk-changing calls of one run, in order."""
    with kind() as counted:
        work()
    return counted.names


def moments(names: list[str]) -> list[tuple[int, str]]:
    """Every way to die: before and after each call, and in the middle of each write."""
    chosen = [(index, moment) for index in range(len(names)) for moment in ("before", "after")]
    return chosen + [(index, "torn") for index, name in enumerate(names) if name == "write"]


def run_and_die(
    work: Callable[[Callable[[str], None]], object],
    at: int,
    moment: str,
    kind: type[FaultPoints] = FaultPoints,
) -> list[str]:
    """Run `work` in a child that dies at the chosen point.

    Args:
        work: called with a function by which it tells what has been acknowledged so far.
        kind: which calls count as points.

    Returns:
        What it had told.
    """
    reading, writing = os.pipe()
    real_write = os.write
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 0
        try:
            with kind(at, moment):
                work(lambda text: real_write(writing, f"{text}\n".encode()) and None)
        except BaseException:
            code = 3
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        lines = told.read().decode().split()
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the child was to die at call {at} ({moment}), it ended with {status}"
    return lines
