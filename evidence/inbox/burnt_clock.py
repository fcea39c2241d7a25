"""The clock that some recorders burn into the picture: read off one frame, as a suggestion and no more.

A film whose picture shows another day than its name is worth a look; text recognition errs too often to
decide anything. It needs the optional extra `evidence[ocr]`; without it nothing is said. One frame of a film
of two minutes or more is read, in a bounded child, so that it costs far below 5 % of the film's length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evidence.domain.arrival_outcome import Reason
from evidence.domain.recording import BURNT_IN, Recording, TimeClaim
from evidence.domain.week import SHANGHAI, local_date
from evidence.errors import UnreadableError
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds

LEAST_MS = 120_000
"""Shorter films are not worth the seconds that reading costs."""
LEAST_SCORE = 0.8
_EDGE = 5
"""Recorders write their clock into the upper or the lower fifth."""
_BOUNDS = Bounds(cpu_seconds=20, memory=3_000_000_000)
_CLOCK = re.compile(
    r"(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*(\d{2})\s*[:：.]\s*(\d{2})\s*[:：.]\s*(\d{2})"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which film to look."""

    path: Path
    at_ms: int


@dataclass(frozen=True, slots=True)
class Seen:
    """The clock in the picture; None when there is none, or none that can be read."""

    at: datetime | None = None


def with_burnt_clock(path: Path, recording: Recording) -> Recording:
    """The recording with what its picture says of its beginning, where that can be read; never an error."""
    if not recording.video or recording.truncated or (recording.duration_ms or 0) < LEAST_MS:
        return recording
    if not _engine_there():
        return recording
    place = Place(path=path, at_ms=(recording.duration_ms or 0) // 2)
    try:
        seen = run_bounded(look, place, _BOUNDS)
    except (UnreadableError, OSError):
        return recording
    if seen.at is None:
        return recording
    begin = seen.at - timedelta(milliseconds=place.at_ms)
    claim = TimeClaim(source=BURNT_IN, at=begin, trusted=False, note="画面上的时间，文字识别，仅供参考")
    return replace(recording, times=(*recording.times, claim))


def suggestion(recording: Recording) -> str:
    """A sentence for the clerk when the picture shows another day than the file; else nothing."""
    shown = recording.burnt_in_start
    if shown is None or recording.started_at is None:
        return ""
    if local_date(shown) == local_date(recording.started_at):
        return ""
    return (
        f"画面上的时间似为 {shown.astimezone(SHANGHAI):%Y-%m-%d %H:%M}（文字识别，仅供参考），"
        "与文件时间不是同一天，请核对。"
    )


def look(place: Place) -> Seen:
    """Read one frame, in the child.

    Raises:
        UnreadableError: the film does not open.
    """
    import av
    import cv2
    import numpy as np
    from av.error import FFmpegError

    from evidence.recognition.ocr import installed_ocr

    engine = installed_ocr()
    if engine is None:
        return Seen()
    try:
        with av.open(str(place.path), mode="r", metadata_errors="replace") as container:
            container.seek(place.at_ms * 1000, backward=True)
            frame: Any = next(container.decode(video=0), None)
            if frame is None:
                return Seen()
            gray = frame.to_ndarray(format="gray")
            at_ms = int(frame.time * 1000) if frame.time is not None else place.at_ms
    except (FFmpegError, ValueError) as error:
        raise UnreadableError(Reason.MALFORMED, "录像无法播放。", where=str(place.path), remedy="") from error
    edge = max(1, gray.shape[0] // _EDGE)
    strips = cv2.vconcat([np.ascontiguousarray(gray[:edge]), np.ascontiguousarray(gray[-edge:])])
    lines = engine.lines(strips, upright=True)
    clocks = [clock for line in lines if line.score >= LEAST_SCORE if (clock := clock_in(line.text))]
    if not clocks:
        return Seen()
    return Seen(clocks[0] + timedelta(milliseconds=place.at_ms - at_ms))


def clock_in(text: str) -> datetime | None:
    """`2022-03-14 09:12:33` anywhere in a line, as recorders write it, with or without the blank."""
    found = _CLOCK.search(text)
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
    except ValueError:
        return None


def _engine_there() -> bool:
    from evidence.recognition.ocr import is_installed

    return is_installed()
