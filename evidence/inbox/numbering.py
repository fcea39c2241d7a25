"""The next arrival id of a day: gapless, found without reading every arrival."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime

from evidence.domain.identifiers import ArrivalId
from evidence.domain.week import local_date
from evidence.ledger.view import View

_AFTER_RESTORE = 1000
"""Ids left free on the day of a restore: more than one day brings."""


def next_arrival(view: View, now: datetime) -> ArrivalId:
    """The lowest free running number of the Shanghai day; ids of a day have no holes.

    But for a day on which a backup was restored: from then on ids begin at the next thousand, since what
    arrived that day before may be lost and must not be called by the same id.

    Called while the ledger is locked, so that no other process can take the same one.
    """
    today = local_date(now)
    day = today.strftime("%Y%m%d")
    base = _AFTER_RESTORE * sum(restored.on == today for restored in view.restores())

    def taken(running: int) -> bool:
        return view.arrival(ArrivalId(f"A-{day}-{running:04d}")) is not None

    low, high = base, base + 1
    while taken(high):
        low, high = high, base + (high - base) * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if taken(middle) else (low, middle)
    return ArrivalId(f"A-{day}-{high:04d}")


def arrivals_from(first: ArrivalId | None, view: View, now: datetime) -> Iterator[ArrivalId]:
    """Ids for files that are journalled together, one after another.

    Args:
        first: the id that this very transaction has just given out; None when it gave out none.
        view: the ledger, while it is locked.
        now: instant of arrival.
    """
    free = next_arrival(view, now)
    prefix, _dash, running = free.rpartition("-")
    start = int(running) + (1 if first == free else 0)
    return (ArrivalId(f"{prefix}-{number:04d}") for number in itertools.count(start))
