"""Files on their way into the inbox: whole and proven before anybody sees them, within what they may take."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import subprocess
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.web import unfinished
from evidence.web.received import move_in
from evidence.web.resuming import OtherBytesError, Range
from evidence.web.unfinished import BLOCK, NoRoomError, Noted, TooManyError, Unfinished, digest_of

WHOLE = bytes(range(250)) * 4
KEY, SENDING = "c" * 64, "a choice"
DESK = Path(__file__).parents[3] / "evidence/web/static/desk"
_DIGESTS = """
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
globalThis.crypto ??= webcrypto;
const { Digests, keyOf } = await import("./whole.js");
const file = (name, path) => Object.assign(new Blob([readFileSync(path)]), { name, lastModified: 1 });
const chosen = file("film.mp4", process.argv[2]);
const byParts = new Digests(chosen);
for (const end of [100, 1048576, 1048577, 2500000]) await byParts.upTo(Math.min(end, chosen.size));
const keys = [chosen, file("film.mp4", process.argv[2]), file("other.mp4", process.argv[2])].map(keyOf);
const digests = [await byParts.whole(), await new Digests(chosen).whole()];
process.stdout.write(JSON.stringify([...digests, ...await Promise.all(keys)]));
"""


@pytest.fixture
def known(tmp_path: Path) -> Unfinished:
    return _of(tmp_path, "7")


def _of(root: Path, account: str, *, most: int = 10_000, all_most: int = 20_000) -> Unfinished:
    return Unfinished(
        folder=root / "uploads" / account,
        inbox=root / "inbox",
        most_of_account=most,
        most_of_all=all_most,
    )


def _take(
    known: Unfinished,
    start: int,
    end: int,
    *,
    key: str = KEY,
    name: str = "film.mp4",
    digest: str | None = None,
) -> int:
    return known.take(
        key,
        Range(start=start, end=end, total=len(WHOLE)),
        BytesIO(WHOLE[start:end]),
        whole=Noted(name=name, total=len(WHOLE), sending=SENDING),
        digest=digest_of(BytesIO(WHOLE)) if digest is None else digest,
    )


def _inbox(known: Unfinished) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in known.inbox.iterdir()} if known.inbox.exists() else {}


def test_a_file_is_in_the_inbox_once_it_is_whole_and_not_before(known: Unfinished) -> None:
    assert _take(known, 0, 400) == 400
    assert _inbox(known) == {}
    (begun,) = known.begun()
    assert (begun.key, begun.name, begun.have, begun.percent) == (KEY, "film.mp4", 400, 40)
    assert not known.arrived(KEY, SENDING)
    assert not known.arrived(KEY, "")
    assert _take(known, 400, 1000) == 1000
    assert _inbox(known) == {"film.mp4": WHOLE}
    assert known.begun() == ()
    assert known.arrived(KEY, SENDING)
    assert not known.arrived(KEY, "another choice of the same file")


def test_an_equal_name_is_never_overwritten(known: Unfinished) -> None:
    known.inbox.mkdir()
    (known.inbox / "film.mp4").write_bytes(b"an earlier one")
    for key in ("c" * 64, "d" * 64):
        _take(known, 0, 1000, key=key)
    assert _inbox(known) == {"film.mp4": b"an earlier one", "film (2).mp4": WHOLE, "film (3).mp4": WHOLE}


def test_other_content_than_was_chosen_never_reaches_the_inbox(known: Unfinished) -> None:
    _take(known, 0, 400)
    with pytest.raises(OtherBytesError):
        _take(known, 400, 1000, digest="0" * 64)
    assert _inbox(known) == {}
    assert known.partial(KEY).have == 0


def test_a_server_that_died_just_after_the_move_does_not_move_it_twice(known: Unfinished) -> None:
    _take(known, 0, 400)
    known.partial(KEY).path.write_bytes(WHOLE)
    known.inbox.mkdir()
    (known.inbox / "film.mp4").hardlink_to(known.partial(KEY).path)
    assert _take(known, 999, 1000) == 1000
    assert _inbox(known) == {"film.mp4": WHOLE}
    assert known.arrived(KEY, SENDING)


def test_nobody_reaches_what_another_account_began(known: Unfinished, tmp_path: Path) -> None:
    _take(known, 0, 400)
    other = _of(tmp_path, "8")
    assert other.begun() == ()
    assert other.partial(KEY).have == 0
    assert _take(other, 400, 1000) == 0
    other.drop(KEY)
    assert known.partial(KEY).have == 400
    assert known.folder.stat().st_mode & 0o777 == 0o700


def test_what_was_given_up_is_gone(known: Unfinished) -> None:
    _take(known, 0, 400)
    known.drop(KEY)
    known.drop(KEY)
    assert known.begun() == ()
    assert list(known.folder.iterdir()) == []


def test_what_is_just_being_compared_is_not_taken_away_beneath(known: Unfinished) -> None:
    """Given up in its last moments a file goes its way: begun anew, a fragment would arrive."""
    _take(known, 0, 400)
    with known.partial(KEY).path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known.drop(KEY)
        assert known.partial(KEY).have == 400
    assert _take(known, 400, 1000) == 1000
    assert _inbox(known) == {"film.mp4": WHOLE}


def test_a_part_that_waited_for_the_last_one_compares_nothing_again(
    known: Unfinished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has the inbox's name by then, and one name still."""
    _take(known, 0, 400)
    waited = os.open(known.partial(KEY).path, os.O_RDWR)
    _take(known, 400, 1000)
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", lambda *_all: waited)
        assert _take(known, 999, 1000) == 0
    assert _inbox(known) == {"film.mp4": WHOLE}


