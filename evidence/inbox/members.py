"""Files within a file: each becomes an arrival of its own, journalled together with what held it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.identifiers import ArrivalId
from evidence.inbox.numbering import arrivals_from
from evidence.inbox.understand import Member, Understanding
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.events import Event
from evidence.ledger.view import View


def judgement(
    view: View, id: ArrivalId, understood: Understanding, now: datetime, *, new: bool = False
) -> tuple[Event, ...]:
    """What the journal says of an arrival, and of every member that is not there yet.

    Args:
        view: the ledger, while it is locked.
        id: of the arrival.
        understood: what became of it.
        now: instant of arrival of the members.
        new: the arrival itself is journalled in the same breath; its id is not in the view yet.
    """
    if not understood.members:
        return (under_id(understood.judged, id), *understood.further)
    ids = arrivals_from(id if new else None, view, now)
    events: list[Event] = []
    outcomes: list[bool] = []
    known = _already_taken(view, id)
    found = _journal(view, understood.members, id, ids, now, events, outcomes, known)
    judged = replace(under_id(understood.judged, id), members=tuple(found))
    return (_lowered(judged, outcomes), *understood.further, *events)


def _lowered(judged: ArrivalJudged, outcomes: Sequence[bool]) -> ArrivalJudged:
    """What has nothing of its own to be linked is linked when all its members are."""
    own = judged.pages or judged.edocument_of or judged.recordings
    if own or judged.outcome != ArrivalOutcome.LINKED or all(outcomes):
        return judged
    return replace(judged, outcome=ArrivalOutcome.UNIDENTIFIED)


def _journal(
    view: View,
    members: Sequence[Member],
    within: ArrivalId,
    ids: Iterator[ArrivalId],
    now: datetime,
    events: list[Event],
    outcomes: list[bool],
    known: dict[str, ArrivalId],
) -> list[ArrivalId]:
    found: list[ArrivalId] = []
    for member in members:
        if member.seen_as in known:  # a retry finds its members where they are
            found.append(known[member.seen_as])
            outcomes.append(all_linked(view, (known[member.seen_as],)))
            continue
        id = next(ids)
        found.append(id)
        taken = _taken(member, id, within, now)
        first = _first_before(view, member, events)
        if first is not None:
            message = f"与 {first} 内容完全相同，不重复处理。"
            events.append(replace(taken, duplicate_of=first))
            events.append(ArrivalJudged(arrival=id, outcome=ArrivalOutcome.DUPLICATE, message=message))
            outcomes.append(_linked(view, first, events))
            continue
        inner: list[bool] = []
        place = len(events)
        events.append(taken)
        below = _journal(view, member.understood.members, id, ids, now, events, inner, known)
        judged = replace(under_id(member.understood.judged, id), members=tuple(below))
        judged = _lowered(judged, inner)
        events[place + 1 : place + 1] = [judged, *member.understood.further]
        outcomes.append(judged.outcome == ArrivalOutcome.LINKED)
    return found


def _taken(member: Member, id: ArrivalId, within: ArrivalId, now: datetime) -> ArrivalTaken:
    return ArrivalTaken(
        arrival=id,
        path=member.name,
        sha256=member.stored.sha256,
        bytes=member.stored.bytes,
        received_at=now,
        media_type=member.media.type,
        seen_as=member.seen_as,
        path_bytes=member.name_bytes,
        within=within,
    )


def _first_before(view: View, member: Member, events: Iterable[Event]) -> ArrivalId | None:
    """The arrival that has the same bytes: in the ledger, or earlier in the same container."""
    for each in view.arrivals_of(member.stored.sha256):
        if each.sha256 == member.stored.sha256 and each.bytes:
            return each.duplicate_of or each.id
    for event in events:
        if isinstance(event, ArrivalTaken) and event.sha256 == member.stored.sha256 and event.bytes:
            return event.duplicate_of or event.arrival
    return None


def _linked(view: View, first: ArrivalId, events: Iterable[Event]) -> bool:
    for event in events:
        if isinstance(event, ArrivalJudged) and event.arrival == first:
            return event.outcome == ArrivalOutcome.LINKED
    return all_linked(view, (first,))


def _already_taken(view: View, container: ArrivalId) -> dict[str, ArrivalId]:
    """Members journalled before, by what they are within it."""
    arrival = view.arrival(container)
    ids = () if arrival is None or arrival.judged is None else arrival.judged.members
    return {member.seen_as: member.id for id in ids if (member := view.arrival(id)) is not None}


def all_linked(view: View, members: Iterable[ArrivalId]) -> bool:
    """Whether each of some arrivals is linked, or has the bytes of one that is."""
    for id in members:
        arrival = view.arrival(id)
        if arrival is not None and arrival.duplicate_of is not None:
            arrival = view.arrival(arrival.duplicate_of)
        if arrival is None or arrival.outcome != ArrivalOutcome.LINKED:
            return False
    return True


def under_id(judged: ArrivalJudged, id: ArrivalId) -> ArrivalJudged:
    """The judgement under the id the ledger gave out at last."""
    return replace(
        judged,
        arrival=id,
        pages=tuple(replace(page, arrival=id) for page in judged.pages),
        recordings=tuple(replace(recording, arrival=id) for recording in judged.recordings),
        rescan_of=None if judged.rescan_of == id else judged.rescan_of,
    )
