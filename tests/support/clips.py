"""Short real clips for the tests, made with PyAV; no clip is kept in the repository."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def make_clip(
    path: Path,
    *,
    seconds: float = 2.0,
    created: str | None = None,
    audio: bool = True,
    video: bool = True,
    black: bool = False,
    silent: bool = False,
    still: bool = False,
    last_at: int | None = None,
    gop_s: int = 1,
    options: dict[str, str] | None = None,
    container: str | None = None,
    codec: str = "libx264",
    title: str = "",
    rate: int = 5,
) -> Path:
    """A moving picture of `rate` frames a second with a tone; `options` go to the muxer.

    `still` shows one picture all the time; `last_at` adds one frame and sound at that second, with nothing
    before it; a key picture is written every `gop_s` seconds.
    """
    sample_rate = 16_000
    metadata = {"creation_time": created} if created else {}
    metadata |= {"title": title} if title else {}
    with av.open(str(path), "w", format=container, options=options or {}) as out:
        out.metadata.update(metadata)
        picture = out.add_stream(codec, rate=rate) if video else None
        if picture is not None:
            picture.width, picture.height, picture.pix_fmt = 160, 90, "yuv420p"
            picture.codec_context.gop_size = rate * gop_s
            picture.options = {"tune": "zerolatency", "preset": "ultrafast"}
        sound = out.add_stream("aac", rate=sample_rate, layout="mono") if audio else None
        numbers = [*range(round(seconds * rate)), *([last_at * rate] if last_at else [])]
        for number in numbers:
            if picture is not None:
                frame = av.VideoFrame.from_ndarray(_pixels(0 if still else number, black), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, rate)
                out.mux(picture.encode(frame))
            if sound is not None:
                first, step = number * sample_rate // rate, sample_rate // rate
                times = np.arange(first, first + step) / sample_rate
                wave = np.zeros_like(times) if silent else 0.3 * np.sin(2 * np.pi * 440 * times)
                block = av.AudioFrame.from_ndarray(
                    wave.astype(np.float32)[None, :], format="fltp", layout="mono"
                )
                block.sample_rate, block.pts, block.time_base = sample_rate, first, Fraction(1, sample_rate)
                out.mux(sound.encode(block))
        for stream in (picture, sound):
            if stream is not None:
                out.mux(stream.encode(None))
    return path


def _pixels(number: int, black: bool) -> np.ndarray:
    pixels = np.zeros((90, 160, 3), np.uint8)
    if not black:
        pixels[:, :, number % 3] = np.arange(160, dtype=np.uint8)[None, :]
        pixels[30:60, (number * 7) % 120 : (number * 7) % 120 + 30] = 220
    return pixels
