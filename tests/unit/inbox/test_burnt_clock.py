"""A clock burnt into the picture is read as a suggestion, never believed."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from evidence.domain.identifiers import Sha256
from evidence.domain.recording import BURNT_IN, Recording, TimeClaim
from evidence.domain.week import SHANGHAI
from evidence.inbox import burnt_clock
from evidence.inbox.burnt_clock import LEAST_MS, Place, clock_in, look, suggestion, with_burnt_clock
from evidence.recognition.ocr import is_installed

BEGAN = datetime(2022, 3, 14, 1, tzinfo=UTC)


def film(**changes: object) -> Recording:
    fields = {"started_at": BEGAN, "duration_ms": LEAST_MS, "video": True, "audio": True} | changes
    return Recording(sha256=Sha256("0" * 64), name="0012345_000123_20220314090000.MP4", bytes=1, **fields)  # type: ignore[arg-type]


@pytest.fixture
def shows_another_day(tmp_path: Path) -> Path:
    """Four seconds of film whose lower edge says that it is the 22nd of February."""
    path = tmp_path / "clock.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number in range(4):
            picture = np.full((360, 640, 3), 60, np.uint8)
            words = f"2022-02-22 09:00:{number:02d}"
            cv2.putText(picture, words, (20, 345), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 2)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 1)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2022-03-14 09:12:33", (2022, 3, 14, 9, 12, 33)),
        ("2022-03-1409:12:33", (2022, 3, 14, 9, 12, 33)),
        ("REC 2022/03/14 09：12：33 0012345", (2022, 3, 14, 9, 12, 33)),
        ("2022年3月14日 09:12:33", (2022, 3, 14, 9, 12, 33)),
        ("2022-13-14 09:12:33", None),
        ("电话 0519-80000011", None),
    ],
)
def test_a_clock_is_known_in_the_ways_recorders_write_it(text: str, read: tuple[int, ...] | None) -> None:
    assert clock_in(text) == (datetime(*read, tzinfo=SHANGHAI) if read else None)  # type: ignore[misc]


@pytest.mark.skipif(not is_installed(), reason="the extra evidence[ocr] is not installed")
def test_the_picture_of_a_real_film_is_read(shows_another_day: Path) -> None:
    seen = look(Place(path=shows_another_day, at_ms=0))
    assert seen.at is not None
    assert (seen.at.astimezone(SHANGHAI).date().isoformat(), seen.at.minute) == ("2022-02-22", 0)


@pytest.mark.skipif(not is_installed(), reason="the extra evidence[ocr] is not installed")
def test_another_day_in_the_picture_is_said_and_changes_neither_start_nor_doubts(
    shows_another_day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(burnt_clock, "LEAST_MS", 0)
    before = film(duration_ms=0)
    after = with_burnt_clock(shows_another_day, before)
    assert [claim.source for claim in after.times] == [BURNT_IN]
    assert not after.times[0].trusted
    assert (after.started_at, after.doubts, after.clock_offset_s) == (BEGAN, (), 0)
    assert "2022-02-22 09:00" in suggestion(after)
    assert "仅供参考" in suggestion(after)


def test_the_same_day_is_worth_no_word() -> None:
    assert suggestion(film(times=(TimeClaim(source=BURNT_IN, at=BEGAN, trusted=False),))) == ""


def test_without_the_extra_nothing_is_read(shows_another_day: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burnt_clock, "_engine_there", lambda: False)
    assert with_burnt_clock(shows_another_day, film()) == film()


def test_short_cut_or_blind_films_are_not_read(shows_another_day: Path) -> None:
    for each in (film(duration_ms=LEAST_MS - 1), film(truncated=True), film(video=False)):
        assert with_burnt_clock(shows_another_day, each) == each


def test_what_breaks_while_reading_says_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film at all")
    assert with_burnt_clock(broken, film()) == film()
