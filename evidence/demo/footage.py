"""Body-worn recorder clips: real MP4 files with picture and sound, small enough to make in seconds.

A visit lasts an hour; a clip of it at one picture a second and telephone-quality sound is a few
megabytes and half a second's work. The picture moves and the sound is never silent, as in real footage.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from evidence.domain.case import Visit
from evidence.domain.week import SHANGHAI

STATION_COLUMNS = [
    "文件名",
    "设备编号",
    "警号",
    "开始时间",
    "结束时间",
    "时长(秒)",
    "文件大小",
    "文件类型",
    "重要",
]
WIDTH, HEIGHT = 160, 120
SAMPLE_RATE = 8000
LOOP_S = 64
"""Length of the encoded scene: 64 s are 500 whole sound frames of 1,024 samples."""


DEVICES = {"0012345": "000123", "0012346": "000124", "0012347": "000125"}
"""The sample roster's recorders -> the wearer's number each writes into file names."""


def recorder_name(device: str, officer: str, started_at: datetime) -> str:
    """`<device>_<officer>_<local time>.MP4`, as docking stations store it."""
    return f"{device}_{officer}_{started_at.astimezone(SHANGHAI):%Y%m%d%H%M%S}.MP4"


def write_clip(path: Path, *, started_at: datetime, seconds: int, seed: int = 0) -> Path:
    """Write one clip: a minute of picture and sound, repeated to its length.

    Args:
        path: target, `.mp4` or `.MP4`.
        started_at: aware instant written as the container's creation time.
        seconds: length.
        seed: varies the scene.
    """
    minute = io.BytesIO(_minute(seed))
    with (
        av.open(minute, "r") as scene,
        av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as clip,
    ):
        clip.metadata["creation_time"] = started_at.isoformat()
        streams = {stream.index: clip.add_stream_from_template(stream) for stream in scene.streams}
        packets = [
            (packet, packet.pts, packet.time_base)
            for packet in scene.demux()
            if packet.pts is not None and 0 <= packet.pts * packet.time_base < LOOP_S
        ]
        for start in range(0, seconds, LOOP_S):
            for packet, pts, base in packets:
                if start + pts * base < seconds:
                    copy = av.Packet(bytes(packet))
                    # no frame refers to a later one, so decoding order is showing order
                    copy.pts = copy.dts = pts + int(start / base)
                    copy.duration, copy.time_base = packet.duration, base
                    copy.is_keyframe, copy.stream = packet.is_keyframe, streams[packet.stream.index]
                    clip.mux(copy)
    return path


def _minute(seed: int) -> bytes:
    """One encoded minute: a picture a second, telephone-quality sound."""
    rng = np.random.default_rng([seed, 947])
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        video = container.add_stream(
            "libx264", rate=1, options={"preset": "ultrafast", "crf": "34", "bf": "0"}
        )
        video.width, video.height, video.pix_fmt, video.time_base = WIDTH, HEIGHT, "yuv420p", Fraction(1, 1)
        sound = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        sound.bit_rate = 12_000
        scene = rng.integers(40, 200, (HEIGHT // 8, WIDTH // 8, 3)).repeat(8, 0).repeat(8, 1).astype(np.uint8)
        hum = _workshop_noise(rng)
        for second in range(LOOP_S):
            picture = av.VideoFrame.from_ndarray(np.roll(scene, second * 2, axis=1), format="rgb24")
            picture.pts, picture.time_base = second, Fraction(1, 1)
            container.mux(video.encode(picture))
            heard = av.AudioFrame.from_ndarray(np.roll(hum, second * 977)[None], format="fltp", layout="mono")
            heard.sample_rate, heard.pts = SAMPLE_RATE, second * SAMPLE_RATE
            heard.time_base = Fraction(1, SAMPLE_RATE)
            container.mux(sound.encode(heard))
        container.mux(video.encode(None))
        container.mux(sound.encode(None))
    return buffer.getvalue()


def _workshop_noise(rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """One second of motor hum and hiss, float32 in -1..1."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    hum = 0.2 * np.sin(2 * np.pi * 100 * time) + 0.1 * np.sin(2 * np.pi * 450 * time)
    return np.asarray(hum + rng.normal(0, 0.05, SAMPLE_RATE), dtype=np.float32)


def clip_of(visit: Visit, device: str, folder: Path) -> Path:
    """One recorder's clip of a whole visit, switched on a minute early and off a minute late."""
    if visit.left_at is None:
        raise ValueError(f"visit {visit.id} has not ended")
    start = visit.arrived_at - timedelta(minutes=1)
    seconds = int((visit.left_at - start).total_seconds()) + 60
    path = folder / recorder_name(device, DEVICES[device], start)
    return write_clip(path, started_at=start, seconds=seconds, seed=int(device))


def seconds_of(clip: Path) -> int:
    """Length of a clip in whole seconds."""
    with av.open(str(clip)) as container:
        return round((container.duration or 0) / av.time_base)


def station_list(clips: Iterable[Path], target: Path) -> Path:
    """Write what the docking station exports beside the files it collected, in its own GBK."""
    with target.open("w", encoding="gbk", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            ["文件名", "设备编号", "警号", "开始时间", "结束时间", "时长(秒)", "文件大小", "文件类型", "重要"]
        )
        for clip in clips:
            device, officer, stamp = clip.stem.split("_")
            start = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
            seconds = seconds_of(clip)
            writer.writerow(
                [
                    clip.name,
                    device,
                    officer,
                    f"{start:%Y-%m-%d %H:%M:%S}",
                    f"{start + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}",
                    seconds,
                    clip.stat().st_size,
                    "视频",
                    "否",
                ]
            )
    return target
