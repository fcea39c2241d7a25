"""Which visit does a recording belong to? By device register, people and time; pure.

Certain only when the recorder was at exactly one visit at that time and nothing speaks against it;
everything else goes to the clerk with suggestions.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from evidence.domain.case import ON_SITE_KINDS, Channel, Visit, VisitKind, in_force
from evidence.domain.identifiers import PersonId, Sha256, VisitId
from evidence.domain.parties import Device, Person
from evidence.domain.recording import Recording
from evidence.domain.week import local_date
from evidence.recordings.clock import ONLY_CONTAINER, ZONE_ERRORS
from evidence.recordings.names import parse_name

UNKNOWN_END = timedelta(hours=4)
"""How long a visit may have lasted whose end nobody wrote down yet."""
CLAIMED_BY_SEVERAL = "多次检查同时主张本段录像。"
_ALSO_COVERS = "本段录像还覆盖 {visits}，请核对是否一并作为其录像。"
SHARED_SERIAL = "编号 {device} 同一时间有两段录像：两台设备可能用了同一编号，请核对设备后指派。"
_OF_ASSIGNMENT = re.compile(
    "|".join(
        re.sub(r"\\{\w+\\}", ".+", re.escape(words))
        for words in (CLAIMED_BY_SEVERAL, _ALSO_COVERS, SHARED_SERIAL)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The decision about one recording."""

    sha256: Sha256
    visit: VisitId | None
    """None: the clerk decides."""
    why: str
    """Plain Chinese: what the decision rests on, or what stands against it."""
    suggestions: tuple[VisitId, ...] = ()
    """Likely visits, best first."""
    person: PersonId | None = None
    """Who wore the recorder."""
    doubts: tuple[str, ...] = ()
    """To be added to the recording's own."""


def filmed(visit: Visit) -> bool:
    """Whether the contract wants footage of this visit: on site, and an urging only when paid in person."""
    return visit.kind in ON_SITE_KINDS or (
        visit.kind is VisitKind.URGING and visit.channel is Channel.ON_SITE
    )


def without_assignment_doubts(recording: Recording) -> Recording:
    """The recording with only those doubts that its own content and times raise; assigning it anew, or a
    person's word, answers the others."""
    own = tuple(doubt for doubt in recording.doubts if not _OF_ASSIGNMENT.fullmatch(doubt))
    return recording if own == recording.doubts else replace(recording, doubts=own)


def assign(
    recordings: Sequence[Recording],
    visits: Sequence[Visit],
    devices: Sequence[Device],
    people: Sequence[Person],
    *,
    others: Sequence[Recording] = (),
    margin_s: int = 900,
    prerecord_s: int = 30,
) -> tuple[Assignment, ...]:
    """Decide about each recording, in the order given.

    Args:
        recordings: to be assigned.
        visits: all versions are fine, the highest counts.
        devices: register of recorders.
        people: for files named after their wearer.
        others: files known already; they serve only to find two files of one serial at one time.
        margin_s: how long before arrival and after leaving a recorder may run, in seconds.
        prerecord_s: overlap of two files of one device that its buffer explains, in seconds.
    """
    known = [visit for visit in in_force(visits) if filmed(visit)]
    margin = timedelta(seconds=margin_s)
    running_at_once = clashes([*recordings, *others], timedelta(seconds=prerecord_s))
    return tuple(_decide(each, known, devices, people, margin, running_at_once) for each in recordings)


def _decide(
    recording: Recording,
    visits: Sequence[Visit],
    devices: Sequence[Device],
    people: Sequence[Person],
    margin: timedelta,
    clashes: dict[Sha256, str],
) -> Assignment:
    wearers, serials = _wearers(recording, devices, people)
    person = next(iter(wearers)) if len(wearers) == 1 else None

    def fits(visit: Visit) -> bool:
        return bool(serials & set(visit.devices)) or bool(wearers & {*visit.experts, *visit.supervisors})

    def answer(visit: Visit | None, why: str, likely: Sequence[Visit] = (), *doubts: str) -> Assignment:
        return Assignment(
            sha256=recording.sha256,
            visit=visit.id if visit else None,
            why=why,
            suggestions=tuple(each.id for each in likely),
            person=person,
            doubts=doubts,
        )

    if recording.started_at is None:
        likely = [visit for visit in visits if fits(visit)][-5:]
        return answer(None, "录像没有可用的时间，请指明属于哪次检查。", likely)
    if ONLY_CONTAINER in recording.doubts:
        starts = [recording.started_at, *(recording.started_at + shift for shift in ZONE_ERRORS)]
        likely = [visit for start in starts for visit in _at(start, recording, visits, margin)]
        return answer(None, "只有文件内部时间，可能差 8 小时，请核对后指明。", _ranked(likely, fits))
    same_time = _at(recording.started_at, recording, visits, margin)
    own = [visit for visit in same_time if fits(visit)]
    if recording.sha256 in clashes:
        return answer(None, clashes[recording.sha256], own or same_time, clashes[recording.sha256])
    if not same_time:
        near = _same_day(recording.started_at, visits)
        return answer(None, "录像时间不在任何一次检查之内，请核对记录仪时钟和现场时间。", _ranked(near, fits))
    if not serials and not wearers:
        why = (
            "设备未登记，请在“记录仪”登记表中补登。" if recording.device else "文件名和存储卡都没有设备编号。"
        )
        return answer(None, f"{why}按时间可能属于下列检查，请确认。", same_time)
    if len(own) == 1:
        return answer(own[0], f"设备与时间相符：{_names(own[0])}")
    if own:
        separate = _touching_in_turn(own)
        if separate:
            best = max(own, key=lambda visit: _shared(recording, visit))
            others = [visit for visit in own if visit.id != best.id]
            doubt = _ALSO_COVERS.format(visits="、".join(visit.id for visit in others))
            return answer(best, "设备与时间相符，录像跨越多次检查，归入重合最长的一次。", others, doubt)
        return answer(None, "多次检查在同一时间都登记了这台记录仪，请核对后指明。", own, CLAIMED_BY_SEVERAL)
    return answer(None, "该时间的检查没有登记这台记录仪或佩戴人，请确认。", same_time)


