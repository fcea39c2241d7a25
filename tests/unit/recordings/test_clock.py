"""Which of several times is believed, and what is said about the others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from evidence.domain.identifiers import Sha256
from evidence.domain.recording import Recording, TimeClaim
from evidence.domain.register import RegisterEntry
from evidence.recordings.clock import (
    ONLY_CONTAINER,
    choose_start,
    container_claim,
    corrected,
    offset_in_force,
)

NAMED = datetime(2022, 3, 14, 1, 30, 5, tzinfo=UTC)


def _claims(**shift_s: int) -> list[TimeClaim]:
    return [TimeClaim(source=name, at=NAMED + timedelta(seconds=by)) for name, by in shift_s.items()]


@pytest.mark.parametrize(
    ("shift_s", "trusted", "doubtful"),
    [
        (0, True, False),
        (119, True, False),
        (720, True, False),  # stamped at the end of a twelve-minute file
        (8 * 3600, False, False),  # local time written as UTC: explained, no doubt
        (-8 * 3600, False, False),
        (8 * 3600 + 720, False, False),
        (3 * 3600, False, True),
        (-900, False, True),
    ],
)
def test_the_container_time_is_tested_against_the_name(shift_s: int, trusted: bool, doubtful: bool) -> None:
    start = choose_start(_claims(name=0, container=shift_s), duration_ms=720_000)
    assert start.at == NAMED
    container = next(claim for claim in start.claims if claim.source == "container")
    assert container.trusted is trusted
    assert bool(container.note) is not trusted
    assert bool(start.doubts) is doubtful


def test_file_times_are_kept_but_never_believed() -> None:
    start = choose_start(_claims(file=0), duration_ms=1_000)
    assert start.at is None
    assert [claim.trusted for claim in start.claims] == [False]
    assert start.doubts


def test_a_container_time_alone_may_be_in_either_zone() -> None:
    start = choose_start(_claims(container=0, file=5), duration_ms=1_000)
    assert start.at == NAMED
    assert start.doubts == (ONLY_CONTAINER,)


@pytest.mark.parametrize("year", [1904, 1970, 1980, 2000, 2099])
def test_reset_clocks_are_flagged(year: int) -> None:
    claim = TimeClaim(source="name", at=datetime(year, 1, 1, tzinfo=UTC))
    start = choose_start([claim], duration_ms=1_000)
    assert start.at is None
    assert any("复位" in doubt for doubt in start.doubts)


def test_the_future_is_impossible_when_now_is_known() -> None:
    assert choose_start(_claims(name=0), duration_ms=1_000, now=NAMED - timedelta(days=2)).at is None
    assert choose_start(_claims(name=0), duration_ms=1_000, now=NAMED).at == NAMED


def test_creation_times_of_both_epochs_are_read() -> None:
    by_standard = int((NAMED - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
    by_unix = int(NAMED.timestamp())
    for raw in (by_standard, by_unix):
        claim = container_claim(raw)
        assert claim is not None
        assert claim.at == NAMED
    assert container_claim(0) is None
    assert container_claim(None) is None
    assert container_claim(2**64 - 1) is not None


def _entry(key: str, on: date, offset_s: int, **more: date) -> RegisterEntry:
    data = {"device": "0012345", "offset_s": str(offset_s)}
    return RegisterEntry(register="clock-offset", key=key, on=on, data=data, **more)  # type: ignore[arg-type]


def test_the_offset_measured_nearest_to_the_day_is_taken() -> None:
    entries = [_entry("a", date(2022, 3, 1), 60), _entry("b", date(2022, 3, 13), 95)]
    found = offset_in_force(entries, "0012345", date(2022, 3, 14))
    assert found is not None
    assert found.key == "b"
    assert offset_in_force(entries, "9999999", date(2022, 3, 14)) is None
    ended = [_entry("c", date(2022, 3, 13), 95, valid_to=date(2022, 3, 13))]
    assert offset_in_force(ended, "0012345", date(2022, 3, 14)) is None


def _measured() -> Recording:
    times = choose_start(_claims(name=0, container=8 * 3600), duration_ms=1_000).claims
    return Recording(
        sha256=Sha256("0" * 64), name="x.mp4", bytes=1, device="0012345", started_at=NAMED,
        duration_ms=1_000, times=times,
    )  # fmt: skip


def test_a_fast_clock_is_put_right_and_twice_changes_nothing() -> None:
    entries = [_entry("b", date(2022, 3, 13), 95)]
    once = corrected(_measured(), entries, daily_s=3)
    assert once.started_at == NAMED - timedelta(seconds=95)
    assert corrected(once, entries, daily_s=3) == once


@pytest.mark.parametrize(
    ("on", "data", "drift_s"),
    [
        (date(2022, 3, 14), {}, 1),
        (date(2022, 3, 14), {"drift_s": "5"}, 5),
        (date(2022, 3, 11), {}, 1 + 3 * 3),
        (date(2022, 3, 16), {"drift_s": "0"}, 2 * 3),
    ],
)
def test_a_file_may_be_off_by_what_its_clock_can_have_lost_since_it_was_measured(
    on: date, data: dict[str, str], drift_s: int
) -> None:
    recording = _measured()
    entry = RegisterEntry(
        register="clock-offset", key="a", on=on, data={"device": "0012345", "offset_s": "60", **data}
    )
    assert corrected(recording, [entry], daily_s=3).drift_s == drift_s
    assert corrected(recording, [], daily_s=3).drift_s is None
