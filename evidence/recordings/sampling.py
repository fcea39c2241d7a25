"""Is the picture black or still, or the sound silent, for long? A hint for a person.

A lens cap or a dead microphone leaves both tracks in the file; the contract wants what was seen and
heard (附件八2). Sampling never decides: it adds a doubt, and a doubt makes the coverage `review`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import RawIOBase
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

from evidence.domain.recording import Stretch, StretchKind

BLACK_MEAN = 24
"""Mean luma at or below is black (studio black is 16), together with next to no contrast."""
BLACK_SPREAD = 4
SILENT_PEAK = 0.002
"""Peak of full scale, -54 dB; a live room measures well above."""
_FRAMES_HEARD = 10
_MOST_PICTURES = 400
"""Decoded for one place at most; encoders write a key picture in at least every 250."""
_NEAR_MS = 500
LONG_S = {StretchKind.BLACK: 30, StretchKind.SILENT: 30, StretchKind.STILL: 60}
"""Only stretches at least this long are worth a person's look, in seconds."""
STILL_DIFFERENCE = 0.75
"""Mean difference of luma between two pictures, of 255: below it only the encoder's noise moved. A recorder
worn on a body moves by several whole steps even while its wearer stands."""
EVERY_S = 10
"""One place is looked at in so many seconds of a longer film, so that a picture that stands is seen."""
MOST_PLACES = 1_440
"""Four hours of film; a keyframe and a moment of sound each, far below 5 % of the film's length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One place in a file."""

    at_ms: int
    black: bool | None
    silent: bool | None
    still: bool | None = None
    """The picture is that of the place before, but for noise."""


def take_samples(source: Path | RawIOBase, *, duration_ms: int, places: int) -> tuple[Sample, ...]:
    """Decode one picture and a moment of sound at evenly spread places; fewer when decoding fails.

    Args:
        duration_ms: playable length.
        places: how many at least; a longer film is looked at every `EVERY_S` seconds.
    """
    opened: Any = str(source) if isinstance(source, Path) else source
    places = max(places, min(MOST_PLACES, duration_ms // (EVERY_S * 1000)))
    samples: list[Sample] = []
    before: Any = None
    key: int | None = None
    try:
        with av.open(opened, mode="r", metadata_errors="replace") as container:
            for number in range(places):
                at_ms = duration_ms * (2 * number + 1) // (2 * places)
                container.seek(at_ms * 1000, backward=True)
                sample, luma, key = _look(container, at_ms, key)
                samples.append(replace(sample, still=_still(before, luma)))
                before = luma
    except (FFmpegError, ValueError, OSError):
        return tuple(samples)
    return tuple(samples)


def _look(
    container: av.container.InputContainer, at_ms: int, key_before: int | None
) -> tuple[Sample, Any, int | None]:
    """What is seen and heard from here, and the time of the key picture that decoding began with.

    A place whose key picture is that of the place before is decoded up to its own picture: a recorder that
    writes key pictures rarely has not stood still.
    """
    black: bool | None = None
    key: int | None = None
    pictures = 0
    seen: Any = None
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
                key, pictures = frame.pts if pictures == 0 else key, pictures + 1
                if key == key_before and pictures < _MOST_PICTURES and _earlier(frame, at_ms):
                    continue
                seen = _luma(frame).astype(np.int16)
                black = bool(seen.mean() <= BLACK_MEAN and seen.std() <= BLACK_SPREAD)
                done.add(kind)
                break
            if isinstance(frame, av.AudioFrame):
                peak = max(peak, _peak(frame))
                heard += 1
                if heard >= _FRAMES_HEARD:
                    done.add(kind)
        if len(done) >= wanted:
            break
    sample = Sample(at_ms=at_ms, black=black, silent=None if not heard else peak < SILENT_PEAK)
    return sample, seen, key


def _earlier(frame: av.VideoFrame, at_ms: int) -> bool:
    return frame.time is not None and frame.time * 1000 < at_ms - _NEAR_MS


def _still(before: Any, now: Any) -> bool | None:
    if before is None or now is None or before.shape != now.shape:
        return None
    return bool(np.abs(now - before).mean() <= STILL_DIFFERENCE)


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


def doubtful_stretches(samples: tuple[Sample, ...], *, duration_ms: int) -> tuple[Stretch, ...]:
    """Black or silent stretches between neighbouring samples."""
    return tuple(
        Stretch(kind=kind, start_ms=start, end_ms=end)
        for kind in (StretchKind.BLACK, StretchKind.SILENT, StretchKind.STILL)
        for start, end in _stretches(samples, kind, duration_ms)
    )


def _stretches(samples: tuple[Sample, ...], kind: StretchKind, duration_ms: int) -> list[tuple[int, int]]:
    if not samples:
        return []
    half = duration_ms // (2 * len(samples))
    runs: list[list[int]] = []
    marked = [sample.at_ms for sample in samples if getattr(sample, kind.value)]
    known = [sample.at_ms for sample in samples]
    neighbours = set(pairwise(known))
    for at in marked:
        if runs and (runs[-1][-1], at) in neighbours:
            runs[-1].append(at)
        else:
            runs.append([at])
    if len(marked) == len(samples):
        return [(0, duration_ms)]
    whole = [(max(0, run[0] - half), min(duration_ms, run[-1] + half)) for run in runs]
    return [(a, b) for a, b in whole if b - a >= LONG_S[kind] * 1000]
