"""Arrivals whose file may still change, found again by what a file is, never by how its name is shown."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.inbox.sight import Sighting
from evidence.ledger.view import Arrival


class OpenArrivals:
    """Waiting, broken and refused arrivals beside what one look found."""

    def __init__(self, arrivals: Iterable[Arrival], sightings: Iterable[Sighting]) -> None:
        self.all = tuple(arrivals)
        self._by_identity = {each.seen_as: each for each in self.all if each.seen_as}
        self._by_entry = {entry_of(each): each for each in self.all}
        self._by_inode = {_inode(each): each for each in self.all if each.seen_as}
        identities = {sighting.identity for sighting in sightings}
        self._lying_there = {each.id for each in self.all if each.seen_as in identities}
        self._entries = {sighting.entry for sighting in sightings}

    def of(self, sighting: Sighting) -> Arrival | None:
        """The arrival that this directory entry continues.

        The very file that was seen; else the file of the same directory entry, or the one that grew on
        under another name, unless the file that was seen lies elsewhere.
        """
        if sighting.identity in self._by_identity:
            return self._by_identity[sighting.identity]
        same_entry = self._by_entry.get(sighting.entry)
        if same_entry is not None:
            return None if same_entry.id in self._lying_there else same_entry
        renamed = self._by_inode.get(str(sighting.inode))
        if renamed is None or renamed.id in self._lying_there or entry_of(renamed) in self._entries:
            return None
        return renamed

    def gone(self) -> Iterable[Arrival]:
        """Those whose file left the inbox."""
        return (
            each
            for each in self.all
            if entry_of(each) not in self._entries and each.id not in self._lying_there
        )


def entry_of(arrival: Arrival) -> str:
    """As `Sighting.entry`."""
    return arrival.path_bytes or arrival.path


def _inode(arrival: Arrival) -> str:
    return arrival.seen_as.partition(":")[0]
