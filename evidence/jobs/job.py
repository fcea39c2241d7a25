"""A job, and the queue it waits in.

Jobs are delivered at least once: a worker may die after the effect and before saying so. Every job
function therefore looks in the ledger first whether there is anything left to do. The queue may be
lost altogether: the ledger says which arrivals nobody has judged, and they are handed on again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from evidence.domain.week import Week, local_date

RECOGNISE = "recognise"
"""The function that reads an arrival; its jobs are keyed `recognise:<arrival>`."""
TELL = "tell"
"""The function that tells another program; its jobs are keyed `tell:<receiver>:<notice>`."""
THIS_WEEK = 100
"""Priority of work for the week that is handed over next; each week further back counts one less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work."""

    function: str
    """Name in `evidence.workers.functions.FUNCTIONS`."""
    key: str
    """Names the effect: while a job of this key waits, another one is not added."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    priority: int = THIS_WEEK
    """Higher ones are begun first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadJob:
    """A job that was given up and waits for a person."""

    id: int
    function: str
    key: str
    attempts: int
    why: str
    """The last attempt's error, in words."""
    at: datetime | None
    """When it was given up, UTC."""

    @property
    def arrival(self) -> str:
        """The arrival it was to read; empty for other work."""
        return self.key.removeprefix(f"{RECOGNISE}:") if self.function == RECOGNISE else ""


class Queue(Protocol):
    """Where jobs wait."""

    def put(self, job: Job) -> bool:
        """Hand a job on; False when one of its key waits already."""
        ...

    def waiting(self) -> int:
        """Jobs not yet begun."""
        ...

    def settle(self, keys: set[str]) -> None:
        """Return when none of these is waiting or being done any more, or nobody here is doing them."""
        ...

    def dead(self) -> tuple[DeadJob, ...]:
        """Jobs given up, oldest first."""
        ...

    def revive(self) -> int:
        """Put dead jobs back into the queue; returns how many."""
        ...


def priority_of(concerned: datetime, now: datetime) -> int:
    """This week's work first, older work by age: a backlog of years never delays the handover."""
    weeks = (Week.of(local_date(now)).monday - Week.of(local_date(concerned)).monday).days // 7
    return max(0, THIS_WEEK - max(0, weeks))
