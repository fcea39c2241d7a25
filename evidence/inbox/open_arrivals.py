"""Arrivals whose file may still change, found again by what a file is, never by how its name is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evidence.inbox.inbox_listing import Sighting
from evidence.ledger.view import Arrival


class OpenArrivals:
    """Waiting, broken and refused arrivals beside what one look found."""

    def __init__(self, arrivals: Iterable[Arrival], sightings: Sequence[Sighting]) -> None:
        self.all = tuple(arrivals)
        by_identity = {sighting.identity: sighting for sighting in sightings if sighting.regular}
        by_content = {_moved(sighting.identity): sighting for sighting in by_identity.values()}
        by_entry = {sighting.entry: sighting for sighting in sightings}
        self._of: dict[str, Arrival] = {}
        self._gone: list[Arrival] = []
        left: list[Arrival] = []
        for each in self.all:
            found = by_identity.get(each.seen_as) or by_content.get(_moved(each.seen_as))
            if found is None:
                left.append(each)
            else:
                self._of.setdefault(found.entry, each)
        for each in left:  # only where no file is known to be another's
            found = by_entry.get(entry_of(each))
            if found is None:
                self._gone.append(each)
            else:
                self._of.setdefault(found.entry, each)

    def of(self, sighting: Sighting) -> Arrival | None:
        """The arrival that this directory entry continues.

        The very file that was seen, wherever it was moved within the inbox; else what lies now under the
        same directory entry.
        """
        return self._of.get(sighting.entry)

    def gone(self) -> Iterable[Arrival]:
        """Those whose file left the inbox."""
        return tuple(self._gone)


def entry_of(arrival: Arrival) -> str:
    """As `Sighting.entry`."""
    return arrival.path_bytes or arrival.path


def _moved(identity: str) -> str:
    """Inode, size and time of change: what a move leaves as it is. The inode alone is soon used again."""
    return identity.rpartition(":")[0]
