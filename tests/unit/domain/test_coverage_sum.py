"""Short pauses add up: the tolerance of one gap is no licence for any number of them (附件八2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from evidence.domain.coverage import Coverage, CoverageLimits, CoverageVerdict, Segment, coverage
from evidence.domain.identifiers import Sha256

START = datetime(2022, 3, 14, 1, tzinfo=UTC)
PASS, REVIEW, FAIL = CoverageVerdict.PASS, CoverageVerdict.REVIEW, CoverageVerdict.FAIL


def filmed(minutes: int, *pauses: tuple[int, int], certain: bool = True) -> Coverage:
    """A visit of so many minutes, filmed but for pauses given as (second they begin, seconds they last)."""
    segments, from_ = [], 0
    for begin, length in [*pauses, (minutes * 60, 0)]:
        segments.append(
            Segment(
                start=START + timedelta(seconds=from_),
                end=START + timedelta(seconds=begin),
                sha256=Sha256(f"{from_:064x}"),
                certain=certain,
                drift_s=0,
            )
        )
        from_ = begin + length
    return coverage(START, START + timedelta(minutes=minutes), segments)


@pytest.mark.parametrize(
    ("minutes", "pauses", "verdict"),
    [
        pytest.param(60, (), PASS, id="whole visit"),
        pytest.param(60, ((600, 59),), PASS, id="one pause of 59 s in an hour"),
        pytest.param(60, ((600, 61),), FAIL, id="one pause beyond the tolerance"),
        pytest.param(60, ((600, 36), (1200, 36)), PASS, id="2.0 % together"),
        pytest.param(60, ((600, 36), (1200, 37)), REVIEW, id="a second over 2 % together"),
        pytest.param(60, ((600, 60), (1200, 60), (1800, 60)), REVIEW, id="5.0 % together"),
        pytest.param(60, ((600, 60), (1200, 60), (1800, 60), (2400, 1)), FAIL, id="a second over 5 %"),
        pytest.param(
            20, ((0, 59), (600, 59), (1141, 59)), FAIL, id="59 s at start, middle and end of 20 min"
        ),
        pytest.param(
            20, tuple((61 + 120 * n, 59) for n in range(10)), FAIL, id="ten pauses of 59 s in 20 min"
        ),
    ],
)
def test_pauses_are_judged_one_by_one_and_together(
    minutes: int, pauses: tuple[tuple[int, int], ...], verdict: CoverageVerdict
) -> None:
    found = filmed(minutes, *pauses)
    assert found.verdict is verdict, found.reasons
    assert found.uncovered_s == sum(length for _begin, length in pauses)
    if verdict is not PASS:
        assert "%" in "".join(found.reasons) or "无录像" in "".join(found.reasons)


def test_a_pass_states_what_it_let_be() -> None:
    assert filmed(60, (600, 59)).figures == "未录到 1 处，共 59 秒（1.6%）"
    assert filmed(60).figures == "没有间断"


def test_a_stretch_whose_film_is_doubtful_is_not_called_unfilmed() -> None:
    found = filmed(60, certain=False)
    assert found.verdict is REVIEW
    assert "存疑的录像" in "".join(found.reasons)
    assert "无录像" not in "".join(found.reasons)


def test_the_sum_is_left_alone_where_a_ruleset_did_not_know_it() -> None:
    limits = CoverageLimits(share_permille=None)
    begin = [Segment(start=START, end=START + timedelta(seconds=541), sha256=Sha256("a" * 64))]
    segments = [
        *begin,
        Segment(
            start=START + timedelta(seconds=600), end=START + timedelta(minutes=20), sha256=Sha256("b" * 64)
        ),
    ]
    assert coverage(START, START + timedelta(minutes=20), segments, limits).verdict is PASS


@pytest.mark.parametrize(
    ("shift", "hint"),
    [
        pytest.param(timedelta(minutes=10), "时钟可能快", id="ahead"),
        pytest.param(timedelta(minutes=-10), "时钟可能慢", id="behind"),
        pytest.param(timedelta(seconds=61), "时钟可能快", id="a second beyond the tolerance"),
        pytest.param(timedelta(seconds=60), "", id="the tolerance"),
        pytest.param(timedelta(days=6), "", id="a film of another day"),
    ],
)
def test_a_film_shifted_as_a_whole_hints_at_its_clock(shift: timedelta, hint: str) -> None:
    length = timedelta(minutes=20)
    film = Segment(start=START + shift, end=START + shift + length, sha256=Sha256("0" * 64), drift_s=0)
    said = "".join(coverage(START, START + length, [film]).reasons)
    assert (hint in said) if hint else ("时钟" not in said)
