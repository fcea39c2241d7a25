"""Body-worn recorder clips: real MP4 files with picture and sound, small enough to make in seconds.

A visit lasts an hour; a clip of it at one picture a second and telephone-quality sound is a few
megabytes and a second's work. The picture moves and the sound is never silent, as in real footage.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from evidence.domain.week import SHANGHAI

WIDTH, HEIGHT = 160, 120
SAMPLE_RATE = 8000


def recorder_name(device: str, officer: str, started_at: datetime) -> str:
    """`<device>_<officer>_<local time>.MP4`, as docking stations store it."""
    return f"{device}_{officer}_{started_at.astimezone(SHANGHAI):%Y%m%d%H%M%S}.MP4"


def write_clip(path: Path, *, started_at: datetime, seconds: int, seed: int = 0) -> Path:
    """Write one clip.

    Args:
        path: target, `.mp4` or `.MP4`.
        started_at: aware instant written as the container's creation time.
        seconds: length.
        seed: varies the scene.
    """
    rng = np.random.default_rng([seed, 947])
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        container.metadata["creation_time"] = started_at.isoformat()
        video = container.add_stream("libx264", rate=1, options={"preset": "ultrafast", "crf": "34"})
        video.width, video.height, video.pix_fmt, video.time_base = WIDTH, HEIGHT, "yuv420p", Fraction(1, 1)
        sound = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        sound.bit_rate = 12_000
        scene = rng.integers(40, 200, (HEIGHT // 8, WIDTH // 8, 3)).repeat(8, 0).repeat(8, 1).astype(np.uint8)
        hum = _workshop_noise(rng)
        for second in range(seconds):
            picture = av.VideoFrame.from_ndarray(np.roll(scene, second * 2, axis=1), format="rgb24")
            picture.pts, picture.time_base = second, Fraction(1, 1)
            container.mux(video.encode(picture))
            heard = av.AudioFrame.from_ndarray(np.roll(hum, second * 977)[None], format="fltp", layout="mono")
            heard.sample_rate, heard.pts = SAMPLE_RATE, second * SAMPLE_RATE
            heard.time_base = Fraction(1, SAMPLE_RATE)
            container.mux(sound.encode(heard))
        container.mux(video.encode(None))
        container.mux(sound.encode(None))
    return path


def _workshop_noise(rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """One second of motor hum and hiss, float32 in -1..1."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    hum = 0.2 * np.sin(2 * np.pi * 100 * time) + 0.1 * np.sin(2 * np.pi * 450 * time)
    return np.asarray(hum + rng.normal(0, 0.05, SAMPLE_RATE), dtype=np.float32)
