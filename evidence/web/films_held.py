"""Which stored files show the inside of a factory on film, whatever they are called or packed into.

Whoever may not watch films gets none of them as a file either: not the film itself, not an archive, message
or portfolio that holds one, and nothing of which nobody can tell what it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.domain.identifiers import Sha256
from evidence.filetypes.media import ARCHIVES, FAMILIES, UNKNOWN, Family

if TYPE_CHECKING:
    from evidence.ledger.view import Arrival, View


def holds_film(view: View, digest: str) -> bool:
    """Whether these bytes are a film or may hold one; a paper that was handed in as such does not."""
    return _holds(view, Sha256(digest), set())


def _holds(view: View, digest: Sha256, seen: set[str]) -> bool:
    if digest in seen:  # an archive can hold itself
        return False
    seen.add(digest)
    if view.recording(digest) is not None:
        return True
    arrivals = view.arrivals_of(digest)
    members = [
        member
        for arrival in arrivals
        for id in (arrival.judged.members if arrival.judged else ())
        if (member := view.arrival(id)) is not None
    ]
    if any(member.sha256 is None or _holds(view, member.sha256, seen) for member in members):
        return True
    return any(_looks_like_one(arrival, opened=bool(members)) for arrival in arrivals)


def _looks_like_one(arrival: Arrival, *, opened: bool) -> bool:
    """By its content's kind alone; an archive that nobody could open may hold anything."""
    kind = arrival.media_type
    if kind.startswith(("video/", "audio/")) or kind in ARCHIVES or kind == UNKNOWN:
        return True
    return FAMILIES.get(kind) is Family.CONTAINER and not opened
