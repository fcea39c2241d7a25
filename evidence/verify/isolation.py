"""Judging hostile files in processes of their own: all cores, bounded time and memory.

A PDF that hangs or swallows memory takes down its process, never the verdict on the rest. Threat:
a package from an unknown sender. Residual risk: code execution in a parser runs with the reader's
rights, as in every PDF reader.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

Task = TypeVar("Task")
Answer = TypeVar("Answer")

MEMORY_LIMIT = 2 << 30
"""Address space one process may add, bytes; `resource` limits it where the system can."""


def run_isolated(
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
        seconds: time allowed for a task.
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
            process = context.Process(target=_work, args=(function, task, theirs), daemon=True)
            process.start()
            theirs.close()
            running[ours] = (index, process, time.monotonic() + seconds(task))
        patience = min(deadline for _, _, deadline in running.values()) - time.monotonic()
        for ready in cast("list[Connection]", wait(list(running), timeout=max(0.0, patience))):
            index, process, _ = running.pop(ready)
            try:
                answers[index] = ready.recv()
            except (EOFError, OSError):
                answers[index] = give_up(tasks[index], "crash")
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


def _work(function: Callable[[Task], Answer], task: Task, pipe: Connection) -> None:
    _limit_memory()
    pipe.send(function(task))
    pipe.close()


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
