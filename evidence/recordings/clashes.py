"""Files of one serial that run at the same time: those taken before are doubted as well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from evidence.domain.identifiers import ArrivalId
from evidence.domain.recording import Recording
from evidence.ledger.events import Event
from evidence.ledger.view import View
from evidence.recordings.assign import SHARED_SERIAL, clashes


def clashing(recording: Recording, known: Iterable[Recording], *, prerecord_s: int) -> tuple[Recording, ...]:
    """Known files of the same serial that run at the same time as a new one.

    Args:
        recording: the new one.
        known: all others.
        prerecord_s: overlap that a recorder's buffer explains, in seconds.
    """
    buffer = timedelta(seconds=prerecord_s)
    return tuple(
        each
        for each in known
        if each.sha256 != recording.sha256
        and each.device == recording.device
        and each.sha256 in clashes((recording, each), buffer)
    )


def flagged(
    recording: Recording, known: Iterable[Recording], view: View, *, prerecord_s: int
) -> tuple[Event, ...]:
    """What must now be doubted of files that were journalled before; where they belong stays a person's
    question.

    Args:
        recording: the file that has just come.
        known: those journalled before.
        view: the ledger.
        prerecord_s: as in `clashing`.
    """
    events: list[Event] = []
    doubt = SHARED_SERIAL.format(device=recording.device)
    for other in clashing(recording, known, prerecord_s=prerecord_s):
        arrival = view.arrival(ArrivalId(other.arrival))
        if arrival is None or arrival.judged is None or doubt in other.doubts:
            continue
        doubted = tuple(
            replace(each, doubts=(*each.doubts, doubt)) if each.sha256 == other.sha256 else each
            for each in arrival.judged.recordings
        )
        message = arrival.judged.message
        if doubt not in message:
            message += doubt
        events.append(replace(arrival.judged, recordings=doubted, message=message))
    return tuple(events)