def test_one_account_and_all_together_take_only_so_much(tmp_path: Path) -> None:
    one = _of(tmp_path, "7", most=1_500, all_most=1_800)
    _take(one, 0, 600)
    with pytest.raises(TooManyError):
        _take(one, 0, 1, key="d" * 64)
    assert _take(one, 600, 700) == 700, "what was begun within the limit goes on"
    other = _of(tmp_path, "8", most=1_500, all_most=1_600)
    with pytest.raises(TooManyError):
        _take(other, 0, 1)


def test_a_disk_without_room_is_told_before_it_is_full(
    known: Unfinished, monkeypatch: pytest.MonkeyPatch
) -> None:
    _take(known, 0, 400)
    usage = SimpleNamespace(free=256 * 1024**2 + 599)
    monkeypatch.setattr(unfinished, "shutil", SimpleNamespace(disk_usage=lambda _path: usage))
    with pytest.raises(NoRoomError):
        _take(known, 400, 500)
    usage.free += 1
    assert _take(known, 400, 500) == 500


def test_an_inbox_on_a_full_disk_of_its_own_costs_no_byte(
    known: Unfinished, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_folder: Path, _name: str, _whole: Path) -> Path:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patched:
        patched.setattr(unfinished, "move_in", full)
        with pytest.raises(OSError, match="no space"):
            _take(known, 0, 1000)
    assert known.partial(KEY).have == 1000
    assert _take(known, 999, 1000) == 1000
    assert _inbox(known) == {"film.mp4": WHOLE}


@pytest.mark.parametrize("links", [True, False])
def test_a_file_moves_in_whole_from_another_disk_and_where_there_are_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    def none(_target: Path, _whole: Path) -> None:
        raise PermissionError(errno.EPERM, "no links")

    whole, inbox = tmp_path / "x.part", tmp_path / "inbox"
    if links:
        shm = Path("/dev/shm")  # noqa: S108 - another file system than the tests' own
        if not shm.is_dir() or shm.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("no second file system here")
        whole = shm / f"{tmp_path.parent.name}-{tmp_path.name}.part"
    else:
        monkeypatch.setattr(Path, "hardlink_to", none)
    for expected in ("film.mp4", "film (2).mp4"):
        whole.write_bytes(WHOLE)
        assert move_in(inbox, "film.mp4", whole) == inbox / expected
        assert not whole.exists()
    assert {each.name: each.read_bytes() for each in inbox.iterdir()} == {
        "film.mp4": WHOLE,
        "film (2).mp4": WHOLE,
    }


@given(st.binary(max_size=4_000))
def test_the_digest_of_a_short_file_is_that_of_its_only_block(content: bytes) -> None:
    blocks = sha256(content).digest() if content else b""
    assert digest_of(BytesIO(content)) == sha256(blocks).hexdigest()


@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, 2 * BLOCK, 2 * BLOCK + 7])
def test_a_browser_reckons_the_same_digest(tmp_path: Path, size: int) -> None:
    node = shutil.which("node")
    assert node is not None
    content = (b"film" * (size // 4 + 1))[:size]
    (tmp_path / "film").write_bytes(content)
    shutil.copyfile(DESK / "whole.js", tmp_path / "whole.js")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="ascii")
    (tmp_path / "main.js").write_text(_DIGESTS, encoding="utf-8")
    done = subprocess.run(
        [node, "main.js", "film"], cwd=tmp_path, capture_output=True, timeout=60, check=True
    )
    by_parts, at_once, key, same, other = json.loads(done.stdout)
    assert by_parts == at_once == digest_of(BytesIO(content))
    assert key == same != other
