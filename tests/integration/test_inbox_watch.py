"""The watcher on a real folder with real system notices; nothing sleeps, everything is waited for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.inbox import watch as watch_module
from evidence.inbox.ingest import Pass
from evidence.inbox.settings import InboxSettings
from evidence.inbox.watch import Watch
from tests.support.inbox_fixture import CHECK, QUICK, Room, issue, open_room, outcomes, scan

WATCHING = replace(QUICK, settle_s=0.05, incomplete_after_s=3600.0, announce_after_s=0.0, rescan_s=30.0)


def test_between_two_looks_the_watcher_follows_what_others_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "_FOLLOW_S", 0.01)
    room = open_room(tmp_path)
    followed = threading.Semaphore(0)
    watch = Watch(
        room.intake, inbox=room.inbox, settings=replace(WATCHING, rescan_s=3600.0), follow=followed.release
    )
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        assert all(followed.acquire(timeout=60) for _ in range(5))
    finally:
        watch.stop()
        thread.join(timeout=60)
    assert not thread.is_alive()


class Progress:
    """Lets the test wait until the watcher has done something."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.passes: list[Pass] = []
        self.errors: list[Exception] = []

    def on_pass(self, result: Pass) -> None:
        with self.changed:
            self.passes.append(result)
            self.changed.notify_all()

    def on_error(self, error: Exception) -> None:
        with self.changed:
            self.errors.append(error)
            self.changed.notify_all()

    def until(self, true: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(true, timeout=120), "the watcher never got there"


@contextmanager
def watching(room: Room, settings: InboxSettings = WATCHING, *, poll: bool = False) -> Iterator[Progress]:
    progress = Progress()
    watch = Watch(
        room.intake,
        inbox=room.inbox,
        settings=settings,
        poll=poll,
        on_pass=progress.on_pass,
        on_error=progress.on_error,
    )
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        progress.until(lambda: bool(progress.passes or progress.errors))
        yield progress
    finally:
        watch.stop()
        thread.join(timeout=60)
        assert not thread.is_alive()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path, WATCHING)
    issue(room.ledger)
    return room


def judged(room: Room) -> dict[str, str]:
    return outcomes(room.ledger.view.arrivals())


def test_what_lay_there_at_start_is_taken(room: Room) -> None:
    room.drop("昨晚.pdf", scan(f"{CHECK}/1"))
    with watching(room) as progress:
        progress.until(lambda: judged(room) == {"昨晚.pdf": "linked"})


@pytest.mark.parametrize("poll", [False, True])
def test_files_and_moved_in_folders_are_seen(room: Room, tmp_path: Path, poll: bool) -> None:
    outside = tmp_path / "usb"
    outside.mkdir()
    (outside / "乙.pdf").write_bytes(scan(f"{CHECK}/2"))
    with watching(room, poll=poll) as progress:
        room.drop("甲.pdf", scan(f"{CHECK}/1"))
        outside.rename(room.inbox / "周二")
        progress.until(lambda: judged(room) == {"甲.pdf": "linked", "周二/乙.pdf": "linked"})


def test_a_slow_copy_is_taken_when_its_end_has_come(room: Room) -> None:
    whole = scan(f"{CHECK}/1")
    with watching(room) as progress, (room.inbox / "慢.pdf").open("wb") as copying:
        copying.write(whole[:40])
        copying.flush()
        progress.until(lambda: judged(room) == {"慢.pdf": "waiting"})
        copying.write(whole[40:])
        copying.close()
        progress.until(lambda: judged(room) == {"慢.pdf": "linked"})
    assert len(room.ledger.view.arrivals()) == 1


def test_space_reserved_first_and_filled_later_is_not_taken_early(room: Room) -> None:
    whole = scan(f"{CHECK}/1")
    path = room.inbox / "预留.pdf"
    with watching(room) as progress:
        with path.open("wb") as copying:
            copying.truncate(len(whole))
        progress.until(lambda: judged(room).get("预留.pdf") == "waiting")
        path.write_bytes(whole)
        progress.until(lambda: judged(room) == {"预留.pdf": "linked"})


def test_hundreds_at_once_are_each_one_arrival(room: Room, tmp_path: Path) -> None:
    outside = tmp_path / "storm"
    outside.mkdir()
    for number in range(200):
        (outside / f"{number:03}.pdf").write_bytes(scan(f"{CHECK}/1", salt=str(number)))
    with watching(room) as progress:
        outside.rename(room.inbox / "storm")
        for number in range(200):
            (room.inbox / f"litter-{number}.part").touch()
            (room.inbox / f"litter-{number}.part").unlink()
        progress.until(lambda: len(judged(room)) == 200)
        progress.until(lambda: set(judged(room).values()) == {"linked"})
    assert not list(room.inbox.rglob("*.pdf"))


def test_trouble_is_reported_and_the_watch_goes_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    real = room.intake.look_once
    failures = iter([OSError(28, "No space left on device")])

    def sometimes(*args: object, **kwargs: object) -> Pass:
        for failure in failures:
            raise failure
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(room.intake, "look_once", sometimes)
    room.drop("甲.pdf", scan(f"{CHECK}/1"))
    with watching(room) as progress:
        progress.until(lambda: judged(room) == {"甲.pdf": "linked"})
        assert [type(error) for error in progress.errors] == [OSError]


def test_an_inbox_that_vanishes_is_told_soon_and_watched_again_when_it_is_back(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "_FOLLOW_S", 0.05)
    away = room.inbox.with_name("away")
    patient = replace(WATCHING, rescan_s=3600.0)
    with watching(room, patient) as progress:
        progress.until(lambda: bool(progress.passes))
        room.inbox.rename(away)
        progress.until(lambda: bool(progress.errors))
        away.rename(room.inbox)
        seen = len(progress.passes)
        progress.until(lambda: len(progress.passes) > seen)
        room.drop("甲.pdf", scan(f"{CHECK}/1"))
        progress.until(lambda: judged(room) == {"甲.pdf": "linked"})


SERVICE = """
import sys
from pathlib import Path
from evidence.inbox.service import run_service
from tests.support.inbox_fixture import open_room, issue, CHECK
from tests.integration.test_inbox_watch import WATCHING
root = Path(sys.argv[1])
room = open_room(root, WATCHING)
issue(room.ledger)
run_service(
    room.intake, inbox=room.inbox, settings=WATCHING, view=lambda: room.ledger.view,
    health=root / "health.json", poll=False, log=root / "watch.log",
    say=lambda line: print(line, flush=True),
)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM")
def test_the_service_logs_beats_and_stops_cleanly_on_sigterm(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "甲.pdf").write_bytes(scan(f"{CHECK}/1"))
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert service.stdout is not None
    lines = [service.stdout.readline(), service.stdout.readline()]
    assert "正在守候" in lines[0]
    assert f"已归入 {CHECK} 第1页" in lines[1]
    service.send_signal(signal.SIGTERM)
    rest = service.stdout.read()
    assert service.wait(timeout=60) == 0
    assert "已停止" in rest
    events = [json.loads(line) for line in (tmp_path / "watch.log").read_text("utf-8").splitlines()]
    assert [event["event"] for event in events] == ["started", "arrival", "stopped"]
    assert events[1]["path"] == "甲.pdf"
    assert not (tmp_path / "health.json").exists()
