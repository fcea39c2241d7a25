"""Whatever the segments look like, covered and gaps add up to the visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.domain.coverage import CoverageLimits, CoverageVerdict, Segment, coverage
from evidence.domain.identifiers import Sha256

ARRIVED = datetime(2022, 3, 14, 0, 55, tzinfo=UTC)

offsets = st.integers(-7_200, 14_400)
segments = st.lists(
    st.builds(
        lambda start, length, device, certain, number: Segment(
            start=ARRIVED + timedelta(seconds=start),
            end=ARRIVED + timedelta(seconds=start + length),
            sha256=Sha256(f"{number:064x}"),
            device=device,
            certain=certain,
        ),
        offsets,
        st.integers(0, 7_200),
        st.sampled_from(["", "0012345", "0012346"]),
        st.booleans(),
        st.integers(0, 9),
    ),
    max_size=12,
)


@given(segments, st.integers(1, 14_400), st.integers(0, 300))
def test_covered_and_gaps_add_up_to_the_visit(
    given_segments: list[Segment], length: int, tolerance: int
) -> None:
    left = ARRIVED + timedelta(seconds=length)
    found = coverage(ARRIVED, left, given_segments, CoverageLimits(tolerance_s=tolerance))
    parts = sorted([*found.covered, *found.gaps])
    assert parts[0].start == ARRIVED
    assert parts[-1].end == left
    assert all(first.end == second.start for first, second in pairwise(parts))
    assert all(part.start < part.end for part in parts)


@given(segments, st.integers(1, 14_400))
def test_each_covered_second_lies_in_a_certain_segment(given_segments: list[Segment], length: int) -> None:
    found = coverage(ARRIVED, ARRIVED + timedelta(seconds=length), given_segments)
    certain = [segment for segment in given_segments if segment.certain]
    for part in found.covered:
        middle = part.start + part.length / 2
        assert any(segment.start <= middle < segment.end for segment in certain)
    for gap in found.gaps:
        middle = gap.start + gap.length / 2
        assert not any(segment.start <= middle < segment.end for segment in certain)


@given(segments, segments, st.integers(1, 14_400))
def test_more_certain_footage_never_opens_a_gap(
    first: list[Segment], more: list[Segment], length: int
) -> None:
    left = ARRIVED + timedelta(seconds=length)
    before, after = coverage(ARRIVED, left, first), coverage(ARRIVED, left, [*first, *more])
    assert after.covered_s >= before.covered_s


@given(segments, st.integers(1, 14_400))
def test_the_order_of_files_does_not_matter(given_segments: list[Segment], length: int) -> None:
    left = ARRIVED + timedelta(seconds=length)
    forwards = coverage(ARRIVED, left, given_segments)
    backwards = coverage(ARRIVED, left, given_segments[::-1])
    assert (forwards.verdict, forwards.covered, forwards.gaps) == (
        backwards.verdict,
        backwards.covered,
        backwards.gaps,
    )


def _segment(start: int, end: int, *, device: str = "0012345", certain: bool = True, n: int = 0) -> Segment:
    return Segment(
        start=ARRIVED + timedelta(seconds=start),
        end=ARRIVED + timedelta(seconds=end),
        sha256=Sha256(f"{n:064x}"),
        device=device,
        certain=certain,
    )


@pytest.mark.parametrize(
    ("given_segments", "unplaced", "verdict"),
    [
        ([_segment(0, 3600)], 0, CoverageVerdict.PASS),
        ([_segment(60, 3600)], 0, CoverageVerdict.PASS),
        ([_segment(63, 3600)], 0, CoverageVerdict.REVIEW),  # the clock's drift could close it
        ([_segment(64, 3600)], 0, CoverageVerdict.FAIL),
        ([_segment(0, 1800), _segment(1800, 3600, n=1)], 0, CoverageVerdict.PASS),
        ([_segment(0, 1800), _segment(2000, 3600, n=1)], 0, CoverageVerdict.FAIL),
        ([_segment(0, 1800), _segment(1700, 3600, device="0012346", n=1)], 0, CoverageVerdict.PASS),
        ([_segment(0, 1800), _segment(1775, 3600, n=1)], 0, CoverageVerdict.PASS),  # pre-recorded seconds
        ([_segment(0, 1800), _segment(1700, 3600, n=1)], 0, CoverageVerdict.REVIEW),  # one device twice
        ([_segment(0, 3600, certain=False)], 0, CoverageVerdict.REVIEW),
        ([], 0, CoverageVerdict.FAIL),
        ([], 1, CoverageVerdict.REVIEW),
        ([_segment(0, 3600)], 1, CoverageVerdict.PASS),
    ],
)
def test_verdicts(given_segments: list[Segment], unplaced: int, verdict: CoverageVerdict) -> None:
    found = coverage(ARRIVED, ARRIVED + timedelta(hours=1), given_segments, unplaced=unplaced)
    assert found.verdict is verdict
    assert bool(found.reasons) is (verdict is not CoverageVerdict.PASS)


def test_a_visit_without_its_end_is_for_a_person() -> None:
    assert coverage(ARRIVED, None, [_segment(0, 3600)]).verdict is CoverageVerdict.REVIEW
    assert coverage(ARRIVED, ARRIVED, []).verdict is CoverageVerdict.REVIEW


def test_the_gap_is_named_in_shanghai_time() -> None:
    found = coverage(ARRIVED, ARRIVED + timedelta(hours=1), [_segment(720, 3600)])
    assert found.reasons == ("08:55:00–09:07:00 无录像（12 分 00 秒）。",)
