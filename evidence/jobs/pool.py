"""Jobs in other processes of this machine: the same functions, no database, nothing durable needed."""

from __future__ import annotations

import multiprocessing
import pkgutil
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from pathlib import Path

from evidence.jobs.job import DeadJob, Job

RUN = "evidence.work.functions:run"
"""Found by name when the first job comes: what jobs do stands on a higher floor than where they wait."""


class PoolQueue:
    """Implements `Queue`. Used by one thread.

    Nothing is kept when this process ends; what was not done is found in the ledger again.
    """

    def __init__(self, workspace: Path, processes: int, run: str = RUN) -> None:
        self._workspace = workspace
        self._processes = processes
        self._run = run
        self._pool: ProcessPoolExecutor | None = None
        self._held: dict[str, Future[None]] = {}
        self._dead: dict[str, DeadJob] = {}
        self._jobs: dict[str, Job] = {}
        self._count = 0

    def put(self, job: Job) -> bool:
        """Hand a job on; the pool begins them in the order they came."""
        held = self._held.get(job.key)
        if held is not None and not held.done():
            return False
        if self._pool is None:
            # spawned, not forked: this process may have threads, and a library that dislikes forks
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._processes, mp_context=context)
        work: Callable[[str, str, Mapping[str, str]], None] = pkgutil.resolve_name(self._run)
        try:
            self._held[job.key] = self._pool.submit(
                work, str(self._workspace), job.function, dict(job.arguments)
            )
        except BrokenProcessPool:
            self._pool = None
            return self.put(job)
        self._jobs[job.key] = job
        self._dead.pop(job.key, None)
        return True

    def waiting(self) -> int:
        """Jobs not yet finished, but for those at work."""
        unfinished = sum(not future.done() for future in self._held.values())
        return max(0, unfinished - self._processes)

    def settle(self, keys: set[str]) -> None:
        """Wait for these; a job whose process was killed is done once more, then it is dead."""
        for attempt in (1, 2):
            mine = {key: self._held[key] for key in sorted(keys) if key in self._held}
            wait(mine.values())
            failed = {key: future.exception() for key, future in mine.items() if future.exception()}
            for key, error in failed.items():
                job = self._jobs[key]
                if isinstance(error, BrokenProcessPool) and attempt == 1:
                    self.put(job)
                    continue
                self._count += 1
                self._dead[key] = DeadJob(
                    id=self._count,
                    function=job.function,
                    key=key,
                    attempts=attempt,
                    why=str(error) or type(error).__name__,
                    at=datetime.now(UTC),
                )
        for key in keys:
            self._held.pop(key, None)

    def dead(self) -> tuple[DeadJob, ...]:
        """Jobs of this process that were given up."""
        return tuple(self._dead.values())

    def revive(self) -> int:
        """Put dead jobs back."""
        jobs = [self._jobs[key] for key in self._dead]
        return sum(self.put(job) for job in jobs)

    def close(self) -> None:
        """End the processes when their jobs are done."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
