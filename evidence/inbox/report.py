"""Arrivals as other programs and people see them: the rows of `ingest --json` and the daily count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from evidence.domain.arrival_outcome import FOR_A_PERSON, OUTCOMES, ArrivalOutcome, as_told
from evidence.domain.document import ScannedPage
from evidence.domain.identifiers import Number, number_case
from evidence.domain.recording import Recording
from evidence.ledger.arrival_events import UnlinkedPage
from evidence.ledger.view import Arrival, View


def summary(arrivals: Iterable[Arrival], ignored: int = 0) -> dict[str, int]:
    """`received = linked + unidentified + quarantined + duplicate + waiting`, always.

    Bytes that are safe but were not yet judged (a crash in between) wait, too.
    """
    return counted(Counter(arrival.outcome for arrival in arrivals), ignored)


def counted(outcomes: Mapping[str, int], ignored: int = 0) -> dict[str, int]:
    """The same from the number of arrivals of each outcome."""
    waiting = outcomes.get(ArrivalOutcome.WAITING, 0) + outcomes.get(ArrivalOutcome.TAKEN, 0)
    return {
        "received": sum(outcomes.values()),
        **{
            outcome: waiting if outcome == ArrivalOutcome.WAITING else outcomes.get(outcome, 0)
            for outcome in OUTCOMES
        },
        "ignored": ignored,
    }


def waits_for_a_person(arrival: Arrival) -> bool:
    """Whether somebody must still decide: what a person has rejected asks nobody again."""
    if arrival.outcome not in FOR_A_PERSON:
        return False
    return not arrival.decisions or arrival.decisions[-1].decision != "reject"


def arrival_row(arrival: Arrival, view: View) -> dict[str, Any]:
    """One arrival as the interface describes it."""
    judged = arrival.judged
    recordings = [] if judged is None else [_current(each, view) for each in judged.recordings]
    footage = [each for each in recordings if not each.described]
    row: dict[str, Any] = {
        "arrival": arrival.id,
        "path": arrival.path,
        "sha256": arrival.sha256,
        "bytes": arrival.bytes,
        "received_at": instant(arrival.received_at),
        "outcome": as_told(arrival.outcome),
        "reason": arrival.reason or None,
        "message": arrival.message,
        "duplicate_of": arrival.duplicate_of,
        "documents": [] if judged is None else _documents(arrival, view),
        "recording": recording_row(footage[0]) if footage else None,
    }
    if arrival.within is not None:
        row["within"] = arrival.within
    if judged is not None and judged.members:
        row["members"] = list(judged.members)
    if arrival.path_bytes:
        row["path_bytes"] = arrival.path_bytes
    if judged is not None and judged.rescan_of:
        row["rescan_of"] = judged.rescan_of
    described = [each for each in recordings if each.described]
    if described:
        row["recordings"] = [recording_row(each) for each in described]
    return row


def instant(at: datetime) -> str:
    """`2022-03-28T01:05:00Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _current(recording: Recording, view: View) -> Recording:
    return view.recording(recording.sha256) or recording


def _documents(arrival: Arrival, view: View) -> list[dict[str, Any]]:
    """Documents and the pages that wait beside them; a file in quarantine for all it holds has none."""
    judged = arrival.judged
    assert judged is not None  # noqa: S101 - asked by the only caller
    numbers = list(dict.fromkeys(page.number for page in judged.pages))
    rows = [_document_row(number, arrival, view) for number in numbers]
    if judged.edocument_of:
        rows.append(_edocument_row(judged.edocument_of, view))
    if rows or arrival.outcome != ArrivalOutcome.QUARANTINED:
        rows += [_unlinked_row(page) for page in judged.unlinked]
    return rows


def _document_row(number: Number, arrival: Arrival, view: View) -> dict[str, Any]:
    document = view.document(number)
    judged = arrival.judged
    assert judged is not None  # noqa: S101
    pages: tuple[ScannedPage, ...] = tuple(page for page in judged.pages if page.number == number)
    if document is not None:
        # with people's decisions about marks and print
        copies = (*document.scans, *document.other_copies)
        held = {(page.arrival, page.index, page.page): page for page in copies}
        pages = tuple(held.get((arrival.id, page.index, page.page), page) for page in pages)
    return {
        "number": number,
        "form": "" if document is None else document.form.form,
        "case": number_case(number) if document is None else document.form.case,
        "outcome": ArrivalOutcome.LINKED,
        "pages": [page.page for page in pages],
        "damaged_pages": [page.page for page in pages if page.damaged],
        "missing_pages": [] if document is None else list(document.missing_pages),
        "marks": [
            {
                "page": mark.page,
                "box": mark.box,
                "kind": mark.kind.value,
                "role": mark.role,
                "required": mark.required,
                "verdict": mark.verdict.value,
                "score": mark.score / 1000,
                "decided_by": mark.decided_by or None,
                "why": mark.why,
            }
            for page in pages
            for mark in page.marks
        ],
        "alterations": [
            {"page": alteration.page, "region": list(alteration.region), "kind": alteration.kind}
            for page in pages
            for alteration in page.alterations
        ],
        "alterations_undecided": [
            {"page": page.page, "kinds": list(page.unchecked)}
            for page in pages
            if page.unchecked and not page.accepted_by
        ],
        "notes": [note for page in pages for note in page.notes],
        "suggestions": [],
    }


def _edocument_row(number: Number, view: View) -> dict[str, Any]:
    document = view.document(number)
    return {
        "number": number,
        "form": "" if document is None else document.form.form,
        "case": number_case(number) if document is None else document.form.case,
        "outcome": ArrivalOutcome.LINKED,
        "electronic": True,
        "pages": [],
        "missing_pages": [] if document is None else list(document.missing_pages),
        "marks": [],
        "alterations": [],
        "suggestions": [],
    }


def _unlinked_row(page: UnlinkedPage) -> dict[str, Any]:
    """A page image that waits for a person; `index` counts from 0 within the file."""
    return {
        "number": None,
        "form": None,
        "case": None,
        "outcome": ArrivalOutcome.UNIDENTIFIED,
        "reason": page.reason,
        "message": page.message or None,
        "index": page.index,
        "pages": [],
        "missing_pages": [],
        "marks": [],
        "alterations": [],
        "suggestions": [
            {
                "number": suggestion.number,
                "page": suggestion.page,
                "score": suggestion.score / 1000,
                "why": suggestion.why,
            }
            for suggestion in page.suggestions
        ],
    }


def recording_row(recording: Recording) -> dict[str, Any]:
    """What is known of one recorder file."""
    return {
        "device": recording.device,
        "officer": recording.officer,
        "started_at": None if recording.started_at is None else instant(recording.started_at),
        "duration_s": None if recording.duration_ms is None else recording.duration_ms / 1000,
        "video": recording.video,
        "audio": recording.audio,
        "truncated": recording.truncated,
        "width": recording.width,
        "height": recording.height,
        "codec": recording.codec,
        "important": recording.important,
        "visit": recording.visit,
        "assigned_by": recording.assigned_by or None,
        "suggestions": list(recording.suggestions),
        "doubts": list(recording.remarks),
        "name": recording.name,
    }
