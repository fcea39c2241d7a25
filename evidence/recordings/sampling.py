"""Is the picture black or the sound silent for long? Looked at in a few places, a hint for a person.

A lens cap or a dead microphone leaves both tracks in the file; the contract wants what was seen and
heard (附件八2). Sampling never decides: it adds a doubt, and a doubt makes the coverage `review`.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import RawIOBase
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

BLACK_MEAN = 24
"""Mean luma at or below is black (studio black is 16), together with next to no contrast."""
BLACK_SPREAD = 4
SILENT_PEAK = 0.002
"""Peak of full scale, -54 dB; a live room measures well above."""
_FRAMES_HEARD = 10
LONG_S = 30
"""Only stretches at least this long are worth a person's look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One place in a file."""

    at_ms: int
    black: bool | None
    silent: bool | None


def take_samples(source: Path | RawIOBase, *, duration_ms: int, places: int) -> tuple[Sample, ...]:
    """Decode one picture and a moment of sound at evenly spread places; fewer when decoding fails."""
    opened: Any = str(source) if isinstance(source, Path) else source
    samples: list[Sample] = []
    try:
        with av.open(opened, mode="r") as container:
            for number in range(places):
                at_ms = duration_ms * (2 * number + 1) // (2 * places)
                container.seek(at_ms * 1000, backward=True)
                samples.append(_look(container, at_ms))
    except (FFmpegError, ValueError, OSError):
        return tuple(samples)
    return tuple(samples)


def _look(container: av.container.InputContainer, at_ms: int) -> Sample:
    black: bool | None = None
    peak = 0.0
    heard = 0
    wanted = len(container.streams.video[:1]) + len(container.streams.audio[:1])
    done: set[str] = set()
    # A second of packets around the place is enough for one key picture and some sound.
    for packet in container.demux(*container.streams.video[:1], *container.streams.audio[:1]):
        kind = packet.stream.type
        if kind in done:
            continue
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                luma = _luma(frame)
                black = bool(luma.mean() <= BLACK_MEAN and luma.std() <= BLACK_SPREAD)
                done.add(kind)
                break
            if isinstance(frame, av.AudioFrame):
                peak = max(peak, _peak(frame))
                heard += 1
                if heard >= _FRAMES_HEARD:
                    done.add(kind)
        if len(done) >= wanted:
            break
    return Sample(at_ms=at_ms, black=black, silent=None if not heard else peak < SILENT_PEAK)


def _luma(frame: av.VideoFrame) -> Any:
    """Brightness on a coarse grid; planar pictures carry it as their first plane."""
    if not frame.format.name.startswith(("yuv", "nv", "gray")) or "10" in frame.format.name:
        return frame.reformat(width=64, height=36, format="gray").to_ndarray()
    plane: Any = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[::8, : plane.width : 8]


def _peak(frame: av.AudioFrame) -> float:
    values: Any = frame.to_ndarray()
    if not values.size:
        return 0.0
    full = float(np.iinfo(values.dtype).max) if values.dtype.kind in "iu" else 1.0
    return float(np.abs(values.astype(np.float64)).max()) / full


def doubts_of(samples: tuple[Sample, ...], *, duration_ms: int) -> tuple[str, ...]:
    """Plain words about black or silent stretches between neighbouring samples."""
    doubts: list[str] = []
    for name, what in (("black", "画面全黑"), ("silent", "没有声音")):
        stretches = _stretches(samples, name, duration_ms)
        if stretches:
            places = "、".join(f"{_clock(start)}–{_clock(end)}" for start, end in stretches)
            doubts.append(f"抽查发现约 {places} {what}，请回放核实。")
    return tuple(doubts)


def _stretches(samples: tuple[Sample, ...], name: str, duration_ms: int) -> list[tuple[int, int]]:
    if not samples:
        return []
    half = duration_ms // (2 * len(samples))
    runs: list[list[int]] = []
    marked = [sample.at_ms for sample in samples if getattr(sample, name)]
    known = [sample.at_ms for sample in samples]
    neighbours = set(pairwise(known))
    for at in marked:
        if runs and (runs[-1][-1], at) in neighbours:
            runs[-1].append(at)
        else:
            runs.append([at])
    whole = [(max(0, run[0] - half), min(duration_ms, run[-1] + half)) for run in runs]
    everything = len(marked) == len(samples)
    return [(a, b) for a, b in whole if b - a >= LONG_S * 1000 or everything]


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes:02d}:{seconds:02d}"
