"""What intake writes into the journal, each time decided on the fresh view while the ledger is locked.

Several processes may look at one inbox: whoever journals a file first has taken it, and the others find
it there when their turn comes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from evidence.archive.originals import Stored
from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.filetypes.media import Media
from evidence.inbox.identify import quarantined
from evidence.inbox.inbox_listing import Sighting
from evidence.inbox.members import all_linked, judgement
from evidence.inbox.numbering import next_arrival
from evidence.inbox.understand import Understanding
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, ArrivalWaiting, PersonDecided
from evidence.ledger.events import Event
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import Arrival, View

ACTOR = "inbox"
WITHDRAWN = "withdrawn"
"""Decision recorded when a file that was never taken, or a broken one, left the inbox by itself."""
_OPEN_REASONS = frozenset({Reason.INCOMPLETE, Reason.NOT_REGULAR_FILE, Reason.NOT_READABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file whose bytes are safe in the originals."""

    sighting: Sighting
    stored: Stored
    media: Media


def still_open(arrival: Arrival) -> bool:
    """Whether its file in the inbox may still change its outcome: waiting, broken, or no regular file."""
    if arrival.outcome == ArrivalOutcome.WAITING:
        return True
    withdrawn = any(decision.decision == WITHDRAWN for decision in arrival.decisions)
    if arrival.within is not None:
        return False  # it never lay in the inbox by itself
    lies_there = arrival.reason in _OPEN_REASONS or (
        arrival.reason == Reason.TOO_LARGE and arrival.sha256 is None
    )
    return arrival.outcome == ArrivalOutcome.QUARANTINED and lies_there and not withdrawn


def first_of(view: View, file: StoredFile) -> Arrival | None:
    """The arrival whose bytes these are now; empty files have no content to be the same."""
    return first_with(view, file.stored.sha256) if file.sighting.size else None


