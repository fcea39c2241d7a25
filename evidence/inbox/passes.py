"""What one pass over the inbox touched, and what kept it from taking a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from evidence.domain.identifiers import ArrivalId
from evidence.errors import MissingPartError


class NoRoomError(MissingPartError):
    """The archive cannot be written; files stay in the inbox, and the next pass takes them."""

    result: Pass | None = None
    """What the pass did all the same."""


@dataclass(kw_only=True)
class Pass:
    """What one pass touched."""

    arrivals: dict[ArrivalId, None] = field(default_factory=dict)
    """In the order in which they were met, each once."""
    names: dict[ArrivalId, dict[str, None]] = field(default_factory=dict)
    """Names of the files behind each, in the order in which they were met."""
    ignored: tuple[str, ...] = ()
    """Names of files that are never arrivals."""
    growing: int = 0
    """Files that are not ready yet."""
    no_room: NoRoomError | None = None
    """Why some file could not be archived; the others were taken."""

    def note(self, arrival: ArrivalId, name: str = "") -> None:
        """Remember an arrival of this pass, and the file that is it."""
        self.arrivals.setdefault(arrival)
        if name:
            self.names.setdefault(arrival, {}).setdefault(name)

    def other_names(self, arrival: ArrivalId, path: str) -> tuple[str, ...]:
        """Names of this pass behind an arrival besides the one it has."""
        return tuple(name for name in self.names.get(arrival, {}) if name != path)

    def add(self, other: Pass) -> None:
        """Take over what another look of the same pass met."""
        for arrival in other.arrivals:
            self.note(arrival)
            for name in other.names.get(arrival, {}):
                self.note(arrival, name)
        self.growing, self.no_room = other.growing, other.no_room
