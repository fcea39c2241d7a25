"""Kill -9 at every step of intake: after a restart nothing is lost, nothing is twice, all adds up.

A dry run counts every call that changes the disk (sync, rename, remove, journal write); then a child
process is killed before each one, and after each one, and in the middle of each journal write.
"""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from evidence.inbox.passes import NoRoomError
from evidence.inbox.report import summary
from tests.support.inbox_fixture import CHECK, Room, issue, open_room, picture, real_pdf, scan

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and kill -9")

FILES = {
    "周二/记录.pdf": scan(f"{CHECK}/1", f"{CHECK}/2"),
    "同一份.pdf": scan(f"{CHECK}/1", f"{CHECK}/2"),
    "猫.pdf": scan("no_code"),
    "伪造.pdf": scan("forged_code"),
    "空.pdf": b"",
    "半.pdf": real_pdf()[:300],
}
WATCHED = ("fsync", "link", "replace", "unlink", "write", "rmdir")


class Killer:
    """Counts disk-changing calls and, at the chosen one, dies without any clean-up."""

    def __init__(self, at: int | None = None, *, moment: str = "before") -> None:
        self.count = 0
        self.at = at
        self.moment = moment
        self.names: list[str] = []
        self.real = {name: getattr(os, name) for name in WATCHED}

    def install(self) -> None:
        for name, real in self.real.items():
            setattr(os, name, self._wrapped(name, real))

    def remove(self) -> None:
        for name, real in self.real.items():
            setattr(os, name, real)

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            mine = self.count == self.at
            self.count += 1
            self.names.append(name)
            if mine and self.moment == "torn" and name == "write":
                real(args[0], args[1][: len(args[1]) // 2])
            if mine and self.moment in {"before", "torn"}:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return real(*args, **kwargs)
            finally:
                if mine:
                    os.kill(os.getpid(), signal.SIGKILL)

        return call


def fresh(root: Path) -> Room:
    room = open_room(root)
    issue(room.ledger)
    for name, content in FILES.items():
        room.drop(name, content)
    return room


def intake_once(root: Path) -> None:
    room = open_room(root)
    room.intake.resume()
    room.intake.run()


def killed(root: Path, killer: Killer) -> bool:
    """Run intake in a child that dies at the chosen call; whether it did die there."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            killer.install()
            intake_once(root)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def steps(tmp_path: Path) -> list[str]:
    fresh(tmp_path / "dry")
    killer = Killer()
    killer.install()
    try:
        intake_once(tmp_path / "dry")
    finally:
        killer.remove()
    return killer.names


def account(root: Path) -> None:
    """Restart, take what is left, and check that everything that was dropped is there exactly once."""
    for _ in range(2):
        intake_once(root)
    room = open_room(root)
    arrivals = room.ledger.view.arrivals()
    counts = summary(arrivals)
    assert counts["received"] == len(FILES), [(a.path, a.outcome) for a in arrivals]
    assert counts == {
        "received": 6,
        "linked": 1,
        "unidentified": 1,
        "quarantined": 3,
        "duplicate": 1,
        "waiting": 0,
        "ignored": 0,
    }
    assert {arrival.path for arrival in arrivals} == set(FILES)
    for arrival in arrivals:
        assert arrival.sha256 is not None
        content = FILES[arrival.path]
        assert arrival.sha256 == hashlib.sha256(content).hexdigest()
        assert room.originals.read(arrival.sha256) == content
    assert [path.name for path in room.inbox.rglob("*") if path.is_file()] == ["半.pdf"]
    assert set(room.originals.digests()) == {hashlib.sha256(each).hexdigest() for each in FILES.values()}
    document = room.ledger.view.document(CHECK)
    assert document is not None
    assert document.missing_pages == ()
    assert len(document.other_copies) == 0
    laid_out = {folder.name for folder in (root / "archive/quarantine").iterdir()}
    assert laid_out == {arrival.id for arrival in arrivals if arrival.outcome == "quarantined"}
    # opening the ledger anew reads the whole chain and raises on any break
    assert open_room(root).ledger.head == room.ledger.head


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_every_step_nothing_is_lost_and_nothing_is_twice(tmp_path: Path, moment: str) -> None:
    names = steps(tmp_path)
    assert {"fsync", "link", "unlink", "write"} <= set(names)
    account(tmp_path / "dry")
    for step in range(len(names)):
        root = tmp_path / f"{moment}-{step}"
        fresh(root)
        assert killed(root, Killer(step, moment=moment)), f"step {step} was never reached"
        account(root)


def test_killed_in_the_middle_of_every_journal_write(tmp_path: Path) -> None:
    names = steps(tmp_path)
    for step in (index for index, name in enumerate(names) if name == "write"):
        root = tmp_path / f"torn-{step}"
        fresh(root)
        assert killed(root, Killer(step, moment="torn"))
        account(root)


def test_killed_twice_in_a_row(tmp_path: Path) -> None:
    names = steps(tmp_path)
    for step in range(0, len(names), 7):
        root = tmp_path / f"twice-{step}"
        fresh(root)
        killed(root, Killer(step, moment="after"))
        killed(root, Killer(step // 2, moment="before"))
        account(root)


def test_two_processes_on_one_inbox_take_each_file_once(tmp_path: Path) -> None:
    fresh(tmp_path)
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                intake_once(tmp_path)
                os._exit(0)
            os._exit(1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    account(tmp_path)


def test_a_full_disk_stops_intake_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = fresh(tmp_path)
    real = os.fsync
    room_left = [3]

    def full(descriptor: int) -> None:
        room_left[0] -= 1
        if room_left[0] < 0:
            raise OSError(28, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NoRoomError) as stopped:
            room.intake.run()
    assert "evidence ingest" in stopped.value.remedy
    assert len([path for path in room.inbox.rglob("*") if path.is_file()]) == len(FILES)
    account(tmp_path)


def test_a_file_the_system_refuses_to_write_stays_and_is_taken_when_there_is_room(tmp_path: Path) -> None:
    room = fresh(tmp_path)
    room.drop("大.pdf", scan("no_code", salt="x" * 400_000))
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            intake_once(tmp_path)
        except NoRoomError:
            os._exit(7)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert (room.inbox / "大.pdf").exists()
    assert not list((tmp_path / "archive/originals/incoming").iterdir())
    intake_once(tmp_path)
    assert not (room.inbox / "大.pdf").exists()
    assert summary(open_room(tmp_path).ledger.view.arrivals())["received"] == len(FILES) + 1


def test_a_clock_set_back_changes_no_outcome(tmp_path: Path) -> None:
    room = fresh(tmp_path)
    room.intake._wall = lambda: 0.0
    room.intake.run()
    account(tmp_path)


def test_a_picture_cut_anywhere_is_never_taken_as_whole(tmp_path: Path) -> None:
    room = open_room(tmp_path)
    for format_, extension in (
        ("PNG", "png"),
        ("JPEG", "jpg"),
        ("TIFF", "tif"),
        ("WEBP", "webp"),
        ("BMP", "bmp"),
    ):
        content = picture(format_)
        for share in (1, 30, 60, 90, 99):
            room.drop(f"{extension}-{share}.{extension}", content[: len(content) * share // 100])
    for arrival in room.ingest():
        assert (arrival.outcome, arrival.reason) in {
            ("quarantined", "incomplete"),
            ("quarantined", "malformed"),
            ("quarantined", "type_mismatch"),
        }, arrival.path
