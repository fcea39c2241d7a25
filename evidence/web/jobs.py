"""Work that takes longer than a page may: one at a time, with its progress for whoever looks."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Lock, Thread

from evidence.errors import EvidenceError
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


class Jobs:
    """The desk's running and finished work, in memory only."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}

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
        """A job by its id; None when it is unknown or long finished."""
        with self._lock:
            return self._jobs.get(identifier)

    @staticmethod
    def _run(job: Job, work: Callable[[Callable[[str], None]], Outcome]) -> None:
        try:
            job.result = work(job.steps.append)
        except EvidenceError as error:
            job.error = error
        except Exception:
            # A bug must reach the terminal and the person, not vanish in a thread.
            traceback.print_exc()
            job.error = EvidenceError(say("程序出错，没有做成。"), remedy=say("请把终端里的信息交给管理员。"))
        finally:
            job.done = True
        if job.result is not None:
            job.result.afterwards()
