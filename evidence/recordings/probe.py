"""Tracks and lengths of a file: MediaInfo for every file, FFmpeg demuxing for suspects.

Demuxing reads packets without decoding them; what it reaches is what can be played. The declared
length of a cut or fragmented file is never used (recorders.md: measured on all three kinds of cut).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from io import RawIOBase
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from pymediainfo import MediaInfo, Track

_MAX_PACKETS = 20_000_000


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
        with av.open(opened, mode="r") as container:
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


def _whole(value: object) -> int | None:
    try:
        return int(float(str(value))) if value is not None else None
    except ValueError:
        return None
