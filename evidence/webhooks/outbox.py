"""Notices on their way, one small file a receiver: what waits, how often it was tried, what was given up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from evidence.durable import write_whole
from evidence.jobs.settings import JobSettings
from evidence.webhooks.notices import Notice

_REMEMBERED = 2_000
"""Ids of notices that no journal line numbers: days of deadlines."""


@dataclass(slots=True, kw_only=True)
class Waiting:
    """One notice that has not been accepted."""

    notice: Notice
    attempts: int = 0
    next_at: datetime | None = None
    """Not tried before; None for at once."""
    why: str = ""
    """The last attempt's failure."""


@dataclass(slots=True, kw_only=True)
class _Held:
    seq: int
    """Journal lines that were looked at."""
    waiting: list[Waiting] = field(default_factory=list)
    dead: list[Waiting] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


class Outbox:
    """The notices of one receiver. Kept whole at each step: a crash sends the last one again, by its id."""

    def __init__(self, path: Path, start: int) -> None:
        """A receiver that is new begins at journal line `start`: it is told what happens from now on."""
        self._path = path
        try:
            self._held = msgspec.json.decode(path.read_bytes(), type=_Held)
        except (FileNotFoundError, msgspec.MsgspecError):
            self._held = _Held(seq=start)
            self._keep()

    @property
    def seq(self) -> int:
        """First journal line that was not looked at."""
        return self._held.seq

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """In the order they came."""
        return tuple(self._held.waiting)

    @property
    def dead(self) -> tuple[Waiting, ...]:
        """Given up: a person looks why."""
        return tuple(self._held.dead)

    def add(self, notices: list[Notice], seq: int) -> None:
        """Take notices of lines up to `seq`; one whose id is known is not taken again.

        Raises:
            OSError: disk full or folder not writable.
        """
        known = set(self._held.known)
        fresh = [notice for notice in notices if notice.id not in known]
        self._held.waiting += [Waiting(notice=notice) for notice in fresh]
        self._held.known = [*self._held.known, *(notice.id for notice in fresh)][-_REMEMBERED:]
        if fresh or seq != self._held.seq:
            self._held.seq = seq
            self._keep()

    def due(self, now: datetime) -> tuple[Waiting, ...]:
        """What may be tried now."""
        return tuple(each for each in self._held.waiting if each.next_at is None or each.next_at <= now)

    def accepted(self, waiting: Waiting) -> None:
        """The receiver has it."""
        self._held.waiting.remove(waiting)
        self._keep()

    def failed(self, waiting: Waiting, why: str, now: datetime, jobs: JobSettings) -> None:
        """It was not accepted: tried again later, each pause longer, and given up like any job."""
        waiting.attempts += 1
        waiting.why = why
        if waiting.attempts >= jobs.attempts:
            self._held.waiting.remove(waiting)
            self._held.dead.append(waiting)
        else:
            waiting.next_at = now + timedelta(seconds=jobs.retry_wait_s * waiting.attempts)
        self._keep()

    def _keep(self) -> None:
        write_whole(self._path, msgspec.json.encode(self._held))
