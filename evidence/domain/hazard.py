"""Hazards found at a check, and what became of them at the recheck."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from evidence.domain.identifiers import Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What the telephone that took a photograph says of it; all of it is the device's own statement."""

    original: Sha256
    """Digest of the camera's own file, reckoned on the device the moment it was taken."""
    device: str = ""
    device_time: datetime
    """By the device's clock, as it stood."""
    ahead_ms: int = 0
    """Milliseconds by which the server's clock was ahead of the device's, as measured last."""
    latitude_e6: int | None = None
    """Micro-degrees (WGS 84); None where the inspector or the device says nothing."""
    longitude_e6: int | None = None
    accuracy_m: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is known of a photograph beside its bytes, as it was handed in."""

    sha256: Sha256
    name: str
    """As the person's file was called, with its ending."""
    media_type: str
    bytes: int
    taken_at: datetime | None = None
    """By the camera's own clock, read as Asia/Shanghai when it names no zone; None when it says nothing."""
    file_time: datetime | None = None
    """When the file was last changed before it was handed in."""
    captured: Capture | None = None
    """Where a telephone took it for a visit; the picture itself is then a copy of at most 2,560 px a side."""


class Grade(StrEnum):
    """一般 or 重大 (附件五(三)十四3)."""

    GENERAL = "一般"
    MAJOR = "重大"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """One hazard as briefed to the enterprise on site."""

    id: str
    """`H01`, running within the case."""
    location: str
    description: str
    item: int | None = None
    """Checklist item 1..25."""
    basis: str = ""
    """Law or standard it offends (第六条2)."""
    grade: Grade = Grade.GENERAL
    criterion: str = ""
    """Clause of the major-hazard criteria, e.g. `GM2017-01-03` or `令10-…` free text."""
    immediate: bool = False
    """To be put right at once; its deadline is the day of the check."""
    deadline: date | None = None
    deadline_reason: str = ""
    """Why the deadline is not the general 15 days."""
    advice: str = ""
    briefed: bool | None = None
    photos: tuple[Sha256, ...] = ()
    disputed: bool = False
    """The enterprise appealed (附件六2(5))."""


class HazardState(StrEnum):
    """Result at the recheck."""

    RECTIFIED = "已整改"
    UNRECTIFIED = "未整改"


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardResult:
    """What the recheck found for one hazard."""

    hazard: str
    state: HazardState
    description: str = ""
    new_deadline: date | None = None
    photos: tuple[Sha256, ...] = ()


class ProgressState(StrEnum):
    """Progress at the urging."""

    NOT_STARTED = "未开始"
    UNDER_WAY = "进行中"
    DONE = "已完成"


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardProgress:
    """What the urging call or visit learned about one hazard."""

    hazard: str
    state: ProgressState
    difficulty: str = ""
    guidance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardAnswer:
    """The enterprise's answer to one hazard in its rectification report (附件六2(2))."""

    hazard: str
    measure: str = ""
    responsible: str = ""
    deadline: date | None = None
    funds_yuan: int | None = None
    completed_on: date | None = None
    status: str = ""
    photos: tuple[Sha256, ...] = ()
    obviously_wrong: bool | None = None
    """The reviewer's verdict: True = 明显不符合, None = not reviewed."""
