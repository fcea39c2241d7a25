"""Is a file ready to be taken? Quiet is not enough: it must also be whole. Pure; time is passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from evidence.inbox.inbox_listing import Sighting
from evidence.inbox.settings import InboxSettings


class Readiness(StrEnum):
    """What to do with a file now."""

    GROWING = "growing"
    """It changed, or somebody holds it open for writing: look again."""
    READY = "ready"
    """It may be taken, and if it proves broken, it must wait."""
    GIVE_UP = "give up"
    """It may be taken, and if it proves broken, that is said: nothing has come for long enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is remembered of one file between two looks."""

    sighting: Sighting
    since: float
    """Monotonic second at which this state of the file was first seen."""
    first_seen: float
    """Monotonic second at which the file was first seen in any state."""
    quiet_before: float
    """Seconds it had already been unchanged when first seen, by the file system's clock."""
    found_broken: bool = False
    """This very state was already examined and is not whole."""

    def quiet(self, now: float) -> float:
        """Seconds without any change."""
        return now - self.since + self.quiet_before


def observe(
    before: Mapping[str, Watched], sightings: tuple[Sighting, ...], *, now: float, wall: float
) -> dict[str, Watched]:
    """The memory after one more look.

    Args:
        before: the memory so far, by path.
        sightings: what the look found.
        now: monotonic seconds.
        wall: seconds since the epoch; only ages of files come from it, and an age of a file from the
            future counts as none.
    """
    after: dict[str, Watched] = {}
    for sighting in sightings:
        key = str(sighting.path)
        known = before.get(key)
        if known is not None and known.sighting.identity == sighting.identity:
            after[key] = replace(known, sighting=sighting)
            continue
        after[key] = Watched(
            sighting=sighting,
            since=now,
            first_seen=now if known is None else known.first_seen,
            # A changed file was alive a moment ago, whatever its times say.
            quiet_before=max(0.0, wall - sighting.changed_at) if known is None else 0.0,
        )
    return after


def readiness(
    watched: Watched, settings: InboxSettings, *, now: float, writer: bool | None, patient: bool
) -> Readiness:
    """Whether a file may be taken.

    Args:
        watched: the file's memory.
        settings: waiting times.
        now: monotonic seconds.
        writer: somebody holds it open for writing; None when unknown.
        patient: a watcher waits for the rest of a broken file; a single pass gives up at once, unless
            the system cannot say whether somebody is still writing.
    """
    quiet = watched.quiet(now)
    if writer or quiet < settings.settle_s:
        return Readiness.GROWING
    if quiet >= settings.incomplete_after_s or (not patient and writer is False):
        return Readiness.GIVE_UP
    return Readiness.READY


def next_look(
    memory: Mapping[str, Watched], settings: InboxSettings, *, now: float, fallback: float
) -> float:
    """Seconds until some file can become ready or is given up; `fallback` when none is waiting."""
    waits = [fallback]
    for watched in memory.values():
        quiet = watched.quiet(now)
        limit = settings.settle_s if not watched.found_broken else settings.incomplete_after_s
        # A writer may hold a quiet file open: it is asked again after one more settling time.
        waits.append(limit - quiet if quiet < limit else max(settings.settle_s, 0.2))
    return max(0.0, min(waits))
