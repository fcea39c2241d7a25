"""When is a file ready? A decision table over quiet, writers and patience."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.inbox.inbox_listing import Sighting
from evidence.inbox.settings import InboxSettings
from evidence.inbox.settle import Readiness, Watched, next_look, observe, readiness

SETTINGS = InboxSettings(settle_s=2.0, incomplete_after_s=180.0)


def sighting(*, size: int = 100, mtime: int = 1_000_000_000, ctime: int = 0, inode: int = 7) -> Sighting:
    return Sighting(
        path=Path("/inbox/a.pdf"),
        name="a.pdf",
        regular=True,
        inode=inode,
        size=size,
        mtime_ns=mtime,
        ctime_ns=ctime or mtime,
    )


def watched(quiet: float, *, found_broken: bool = False) -> Watched:
    return Watched(
        sighting=sighting(), since=100.0 - quiet, first_seen=0.0, quiet_before=0.0, found_broken=found_broken
    )


@pytest.mark.parametrize(
    ("quiet", "writer", "patient", "expected"),
    [
        (0.0, False, True, Readiness.GROWING),
        (1.9, False, False, Readiness.GROWING),
        (2.0, False, True, Readiness.READY),
        (2.0, None, True, Readiness.READY),
        (2.0, False, False, Readiness.GIVE_UP),
        (2.0, None, False, Readiness.READY),
        (180.0, None, False, Readiness.GIVE_UP),
        (180.0, False, True, Readiness.GIVE_UP),
        (179.0, False, True, Readiness.READY),
        (9999.0, True, True, Readiness.GROWING),
        (9999.0, True, False, Readiness.GROWING),
    ],
)
def test_quiet_writers_and_patience_decide(
    quiet: float, writer: bool | None, patient: bool, expected: Readiness
) -> None:
    assert readiness(watched(quiet), SETTINGS, now=100.0, writer=writer, patient=patient) is expected


def test_a_file_last_changed_long_ago_counts_as_quiet_at_first_sight() -> None:
    memory = observe({}, (sighting(mtime=50_000_000_000),), now=10.0, wall=60.0)
    assert memory["/inbox/a.pdf"].quiet(10.0) == 10.0


def test_a_preserved_old_modification_time_does_not_hide_a_fresh_copy() -> None:
    fresh = sighting(mtime=1_000_000_000, ctime=59_000_000_000)
    memory = observe({}, (fresh,), now=10.0, wall=60.0)
    assert memory["/inbox/a.pdf"].quiet(10.0) == 1.0


def test_a_time_in_the_future_counts_as_no_rest_at_all() -> None:
    memory = observe({}, (sighting(mtime=99_000_000_000_000),), now=10.0, wall=60.0)
    assert memory["/inbox/a.pdf"].quiet(12.0) == 2.0


@pytest.mark.parametrize("change", [{"size": 101}, {"mtime": 2_000_000_000}, {"inode": 8}, {"ctime": 3}])
def test_any_change_starts_the_quiet_time_anew(change: dict[str, int]) -> None:
    first = observe({}, (sighting(),), now=10.0, wall=1000.0)
    second = observe(first, (sighting(**change),), now=20.0, wall=1010.0)
    assert second["/inbox/a.pdf"].quiet(21.0) == 1.0
    assert second["/inbox/a.pdf"].first_seen == 10.0


def test_an_unchanged_file_keeps_its_memory_and_a_vanished_one_is_forgotten() -> None:
    first = observe({}, (sighting(),), now=10.0, wall=0.0)
    assert observe(first, (sighting(),), now=15.0, wall=5.0)["/inbox/a.pdf"].quiet(15.0) == 5.0
    assert observe(first, (), now=15.0, wall=5.0) == {}


@pytest.mark.parametrize(
    ("quiet", "broken", "wait"),
    [(0.5, False, 1.5), (0.5, True, 60.0), (150.0, True, 30.0), (500.0, True, 2.0), (5.0, False, 2.0)],
)
def test_the_next_look_comes_when_something_can_change(quiet: float, broken: bool, wait: float) -> None:
    memory = {"a": watched(quiet, found_broken=broken)}
    assert next_look(memory, SETTINGS, now=100.0, fallback=60.0) == pytest.approx(wait)


def test_nothing_waiting_means_the_usual_rest() -> None:
    assert next_look({}, SETTINGS, now=100.0, fallback=60.0) == 60.0
