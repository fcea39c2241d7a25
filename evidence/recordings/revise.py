"""Judge footage again with what is known now.

A station's list, a clock measurement, a device's registration or the visit itself may be entered
after the file came in. What a person decided is never changed here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePath

from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.case import Visit
from evidence.domain.identifiers import ArrivalId, CaseId, VisitId
from evidence.domain.recording import BY_RULE, Recording
from evidence.domain.week import Week, local_date
from evidence.ledger.arrival_events import RecordingAssigned
from evidence.ledger.events import Event
from evidence.ledger.view import View
from evidence.recordings.assign import (
    UNKNOWN_END,
    Assignment,
    assign,
    without_assignment_doubts,
)
from evidence.recordings.clock import OFFSET_REGISTER, corrected
from evidence.recordings.exports import enriched
from evidence.recordings.settings import RecordingsSettings

_NEAR = timedelta(days=1)
"""Wider than any wrong zone: what lies farther from a visit has nothing to do with it."""


def revise(view: View, settings: RecordingsSettings) -> tuple[Event, ...]:
    """Events that bring the ledger's word about all footage up to date; none when nothing changed."""
    everything = view.recordings()
    files = [each for each in everything if not each.described]
    return _revised(view, settings, files, everything, view.all_visits())


def claimed_by(view: View, visit: Visit, settings: RecordingsSettings) -> tuple[Event, ...]:
    """The same for footage that a visit just entered or corrected may claim, or claim no longer.

    Journalled together with the visit, a rival claim on a film that already has a visit is a question
    for a person from that moment on.

    Args:
        view: the ledger without that visit.
        visit: as it is being entered.
        settings: of the recorders.
    """
    start, end = visit.arrived_at - _NEAR, (visit.left_at or visit.arrived_at + UNKNOWN_END) + _NEAR
    everything = view.recordings()
    files = [
        each
        for each in everything
        if not each.described
        and (each.visit == visit.id or (each.started_at is not None and start < each.started_at < end))
    ]
    if not files:
        return ()
    days = [local_date(each.started_at) for each in files if each.started_at is not None]
    around = {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)}
    cases = {case for week in {Week.of(day) for day in around} for case in view.cases_touched(week)}
    known = [each for case in sorted(cases | {visit.case}) for each in view.visits(case)]
    return _revised(view, settings, files, everything, [*known, visit])


def _revised(
    view: View,
    settings: RecordingsSettings,
    files: Sequence[Recording],
    everything: Sequence[Recording],
    visits: Sequence[Visit],
) -> tuple[Event, ...]:
    lists = _by_stem(each for each in everything if each.described)
    offsets = view.entries(OFFSET_REGISTER)
    better = [
        without_assignment_doubts(
            corrected(
                enriched(each, lists.get(PurePath(each.name.casefold()).stem, ())),
                offsets,
                daily_s=settings.drift_daily_s,
            )
        )
        for each in files
    ]
    chosen = {each.sha256 for each in files}
    decisions = assign(
        better,
        visits,
        view.devices(),
        view.people(),
        others=[each for each in everything if not each.described and each.sha256 not in chosen],
        margin_s=settings.margin_s,
        prerecord_s=settings.prerecord_s,
    )
    events: list[Event] = []
    for old, new, decision in zip(files, better, decisions, strict=True):
        if old.visit and old.assigned_by != BY_RULE:
            decision = replace(decision, visit=old.visit, suggestions=(), doubts=())
        events += _events(view, old, _with(new, decision), decision)
    return tuple(events)


def _by_stem(described: Iterable[Recording]) -> dict[str, list[Recording]]:
    found: dict[str, list[Recording]] = defaultdict(list)
    for each in described:
        found[PurePath(each.name.casefold()).stem].append(each)
    return found


def _with(recording: Recording, decision: Assignment) -> Recording:
    return replace(
        recording,
        person=decision.person or recording.person,
        suggestions=decision.suggestions,
        doubts=tuple(dict.fromkeys((*recording.doubts, *decision.doubts))),
    )


def _events(view: View, old: Recording, new: Recording, decision: Assignment) -> list[Event]:
    arrival = view.arrival(ArrivalId(old.arrival))
    judged = arrival.judged if arrival else None
    events: list[Event] = []
    visit = decision.visit or VisitId("")
    linked = bool(visit) and not new.truncated
    if judged is not None and judged.outcome in {ArrivalOutcome.LINKED, ArrivalOutcome.UNIDENTIFIED}:
        outcome = ArrivalOutcome.LINKED if linked else ArrivalOutcome.UNIDENTIFIED
        if new != old or outcome != judged.outcome:
            plain = replace(new, visit=None, assigned_by="")
            events.append(
                replace(
                    judged,
                    outcome=outcome,
                    message=_message(new, decision),
                    recordings=tuple(
                        plain if each.sha256 == old.sha256 else each for each in judged.recordings
                    ),
                    case=CaseId(visit.rpartition("-V")[0]) if visit else judged.case,
                )
            )
    if visit != (old.visit or "") and old.assigned_by in {"", BY_RULE}:
        events.append(RecordingAssigned(sha256=old.sha256, visit=visit, by=BY_RULE, why=decision.why))
    return events


def _message(recording: Recording, decision: Assignment) -> str:
    where = f"录像 {recording.name} 已归入 {decision.visit}。" if decision.visit else decision.why
    return "".join(dict.fromkeys((where, *recording.doubts)))
