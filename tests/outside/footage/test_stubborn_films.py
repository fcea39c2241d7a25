"""A film over which one reader stumbles is read by the other; one that neither can end is `malformed`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.domain.identifiers import Sha256
from evidence.errors import UnreadableError
from evidence.isolation.limits import Bounds
from evidence.recordings import read
from evidence.recordings.read import FootageFile, Told, read_bounded
from tests.support.clips import make_clip

NOW = datetime(2022, 4, 1, tzinfo=UTC)


def never_told(_path: Path) -> Told:
    """In place of MediaInfo: busy until its processor time is over."""
    while True:
        pass


def never_read(_file: FootageFile) -> read.Recording:
    """In place of demuxing, the same."""
    while True:
        pass


def film(tmp_path: Path) -> FootageFile:
    path = make_clip(tmp_path / "a.mp4", seconds=2)
    return FootageFile(path=path, name="a.mp4", sha256=Sha256("0" * 64), card=None, now=NOW)


def test_a_film_that_holds_up_mediainfo_is_read_by_demuxing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "_TELLING", Bounds(cpu_seconds=1))
    monkeypatch.setattr(read, "tell", never_told)
    recording = read_bounded(film(tmp_path))
    assert (recording.video, recording.duration_ms // 1000) == (True, 2)
    assert any("索引写错" in doubt for doubt in recording.doubts)


def test_a_film_that_nobody_reads_to_its_end_is_malformed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "footage_bounds", lambda _size: Bounds(cpu_seconds=1))
    monkeypatch.setattr(read, "read_footage", never_read)
    with pytest.raises(UnreadableError) as refused:
        read_bounded(film(tmp_path))
    assert refused.value.reason == "malformed"
    assert "1 秒处理器时间" in refused.value.what
