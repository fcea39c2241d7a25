"""Judging hostile files in processes of their own: all cores, bounded time and memory.

A PDF that hangs or swallows memory takes down its process, never the verdict on the rest. Threat:
a package from an unknown sender. Residual risk: code execution in a parser runs with the reader's
rights, as in every PDF reader.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

Task = TypeVar("Task")
Answer = TypeVar("Answer")

MEMORY_LIMIT = 2 << 30
"""Address space one process may add, bytes; `resource` limits it where the system can."""


_WALL_FACTOR = 10
"""Clock time allowed for each second of processor time."""


def run_in_processes(
    function: Callable[[Task], Answer],
    tasks: Sequence[Task],
    *,
    seconds: Callable[[Task], float],
    give_up: Callable[[Task, str], Answer],
) -> list[Answer]:
    """Answers in the order of tasks; `give_up` answers for a task that died or ran out of time.

    Args:
        function: importable by name, returns something picklable.
        tasks: picklable.
        seconds: processor time allowed for a task, so that a busy machine gives the same answer; after
            ten times as long by the clock it is given up all the same.
        give_up: (task, `timeout` or `crash`) -> answer.
    """
    context = _context(function)
    answers: dict[int, Answer] = {}
    running: dict[Any, tuple[int, Any, float]] = {}
    pending = list(enumerate(tasks))[::-1]
    width = os.cpu_count() or 1
    while pending or running:
        while pending and len(running) < width:
            index, task = pending.pop()
            ours, theirs = context.Pipe(duplex=False)
            allowed = seconds(task)
            process = context.Process(target=_work, args=(function, task, theirs, allowed), daemon=True)
            process.start()
            theirs.close()
            running[ours] = (index, process, time.monotonic() + allowed * _WALL_FACTOR)
        patience = min(deadline for _, _, deadline in running.values()) - time.monotonic()
        for ready in cast("list[Connection]", wait(list(running), timeout=max(0.0, patience))):
            index, process, _ = running.pop(ready)
            try:
                answers[index] = ready.recv()
            except (EOFError, OSError):
                _end(ready, process)
                answers[index] = give_up(tasks[index], _why_lost(process))
                continue
            _end(ready, process)
        now = time.monotonic()
        for late in [key for key, (_, _, deadline) in running.items() if deadline <= now]:
            index, process, _ = running.pop(late)
            answers[index] = give_up(tasks[index], "timeout")
            _end(late, process)
    return [answers[index] for index in range(len(tasks))]


def _context(function: Callable[[Task], Answer]) -> Any:
    """How processes start: forking is quick but unsafe beside other threads, where a clean server forks."""
    if not hasattr(os, "fork"):
        return multiprocessing.get_context("spawn")
    if threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([function.__module__])
    return context


def _end(pipe: Any, process: Any) -> None:
    pipe.close()
    if process.is_alive():
        process.join(0.2)
    if process.is_alive():
        process.kill()
    process.join()


def _why_lost(process: Any) -> str:
    """`timeout` for a process that spent its processor time, else `crash`."""
    return "timeout" if process.exitcode == -getattr(signal, "SIGXCPU", 0) != 0 else "crash"


def _work(function: Callable[[Task], Answer], task: Task, pipe: Connection, seconds: float) -> None:
    _limit_memory()
    _limit_processor_time(seconds)
    pipe.send(function(task))
    pipe.close()


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
    used = 0
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
            used = int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        used = 4 << 30
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = used + MEMORY_LIMIT
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))
