"""Sub-folders that taking emptied go; nobody's folder goes while he may still use it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.inbox_fixture import CHECK, QUICK, Room, age, issue, open_room, scan

SETTLE_S = 0.05


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path, replace(QUICK, settle_s=SETTLE_S, keep_folders=("扫描仪",)))
    issue(room.ledger)
    return room


def _drop(room: Room, *names: str, quiet: float = 100.0) -> None:
    for name in names:
        path = room.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(scan(f"{CHECK}/1", salt=name))
        age(path, quiet)
    for folder, _folders, _files in os.walk(room.inbox):
        age(Path(folder), quiet)


def test_folders_within_folders_go_once_all_their_files_were_taken(room: Room) -> None:
    _drop(room, "周二/甲公司/一.pdf", "周二/甲公司/二.pdf", "周二/乙公司/三.pdf", "四.pdf")
    room.intake.run()
    assert list(room.inbox.iterdir()) == []
    assert {arrival.path for arrival in room.ledger.view.arrivals()} == {
        "周二/甲公司/一.pdf", "周二/甲公司/二.pdf", "周二/乙公司/三.pdf", "四.pdf",
    }  # fmt: skip


def test_the_inbox_itself_and_folders_named_in_the_settings_stay(room: Room) -> None:
    _drop(room, "扫描仪/一.pdf", "扫描仪/今天/二.pdf")
    room.intake.run()
    assert [path.relative_to(room.inbox).as_posix() for path in room.inbox.rglob("*")] == ["扫描仪"]


def _another_file(folder: Path) -> None:
    (folder / "还在写.part").write_bytes(b"x")


def _litter(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"x")


def _subfolder(folder: Path) -> None:
    (folder / "下一批").mkdir()


@pytest.mark.parametrize("more", [_another_file, _litter, _subfolder])
def test_a_folder_with_anything_left_in_it_stays(room: Room, more: Callable[[Path], None]) -> None:
    _drop(room, "周二/一.pdf")
    more(room.inbox / "周二")
    age(room.inbox / "周二", 100.0)
    before = set((room.inbox / "周二").iterdir()) - {room.inbox / "周二" / "一.pdf"}
    room.intake.run()
    assert set((room.inbox / "周二").iterdir()) == before


def _just_emptied(tmp_path: Path) -> tuple[Room, Path, list[float]]:
    """A folder changed ten seconds before its file was taken, where settling takes thirty; and the clock."""
    now = [0.0]
    room = open_room(tmp_path, replace(QUICK, settle_s=30.0))
    issue(room.ledger)
    _drop(room, "周二/一.pdf", quiet=1000.0)
    room.intake._wall = lambda: now[0]
    folder = room.inbox / "周二"
    changed = time.time()
    os.utime(folder, (changed + 990, changed + 990))
    now[0] = changed + 1000
    room.intake.look_once(patient=True)
    assert list(folder.iterdir()) == []
    return room, folder, now


def test_a_folder_somebody_has_just_changed_stays_until_it_was_left_alone(tmp_path: Path) -> None:
    room, folder, now = _just_emptied(tmp_path)
    now[0] += 21
    room.intake.look_once(patient=True)
    assert not folder.exists()


def test_a_folder_used_again_after_it_was_emptied_is_its_owners(tmp_path: Path) -> None:
    room, folder, now = _just_emptied(tmp_path)
    (folder / "x").mkdir()
    (folder / "x").rmdir()
    os.utime(folder, (1, 1))
    now[0] += 1000
    room.intake.look_once(patient=True)
    assert folder.is_dir()


def test_an_empty_folder_that_nobody_emptied_here_stays(room: Room) -> None:
    (room.inbox / "空").mkdir()
    age(room.inbox / "空", 1000.0)
    room.intake.run()
    assert (room.inbox / "空").is_dir()
