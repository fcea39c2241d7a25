"""Three recordings of one device, one long and two inside it: every overlap is flagged, in any order."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.domain.identifiers import Sha256
from evidence.domain.recording import Recording
from evidence.recordings.assign import assign
from tests.support.clips import make_clip
from tests.support.inbox_fixture import issue, open_room

START = datetime(2022, 3, 28, 1, 0, tzinfo=UTC)


def recording(name: str, minute: float, minutes: float) -> Recording:
    return Recording(
        sha256=Sha256(name * 64), name=f"{name}.mp4", bytes=1, device="TA00716",
        started_at=START + timedelta(minutes=minute), duration_ms=int(minutes * 60_000), video=True,
    )  # fmt: skip


LONG, EARLY, LATE, AFTER = (
    recording("a", 0, 40), recording("b", 5, 4), recording("c", 20, 4), recording("d", 41, 4),
)  # fmt: skip


@pytest.mark.parametrize("order", list(itertools.permutations((LONG, EARLY, LATE, AFTER))))
def test_all_overlaps_are_flagged_and_nothing_else(order: tuple[Recording, ...]) -> None:
    flagged = {each.sha256 for each in assign(order, (), (), ()) if "同一时间有两段录像" in each.why}
    assert flagged == {LONG.sha256, EARLY.sha256, LATE.sha256}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_files_that_came_before_are_flagged_too(tmp_path: Path, order: tuple[int, ...]) -> None:
    room = open_room(tmp_path)
    issue(room.ledger)
    films = (("090000", 120), ("090010", 3), ("090050", 4))
    for number in order:
        clock, seconds = films[number]
        clip = make_clip(tmp_path / f"{clock}.mp4", seconds=seconds, audio=False)
        room.drop(f"TA00716_JX0227_20220328{clock}.MP4", clip.read_bytes())
        room.ingest()
    doubted = [
        each.name for each in room.ledger.view.recordings() if any("同一时间" in d for d in each.doubts)
    ]
    assert len(doubted) == 3
