"""Recognition handed on: intake makes the bytes safe and journals the arrival, somebody else reads it.

The ledger is the only truth about what is to be done: an arrival that is `taken` and not judged. A
job that got lost, or was never queued because this process died, is therefore queued again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from evidence.domain.identifiers import ArrivalId
from evidence.jobs.job import RECOGNISE, Job, Queue, priority_of
from evidence.ledger.view import Arrival

FULL = "识别任务较多，文件先留在收件夹，稍后自动接收。"


@dataclass(kw_only=True)
class DeferredRecognition:
    """Where intake leaves what it does not read itself."""

    queue: Queue
    most_waiting: int
    clock: Callable[[], datetime]
    _mine: set[str] = field(default_factory=set)

    def full(self) -> bool:
        """Whether no more may be taken in: what waits longer than the workers are quick only ages."""
        return self.queue.waiting() >= self.most_waiting

    def hand_on(self, arrival: Arrival) -> None:
        """Queue an arrival whose bytes are safe."""
        job = recognition_of(arrival.id, arrival.received_at, self.clock())
        self.queue.put(job)
        self._mine.add(job.key)

    def settle(self) -> None:
        """Wait for what was handed on, where it is this machine that does it."""
        self.queue.settle(self._mine)
        self._mine.clear()


def recognition_of(arrival: ArrivalId, received_at: datetime, now: datetime) -> Job:
    """The job that reads an arrival."""
    return Job(
        function=RECOGNISE,
        key=f"{RECOGNISE}:{arrival}",
        arguments={"arrival": arrival},
        priority=priority_of(received_at, now),
    )
