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

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.case import Visit
from evidence.domain.identifiers import ArrivalId
from evidence.errors import MissingPartError
from evidence.filetypes.examine import UNREAD
from evidence.inbox.archived import Archived
from evidence.inbox.booking import ACTOR, Booking, StoredFile, first_of, still_open
from evidence.inbox.deferred import FULL, DeferredRecognition
from evidence.inbox.folders import EmptiedFolders
from evidence.inbox.footage import reconsider
from evidence.inbox.inbox_listing import (
    MovedAwayError,
    Sighting,
    being_written,
    look,
    look_among,
    opened,
    readable_path,
    same_file,
)
from evidence.inbox.kinds import examined
from evidence.inbox.open_arrivals import OpenArrivals
from evidence.inbox.passes import NoRoomError, Pass, unread_for_now
from evidence.inbox.quarantine import Quarantine
from evidence.inbox.screening import Scan, is_infected
from evidence.inbox.settings import InboxSettings
from evidence.inbox.settle import Readiness, Watched, next_look, observe, readiness
from evidence.inbox.understand import Understander, over_limit
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import Arrival, Head

STILL_WRITING = "文件还在写入，写完后自动接收。"
UNREADABLE = "没有权限读取该文件。"


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
        deferred: DeferredRecognition | None = None,
        scanner: Scan | None = None,
    ) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._originals = originals
        self._quarantine = quarantine
        self.archived = Archived(
            ledger=ledger,
            originals=originals,
            understander=understander,
            clock=clock,
            scanner=scanner,
        )
        self._settings = settings
        self._clock = clock
        self._monotonic = monotonic
        self._wall = wall
        self._deferred = deferred
        self._booking = Booking(ledger=ledger, clock=clock)
        self._folders = EmptiedFolders(inbox, settle_s=settings.settle_s, keep=settings.keep_folders)
        self._memory: dict[str, Watched] = {}
        self._done: dict[str, ArrivalId] = {}
        self._reconsidered: Head | None = None
        self._troubles: dict[str, str] = {}

    # --- passes ----------------------------------------------------------------------------------
    def resume(self) -> None:
        """After a crash: judge what was taken and not judged, bring the quarantine folder in line."""
        for arrival in self._ledger.view.arrivals(ArrivalOutcome.TAKEN):
            if self._deferred is None:
                # a service that is still missing is asked again at the next start
                with suppress(MissingPartError):
                    self.judge_again(arrival)
            else:
                self._deferred.hand_on(arrival)
        self._quarantine.reconcile(self._ledger.view.arrivals(ArrivalOutcome.QUARANTINED))

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
            result.add(self.look_once(paths, patient=False, progress=progress, announce=0.0))
        if self._deferred is not None:
            self._deferred.settle()
            for arrival in result.arrivals:
                self.lay_out(arrival)
        self._note_members(result)
        if result.no_room is not None:
            result.no_room.result = result
            raise result.no_room
        return result

    def _note_members(self, result: Pass) -> None:
        """What was taken out of the archives and messages of this pass."""
        waiting = list(result.arrivals)
        while waiting:
            arrival = self._ledger.view.arrival(waiting.pop())
            for member in () if arrival is None or arrival.judged is None else arrival.judged.members:
                result.note(member)
                waiting.append(member)

    def look_once(
        self,
        paths: Sequence[Path] = (),
        *,
        patient: bool,
        progress: Callable[[str], None] = lambda _line: None,
        announce: float | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Pass:
        """Look, and take what is ready.

        Args:
            paths: files or folders; the whole inbox when empty.
            patient: wait for the rest of broken files, as a watcher does.
            progress: told about each file.
            announce: journal files as `waiting` once they have been growing for so many seconds; None
                leaves them unannounced.
            stop: asked between two files whether to leave the rest for another time.
        """
        self._troubles.clear()
        seen = look_among(paths, self._inbox) if paths else look(self._inbox)
        result = Pass(ignored=seen.ignored)
        now = self._monotonic()
        memory = observe(self._memory, seen.sightings, now=now, wall=self._wall())
        if paths:
            self._memory.update(memory)
        else:
            self._memory = memory
        opened_before = OpenArrivals(self._open_arrivals(), seen.sightings)
        for sighting in seen.sightings:
            if stop():
                return result
            watched = memory[str(sighting.path)]
            known = opened_before.of(sighting)
            try:
                arrival = self._meet(watched, known, patient=patient, progress=progress)
            except NoRoomError as error:
                result.no_room = error
                continue  # a smaller one may still find room
            if arrival is not None:
                result.note(arrival, sighting.name)
                continue
            result.growing += 1
            growing_for = self._monotonic() - watched.first_seen
            if known is not None:
                result.note(known.id, sighting.name)
            elif announce is not None and growing_for >= announce:
                why = self._troubles.get(sighting.name, STILL_WRITING)
                result.note(self._booking.announce(sighting, why), sighting.name)
        self._folders.remove(self._wall())
        if not paths:
            self._withdraw(opened_before)
        self._reconsider()
        return result

    def _reconsider(self) -> None:
        """Footage that waits finds its visit once more is known; only looked at when the ledger grew."""
        view = self._ledger.view
        if view.head == self._reconsidered:
            return
        visits: tuple[Visit, ...] | None = None
        for arrival in view.arrivals(ArrivalOutcome.UNIDENTIFIED):
            if arrival.judged is None:
                continue
            if arrival.judged.members:
                self._booking.settle_container(arrival.id)
            if not arrival.judged.recordings:
                continue
            visits = view.all_visits() if visits is None else visits
            events = reconsider(arrival, view, visits, self.archived.understander.recordings)
            if events:
                self._ledger.append(ACTOR, *events)
        self._reconsidered = self._ledger.view.head

    def _withdraw(self, open_arrivals: OpenArrivals) -> None:
        """Close arrivals whose file left the inbox before it was whole."""
        for arrival in open_arrivals.gone():
            current = self._ledger.view.arrival(arrival.id)
            if current is not None and current == arrival and still_open(current):
                self._booking.withdraw(current)
                self.lay_out(arrival.id)

    def next_look(self, fallback: float) -> float:
        """Seconds until something can become ready."""
        pending = {key: watched for key, watched in self._memory.items() if watched.sighting.regular}
        return next_look(pending, self._settings, now=self._monotonic(), fallback=fallback)

    def _open_arrivals(self) -> tuple[Arrival, ...]:
        """Arrivals whose file may still change: waiting, broken, refused or no regular file."""
        view = self._ledger.view
        return (
            *(arrival for arrival in view.arrivals(ArrivalOutcome.QUARANTINED) if still_open(arrival)),
            *view.arrivals(ArrivalOutcome.WAITING),
        )

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
        if sighting.identity in self._done:
            taken_before = self._ledger.view.arrival(self._done[sighting.identity])
            assert taken_before is not None  # noqa: S101 - arrivals never disappear
            return self._finish(sighting, taken_before)  # it could not be removed, or had to wait
        if self._met_before(sighting, open_arrival):
            assert open_arrival is not None  # noqa: S101 - else it was not met
            return open_arrival.id
        if self._deferred is not None and self._deferred.full():
            self._troubles[sighting.name] = FULL
            return None
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
                path = readable_path(descriptor, sighting)
                taken = self._take(sighting, path, open_arrival, ready, patient=patient)
        except MovedAwayError as gone:
            self._troubles[sighting.name] = UNREADABLE if gone.forbidden else STILL_WRITING
            return None
        except MissingPartError as missing:
            if isinstance(missing, NoRoomError):
                raise
            self._troubles[sighting.name] = f"{missing.what}文件留在收件夹，恢复后自动接收。"
            return None
        except OSError as error:
            self._troubles[sighting.name] = unread_for_now(sighting.name, error)
            return None
        if taken is None:
            key = str(sighting.path)
            if key in self._memory:
                self._memory[key] = replace(watched, found_broken=True)
        return taken

    def _refuse(self, sighting: Sighting, open_arrival: Arrival | None) -> ArrivalId:
        """No file, or a folder that could not be looked into: one row that stays until it changes."""
        reason = Reason.NOT_READABLE if sighting.trouble else Reason.NOT_REGULAR_FILE
        if open_arrival is not None and open_arrival.reason == reason:
            return open_arrival.id
        refused = self._booking.refuse(sighting, open_arrival, reason, sighting.trouble.rstrip("。"))
        self.lay_out(refused)
        return refused

    def _met_before(self, sighting: Sighting, open_arrival: Arrival | None) -> bool:
        """Whether nothing has changed since this very file was refused or found broken."""
        if open_arrival is None or open_arrival.seen_as != sighting.identity:
            return False
        return not (open_arrival.reason == Reason.TOO_LARGE and open_arrival.sha256 is None)

    def _take(
        self,
        sighting: Sighting,
        path: Path,
        open_arrival: Arrival | None,
        ready: Readiness,
        *,
        patient: bool,
    ) -> ArrivalId | None:
        scan = self.archived.scan(path)
        unread = not sighting.size or is_infected(scan)
        found = UNREAD if unread else examined(path, sighting.name)
        too_large = over_limit(found.media, sighting.size, self._settings)
        if too_large:
            if open_arrival is not None and (open_arrival.seen_as, open_arrival.reason) == (
                sighting.identity,
                Reason.TOO_LARGE,
            ):
                return open_arrival.id
            refused = self._booking.refuse(sighting, open_arrival, Reason.TOO_LARGE, too_large)
            self.lay_out(refused)
            return refused
        detail = found.end.missing
        # `incomplete` takes nothing away, so a single pass may say it even where writers are invisible
        if detail and found.end.decisive and patient and ready is not Readiness.GIVE_UP:
            return None
        file = StoredFile(sighting=sighting, stored=self._originals.put_file(path), media=found.media)
        if not same_file(sighting) or file.stored.bytes != sighting.size:
            return None  # it changed while it was copied; the copy is no arrival
        known = self._booking.known(file)
        if known is not None:
            return self._finish(sighting, known)
        earlier = first_of(self._ledger.view, file)
        if earlier is not None and earlier.outcome != ArrivalOutcome.QUARANTINED:
            return self._finish(sighting, self._booking.duplicate(file, open_arrival))
        arrival = earlier or open_arrival
        if self._deferred is not None and not detail and not is_infected(scan):
            taken = self._booking.take(file, arrival, None)
            self._deferred.hand_on(taken)
            return self._finish(sighting, taken)
        understood = self.archived.first(file, arrival, found.end, scan)
        if understood.broken and ready is not Readiness.GIVE_UP and (patient or not detail):
            return None
        return self._finish(sighting, self._booking.take(file, arrival, understood))

    def _finish(self, sighting: Sighting, arrival: Arrival) -> ArrivalId:
        """The last steps of a journalled file: it leaves the inbox, unless its rest may still come."""
        self.lay_out(arrival.id)
        self._done[sighting.identity] = arrival.id
        inside = sighting.path.is_relative_to(self._inbox)
        if inside and arrival.reason != Reason.INCOMPLETE and same_file(sighting):
            # a read-only inbox: the file is known by its identity and stays
            with suppress(OSError), self._folders.taking_from(sighting.path.parent):
                sighting.path.unlink()
                self._memory.pop(str(sighting.path), None)
                self._done.pop(sighting.identity, None)
        return arrival.id

    # --- afterwards ------------------------------------------------------------------------------
    def judge_again(self, arrival: Arrival, *, as_it_is: str = "") -> ArrivalId:
        """Read the archived bytes once more and journal the new outcome.

        Args:
            arrival: whose bytes.
            as_it_is: the person by whose word no more of the file will come; empty when nobody says so.
        """
        self._booking.judge(arrival, self.archived.again(arrival, as_it_is=as_it_is))
        self.lay_out(arrival.id)
        return arrival.id

    def lay_out(self, id: ArrivalId) -> None:
        """Bring an arrival's place in the quarantine folder in line with its outcome."""
        arrival = self._ledger.view.arrival(id)
        if arrival is None:
            return
        if arrival.outcome == ArrivalOutcome.QUARANTINED:
            self._quarantine.put(arrival)
        else:
            self._quarantine.clear(arrival)
