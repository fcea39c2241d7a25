"""Recorder files, station lists and card files: from bytes to events about recordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePath

from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.case import Visit
from evidence.domain.identifiers import ArrivalId, Number, Sha256, VisitId, number_case
from evidence.domain.recording import BY_RULE, Recording, TimeClaim
from evidence.domain.week import SHANGHAI
from evidence.errors import UnreadableError
from evidence.inbox.burnt_clock import suggestion, with_burnt_clock
from evidence.inbox.identify import quarantined
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from evidence.ledger.arrival_events import ArrivalJudged, RecordingAssigned
from evidence.ledger.events import Event
from evidence.ledger.view import Arrival, View
from evidence.recordings.assign import (
    Assignment,
    assign,
    without_assignment_doubts,
)
from evidence.recordings.cards import MAX_CARD_BYTES, Card, CardFile, card_of, is_card_file
from evidence.recordings.clashes import flagged
from evidence.recordings.clock import OFFSET_REGISTER, corrected
from evidence.recordings.exports import PRESETS, ListFile, enriched, read_list
from evidence.recordings.names import parse_name
from evidence.recordings.read import FootageFile, read_bounded
from evidence.recordings.settings import RecordingsSettings

DEFAULTS = RecordingsSettings()
LISTS = Bounds(cpu_seconds=60)
"""A list of 200,000 rows is read in a few seconds."""
_CARD_PLACES = ("PARAM.INI", "Param.ini", "param.ini", "hsAuth.ini", "DCIM/100MEDIA/Info.dat", "Info.dat")


def find_card(folder: Path, inbox: Path) -> Card | None:
    """The identity file of the card a footage file lies on: in its folder or above, within the inbox."""
    for place in (folder, *folder.parents):
        if not place.is_relative_to(inbox):
            break
        for name in _CARD_PLACES:
            candidate = place / name
            if candidate.is_symlink() or not candidate.is_file() or candidate.stat().st_size > MAX_CARD_BYTES:
                continue
            try:
                return run_bounded(card_of, CardFile(path=candidate, name=name))
            except (UnreadableError, OSError):
                continue
    return None


def judge_footage(
    arrival: ArrivalId,
    path: Path,
    *,
    name: str,
    sha256: Sha256,
    card: Card | None,
    view: View,
    visits: Iterable[Visit],
    now: datetime,
    settings: RecordingsSettings = DEFAULTS,
    as_it_is: bool = False,
) -> tuple[ArrivalJudged, tuple[Event, ...]]:
    """What a recorder file is and which visit it shows.

    A file that is cut is kept as `incomplete`, with what can be played of it; `as_it_is`: by a person's
    word no more of it will come.
    """
    try:
        file = FootageFile(path=path, name=name, sha256=sha256, card=card, now=now, samples=settings.samples)
        recording = with_burnt_clock(path, read_bounded(file))
    except UnreadableError as error:
        judged = quarantined(arrival, error.reason, error.what.rstrip("。"))
        named = _by_its_name(path, name, sha256) if error.reason == Reason.INCOMPLETE else None
        if named is None:
            return judged, ()
        waiting = _placed_by_guess(replace(named, arrival=arrival), view, visits, settings)
        return replace(judged, recordings=(waiting,)), ()
    known = view.recordings()
    recording = replace(_timed(recording, known, view, settings), arrival=arrival)
    decision = decide(recording, view, visits, known, settings)
    recording = replace(
        recording,
        person=decision.person,
        suggestions=decision.suggestions,
        doubts=tuple(dict.fromkeys((*recording.doubts, *decision.doubts))),
    )
    if recording.truncated and not as_it_is:
        judged = quarantined(arrival, Reason.INCOMPLETE, describe(recording).rstrip("。"))
        if decision.visit:
            recording = replace(recording, suggestions=(VisitId(decision.visit),))
        return replace(judged, recordings=(recording,)), ()
    outcome = ArrivalOutcome.LINKED if decision.visit else ArrivalOutcome.UNIDENTIFIED
    sentences = [describe(recording), f"已归入 {decision.visit}。" if decision.visit else decision.why]
    sentences += [*recording.remarks, suggestion(recording)]
    judged = ArrivalJudged(
        arrival=arrival,
        outcome=outcome,
        message="".join(dict.fromkeys(sentences)),
        recordings=(recording,),
        case=number_case(Number(decision.visit)) if decision.visit else None,
    )
    return judged, (
        *assigned_events(decision),
        *flagged(recording, known, view, prerecord_s=settings.prerecord_s),
    )


def _by_its_name(path: Path, name: str, sha256: Sha256) -> Recording | None:
    """A file of which nothing plays, as far as its name says what it was; None when it says nothing."""
    base = PurePath(name.replace("\\", "/")).name
    claimed = parse_name(base)
    if claimed is None or claimed.instant is None:
        return None
    return Recording(
        sha256=sha256,
        name=base,
        bytes=path.stat().st_size,
        device=claimed.device,
        officer=claimed.officer,
        started_at=claimed.instant,
        truncated=True,
        times=(TimeClaim(source="name", at=claimed.instant),),
    )


def _placed_by_guess(
    recording: Recording, view: View, visits: Iterable[Visit], settings: RecordingsSettings
) -> Recording:
    """With the visits it may show; a file that must come again is assigned to none."""
    decision = decide(recording, view, visits, view.recordings(), settings)
    likely = (VisitId(decision.visit),) if decision.visit else decision.suggestions
    return replace(recording, person=decision.person, suggestions=likely)


def decide(
    recording: Recording,
    view: View,
    visits: Iterable[Visit],
    known: Iterable[Recording],
    settings: RecordingsSettings = DEFAULTS,
) -> Assignment:
    """Which visit, by recorder, people and time; other files of the same serial reveal clashes."""
    near = [
        other
        for other in known
        if other.sha256 != recording.sha256 and other.device == recording.device and recording.device
    ]
    return assign(
        (recording, *near),
        tuple(visits),
        view.devices(),
        view.people(),
        margin_s=settings.margin_s,
        prerecord_s=settings.prerecord_s,
    )[0]


def _timed(
    recording: Recording, known: Iterable[Recording], view: View, settings: RecordingsSettings
) -> Recording:
    """With what station lists and the clock register say of it."""
    offsets = view.entries(OFFSET_REGISTER)
    return corrected(enriched(recording, known), offsets, daily_s=settings.drift_daily_s)


def assigned_events(decision: Assignment) -> tuple[Event, ...]:
    """The journal's word for a certain assignment."""
    if decision.visit is None:
        return ()
    return (
        RecordingAssigned(
            sha256=decision.sha256, visit=VisitId(decision.visit), by=BY_RULE, why=decision.why
        ),
    )