def _wearers(
    recording: Recording, devices: Sequence[Device], people: Sequence[Person]
) -> tuple[set[PersonId], set[str]]:
    """Who may have worn it, and every serial it is known by; the register's dates are respected."""
    day = local_date(recording.started_at) if recording.started_at else None
    wearers: set[PersonId] = set()
    serials: set[str] = set()
    for device in devices:
        if day and (
            (device.from_date and day < device.from_date) or (device.to_date and day > device.to_date)
        ):
            continue
        names = {device.serial, *device.aliases}
        if recording.device in names or (
            not recording.device and recording.officer and recording.officer == device.officer_id
        ):
            serials |= names
            if device.holder is not None:
                wearers.add(device.holder)
    claimed = parse_name(recording.name)
    if claimed is not None and claimed.alias:
        for device in devices:
            if claimed.alias in device.aliases:
                serials |= {device.serial, *device.aliases}
        wearers |= {person.id for person in people if person.name == claimed.alias}
    return wearers, serials


def _end(start: datetime, recording: Recording) -> datetime:
    return start + timedelta(milliseconds=recording.duration_ms or 1000)


def _at(start: datetime, recording: Recording, visits: Sequence[Visit], margin: timedelta) -> list[Visit]:
    end = _end(start, recording)
    return [
        visit
        for visit in visits
        if start < (visit.left_at or visit.arrived_at + UNKNOWN_END) + margin
        and visit.arrived_at - margin < end
    ]


def _shared(recording: Recording, visit: Visit) -> timedelta:
    assert recording.started_at is not None  # noqa: S101 only called with a start
    left = visit.left_at or visit.arrived_at + UNKNOWN_END
    return min(_end(recording.started_at, recording), left) - max(recording.started_at, visit.arrived_at)


def _touching_in_turn(visits: Sequence[Visit]) -> bool:
    """Whether the visits follow one another, so that one recorder can have been at each."""
    ordered = sorted(visits, key=lambda visit: visit.arrived_at)
    return all(
        first.left_at is not None and first.left_at <= second.arrived_at
        for first, second in itertools.pairwise(ordered)
    )


def _same_day(start: datetime, visits: Sequence[Visit]) -> list[Visit]:
    day = local_date(start)
    return [visit for visit in visits if local_date(visit.arrived_at) == day]


def _ranked(visits: Iterable[Visit], fits: object) -> list[Visit]:
    unique = list({visit.id: visit for visit in visits}.values())
    return sorted(unique, key=lambda visit: not fits(visit))  # type: ignore[operator]


def _names(visit: Visit) -> str:
    return f"{visit.id}（{local_date(visit.arrived_at).isoformat()}）"


def clashes(recordings: Sequence[Recording], prerecord: timedelta) -> dict[Sha256, str]:
    """Files of one serial that run at the same time: two devices share it, or a clock is wrong."""
    found: dict[Sha256, str] = {}
    by_device: dict[str, list[Recording]] = {}
    for recording in recordings:
        if recording.device and recording.started_at and not recording.described:
            by_device.setdefault(recording.device, []).append(recording)
    for device, files in by_device.items():
        files.sort(key=lambda each: (each.started_at or datetime.min, each.sha256))  # noqa: DTZ901 never None
        message = SHARED_SERIAL.format(device=device)
        running: list[Recording] = []
        for each in files:
            start = each.started_at
            assert start is not None  # noqa: S101 filtered above
            running = [
                other
                for other in running
                if other.started_at is not None and _end(other.started_at, other) - start > prerecord
            ]
            for other in running:
                found[other.sha256] = found[each.sha256] = message
            running.append(each)
    return found
