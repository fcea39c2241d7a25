"""An original that a killed process left without a line is set aside; no living writer loses his."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import SET_ASIDE, Originals
from evidence.forms.leftovers import Settled, settle_archive
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.positions import Positions
from tests.support.inbox_fixture import CHECK, NOW, issue, open_room, scan
from tests.support.killing import FaultPoints

NAME, CONTENT = "记录.pdf", scan(f"{CHECK}/1", f"{CHECK}/2")
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def take(root: Path) -> None:
    """Take what is in the inbox into an archive that remembers positions."""
    room = open_room(root)
    room.ledger.positions = Positions(root / "archive")
    room.intake.resume()
    room.intake.run()


def fresh(root: Path) -> None:
    room = open_room(root)
    room.ledger.positions = Positions(root / "archive")
    issue(room.ledger)
    room.drop(NAME, CONTENT)


def settle(root: Path) -> Settled:
    archive = root / "archive"
    ledger = EmbeddedLedger.open(archive / "ledger", clock=lambda: NOW)
    ledger.positions = Positions(archive)
    return settle_archive(ledger, "WJB", IssuedStore(archive / "issued"), Originals(archive / "originals"))


def killed(root: Path, step: int) -> bool:
    child = os.fork()
    if child == 0:
        with suppress(BaseException), FaultPoints(step):
            take(root)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@contextmanager
def living(root: Path, content: bytes) -> Iterator[None]:
    """Another process that has stored an original and will journal it in a moment."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        store = Originals(root / "archive" / "originals")
        store.put_bytes(content)
        os.write(tell, b"stored")
        signal.pause()
    assert os.read(told, 6) == b"stored"
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def bytes_below(folder: Path) -> set[bytes]:
    return {path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_killed_at_every_step_what_has_no_line_is_set_aside_and_comes_in_again(tmp_path: Path) -> None:
    fresh(tmp_path / "dry")
    with FaultPoints() as counted:
        take(tmp_path / "dry")
    set_aside = 0
    for step in range(len(counted.names)):
        root = tmp_path / str(step)
        fresh(root)
        assert killed(root, step)
        room = open_room(root)
        journalled = bool(room.ledger.view.arrivals())
        stored = (room.originals.path(DIGEST)).exists()
        (room.inbox / NAME).unlink(missing_ok=True)  # somebody takes the file away after the crash
        done = settle(root)
        place = f"originals/{DIGEST[:2]}/{DIGEST}"
        aside = root / "archive/originals" / SET_ASIDE / DIGEST
        if stored and not journalled:
            set_aside += 1
            assert place in done.moved
            assert aside.read_bytes() == CONTENT
            assert not room.originals.path(DIGEST).exists()
        else:
            assert place not in done.moved
            assert room.originals.path(DIGEST).exists() == stored
        assert not any(room.originals.incoming().iterdir())
        assert settle(root).moved == (), "once is enough"
        room = open_room(root)
        room.drop(NAME, CONTENT)
        take(root)
        (arrival,) = {each.sha256 for each in open_room(root).ledger.view.arrivals()}
        assert room.originals.read(arrival) == CONTENT
    assert set_aside, "no step lay between the copy and its line"


def test_nothing_is_moved_while_a_process_lives_that_has_stored_something(tmp_path: Path) -> None:
    fresh(tmp_path)
    take(tmp_path)
    stray = b"about to be journalled"
    place = f"originals/{(digest := hashlib.sha256(stray).hexdigest())[:2]}/{digest}"
    with living(tmp_path, stray):
        done = settle(tmp_path)
        assert done.moved == ()
        assert done.kept == (place,)
        assert (tmp_path / "archive" / place).read_bytes() == stray
    done = settle(tmp_path)
    assert done.moved == (place,)
    assert stray in bytes_below(tmp_path / "archive/originals" / SET_ASIDE)


def test_nothing_is_moved_in_an_archive_that_remembers_no_positions(tmp_path: Path) -> None:
    room = open_room(tmp_path)
    issue(room.ledger)
    digest = Originals(tmp_path / "archive" / "originals").put_bytes(b"perhaps all that tells of a lost line")
    done = settle(tmp_path)
    assert done.moved == ()
    assert done.kept == (f"originals/{digest[:2]}/{digest}",)
    assert room.originals.path(digest).exists()
