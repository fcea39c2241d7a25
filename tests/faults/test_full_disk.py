"""A disk that is really full: a small file system of our own, filled to the last block.

Where mounting is not allowed, `test_ledger_kill.py` and `test_inbox_kill.py` hold the same properties
with a file size limit, which runs everywhere.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from evidence.archive.backup import back_up, restore
from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId, EnterpriseId
from evidence.inbox.passes import NoRoomError
from evidence.inbox.report import summary
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened
from tests.support.inbox_fixture import CHECK, issue, open_room, scan
from tests.support.ledger_scenario import START

MEGABYTE = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    program = shutil.which("mount")
    command = [program or "", "-t", "tmpfs", "-o", f"size={2 * MEGABYTE}", "tmpfs", str(place)]
    if program is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here; the file size limit tests hold the same properties")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Take all room but so many bytes; removing the file gives it back."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    filler.write_bytes(b"\0" * free)
    assert os.statvfs(disk).f_bavail == 0
    os.truncate(filler, max(0, filler.stat().st_size - leave))
    return filler


def opened(running: int) -> CaseOpened:
    case = CaseId(f"WJB22-{running:04d}")
    return CaseOpened(
        case=Case(id=case, enterprise=EnterpriseId("X-1"), kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 1))
    )


def test_the_ledger_keeps_what_it_acknowledged_and_goes_on_when_there_is_room(disk: Path) -> None:
    ledger = EmbeddedLedger.open(disk / "ledger", clock=lambda: START)
    ledger.append("x", opened(1))
    filler = fill(disk, leave=20_000)
    acknowledged, refused = 1, None
    while refused is None:
        try:
            ledger.append("x", *(opened(acknowledged + more) for more in range(1, 4)))
            acknowledged += 3
        except OSError as error:
            refused = error.errno
    assert refused == errno.ENOSPC
    assert acknowledged > 4, "some of it still fitted"
    assert ledger.head.size == EmbeddedLedger.open(disk / "ledger").check_chain().size == acknowledged
    assert ledger.unacknowledged_bytes() == 0
    filler.unlink()
    assert ledger.append("x", opened(acknowledged + 1)) == (acknowledged,)
    assert EmbeddedLedger.open(disk / "ledger").check_chain() == ledger.head


def test_intake_stops_loses_nothing_and_takes_the_rest_when_there_is_room(disk: Path) -> None:
    room = open_room(disk / "office")
    issue(room.ledger)
    sizes = (20_000, 20_000, 400_000, 20_000)
    contents = {f"{n}.pdf": scan(f"{CHECK}/1", salt=f"{n}" + "x" * size) for n, size in enumerate(sizes)}
    for name, content in contents.items():
        room.drop(name, content)
    filler = fill(disk, leave=200_000)
    with pytest.raises(NoRoomError):
        room.intake.run()
    taken = {arrival.path for arrival in room.ledger.view.arrivals()}
    left = {path.name for path in room.inbox.iterdir()}
    assert taken
    assert left
    assert taken | left == set(contents)
    assert taken.isdisjoint(left)
    filler.unlink()
    again = open_room(disk / "office")
    again.intake.resume()
    again.intake.run()
    arrivals = again.ledger.view.arrivals()
    assert sorted(arrival.path for arrival in arrivals) == sorted(contents)
    for arrival in arrivals:
        assert arrival.sha256 is not None
        assert again.originals.read(arrival.sha256) == contents[arrival.path]
    counts = summary(arrivals)
    assert counts["received"] == counts["linked"] == len(sizes)
    assert list(again.inbox.iterdir()) == []
    assert len(set(again.originals.digests())) == len(sizes)
    assert again.ledger.check_chain() == again.ledger.head


def test_a_backup_onto_a_full_disk_says_so_and_is_finished_later(disk: Path, tmp_path: Path) -> None:
    room = open_room(tmp_path / "office")
    issue(room.ledger)
    for n in range(4):
        room.take(f"{n}.pdf", scan(f"{CHECK}/1", salt=f"{n}" + "x" * 100_000))
    (tmp_path / "office" / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    (disk / "backup").mkdir()
    filler = fill(disk, leave=250_000)
    with pytest.raises(OSError, match="No space left"):
        back_up(tmp_path / "office", disk / "backup", at=START)
    filler.unlink()
    back_up(tmp_path / "office", disk / "backup", at=START)
    restore(disk / "backup", tmp_path / "restored")
    restored = EmbeddedLedger.open(tmp_path / "restored" / "archive" / "ledger")
    assert restored.check_chain() == room.ledger.head
