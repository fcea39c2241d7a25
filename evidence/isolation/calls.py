"""Calling a function in a bounded child, as if it ran here."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable
from typing import TypeVar, cast, get_type_hints

from evidence.domain.arrival_outcome import Reason
from evidence.errors import InputError, UnreadableError
from evidence.isolation.child import Child, ChildLostError
from evidence.isolation.limits import Bounds
from evidence.isolation.messages import Answer, Call, FromChild, Refused, Trouble, packed, unpacked
from evidence.language import chosen_language

Argument = TypeVar("Argument")
Result = TypeVar("Result")

PROGRAM = "from evidence.isolation.served import serve; serve()"
_CALLS_PER_CHILD = 1_000
"""A child is replaced now and then: whatever leaked goes with it."""
_STARTING_S = 60.0
BOUNDS = Bounds()


class BoundedCalls:
    """A few idle children; safe to use from several threads."""

    def __init__(self, program: str = PROGRAM) -> None:
        """Args: `program`: what a child runs; tests put one there that hangs or lies."""
        self._program = program
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def run(
        self, function: Callable[[Argument], Result], argument: Argument, bounds: Bounds = BOUNDS
    ) -> Result:
        """What the function returns for the argument, computed in a child.

        Args:
            function: importable by name, of one annotated argument; argument and result are values that
                msgpack can carry.
            argument: passed on.
            bounds: CPU seconds and memory.

        Raises:
            UnreadableError: the file is refused, too large for the bounds, or breaks its reader.
            InputError: a person's own file has a mistake.
            OSError: the machine failed, not the file.
        """
        call = Call(
            function=f"{function.__module__}:{function.__qualname__}",
            argument=packed(argument),
            bounds=bounds,
            language=chosen_language(),
        )
        said = self._ask(call, bounds)
        match said:
            case Answer(value=value):
                return cast(Result, unpacked(value, get_type_hints(function)["return"]))
            case Refused(reason=reason, what=what, where=where, remedy=remedy):
                if reason:
                    raise UnreadableError(reason, what, where=where, remedy=remedy)
                raise InputError(what, where=where, remedy=remedy)
            case Trouble(number=number, words=words, path=path):
                raise OSError(number, words, path)

    def forget(self) -> None:
        """In a process that was just forked: the children are the parent's."""
        self._lock = threading.Lock()
        self._idle = []

    def close(self) -> None:
        """End every idle child."""
        with self._lock:
            children, self._idle = self._idle, []
        for child in children:
            child.end()

    def _ask(self, call: Call, bounds: Bounds) -> FromChild:
        child = self._take()
        try:
            child.send(call)
            deadline = time.monotonic() + bounds.wall_seconds + _STARTING_S
            said = cast(FromChild, child.receive(deadline, FromChild))
        except ChildLostError as lost:
            refused = _lost(child, bounds, late=lost.late)
            child.end()
            return refused
        except BaseException:
            child.end()
            raise
        child.served += 1
        if child.served < _CALLS_PER_CHILD:
            with self._lock:
                self._idle.append(child)
        else:
            child.end()
        return said

    def _take(self) -> Child:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Child(self._program)


def _lost(child: Child, bounds: Bounds, *, late: bool) -> Refused:
    if late:
        what = f"等了 {bounds.wall_seconds:.0f} 秒没有读完。"
        return Refused(Reason.ENGINE_TIMEOUT, what, "", "")
    if child.spent:
        what = f"读取用时超过上限（{bounds.cpu_seconds} 秒处理器时间）。"
        return Refused(Reason.TOO_LARGE, what, "", "")
    return Refused(Reason.MALFORMED, "文件让读取程序中途崩溃。", "", "")


_shared = BoundedCalls()
atexit.register(_shared.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shared.forget)


def run_bounded(
    function: Callable[[Argument], Result], argument: Argument, bounds: Bounds = BOUNDS
) -> Result:
    """`BoundedCalls.run` with this process's own children."""
    return _shared.run(function, argument, bounds)
