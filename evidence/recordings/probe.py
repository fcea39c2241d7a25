"""Tracks and lengths of a file: MediaInfo for every file, FFmpeg demuxing for suspects.

Demuxing reads packets without decoding them; what it reaches is what can be played. The declared
length of a cut or fragmented file is never used (recorders.md: measured on all three kinds of cut).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from io import RawIOBase
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from pymediainfo import MediaInfo, Track

from evidence.domain.recording import Stretch, StretchKind

_MAX_PACKETS = 20_000_000
EMPTY_MS = 5_000
"""Frames further apart than this are a hole: the slowest recorders of the trade write one a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """What one tool sees in a file."""

    format: str = ""
    video: bool = False
    audio: bool = False
    width: int | None = None
    height: int | None = None
    codec: str = ""
    declared_ms: int | None = None
    truncated: bool = False
    created: str = ""
    """Creation time as the tool prints it, for containers without an mvhd box."""


def media_info(source: Path | RawIOBase) -> Tracks:
    """MediaInfo's word, at its quickest setting; empty for what it does not know."""
    opened: Any = str(source) if isinstance(source, Path) else source
    general: Track | None = None
    video: Track | None = None
    audio = False
    for track in MediaInfo.parse(opened, parse_speed=0).tracks:
        if track.track_type == "General":
            general = track
        elif track.track_type == "Video" and video is None:
            video = track
        elif track.track_type == "Audio":
            audio = True
    if general is None:
        return Tracks()
    return Tracks(
        format=general.format or "",
        video=video is not None,
        audio=audio,
        width=video.width if video else None,
        height=video.height if video else None,
        codec=(video.format if video else "") or "",
        declared_ms=_whole(general.duration),
        truncated=general.istruncated == "Yes",
        created=general.encoded_date or "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Playable:
    """What demuxing really reaches."""

    duration_ms: int
    video: bool
    audio: bool
    broke_off: bool
    """Demuxing ended with an error, not at the end."""


def demux(source: Path | RawIOBase) -> Playable | None:
    """Read every packet; None when FFmpeg cannot open the file at all."""
    opened: Any = str(source) if isinstance(source, Path) else source
    ends: dict[str, Fraction] = {}
    starts: dict[str, Fraction] = {}
    broke_off = False
    try:
        with av.open(opened, mode="r", metadata_errors="replace") as container:
            streams = [stream for stream in container.streams if stream.type in {"video", "audio"}]
            if not streams:
                return None
            packets = container.demux(streams)
            for _count in range(_MAX_PACKETS):
                packet = next(packets, None)
                if packet is None:
                    break
                if packet.is_corrupt:
                    broke_off = True
                    continue
                if packet.pts is None or packet.time_base is None:
                    continue
                kind = packet.stream.type
                begin = packet.pts * packet.time_base
                end = begin + (packet.duration or 0) * packet.time_base
                starts[kind] = min(begin, starts.get(kind, begin))
                ends[kind] = max(end, ends.get(kind, end))
    except FFmpegError:
        if not ends:
            return None
        broke_off = True
    lengths = {kind: ends[kind] - starts[kind] for kind in ends}
    # In a cut file one track may reach further than the other; only where both are counts.
    shortest = min(lengths.values(), default=Fraction(0))
    return Playable(
        duration_ms=int(shortest * 1000),
        video="video" in lengths,
        audio="audio" in lengths,
        broke_off=broke_off,
    )


def empty_stretches(source: Path | RawIOBase, *, duration_ms: int) -> tuple[Stretch, ...]:
    """Where a file claims to play and its own index names neither picture nor sound.

    Two minutes of film and one last frame at twenty-two are not twenty-two minutes. The index of MP4,
    MOV and AVI names the time of every frame, so nothing is decoded; other containers keep no such
    index, and of them this says nothing.
    """
    opened: Any = str(source) if isinstance(source, Path) else source
    found: list[tuple[int, int]] = []
    try:
        with av.open(opened, mode="r", metadata_errors="replace") as container:
            if not any(name in container.format.name for name in ("mov", "avi")):
                return ()
            for stream in (*container.streams.video[:1], *container.streams.audio[:1]):
                found += _index_gaps(stream, duration_ms)
    except (FFmpegError, ValueError, OSError):
        return ()
    return tuple(
        Stretch(kind=StretchKind.MISSING, start_ms=start, end_ms=end) for start, end in _joined(found)
    )


def _index_gaps(stream: Any, duration_ms: int) -> list[tuple[int, int]]:
    entries = stream.index_entries
    if not len(entries) or stream.time_base is None or len(entries) < (stream.frames or 0):
        return []
    scale = 1000 * stream.time_base
    start = int((stream.start_time or 0) * scale)
    times = [0, *sorted(int(entry.timestamp * scale) - start for entry in entries), duration_ms]
    return [(max(0, a), b) for a, b in pairwise(times) if b - a > EMPTY_MS]


def _joined(gaps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(gaps):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _whole(value: object) -> int | None:
    try:
        return int(float(str(value))) if value is not None else None
    except ValueError:
        return None
