"""An arrival's id names the day it came in."""

from __future__ import annotations

from datetime import date

import pytest

from evidence.domain.identifiers import arrival_day, as_typed


@pytest.mark.parametrize(
    ("arrival", "day"),
    [
        ("A-20220401-0007", date(2022, 4, 1)),
        ("A-20240229-10000", date(2024, 2, 29)),
        ("A-20230229-0001", None),
        ("A-2022041-0001", None),
        ("", None),
    ],
)
def test_the_day_in_an_arrival_s_id(arrival: str, day: date | None) -> None:
    assert arrival_day(arrival) == day


@pytest.mark.parametrize("typed", ["wjb22-0001", "ＷＪＢ２２－０００１", " WJB22—0001 ", "WJB22‑0001"])
def test_an_identifier_is_read_in_every_width(typed: str) -> None:
    assert as_typed(typed) == "WJB22-0001"
