"""Parts of a file are joined where they belong, once, whatever comes twice or late."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.archive.originals import Originals
from evidence.web import resuming
from evidence.web.resuming import Partial, Range, Readable, TooLargeError
from evidence.web.site.parts import Parts

WHOLE = bytes(range(250)) * 4
SEALING = "5f" * 16


@pytest.fixture
def partial(tmp_path: Path) -> Partial:
    return Partial(tmp_path / "site" / "7" / f"{'a' * 64}.part")


def _part(start: int, end: int) -> tuple[Range, BytesIO]:
    return Range(start=start, end=end, total=len(WHOLE)), BytesIO(WHOLE[start:end])


def _into(kept: list[bytes]) -> Callable[[Readable], None]:
    return lambda source: kept.append(source.read(1 << 20))


def test_parts_in_their_order_give_the_whole(partial: Partial) -> None:
    kept: list[bytes] = []
    found = [partial.add(*_part(start, start + 250), _into(kept)) for start in range(0, 1000, 250)]
    assert found == [250, 500, 750, 1000]
    assert kept == [WHOLE]
    assert not partial.path.exists()


def test_a_part_that_does_not_go_on_where_the_last_stopped_changes_nothing(partial: Partial) -> None:
    partial.add(*_part(0, 400), _into([]))
    for start, end in ((0, 400), (500, 900), (300, 700)):
        assert partial.add(*_part(start, end), _into([])) == 400
    assert partial.path.read_bytes() == WHOLE[:400]
    assert partial.have == 400


def test_what_was_begun_and_never_finished_goes_after_a_month(partial: Partial) -> None:
    folder = partial.path.parent
    folder.mkdir(parents=True)
    month = 30 * 86_400
    old = time.time() - month - 60
    ages = {"b.part": old, "tmpcut": old, "waits.jpg": old, "recent.part": old + 120}
    for name, touched in ages.items():
        (folder / name).write_bytes(b"begun")
        os.utime(folder / name, (touched, touched))
    partial.add(*_part(0, 250), _into([]))
    assert {each.name for each in folder.iterdir()} == {partial.path.name, "waits.jpg", "recent.part"}


def test_what_an_account_that_never_comes_again_began_goes_too(partial: Partial) -> None:
    left = partial.path.parent.parent / "8" / "b.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"begun")
    os.utime(left, (0, 0))
    partial.add(*_part(0, 250), _into([]))
    assert not left.exists()


def test_a_late_part_of_an_earlier_try_does_not_finish_it(partial: Partial) -> None:
    kept: list[bytes] = []
    partial.add(*_part(0, 400), _into(kept))
    partial.path.write_bytes(WHOLE)
    assert partial.add(*_part(0, 400), _into(kept)) == 1000
    assert kept == []


def test_of_a_part_that_ends_early_what_came_is_kept_and_nothing_beyond_it(partial: Partial) -> None:
    part, _source = _part(0, 400)
    assert partial.add(part, BytesIO(WHOLE[:150]), _into([])) == 150
    part, _source = _part(150, 400)
    assert partial.add(part, BytesIO(WHOLE[150:]), _into([])) == 400


def test_a_disk_that_fails_at_the_end_costs_no_byte(partial: Partial) -> None:
    def full(_source: Readable) -> None:
        raise OSError(errno.ENOSPC, "no space")

    kept: list[bytes] = []
    with pytest.raises(OSError, match="no space"):
        partial.add(*_part(0, 1000), full)
    assert partial.have == 1000
    assert partial.add(*_part(999, 1000), _into(kept)) == 1000
    assert kept == [WHOLE]


_TRY = st.tuples(st.booleans(), st.integers(0, 59), st.integers(1, 60), st.integers(0, 60))
"""Whether it goes on where the last one stopped, or its place; its length, and how much of it comes."""


@given(whole=st.binary(min_size=1, max_size=60), tries=st.lists(_TRY, max_size=12))
def test_whatever_is_cut_and_comes_in_whatever_order_the_bytes_are_the_same(
    whole: bytes, tries: list[tuple[bool, int, int, int]]
) -> None:
    """Parts that go on or come late, cut anywhere; in the end a sender that asks how much is here."""
    kept: list[bytes] = []
    with tempfile.TemporaryDirectory() as folder:
        partial = Partial(Path(folder) / "7" / "x.part")
        for goes_on, place, length, sent in [*tries, (True, 0, 60, 60)]:
            if kept:
                break
            start = min(partial.have if goes_on else place, len(whole) - 1)
            end = min(start + length, len(whole))
            source = BytesIO(whole[start:end][:sent] + b"of another request" * (sent >= length))
            partial.add(Range(start=start, end=end, total=len(whole)), source, _into(kept))
            if partial.have:
                assert whole.startswith(partial.path.read_bytes())
    assert kept == [whole]


def test_the_same_part_twice_at_once_is_joined_once(partial: Partial) -> None:
    kept: list[bytes] = []
    with ThreadPoolExecutor(8) as pool:
        for start in range(0, 1000, 250):
            several = [pool.submit(partial.add, *_part(start, start + 250), _into(kept)) for _n in range(8)]
            assert max(each.result() for each in several) == start + 250
    assert kept == [WHOLE]
    assert not partial.path.exists()


def test_what_cannot_be_opened_is_let_go_and_begins_anew(partial: Partial) -> None:
    def refuse(_source: Readable) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - whatever it was
        partial.add(*_part(0, 1000), refuse)
    assert partial.have == 0


def test_a_server_that_died_with_the_last_byte_on_its_disk_goes_on_from_there(partial: Partial) -> None:
    kept: list[bytes] = []
    partial.add(*_part(0, 400), _into(kept))
    partial.path.write_bytes(WHOLE)
    assert partial.have == 1000
    assert partial.add(*_part(999, 1000), _into(kept)) == 1000
    assert kept == [WHOLE]
    assert partial.have == 0


def test_who_waited_while_the_whole_was_refused_is_not_told_that_it_is_here(
    partial: Partial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same last part twice at once: the second finds every byte, but nobody could open them."""
    both_opened, locked = Event(), iter((False, True))

    def lock(file: BinaryIO, how: int) -> None:
        if next(locked):
            both_opened.set()
        fcntl.flock(file, how)

    def refuse(_source: Readable) -> None:
        assert both_opened.wait(20)
        raise ValueError

    partial.add(*_part(0, 400), refuse)
    monkeypatch.setattr(resuming, "fcntl", SimpleNamespace(flock=lock, LOCK_EX=fcntl.LOCK_EX))
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(partial.add, *_part(400, 1000), refuse) for _n in range(2)]
        refused = [each for each in both if isinstance(each.exception(timeout=20), ValueError)]
    assert len(refused) == 1
    assert [each.result() for each in both if each not in refused] == [0]


