"""One `evidence worker`: takes jobs from the database until it is told to stop.

A worker that dies in the middle leaves its job marked as being done. Workers give a sign of life every
few seconds; whoever notices that one fell silent puts its jobs back. Each also looks from time to time for
arrivals that nobody has judged and no job names, and queues them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from evidence.config import Workspace
from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.errors import UsageError
from evidence.inbox.deferred import recognition_of
from evidence.jobs.database import IDLE_S, QUEUE, DatabaseQueue, prepare
from evidence.jobs.settings import JobSettings
from evidence.language import _
from evidence.ledger.postgres.connection import connect
from evidence.workers.functions import FUNCTIONS, perform

_LOG = logging.getLogger("evidence.worker")
_NOTE = """
INSERT INTO job_failure (job, at, why) VALUES (%s, %s, %s)
ON CONFLICT (job) DO UPDATE SET at = excluded.at, why = excluded.why
"""


class Worker:
    """Runs job functions on one workspace."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        at_once: int | None = None,
        perform: Callable[[Workspace, str, Mapping[str, str]], None] = perform,
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        if not workspace.settings.ledger.database:
            raise UsageError(
                _("工作进程要有数据库：evidence.toml 没有写明。"),
                where="evidence.toml [ledger] database",
                remedy=_('只用一台电脑时不需要它：在 [jobs] 写 where = "pool"，由本机多个进程识别。'),
            )
        self._workspace = workspace
        self._settings = workspace.settings.jobs
        self._ledger = workspace.settings.ledger
        self._at_once = at_once or self._settings.processes
        self._perform = perform
        self._tell = tell
        self._queue = DatabaseQueue(self._ledger)

    def run(self, *, until_empty: bool = False) -> None:
        """Take jobs until SIGTERM or Ctrl-C, or until none is left; the jobs at hand are finished.

        Raises:
            MissingPartError: the database does not answer.
        """
        app = self._app(prepare(self._ledger))
        try:
            asyncio.run(self._serve(app, until_empty))
        finally:
            self._queue.close()

    def requeue_unjudged(self) -> int:
        """Queue every arrival that is taken, not judged, and named by no job."""
        known = self._queue.keys("todo", "doing", "failed")
        now = self._workspace.clock()
        wanted = [
            recognition_of(arrival.id, arrival.received_at, now)
            for arrival in self._workspace.ledger.view.arrivals(ArrivalOutcome.TAKEN)
        ]
        return sum(self._queue.put(job) for job in wanted if job.key not in known)

    async def _serve(self, app: App, until_empty: bool) -> None:
        async with app.open_async():
            await self._take_over(app)
            await asyncio.to_thread(self.requeue_unjudged)
            care = asyncio.create_task(self._care(app))
            try:
                await app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._at_once,
                    wait=not until_empty,
                    delete_jobs="successful",
                    fetch_job_polling_interval=min(5.0, self._settings.stalled_s / 4),
                    update_heartbeat_interval=self._settings.stalled_s / 6,
                    stalled_worker_timeout=self._settings.stalled_s,
                )
            finally:
                care.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await care

    async def _care(self, app: App) -> None:
        while True:
            await asyncio.sleep(self._settings.stalled_s / 2)
            try:
                await self._take_over(app)
                await asyncio.to_thread(self.requeue_unjudged)
            except Exception:  # the database is restarting; the worker itself waits for it likewise
                _LOG.warning("could not look after stalled jobs", exc_info=True)

    async def _take_over(self, app: App) -> None:
        """Jobs of workers that fell silent go back, or are given up when they were tried often enough."""
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._settings.stalled_s):
            if job.attempts + 1 >= self._settings.attempts_of(job.task_name):
                self._note(job.id, _("处理它的工作进程几次都意外中止"))
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
            else:
                try:
                    await app.job_manager.retry_job(job, datetime.now(UTC))
                except ConnectorException:  # another job of its key waits by now: one is enough
                    await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            self._tell(_("接手中断的任务 {key}").format(key=job.queueing_lock or job.id))

    def _app(self, info: str) -> App:
        app = App(connector=PsycopgConnector(conninfo=info, min_size=1, max_size=4))
        retry = _BackOff(self._settings)
        for name in FUNCTIONS:
            app.task(name=name, pass_context=True, retry=retry)(self._wrapped(name))
        return app

    def _wrapped(self, name: str) -> Callable[..., None]:
        def run(context: JobContext, **arguments: str) -> None:
            key = context.job.queueing_lock or str(context.job.id)
            try:
                self._perform(self._workspace, name, arguments)
            except Exception as error:
                self._note(context.job.id, str(error) or type(error).__name__)
                self._tell(
                    _("✕ 任务 {key} 第 {n} 次未成：{why}").format(
                        key=key, n=context.job.attempts + 1, why=error
                    )
                )
                raise
            self._tell(_("● 任务 {key} 完成").format(key=key))

        return run

    def _note(self, job: int | None, why: str) -> None:
        with connect(self._ledger.database, self._ledger.schema, idle_s=IDLE_S) as connection:
            connection.execute(_NOTE, (job, datetime.now(UTC), why))


class _BackOff(BaseRetryStrategy):
    """The pauses of `[jobs]`, as procrastinate asks for them."""

    def __init__(self, settings: JobSettings) -> None:
        self._settings = settings

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """None when a person is asked instead."""
        tried = job.attempts + 1
        if tried >= self._settings.attempts_of(job.task_name):
            return None
        return RetryDecision(retry_in={"seconds": self._settings.pause_s(tried)})
