"""Jobs in the ledger's database, by procrastinate: durable, one taker each, heartbeats, retries."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from psycopg_pool import PoolTimeout

from evidence.errors import MissingPartError
from evidence.jobs.job import DeadJob, Job
from evidence.language import _
from evidence.ledger.postgres.connection import connect, conninfo_of, without_password
from evidence.ledger.postgres.schema import checked_name
from evidence.ledger.settings import LedgerSettings

QUEUE = "evidence"
IDLE_S = 60
_FAILURES = """
CREATE TABLE IF NOT EXISTS job_failure (job bigint PRIMARY KEY, at timestamptz NOT NULL, why text NOT NULL)
"""
_DEAD = """
SELECT jobs.id, jobs.task_name, coalesce(jobs.queueing_lock, ''), jobs.attempts, coalesce(why, ''), at
FROM procrastinate_jobs AS jobs LEFT JOIN job_failure ON job = jobs.id
WHERE jobs.status = 'failed' ORDER BY jobs.id
"""


def prepare(settings: LedgerSettings) -> str:
    """Make procrastinate's tables beside the ledger's; returns the connection string for it."""
    schema = checked_name(settings.schema)
    info = conninfo_of(settings.database, schema, idle_s=IDLE_S)
    try:
        with connect(settings.database, schema, idle_s=IDLE_S) as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"make {schema}",))
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            if connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone() == (None,):
                app = App(connector=SyncPsycopgConnector(conninfo=info))
                connection.execute(app.schema_manager.get_schema().encode())
            connection.execute(_FAILURES)
    except psycopg.OperationalError as error:
        raise _unreachable(error, settings) from error
    return info


class DatabaseQueue:
    """Implements `Queue`; safe for several threads."""

    def __init__(self, settings: LedgerSettings) -> None:
        self._settings = settings
        self._mutex = threading.Lock()
        self._app: App | None = None

    def put(self, job: Job) -> bool:
        """Hand a job on; False when one of its key waits or is being done already.

        Raises:
            MissingPartError: the database does not answer.
        """
        if job.key in self.keys("todo", "doing"):
            return False
        try:
            self._opened().configure_task(
                name=job.function,
                queue=QUEUE,
                queueing_lock=job.key,
                lock=job.key,
                priority=job.priority,
            ).defer(**job.arguments)
        except AlreadyEnqueued:
            return False
        except (ConnectorException, PoolTimeout) as error:
            raise _unreachable(error, self._settings) from error
        return True

    def waiting(self) -> int:
        """Jobs not yet begun."""
        found = self._ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return int(found[0][0])

    def running(self) -> int:
        """Jobs that a worker has begun."""
        found = self._ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
        return int(found[0][0])

    def keys(self, *states: str) -> set[str]:
        """Keys of the jobs in these of procrastinate's states."""
        found = self._ask(
            "SELECT queueing_lock FROM procrastinate_jobs WHERE status::text = ANY(%s)", list(states)
        )
        return {key for (key,) in found}

    def settle(self, keys: set[str]) -> None:
        """Workers elsewhere do them in their own time."""

    def dead(self) -> tuple[DeadJob, ...]:
        """Jobs given up, oldest first."""
        return tuple(
            DeadJob(id=number, function=function, key=key, attempts=attempts, why=why, at=at)
            for number, function, key, attempts, why, at in self._ask(_DEAD)
        )

    def revive(self) -> int:
        """Put dead jobs back, as if they had never been tried."""
        manager = self._opened().job_manager
        dead = [job for job in manager.list_jobs(queue=QUEUE) if job.status == Status.FAILED.value]
        done = 0
        for job in dead:
            try:
                self.put(
                    Job(
                        function=job.task_name,
                        key=job.queueing_lock or str(job.id),
                        arguments={name: str(value) for name, value in job.task_kwargs.items()},
                        priority=job.priority,
                    )
                )
            finally:
                self._ask(
                    "DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed' RETURNING id", job.id
                )
            done += 1
        return done

    def close(self) -> None:
        """Give the connections back."""
        with self._mutex:
            if self._app is not None:
                self._app.close()
                self._app = None

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        self._opened()
        try:
            with connect(self._settings.database, self._settings.schema, idle_s=IDLE_S) as connection:
                return connection.execute(query.encode(), values).fetchall()
        except psycopg.OperationalError as error:
            raise _unreachable(error, self._settings) from error

    def _opened(self) -> App:
        with self._mutex:
            if self._app is None:
                info = prepare(self._settings)
                self._app = App(
                    connector=SyncPsycopgConnector(conninfo=info, min_size=1, max_size=2, timeout=10)
                )
                self._app.open()
            return self._app


def _unreachable(error: Exception, settings: LedgerSettings) -> MissingPartError:
    return MissingPartError(
        _("任务队列所在的数据库没有应答：{why}").format(why=" ".join(str(error).split())),
        where=without_password(settings.database),
        remedy=_("没有丢失任何文件：数据库恢复后，尚未识别的到件会重新排队。"),
    )