def reconsider(
    arrival: Arrival, view: View, visits: Iterable[Visit], settings: RecordingsSettings = DEFAULTS
) -> tuple[Event, ...]:
    """What is newly known about footage that waits: its visit was entered, a station list named its
    recorder, or a person assigned it elsewhere. Empty while nothing is.

    Args:
        arrival: an unidentified arrival.
        view: the ledger.
        visits: all of them.
        settings: of the recorders.
    """
    judged = arrival.judged
    footage = [] if judged is None else [each for each in judged.recordings if not each.described]
    if judged is None or len(footage) != 1 or judged.unlinked:
        return ()
    known = view.recordings()
    now_known = next((each for each in known if each.sha256 == footage[0].sha256), footage[0])
    if now_known.visit is not None:
        return (_placed(judged, footage[0], now_known.visit, f"由 {now_known.assigned_by} 指派。"),)
    recording = without_assignment_doubts(_timed(footage[0], known, view, settings))
    decision = decide(recording, view, visits, known, settings)
    if decision.visit is None:
        return ()
    recording = replace(recording, person=decision.person, suggestions=decision.suggestions)
    return (_placed(judged, recording, decision.visit, decision.why), *assigned_events(decision))


def _placed(judged: ArrivalJudged, recording: Recording, visit: VisitId, why: str) -> ArrivalJudged:
    return replace(
        judged,
        outcome=ArrivalOutcome.LINKED,
        message=f"{describe(recording)}已归入 {visit}（{why.rstrip('。')}）。",
        recordings=(recording,),
        case=number_case(Number(visit)),
    )


def describe(recording: Recording) -> str:
    """`设备 TA00716 的录像，2022-03-28 08:55 起，12 分 30 秒，有图像，无声音。`"""
    parts = [f"设备 {recording.device} 的录像" if recording.device else "录像（设备不明）"]
    if recording.started_at is not None:
        parts.append(f"{recording.started_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} 起")
    if recording.duration_ms is not None:
        seconds = recording.duration_ms // 1000
        parts.append(f"{seconds // 60} 分 {seconds % 60:02d} 秒")
    if recording.video is not None:
        parts.append("有图像" if recording.video else "无图像")
    if recording.audio is not None:
        parts.append("有声音" if recording.audio else "无声音")
    return "，".join(parts) + "。"


def judge_table(
    arrival: ArrivalId,
    path: Path,
    *,
    name: str,
    now: datetime,
    settings: RecordingsSettings = DEFAULTS,
) -> ArrivalJudged:
    """A station's list or a card's identity file: evidence about recordings, linked when it parses."""
    try:
        if is_card_file(name):
            card = run_bounded(card_of, CardFile(path=path, name=name))
            message = f"记录仪身份文件：设备 {card.device or '未设置'}，佩戴编号 {card.officer or '未设置'}。"
            return ArrivalJudged(arrival=arrival, outcome=ArrivalOutcome.LINKED, message=message)
        presets = {**settings.exports, **PRESETS}
        described = run_bounded(read_list, ListFile(path=path, name=name, presets=presets, now=now), LISTS)
    except UnreadableError as error:
        return replace(quarantined(arrival, error.reason), message=f"{error.what}{error.remedy}")
    return ArrivalJudged(
        arrival=arrival,
        outcome=ArrivalOutcome.LINKED,
        message=f"采集站清单，列出 {len(described)} 段录像；文件到齐后自动对应。",
        recordings=tuple(replace(each, arrival=arrival) for each in described),
    )
