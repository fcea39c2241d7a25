"""Taking files in: never the only copy, never twice, every file accounted for.

The order of one file, each step safe to be killed after:

1. it is quiet, nobody writes to it, and its end has arrived;
2. its bytes are copied into the originals, synced, read back and hashed again;
3. every page is rendered from that copy, which proves the file whole, and is the rendering that
   recognition reads;
4. one journal append, synced, says that it was taken and what became of it;
5. only then it leaves the inbox.

Killed before 4 the file is still in the inbox and is taken as if for the first time; killed after 4 the
next look recognises the very file by its identity (inode and change times) and only finishes step 5.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from evidence.archive.originals import Originals, Stored
from evidence.domain.identifiers import ArrivalId
from evidence.errors import MissingPartError
from evidence.inbox import media, words
from evidence.inbox.identify import quarantined
from evidence.inbox.media import Media, identify_media
from evidence.inbox.numbering import next_arrival
from evidence.inbox.quarantine import Quarantine
from evidence.inbox.settings import InboxSettings
from evidence.inbox.settle import Readiness, Watched, next_look, observe, readiness
from evidence.inbox.sight import (
    Look,
    MovedAwayError,
    Sighting,
    being_written,
    look,
    look_at,
    opened,
    same_file,
)
from evidence.inbox.structure import missing_end, only_zeros
from evidence.inbox.understand import Material, Understander, Understanding
from evidence.language import _
from evidence.ledger.events import ArrivalJudged, ArrivalTaken, ArrivalWaiting, Event, PersonDecided
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import Arrival, View

ACTOR = "inbox"
STILL_WRITING = "文件还在写入，写完后自动接收。"
WITHDRAWN = "withdrawn"
"""Decision recorded when a file that was never taken, or a broken one, left the inbox by itself."""
_OPEN_REASONS = frozenset({"incomplete", "not_regular_file"})
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


class NoRoomError(MissingPartError):
    """The archive cannot be written; files stay in the inbox, and the next pass takes them."""


@dataclass(kw_only=True)
class Pass:
    """What one pass touched."""

    arrivals: list[ArrivalId] = field(default_factory=list)
    """In the order in which they were met, each once."""
    ignored: int = 0
    growing: int = 0
    """Files that are not ready yet."""

    def note(self, arrival: ArrivalId) -> None:
        """Remember an arrival of this pass."""
        if arrival not in self.arrivals:
            self.arrivals.append(arrival)


class Intake:
    """The inbox of one workspace. One thread at a time; several processes may run side by side."""

    def __init__(
        self,
        *,
        inbox: Path,
        ledger: Ledger,
        originals: Originals,
        quarantine: Quarantine,
        understander: Understander,
        settings: InboxSettings,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._originals = originals
        self._quarantine = quarantine
        self._understander = understander
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._wall = wall
        self._memory: dict[str, Watched] = {}
        self._troubles: dict[str, str] = {}

    # --- passes ----------------------------------------------------------------------------------
    def resume(self) -> None:
        """After a crash: judge what was taken and not judged, bring the quarantine folder in line."""
        for arrival in self._ledger.view.arrivals("taken"):
            self.judge_again(arrival)
        self._quarantine.reconcile(self._ledger.view.arrivals("quarantined"))

    def run(
        self, paths: Sequence[Path] = (), *, progress: Callable[[str], None] = lambda _line: None
    ) -> Pass:
        """One pass over the inbox, or over some paths, ending with a decision for every file.

        It waits once for files that changed a moment ago; what is still growing then is `waiting`.
        """
        result = self.look_once(paths, patient=False, progress=progress)
        if result.growing:
            # one settling time is enough for everything that has come to rest
            time.sleep(self._settings.settle_s)
            again = self.look_once(paths, patient=False, progress=progress, announce=0.0)
            for arrival in again.arrivals:
                result.note(arrival)
            result.growing = again.growing
        return result

    def look_once(
        self,
        paths: Sequence[Path] = (),
        *,
        patient: bool,
        progress: Callable[[str], None] = lambda _line: None,
        announce: float | None = None,
    ) -> Pass:
        """Look, and take what is ready.

        Args:
            paths: files or folders; the whole inbox when empty.
            patient: wait for the rest of broken files, as a watcher does.
            progress: told about each file.
            announce: journal files as `waiting` once they have been growing for so many seconds; None
                leaves them unannounced.
        """
        self._troubles.clear()
        seen = self._look(paths)
        result = Pass(ignored=seen.ignored)
        now = self._monotonic()
        memory = observe(self._memory, seen.sightings, now=now, wall=self._wall())
        if paths:
            self._memory.update(memory)
        else:
            self._memory = memory
        waiting = self._open_arrivals()
        for sighting in seen.sightings:
            watched = memory[str(sighting.path)]
            arrival = self._meet(watched, waiting.get(sighting.name), patient=patient, progress=progress)
            if arrival is not None:
                result.note(arrival)
                continue
            result.growing += 1
            growing_for = self._monotonic() - watched.first_seen
            if announce is not None and growing_for >= announce:
                result.note(self._announce(sighting, waiting.get(sighting.name)))
        if not paths:
            self._withdraw(waiting.values(), seen)
        return result

    def next_look(self, fallback: float) -> float:
        """Seconds until something can become ready."""
        pending = {key: watched for key, watched in self._memory.items() if watched.sighting.regular}
        return next_look(pending, self._settings, now=self._monotonic(), fallback=fallback)

    def _look(self, paths: Sequence[Path]) -> Look:
        if not paths:
            return look(self._inbox)
        sightings: list[Sighting] = []
        ignored = 0
        for path in paths:
            inside = path.is_relative_to(self._inbox)
            if path.is_dir() and not path.is_symlink():
                below = look(path)
                ignored += below.ignored
                sightings += [
                    look_at(each.path, self._inbox) if inside else each
                    for each in below.sightings
                    if os.path.lexists(each.path)
                ]
            elif os.path.lexists(path):
                sightings.append(look_at(path, self._inbox if inside else path.parent))
        return Look(sightings=tuple(sightings), ignored=ignored)

    def _open_arrivals(self) -> dict[str, Arrival]:
        """Arrivals whose file may still change: waiting, broken or no regular file; by path."""
        view = self._ledger.view
        found = {arrival.path: arrival for arrival in view.arrivals("quarantined") if _still_open(arrival)}
        found.update({arrival.path: arrival for arrival in view.arrivals("waiting")})
        return found

    # --- one file --------------------------------------------------------------------------------
    def _meet(
        self,
        watched: Watched,
        open_arrival: Arrival | None,
        *,
        patient: bool,
        progress: Callable[[str], None],
    ) -> ArrivalId | None:
        """Take one file if it is ready; None when it must wait."""
        sighting = watched.sighting
        if not sighting.regular:
            return self._refuse(sighting, open_arrival)
        if open_arrival is not None and open_arrival.seen_as == sighting.identity:
            return open_arrival.id  # the same broken file as before
        try:
            with opened(sighting) as descriptor:
                ready = readiness(
                    watched,
                    self._settings,
                    now=self._monotonic(),
                    writer=being_written(descriptor),
                    patient=patient,
                )
                if ready is Readiness.GROWING or (watched.found_broken and ready is Readiness.READY):
                    return None
                progress(sighting.name)
                taken = self._take(sighting, _readable(descriptor, sighting), open_arrival, ready)
        except MovedAwayError as gone:
            self._troubles[sighting.name] = "没有权限读取该文件。" if gone.forbidden else STILL_WRITING
            return None
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise NoRoomError(
                    _("档案所在的磁盘写不进去：{why}").format(why=error.strerror),
                    where=sighting.name,
                    remedy=_("文件仍在收件夹。请腾出空间或恢复写权限，再运行 evidence ingest。"),
                ) from error
            self._troubles[sighting.name] = f"文件暂时读不出（{error.strerror or error}），稍后自动再试。"
            return None
        if taken is None:
            key = str(sighting.path)
            if key in self._memory:
                self._memory[key] = replace(watched, found_broken=True)
        return taken

    def _take(
        self, sighting: Sighting, path: Path, open_arrival: Arrival | None, ready: Readiness
    ) -> ArrivalId | None:
        kind = identify_media(path, sighting.name)
        detail = _lacking(path, sighting, kind)
        if detail and ready is not Readiness.GIVE_UP:
            return None
        stored = self._originals.put_file(path)
        if not same_file(sighting) or stored.bytes != sighting.size:
            return None  # it changed while it was copied; the copy is no arrival
        known = self._known(sighting, stored)
        if known is not None:
            return self._finish(sighting, known)
        view = self._ledger.view
        earlier = _first(view, stored, sighting)
        if earlier is not None and earlier.outcome != "quarantined":
            return self._duplicate(sighting, stored, kind, open_arrival)
        arrival = earlier or open_arrival
        material = Material(
            arrival=arrival.id if arrival is not None else ArrivalId(""),
            path=self._originals.path(stored.sha256),
            name=sighting.name,
            sha256=stored.sha256,
            bytes=stored.bytes,
            media=kind,
            beside=sighting.path.parent,
        )
        if detail:
            understood = Understanding(
                judged=quarantined(material.arrival, "incomplete", detail), broken=True
            )
            if kind.family is media.Family.FOOTAGE:
                played = self._understander.understand(material, view, self._clock())
                recordings = played.judged.recordings
                understood = replace(understood, judged=replace(understood.judged, recordings=recordings))
        else:
            understood = self._understander.understand(material, view, self._clock())
        if understood.broken and ready is not Readiness.GIVE_UP:
            return None
        return self._settle(sighting, stored, kind, arrival, understood)

    def _settle(
        self,
        sighting: Sighting,
        stored: Stored,
        kind: Media,
        arrival: Arrival | None,
        understood: Understanding,
    ) -> ArrivalId:
        """Journal what became of a file; what another process did meanwhile counts first."""

        def decide(view: View) -> Sequence[Event]:
            if any(each.seen_as == sighting.identity for each in view.arrivals_of(stored.sha256)):
                return ()
            earlier = _first(view, stored, sighting)
            if arrival is None and earlier is not None and earlier.outcome != "quarantined":
                return self._duplicate_events(sighting, stored, kind, next_arrival(view, now), earlier)
            chosen = arrival.id if arrival is not None else next_arrival(view, now)
            return (
                self._taken(sighting, stored, kind, chosen, now),
                assigned_to(understood.judged, chosen),
                *understood.further,
            )

        now = self._clock()
        events = self._ledger.transact(ACTOR, decide)
        taken = next((event for event in events if isinstance(event, ArrivalTaken)), None)
        if taken is None:
            known = self._known(sighting, stored)
            assert known is not None  # noqa: S101 - that is why nothing was journalled
            return self._finish(sighting, known)
        self.lay_out(taken.arrival)
        return self._finish(sighting, taken.arrival)

    def _duplicate(
        self, sighting: Sighting, stored: Stored, kind: Media, open_arrival: Arrival | None
    ) -> ArrivalId:
        def decide(view: View) -> Sequence[Event]:
            if any(each.seen_as == sighting.identity for each in view.arrivals_of(stored.sha256)):
                return ()
            earlier = _first(view, stored, sighting)
            assert earlier is not None  # noqa: S101 - arrivals never disappear
            chosen = open_arrival.id if open_arrival is not None else next_arrival(view, now)
            return self._duplicate_events(sighting, stored, kind, chosen, earlier)

        now = self._clock()
        events = self._ledger.transact(ACTOR, decide)
        taken = next((event.arrival for event in events if isinstance(event, ArrivalTaken)), None)
        known = taken or self._known(sighting, stored)
        assert known is not None  # noqa: S101 - just journalled, by us or by another process
        return self._finish(sighting, known)

    def _duplicate_events(
        self, sighting: Sighting, stored: Stored, kind: Media, id: ArrivalId, earlier: Arrival
    ) -> tuple[Event, ...]:
        first = earlier.duplicate_of or earlier.id
        taken = self._taken(sighting, stored, kind, id, self._clock())
        message = f"与 {first}（{earlier.path}）内容完全相同，不重复处理。"
        return (
            replace(taken, duplicate_of=first),
            ArrivalJudged(arrival=id, outcome="duplicate", message=message),
        )

    def _taken(
        self, sighting: Sighting, stored: Stored, kind: Media, id: ArrivalId, now: datetime
    ) -> ArrivalTaken:
        return ArrivalTaken(
            arrival=id,
            path=sighting.name,
            sha256=stored.sha256,
            bytes=stored.bytes,
            received_at=now,
            media_type=kind.type,
            seen_as=sighting.identity,
        )

    def _known(self, sighting: Sighting, stored: Stored) -> ArrivalId | None:
        """The arrival that took this very file before its removal was interrupted."""
        for arrival in self._ledger.view.arrivals_of(stored.sha256):
            if arrival.seen_as == sighting.identity:
                return arrival.id
        return None

    def _finish(self, sighting: Sighting, id: ArrivalId) -> ArrivalId:
        """The last step of a journalled file: it leaves the inbox, unless its rest may still come."""
        arrival = self._ledger.view.arrival(id)
        if arrival is None or arrival.reason != "incomplete":
            self._remove(sighting)
        return id

    def _remove(self, sighting: Sighting) -> None:
        """Take a safely archived file out of the inbox; files elsewhere are never touched."""
        if sighting.path.is_relative_to(self._inbox) and same_file(sighting):
            with suppress(OSError):  # a read-only inbox: the file is known by its identity and stays
                sighting.path.unlink()
            self._memory.pop(str(sighting.path), None)

    # --- files that are not taken ----------------------------------------------------------------
    def _refuse(self, sighting: Sighting, open_arrival: Arrival | None) -> ArrivalId:
        """A link, pipe or device: journalled, never opened."""
        if open_arrival is not None and open_arrival.reason == "not_regular_file":
            return open_arrival.id

        def decide(view: View) -> Sequence[Event]:
            chosen = open_arrival.id if open_arrival is not None else next_arrival(view, self._clock())
            return (
                ArrivalWaiting(arrival=chosen, path=sighting.name, why=words.REASONS["not_regular_file"]),
                quarantined(chosen, "not_regular_file"),
            )

        return self._journalled(decide)

    def _announce(self, sighting: Sighting, open_arrival: Arrival | None) -> ArrivalId:
        """Journal a file that is still being written, or waits for its rest."""
        if open_arrival is not None:
            return open_arrival.id
        why = self._troubles.get(sighting.name, STILL_WRITING)
        return self._journalled(
            lambda view: (
                ArrivalWaiting(arrival=next_arrival(view, self._clock()), path=sighting.name, why=why),
            )
        )

    def _withdraw(self, open_arrivals: Iterable[Arrival], seen: Look) -> None:
        """Close arrivals whose file left the inbox before it was whole."""
        there = {sighting.name for sighting in seen.sightings}
        for arrival in open_arrivals:
            current = self._ledger.view.arrival(arrival.id)
            if arrival.path in there or current is None or not _still_open(current):
                continue
            why = "文件在接收之前已从收件夹移走。"
            events: list[Event] = [
                PersonDecided(arrival=arrival.id, decision=WITHDRAWN, by=ACTOR, why=why, detail={})
            ]
            if arrival.outcome == "waiting":
                message = f"{why}没有收到内容；需要时请重新放入。"
                events.append(
                    ArrivalJudged(
                        arrival=arrival.id, outcome="quarantined", reason="incomplete", message=message
                    )
                )
            self._ledger.append(ACTOR, *events)
            self.lay_out(arrival.id)

    def _journalled(self, decide: Callable[[View], Sequence[Event]]) -> ArrivalId:
        events = self._ledger.transact(ACTOR, decide)
        first = events[0]
        assert isinstance(first, ArrivalWaiting)  # noqa: S101 - both callers begin with it
        self.lay_out(first.arrival)
        return first.arrival

    # --- afterwards ------------------------------------------------------------------------------
    def judge_again(self, arrival: Arrival) -> ArrivalId:
        """Read the archived bytes once more and journal the new outcome."""
        assert arrival.sha256 is not None  # noqa: S101 - callers ask only for archived bytes
        path = self._originals.path(arrival.sha256)
        material = Material(
            arrival=arrival.id,
            path=path,
            name=arrival.path,
            sha256=arrival.sha256,
            bytes=arrival.bytes or 0,
            media=identify_media(path, arrival.path),
        )
        detail = missing_end(path, material.media.type)
        understood = self._understander.understand(material, self._ledger.view, self._clock())
        judged = understood.judged
        if detail and judged.reason in {"malformed", ""} and judged.outcome != "linked":
            judged = replace(quarantined(arrival.id, "incomplete", detail), recordings=judged.recordings)
        self._ledger.append(ACTOR, judged, *understood.further)
        self.lay_out(arrival.id)
        return arrival.id

    def lay_out(self, id: ArrivalId) -> None:
        """Bring an arrival's place in the quarantine folder in line with its outcome."""
        arrival = self._ledger.view.arrival(id)
        if arrival is None:
            return
        if arrival.outcome == "quarantined":
            self._quarantine.put(arrival)
        else:
            self._quarantine.clear(arrival)


