"""A film whose index says more entries than it holds: read at once, by what can be played."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from evidence.errors import UnreadableError
from evidence.filetypes.containers import read_structure
from evidence.filetypes.sample_tables import tables_overstated
from evidence.recordings import read
from evidence.recordings.read import footage_bounds, read_recording
from tests.support.clips import make_clip


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_clip(tmp_path_factory.mktemp("film") / "a.mp4", seconds=2).read_bytes()


FRAGMENTS = {"mp4": {"movflags": "frag_keyframe+empty_moov"}, "mkv": {}}


def written(folder: Path, content: bytes) -> Path:
    path = folder / "a.mp4"
    path.write_bytes(content)
    return path


def overstated(path: Path) -> bool:
    with path.open("rb") as stream:
        return tables_overstated(stream, read_structure(stream))


def said_of(path: Path) -> str:
    """The first doubt of a film that plays, the reason why another does not."""
    try:
        return read_recording(path, name="a.mp4").doubts[0]
    except UnreadableError as refused:
        return refused.reason


def counting(film: bytes, kind: bytes, count: int, *, last: bool = False) -> bytes:
    at = (film.rindex(kind) if last else film.index(kind)) + (12 if kind == b"stsz" else 8)
    return film[:at] + struct.pack(">I", count) + film[at + 4 :]


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf" * 3])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("kind", [b"elst", b"stts", b"stss", b"stsc", b"stsz", b"stco"])
def test_a_false_count_never_reaches_the_reader_that_believes_it(
    tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch, kind: bytes, last: bool, prefix: bytes
) -> None:
    def believing(_source: object) -> object:
        raise AssertionError("it would count for ten minutes")

    monkeypatch.setattr(read, "media_info", believing)
    path = written(tmp_path, prefix + counting(film, kind, 0xFFFFFFFF, last=last))
    assert overstated(path)
    assert said_of(path) in {"malformed", "录像内部的索引写错，时长按能播放的部分计算，请核对。"}


def test_a_count_that_is_a_little_too_high_leaves_the_film_playable(tmp_path: Path, film: bytes) -> None:
    path = written(tmp_path, counting(film, b"stss", 9))
    recording = read_recording(path, name="a.mp4")
    assert recording.video
    assert recording.duration_ms > 1000
    assert "索引写错" in recording.doubts[0]


@pytest.mark.parametrize(
    "options", [{}, {"movflags": "+faststart"}, {"movflags": "frag_keyframe+empty_moov"}]
)
@pytest.mark.parametrize("extension", ["mp4", "mov"])
def test_a_sound_film_is_not_doubted(tmp_path: Path, options: dict[str, str], extension: str) -> None:
    path = make_clip(tmp_path / f"a.{extension}", seconds=1, options=options)
    assert not overstated(path)
    assert not [doubt for doubt in read_recording(path, name=path.name).doubts if "索引" in doubt]


@pytest.mark.parametrize("extension", ["mkv", "mp4"])
def test_a_cut_film_with_a_title_in_another_encoding_is_read(tmp_path: Path, extension: str) -> None:
    title = "执法记录仪设备".encode("gbk")
    path = make_clip(
        tmp_path / f"a.{extension}", seconds=3, title="x" * len(title), options=FRAGMENTS[extension]
    )
    content = path.read_bytes()
    assert b"x" * len(title) in content
    path.write_bytes(content.replace(b"x" * len(title), title)[: len(content) * 4 // 5])
    recording = read_recording(path, name=path.name)
    assert recording.truncated
    assert recording.duration_ms > 500


def test_a_small_file_is_given_little_time_and_a_long_one_enough() -> None:
    assert footage_bounds(35_000).cpu_seconds == 30
    assert footage_bounds(4_000_000_000).cpu_seconds == 110
    assert footage_bounds(64 * 1024**3).cpu_seconds == 600
