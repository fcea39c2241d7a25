"""Reading real clips, whole and damaged."""

from __future__ import annotations

import random
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.demo.footage import write_clip
from evidence.domain.coverage import segments_of
from evidence.domain.recording import Recording, StretchKind
from evidence.errors import UnreadableError
from evidence.recordings.cards import Card
from evidence.recordings.read import hash_file, read_recording
from tests.support.clips import make_clip

NAME = "0012345_000123_20220314093005_0001.MP4"
KINDS = {
    "moov-last": ("x.mp4", {}),
    "moov-first": ("x.mp4", {"movflags": "+faststart"}),
    "fragmented": ("x.mp4", {"movflags": "+frag_keyframe+empty_moov"}),
    "avi": ("x.avi", {}),
    "mkv": ("x.mkv", {}),
    "mov": ("x.mov", {}),
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("clips")
    made = {}
    for kind, (name, options) in KINDS.items():
        path = make_clip(folder / name, seconds=10, created="2022-03-14T01:30:06Z", options=options)
        made[kind] = path.read_bytes()
    return made


def _read(tmp_path: Path, data: bytes, **more: object) -> Recording:
    path = tmp_path / "original"
    path.write_bytes(data)
    return read_recording(path, name=NAME, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_is_understood(clips: dict[str, bytes], kind: str, tmp_path: Path) -> None:
    found = _read(tmp_path, clips[kind])
    assert found.video is True
    assert found.audio is True
    assert found.truncated is False
    assert found.duration_ms is not None
    assert 9_700 <= found.duration_ms <= 10_200
    assert (found.width, found.height) == (160, 90)
    assert (found.device, found.officer) == ("0012345", "000123")
    assert found.started_at == datetime(2022, 3, 14, 1, 30, 5, tzinfo=UTC)
    assert found.doubts == ()
    assert found.sha256 == hash_file(tmp_path / "original")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.61, 0.9])
@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_file_never_counts_with_its_declared_length(
    clips: dict[str, bytes], kind: str, share: float, tmp_path: Path
) -> None:
    data = clips[kind][: int(len(clips[kind]) * share)]
    if kind in {"moov-last", "mov"} or share < 0.1:
        with pytest.raises(UnreadableError) as caught:
            _read(tmp_path, data)
        assert caught.value.reason == "incomplete"
        assert caught.value.remedy
        return
    found = _read(tmp_path, data)
    assert found.duration_ms is not None
    assert found.duration_ms <= 10_000 * share + 1_500
    assert found.truncated or kind == "fragmented"


def test_a_random_cut_anywhere_never_crashes(clips: dict[str, bytes], tmp_path: Path) -> None:
    chance = random.Random(7)
    for kind, data in clips.items():
        for _round in range(6):
            cut = chance.randrange(1, len(data))
            try:
                found = _read(tmp_path, data[:cut], samples=0)
            except UnreadableError:
                continue
            assert (found.duration_ms or 0) <= 10_500, (kind, cut)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (random.Random(3).randbytes(50_000), "unsupported_type"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\xff" * 4_000, "incomplete"),
        (b"RIFF\xff\xff\xff\x7fAVI LIST", "incomplete"),
    ],
)
def test_what_is_no_recording_is_refused_with_a_next_step(data: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as caught:
        _read(tmp_path, data)
    assert caught.value.reason == reason
    assert caught.value.remedy


def test_bytes_a_station_put_in_front_are_skipped_but_kept(clips: dict[str, bytes], tmp_path: Path) -> None:
    found = _read(tmp_path, b"\xef\xbb\xbf" * 2 + clips["moov-last"])
    assert found.truncated is False
    assert found.bytes == len(clips["moov-last"]) + 6
    assert found.width == 160


@pytest.mark.parametrize(("audio", "video"), [(True, False), (False, True)])
def test_a_missing_track_is_said(audio: bool, video: bool, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "x.mp4", seconds=2, audio=audio, video=video)
    found = read_recording(path, name=NAME)
    assert (found.audio, found.video) == (audio, video)


@pytest.mark.parametrize(("fault", "words"), [("black", "画面全黑"), ("silent", "没有声音")])
def test_a_covered_lens_or_dead_microphone_is_remarked_for_its_stretch(
    fault: str, words: str, tmp_path: Path
) -> None:
    path = make_clip(tmp_path / "x.mp4", seconds=10, black=fault == "black", silent=fault == "silent")
    found = read_recording(path, name=NAME)
    assert found.doubts == ()
    assert words in "".join(found.remarks)
    assert not any(segment.certain for segment in segments_of(found))


def test_two_minutes_and_one_last_frame_are_not_twenty_two(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "x.mp4", seconds=12, last_at=60)
    found = read_recording(path, name=NAME)
    assert found.duration_ms is not None
    assert found.duration_ms > 59_000, "the file claims a minute"
    [hole] = [stretch for stretch in found.stretches if stretch.kind is StretchKind.MISSING]
    assert (round(hole.start_ms, -3), round(hole.end_ms, -3)) == (12_000, 60_000)
    filmed = sum((segment.end - segment.start).total_seconds() for segment in segments_of(found))
    assert 11 < filmed < 14


@pytest.mark.parametrize("gop_s", [1, 70])
def test_a_picture_that_stands_still_is_remarked_and_a_moving_one_is_not(tmp_path: Path, gop_s: int) -> None:
    clip = make_clip(tmp_path / "a.mp4", seconds=130, still=True, gop_s=gop_s)
    assert "静止不动" in "".join(read_recording(clip, name=NAME).remarks)
    moving = read_recording(make_clip(tmp_path / "b.mp4", seconds=130, gop_s=gop_s), name=NAME)
    assert moving.remarks == ()


def test_a_recorder_that_writes_key_pictures_rarely_has_not_stood_still(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "demo.mp4", started_at=datetime(2022, 3, 14, 1, tzinfo=UTC), seconds=300)
    assert read_recording(clip, name=NAME).stretches == ()


def test_a_card_names_the_device_when_the_file_name_does_not(clips: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(clips["avi"])
    found = read_recording(path, name="DCIM/MOVI0001.AVI", card=Card(device="0012345", officer="000123"))
    assert (found.device, found.officer) == ("0012345", "000123")
    assert found.started_at is None
    assert any("没有可用的开始时间" in doubt for doubt in found.doubts)


def test_a_file_beyond_four_gigabytes_is_walked_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "big"
    payload = 5 * 1024**3
    with path.open("wb") as stream:  # sparse: a few blocks on disk
        stream.write(struct.pack(">I4s4sI", 16, b"ftyp", b"mp42", 0))
        stream.write(struct.pack(">I4sQ", 1, b"mdat", payload))
        stream.truncate(16 + payload - 10)
    with pytest.raises(UnreadableError) as caught:
        read_recording(path, name=NAME)
    assert caught.value.reason == "incomplete"