def first_with(view: View, sha256: Sha256) -> Arrival | None:
    """The first arrival that still has these bytes: those that its rest has replaced are no longer it."""
    return next((each for each in view.arrivals_of(sha256) if each.sha256 == sha256), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Journals arrivals."""

    ledger: Ledger
    clock: Callable[[], datetime]

    def known(self, file: StoredFile) -> Arrival | None:
        """The arrival that already took this very file: its removal was interrupted, or failed.

        What another process has just written may be seen before it is on disk; the caller removes the
        file on the strength of it, so it is waited for.
        """
        found = _same_file(self.ledger.view, file)
        if found is not None:
            self.ledger.transact(ACTOR, lambda _view: ())
        return found

    def take(self, file: StoredFile, arrival: Arrival | None, understood: Understanding | None) -> Arrival:
        """Journal a file with its outcome.

        Args:
            file: whose bytes are safe.
            arrival: the arrival it continues or retries; None for a new one.
            understood: what became of it; None when somebody else will read it.
        """
        now = self.clock()

        def decide(view: View) -> Sequence[Event]:
            if _same_file(view, file) is not None:
                return ()
            earlier = first_of(view, file)
            if arrival is None and earlier is not None and earlier.outcome != ArrivalOutcome.QUARANTINED:
                return _duplicate(file, next_arrival(view, now), earlier, now)
            chosen = arrival.id if arrival is not None else next_arrival(view, now)
            taken = _taken(file, chosen, now)
            if understood is None:
                return (taken,)
            return (taken, *judgement(view, chosen, understood, now, new=arrival is None))

        return self._booked(file, decide)

    def duplicate(self, file: StoredFile, open_arrival: Arrival | None) -> Arrival:
        """Journal the same bytes again.

        Args:
            file: whose bytes are safe.
            open_arrival: the arrival under which it was waiting; None for a new one.
        """
        now = self.clock()

        def decide(view: View) -> Sequence[Event]:
            if _same_file(view, file) is not None:
                return ()
            earlier = first_of(view, file)
            assert earlier is not None  # noqa: S101 - arrivals never disappear
            chosen = open_arrival.id if open_arrival is not None else next_arrival(view, now)
            return _duplicate(file, chosen, earlier, now)

        return self._booked(file, decide)

    def refuse(
        self, sighting: Sighting, open_arrival: Arrival | None, reason: str, detail: str = ""
    ) -> ArrivalId:
        """Journal what is not taken into the archive, and why; it has a name and no bytes of ours."""

        def decide(view: View) -> Sequence[Event]:
            chosen = self._continued(view, sighting, open_arrival)
            judged = quarantined(chosen, reason, detail)
            return (_waiting(sighting, chosen, judged.message, seen_as=sighting.identity), judged)

        return self._waiting(decide)

    def announce(self, sighting: Sighting, why: str) -> ArrivalId:
        """Journal a file that is still being written, or waits for its rest."""
        return self._waiting(lambda view: (_waiting(sighting, self._continued(view, sighting, None), why),))

    def withdraw(self, arrival: Arrival) -> None:
        """Close an arrival whose file left the inbox before it was whole."""
        why = "文件在接收之前已从收件夹移走。"

        def decide(view: View) -> Sequence[Event]:
            current = view.arrival(arrival.id)
            if current is None or current != arrival:
                return ()  # another process took it meanwhile
            decision = PersonDecided(arrival=arrival.id, decision=WITHDRAWN, by=ACTOR, why=why, detail={})
            if arrival.outcome != ArrivalOutcome.WAITING:
                return (decision,)
            message = f"{why}没有收到内容；需要时请重新放入。"
            judged = ArrivalJudged(
                arrival=arrival.id,
                outcome=ArrivalOutcome.QUARANTINED,
                reason=Reason.INCOMPLETE,
                message=message,
            )
            return (decision, judged)

        self.ledger.transact(ACTOR, decide)

    def judge(self, arrival: Arrival, understood: Understanding) -> None:
        """Journal a new outcome of archived bytes, unless another process judged them meanwhile."""

        def decide(view: View) -> Sequence[Event]:
            current = view.arrival(arrival.id)
            if current is None or (current.sha256, current.judged) != (arrival.sha256, arrival.judged):
                return ()
            return judgement(view, arrival.id, understood, self.clock())

        self.ledger.transact(ACTOR, decide)

    def settle_container(self, container: ArrivalId) -> None:
        """An archive or message whose members have all been linked meanwhile is linked itself."""

        def decide(view: View) -> Sequence[Event]:
            current = view.arrival(container)
            if current is None or current.judged is None or current.outcome != ArrivalOutcome.UNIDENTIFIED:
                return ()
            judged = current.judged
            if judged.pages or judged.unlinked or not all_linked(view, judged.members):
                return ()
            message = f"{judged.message}其中各件均已归入。"
            return (replace(judged, outcome=ArrivalOutcome.LINKED, message=message),)

        self.ledger.transact(ACTOR, decide)

    def _continued(self, view: View, sighting: Sighting, open_arrival: Arrival | None) -> ArrivalId:
        if open_arrival is not None:
            return open_arrival.id
        for arrival in view.arrivals(ArrivalOutcome.WAITING):
            if (arrival.path_bytes or arrival.path) == sighting.entry:
                return arrival.id
        return next_arrival(view, self.clock())

    def _booked(self, file: StoredFile, decide: Callable[[View], Sequence[Event]]) -> Arrival:
        events = self.ledger.transact(ACTOR, decide)
        view = self.ledger.view
        taken = next((event.arrival for event in events if isinstance(event, ArrivalTaken)), None)
        arrival = _same_file(view, file) if taken is None else view.arrival(taken)
        assert arrival is not None  # noqa: S101 - just journalled, by us or by another process
        return arrival

    def _waiting(self, decide: Callable[[View], Sequence[Event]]) -> ArrivalId:
        first = self.ledger.transact(ACTOR, decide)[0]
        assert isinstance(first, ArrivalWaiting)  # noqa: S101 - both callers begin with it
        return first.arrival


def _same_file(view: View, file: StoredFile) -> Arrival | None:
    for arrival in view.arrivals_of(file.stored.sha256):
        if arrival.seen_as == file.sighting.identity:
            return arrival
    return None


def _taken(file: StoredFile, id: ArrivalId, now: datetime) -> ArrivalTaken:
    return ArrivalTaken(
        arrival=id,
        path=file.sighting.name,
        sha256=file.stored.sha256,
        bytes=file.stored.bytes,
        received_at=now,
        media_type=file.media.type,
        seen_as=file.sighting.identity,
        path_bytes=file.sighting.name_bytes,
    )


def _waiting(sighting: Sighting, id: ArrivalId, why: str, seen_as: str = "") -> ArrivalWaiting:
    return ArrivalWaiting(
        arrival=id, path=sighting.name, why=why, path_bytes=sighting.name_bytes, seen_as=seen_as
    )


def _duplicate(file: StoredFile, id: ArrivalId, earlier: Arrival, now: datetime) -> tuple[Event, ...]:
    first = earlier.duplicate_of or earlier.id
    message = f"与 {first}（{earlier.path}）内容完全相同，不重复处理。"
    return (
        replace(_taken(file, id, now), duplicate_of=first),
        ArrivalJudged(arrival=id, outcome=ArrivalOutcome.DUPLICATE, message=message),
    )
