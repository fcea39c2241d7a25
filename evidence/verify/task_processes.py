"""Judging hostile files in processes of their own: all cores, bounded time and memory.

A PDF that hangs or swallows memory takes down its process, never the verdict on the rest. Threat:
a package from an unknown sender. Residual risk: code execution in a parser runs with the reader's
rights, as in every PDF reader.
"""

from __future__ import annotations

import math
import mmap
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar, cast

Task = TypeVar("Task")
Answer = TypeVar("Answer")

MEMORY_LIMIT = 2 << 30
"""Address space one task may add, bytes; `resource` limits it where the system can."""
_KEPT = 256 << 20
"""A process that kept more of it than this does no further task."""
_PAGE = mmap.PAGESIZE

_WALL_FACTOR = 10
"""Clock time allowed for each second of processor time."""


@dataclass(slots=True)
class _Worker:
    """A process that does one task after another."""

    process: Any
    pipe: Connection
    task: int = -1
    """Place of the task it is at."""
    deadline: float = math.inf
    """By the monotonic clock."""
    tried: int = 0
    """Tasks it was given so far."""


def run_in_processes(
    function: Callable[[Task], Answer],
    tasks: Sequence[Task],
    *,
    seconds: Callable[[Task], float],
    give_up: Callable[[Task, str], Answer],
) -> list[Answer]:
    """Answers in the order of tasks; `give_up` answers for a task that died or ran out of time.

    A process does many small tasks, since starting one takes longer than opening a picture. What dies in
    a process that did others before is tried once more in a fresh one, so that no task's answer depends
    on its neighbours.

    Args:
        function: importable by name, returns something picklable.
        tasks: picklable.
        seconds: processor time allowed for a task, so that a busy machine gives the same answer; after
            ten times as long by the clock it is given up all the same.
        give_up: (task, `timeout` or `crash`) -> answer.
    """
    pool = _Pool(function, tasks, [seconds(task) for task in tasks], give_up)
    try:
        while pool.goes_on:
            pool.hand_out()
            pool.take_answers()
            pool.give_up_late_ones()
    finally:
        pool.end()
    return [pool.answers[index] for index in range(len(tasks))]


class _Pool(Generic[Task, Answer]):
    """The processes at work, and what they have answered."""

    def __init__(
        self,
        function: Callable[[Task], Answer],
        tasks: Sequence[Task],
        allowed: Sequence[float],
        give_up: Callable[[Task, str], Answer],
    ) -> None:
        """Args: allowed: seconds of each task."""
        self.context, self.function, self.give_up = _context(function), function, give_up
        self.tasks, self.allowed = tasks, allowed
        self.answers: dict[int, Answer] = {}
        self.pending = sorted(range(len(tasks)), key=lambda place: (allowed[place], -place))
        """The longest is taken first, at the end: what comes last then keeps nobody waiting."""
        self.idle: list[_Worker] = []
        self.busy: dict[Connection, _Worker] = {}

    @property
    def goes_on(self) -> bool:
        """Whether a task waits or is being done."""
        return bool(self.pending or self.busy)

    def hand_out(self) -> None:
        """A task to every core that has none."""
        while self.pending and len(self.busy) < (os.cpu_count() or 1):
            worker = self.idle.pop() if self.idle else _start(self.context, self.function)
            worker.task = self.pending.pop()
            worker.tried += 1
            worker.deadline = time.monotonic() + self.allowed[worker.task] * _WALL_FACTOR
            self.busy[worker.pipe] = worker
            with suppress(OSError):  # it died while idle: the answer will not come either
                worker.pipe.send((self.tasks[worker.task], self.allowed[worker.task]))

    def take_answers(self) -> None:
        """Wait until one answers or dies, or the first is late."""
        patience = min(worker.deadline for worker in self.busy.values()) - time.monotonic()
        for pipe in cast("list[Connection]", wait(list(self.busy), timeout=max(0.0, patience))):
            worker = self.busy[pipe]
            try:
                self.answers[worker.task], goes_on = pipe.recv()
            except (EOFError, OSError):
                _end(worker)
                self._lose(worker, _why_lost(worker.process))
                continue
            del self.busy[pipe]
            if goes_on:
                self.idle.append(worker)
            else:
                _end(worker)

    def give_up_late_ones(self) -> None:
        """Kill what is past its deadline."""
        now = time.monotonic()
        for late in [worker for worker in self.busy.values() if worker.deadline <= now]:
            late.process.kill()
            _end(late)
            self._lose(late, "timeout")

    def end(self) -> None:
        """Leave no process behind."""
        for worker in (*self.idle, *self.busy.values()):
            worker.process.kill()
            _end(worker)

    def _lose(self, worker: _Worker, why: str) -> None:
        del self.busy[worker.pipe]
        if worker.tried > 1 and why == "crash":
            self.pending.append(worker.task)
        else:
            self.answers[worker.task] = self.give_up(self.tasks[worker.task], why)


def _start(context: Any, function: Callable[[Task], Answer]) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(function, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process=process, pipe=ours)


def _context(function: Callable[[Task], Answer]) -> Any:
    """How processes start: forking is quick but unsafe beside other threads, where a clean server forks."""
    if not hasattr(os, "fork"):
        return multiprocessing.get_context("spawn")
    if threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([function.__module__])
    return context


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    if worker.process.is_alive():
        worker.process.join(0.2)
    if worker.process.is_alive():
        worker.process.kill()
    worker.process.join()


def _why_lost(process: Any) -> str:
    """`timeout` for a process that spent its processor time, else `crash`."""
    return "timeout" if process.exitcode == -getattr(signal, "SIGXCPU", 0) != 0 else "crash"


def _work(function: Callable[[Task], Answer], pipe: Connection) -> None:
    """Do what comes until nothing does, or until a task left much memory behind."""
    most = _address_space() + _KEPT
    goes_on = True
    while goes_on:
        try:
            task, seconds = pipe.recv()
        except (EOFError, OSError):
            return
        _limit_memory()
        _limit_processor_time(seconds)
        answer = function(task)
        goes_on = _address_space() < most
        pipe.send((answer, goes_on))


def _limit_processor_time(seconds: float) -> None:
    """SIGXCPU ends the process once it has used so much; whole seconds, at least one."""
    try:
        import resource
    except ImportError:  # Windows: only the clock ends it
        return
    used = time.process_time()  # a forked process starts at nought, one from a server does not
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limit = max(1, math.ceil(used + seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (limit if hard < 0 else min(limit, hard), hard))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _address_space() + MEMORY_LIMIT
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))


def _address_space() -> int:
    """Bytes this process has mapped; where the system does not say, 4 GiB."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
            return int(statm.read().split()[0]) * _PAGE
    except OSError:
        return 4 << 30
