"""Who does the heavy work: the table `[jobs]` of evidence.toml."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evidence.jobs.job import TELL


class Where(StrEnum):
    """Where recognition happens."""

    HERE = "here"
    """In the process that takes the file in, before the next one."""
    POOL = "pool"
    """In other processes of this machine; needs no database."""
    WORKERS = "workers"
    """On any host that runs `evidence worker`; needs `[ledger] database`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """How work is handed on."""

    where: Where = Where.HERE
    """`here`: the process that takes a file in; `pool`: other processes of this machine; `workers`: any
    host that runs `evidence worker` (needs `[ledger] database`)."""
    processes: int = 2
    """Processes of the pool, or jobs at once in one `evidence worker`."""
    most_waiting: int = 500
    """Jobs that may wait; beyond it files stay in the inbox until there is room."""
    attempts: int = 5
    """Times a job is tried before it counts as dead and a person is asked."""
    notice_attempts: int = 12
    """Times a notice of `[webhooks]` is tried: with the default pauses for about eleven hours."""
    retry_wait_s: int = 20
    """Seconds before the second attempt; each pause is twice the one before."""
    stalled_s: int = 60
    """Seconds without a sign of life after which a worker counts as dead and its jobs go to others."""

    def attempts_of(self, function: str) -> int:
        """Times a job of this function is tried."""
        return self.notice_attempts if function == TELL else self.attempts

    def pause_s(self, tried: int) -> int:
        """Seconds before the next attempt, after `tried` of them, at least one."""
        return self.retry_wait_s << (tried - 1)