def assigned_to(judged: ArrivalJudged, id: ArrivalId) -> ArrivalJudged:
    """The judgement under the id the ledger gave out at last."""
    return replace(
        judged,
        arrival=id,
        pages=tuple(replace(page, arrival=id) for page in judged.pages),
        recordings=tuple(replace(recording, arrival=id) for recording in judged.recordings),
        rescan_of=None if judged.rescan_of == id else judged.rescan_of,
    )


def _still_open(arrival: Arrival) -> bool:
    withdrawn = any(decision.decision == WITHDRAWN for decision in arrival.decisions)
    if arrival.outcome == "waiting":
        return True
    return arrival.outcome == "quarantined" and arrival.reason in _OPEN_REASONS and not withdrawn


def _first(view: View, stored: Stored, sighting: Sighting) -> Arrival | None:
    """The arrival whose bytes these are; empty files have no content to be the same."""
    return view.arrival_of(stored.sha256) if sighting.size else None


def _lacking(path: Path, sighting: Sighting, kind: Media) -> str:
    """Why the file cannot be whole; empty when nothing speaks against it."""
    if sighting.size and kind.type == media.UNKNOWN and only_zeros(path):
        return "文件内容还没有写入"
    return "" if kind.mismatch else missing_end(path, kind.type)


def _readable(descriptor: int, sighting: Sighting) -> Path:
    """A path to exactly the opened file, immune to a link swapped in later, where the system has one."""
    through = Path(f"/proc/self/fd/{descriptor}")
    return through if through.exists() else sighting.path