def test_another_sealing_of_the_same_photograph_is_another_message(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "site" / "7", Originals(tmp_path / "originals"))
    one, other = parts.begun("a" * 64, SEALING), parts.begun("a" * 64, "60" * 16)
    assert one is not None
    assert other is not None
    one.add(*_part(0, 400), _into([]))
    assert other.have == 0
    assert parts.begun("a" * 64, "../x") is None


def test_what_the_archive_has_leaves_no_part_behind(tmp_path: Path) -> None:
    originals = Originals(tmp_path / "originals")
    parts = Parts(tmp_path / "site" / "7", originals)
    digest, other = originals.put_bytes(WHOLE), "b" * 64
    for each in (digest, other):
        begun = parts.begun(each, SEALING)
        assert begun is not None
        begun.add(*_part(0, 400), _into([]))
    parts.let_go([digest, other])
    assert [path.name for path in parts.folder.iterdir()] == [f"{other}.{SEALING}.part"]


@pytest.mark.parametrize(
    "header", ["", "bytes 5-4/9", "bytes 0-9/9", "bytes */9", "items 0-1/9", "bytes 0-1/*", "bytes -1-3/9"]
)
def test_other_ranges_are_none(header: str) -> None:
    assert Range.read(header, most=100) is None


def test_a_range_is_read_as_it_is_said() -> None:
    assert Range.read("bytes 0-8/9", most=9) == Range(start=0, end=9, total=9)
    with pytest.raises(TooLargeError):
        Range.read("bytes 0-1/10", most=9)
