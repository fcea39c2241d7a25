"""Work that takes longer than a page may: one at a time, with its progress for whoever looks.

What was done and what a stopped server interrupted stays known, see `jobs_kept`.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread

from evidence.errors import EvidenceError
from evidence.web.jobs_kept import JobRecords, Kept
from evidence.web.speech import say

KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it, with the next step."""

    text: str
    url: str
    label: str
    back: str
    afterwards: Callable[[], object] = lambda: None
    """What nobody need wait for, done once the outcome is shown; its failure must be harmless."""


@dataclass(slots=True, kw_only=True)
class Job:
    """One piece of work."""

    id: str
    title: str
    back: str = ""
    """Address of the page it was asked for on; empty for the one of the week's packages."""
    steps: list[str] = field(default_factory=list)
    done: bool = False
    error: EvidenceError | None = None
    result: Outcome | None = None


class BusyError(EvidenceError):
    """Another piece of work of this kind is running."""


class InterruptedJobError(EvidenceError):
    """The server was stopped while it did this."""


class Jobs:
    """The desk's running and finished work.

    Args:
        folder: where it is written down; None keeps it in memory only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}
        self._records = JobRecords(folder) if folder is not None else None

    def start(self, title: str, work: Callable[[Callable[[str], None]], Outcome], *, back: str = "") -> Job:
        """Run `work(report)` beside the pages.

        Args:
            back: the page it was asked for on, where one that failed leads to.

        Raises:
            BusyError: something is still running.
        """
        with self._lock:
            if any(not job.done for job in self._jobs.values()):
                raise BusyError(say("另一项制作正在进行。"), remedy=say("请等它完成后再试。"))
            job = Job(id=secrets.token_urlsafe(9), title=title, back=back)
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                del self._jobs[next(iter(self._jobs))]
        # The work speaks the language of whoever asked for it.
        context = copy_context()
        Thread(target=context.run, args=(self._run, job, work), daemon=True, name=f"job-{job.id}").start()
        return job

    def get(self, identifier: str) -> Job | None:
        """A job by its id, one of a server that ran before among them; None when it is unknown."""
        with self._lock:
            found = self._jobs.get(identifier)
        if found is not None or self._records is None:
            return found
        # Asked in this order: whoever does it writes down its end before the lock is given back.
        running = self._records.done_elsewhere(identifier)
        kept = self._records.read(identifier)
        return _job_of(kept, running=running) if kept is not None else None

    def _run(self, job: Job, work: Callable[[Callable[[str], None]], Outcome]) -> None:
        with self._records.doing(job.id) if self._records is not None else nullcontext():
            self._keep(job, done=False)
            try:
                job.result = work(lambda step: self._step(job, step))
            except EvidenceError as error:
                job.error = error
            except Exception:
                # A bug must reach the terminal and the person, not vanish in a thread.
                traceback.print_exc()
                job.error = EvidenceError(
                    say("程序出错，没有做成。"), remedy=say("请把终端里的信息交给管理员。")
                )
            finally:
                self._keep(job, done=True)
                job.done = True
        if self._records is not None:
            self._records.tidy()
        if job.result is not None:
            job.result.afterwards()

    def _step(self, job: Job, step: str) -> None:
        job.steps.append(step)
        self._keep(job, done=False)

    def _keep(self, job: Job, *, done: bool) -> None:
        if self._records is None:
            return
        error, result = job.error, job.result
        self._records.keep(
            Kept(
                id=job.id,
                title=job.title,
                back=job.back,
                steps=tuple(job.steps),
                done=done,
                error=(error.what, error.where, error.remedy) if error is not None else None,
                result=(result.text, result.url, result.label, result.back) if result is not None else None,
            )
        )


def _job_of(kept: Kept, *, running: bool) -> Job:
    """A job that this process does not do itself; one that nobody does any more was interrupted."""
    job = Job(id=kept.id, title=kept.title, back=kept.back, steps=[*kept.steps], done=kept.done)
    if kept.error is not None:
        what, where, remedy = kept.error
        job.error = EvidenceError(what, where=where, remedy=remedy)
    elif kept.result is not None:
        text, url, label, back = kept.result
        job.result = Outcome(text=text, url=url, label=label, back=back)
    elif not running:
        job.done = True
        job.error = InterruptedJobError(
            say("服务器重新启动过，这项制作已中断，不会自己继续。"),
            remedy=say("请返回原来的页面，先看是否已经做好；没有做好的，再做一次。"),
        )
    return job


def forgotten(identifier: str) -> Job:
    """What stands for a job nobody knows any more: a page that waits for it must not wait for ever."""
    return Job(
        id=identifier,
        title=say("正在办理"),
        done=True,
        error=InterruptedJobError(
            say("这项制作的进度已经查不到。"),
            remedy=say("请返回原来的页面，先看是否已经做好；没有做好的，再做一次。"),
        ),
    )
