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

RUN = "evidence.workers.functions:run"
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
        self._jobs: dict[str, Job] = {}
        """Every job that is held or dead."""
        self._killed: set[str] = set()
        """Keys whose process was killed once."""
        self._dead: dict[str, DeadJob] = {}
        self._count = 0

    def put(self, job: Job) -> bool:
        """Hand a job on; the pool begins them in the order they came."""
        self._collect()
        if job.key in self._held:
            return False
        self._jobs[job.key] = job
        self._dead.pop(job.key, None)
        self._submit(job)
        return True

    def waiting(self) -> int:
        """Jobs not yet finished, but for those at work."""
        self._collect()
        return max(0, len(self._held) - self._processes)

    def settle(self, keys: set[str]) -> None:
        """Wait for these; a job whose process was killed is done once more, then it is dead."""
        while mine := [self._held[key] for key in keys if key in self._held]:
            wait(mine)
            self._collect()

    def dead(self) -> tuple[DeadJob, ...]:
        """Jobs of this process that were given up."""
        self._collect()
        return tuple(self._dead.values())

    def revive(self) -> int:
        """Put dead jobs back."""
        return sum(self.put(self._jobs[key]) for key in list(self._dead))

    def _submit(self, job: Job) -> None:
        work: Callable[[str, str, Mapping[str, str]], None] = pkgutil.resolve_name(self._run)
        given = (str(self._workspace), job.function, dict(job.arguments))
        if self._pool is not None:
            try:
                self._held[job.key] = self._pool.submit(work, *given)
                return
            except BrokenProcessPool:
                self._pool.shutdown(wait=False)
        # spawned, not forked: this process may have threads, and a library that dislikes forks
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(self._processes, mp_context=context)
        self._held[job.key] = self._pool.submit(work, *given)

    def _collect(self) -> None:
        """See what became of the jobs that ended."""
        for key in [key for key, future in self._held.items() if future.done()]:
            error = self._held.pop(key).exception()
            job = self._jobs[key]
            if error is None:
                self._killed.discard(key)
                del self._jobs[key]
            elif isinstance(error, BrokenProcessPool) and key not in self._killed:
                self._killed.add(key)
                self._submit(job)
            else:
                self._count += 1
                self._dead[key] = DeadJob(
                    id=self._count,
                    function=job.function,
                    key=key,
                    attempts=2 if key in self._killed else 1,
                    why=str(error) or type(error).__name__,
                    at=datetime.now(UTC),
                )
                self._killed.discard(key)

    def close(self) -> None:
        """End the processes when their jobs are done."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
