"""What a dossier prints of a telephone's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evidence.domain.case import Clocked
from evidence.domain.hazard import Capture
from evidence.domain.identifiers import Sha256
from evidence.handover.telephone_words import captured_so, pressed_at
from tests.support import sample

NINE = datetime(2022, 3, 28, 1, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead_ms", "said"),
    [(3000, "，服务器钟快 3 秒"), (-3000, "，服务器钟慢 3 秒"), (-1000, "，服务器钟慢 1 秒"), (999, "")],
)
def test_the_clocks_difference_is_told_in_words(ahead_ms: int, said: str) -> None:
    captured = Capture(original=Sha256("ab" * 32), device_time=NINE, ahead_ms=ahead_ms)
    assert captured_so(captured).startswith(f"设备时间 2022-03-28 09:00:05{said}　")
    visit = next(visit for case in sample.week_facts().cases for visit in case.visits)
    clocked = (Clocked(what="arrived", device_time=NINE, ahead_ms=ahead_ms),)
    assert pressed_at(replace(visit, clocked=clocked)) == f"（手机按键时间 到达 09:00:05{said}）"
