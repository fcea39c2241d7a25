"""Taking files in while somebody writes, moves, cuts or refuses: nothing too early, nothing twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence.archive.originals import Stored
from evidence.errors import ExitCode
from evidence.inbox.passes import NoRoomError
from tests.support.inbox_fixture import CHECK, QUICK, Room, issue, open_room, real_pdf, scan


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    return room


def test_a_broken_file_stays_in_the_inbox_and_its_rest_becomes_the_same_arrival(room: Room) -> None:
    whole = scan(f"{CHECK}/1", f"{CHECK}/2")
    broken = room.take("慢.pdf", whole[:-8])
    assert (broken.outcome, broken.reason) == ("quarantined", "incomplete")
    assert (room.inbox / "慢.pdf").exists()
    assert room.ingest() == [broken]
    room.drop("慢.pdf", whole)
    (arrival,) = room.ingest()
    assert (arrival.id, arrival.outcome) == (broken.id, "linked")
    assert not (room.inbox / "慢.pdf").exists()
    assert not (room.root / "archive/quarantine" / broken.id).exists()
    assert len(room.ledger.view.arrivals()) == 1


def test_a_broken_file_taken_away_is_closed_and_a_new_one_of_that_name_is_a_new_arrival(room: Room) -> None:
    whole = scan(f"{CHECK}/1")
    broken = room.take("慢.pdf", whole[:-8])
    (room.inbox / "慢.pdf").unlink()
    room.ingest()
    closed = room.ledger.view.arrival(broken.id)
    assert closed is not None
    assert [decision.decision for decision in closed.decisions] == ["withdrawn"]
    room.ingest()
    later = room.take("慢.pdf", whole)
    assert later.id != broken.id


def test_a_file_somebody_holds_open_for_writing_waits(room: Room) -> None:
    path = room.inbox / "复制中.pdf"
    with path.open("wb") as copying:
        copying.write(scan(f"{CHECK}/1"))
        copying.flush()
        (arrival,) = room.ingest()
        assert (arrival.outcome, arrival.sha256) == ("waiting", None)
        assert path.exists()
    (taken,) = room.ingest()
    assert (taken.id, taken.outcome) == (arrival.id, "linked")


def test_a_waiting_file_that_disappears_is_accounted_for(room: Room) -> None:
    path = room.inbox / "复制中.pdf"
    with path.open("wb"):
        (waiting,) = room.ingest()
    path.unlink()
    room.ingest()
    gone = room.ledger.view.arrival(waiting.id)
    assert gone is not None
    assert (gone.outcome, gone.reason) == ("quarantined", "incomplete")
    assert "没有收到内容" in gone.message


def test_a_patient_watcher_waits_for_the_rest_before_it_judges(tmp_path: Path) -> None:
    clock = [100.0]
    settings = replace(QUICK, settle_s=2.0, incomplete_after_s=60.0)
    room = open_room(tmp_path, settings)
    room.intake._monotonic = lambda: clock[0]
    room.intake._wall = lambda: 0.0
    issue(room.ledger)
    whole = scan(f"{CHECK}/1")
    room.drop("慢.pdf", whole[:-8])
    for step in (0.0, 3.0, 30.0):
        clock[0] += step
        assert room.intake.look_once(patient=True).arrivals == {}
    clock[0] += 60.0
    (taken,) = room.intake.look_once(patient=True).arrivals
    broken = room.ledger.view.arrival(taken)
    assert broken is not None
    assert broken.reason == "incomplete"


def test_a_file_is_not_taken_before_it_has_been_quiet(tmp_path: Path) -> None:
    clock = [100.0]
    room = open_room(tmp_path, replace(QUICK, settle_s=2.0))
    room.intake._monotonic = lambda: clock[0]
    room.intake._wall = lambda: 0.0
    issue(room.ledger)
    path = room.drop("多页.pdf", scan(f"{CHECK}/1"))
    assert room.intake.look_once(patient=True).growing == 1
    clock[0] += 1.5
    path.write_bytes(scan(f"{CHECK}/1", f"{CHECK}/2"))
    assert room.intake.look_once(patient=True).growing == 1
    clock[0] += 1.5
    assert room.intake.look_once(patient=True).growing == 1
    clock[0] += 1.0
    (taken,) = room.intake.look_once(patient=True).arrivals
    arrival = room.ledger.view.arrival(taken)
    assert arrival is not None
    assert arrival.judged is not None
    assert len(arrival.judged.pages) == 2


def test_the_same_file_found_again_after_an_interrupted_removal_is_no_duplicate(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = room.drop("甲.pdf", scan(f"{CHECK}/1"))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _refused)
        (first,) = room.ingest()
    assert path.exists()
    restarted = open_room(room.root)
    restarted.intake.resume()
    assert restarted.ingest() == [first]
    assert not path.exists()
    assert len(restarted.ledger.view.arrivals()) == 1


_UNLINK = Path.unlink


def _refused(path: Path, missing_ok: bool = False) -> None:
    if path.parent.name == "inbox":
        raise PermissionError("read-only share")
    _UNLINK(path, missing_ok)


def test_a_read_only_inbox_is_taken_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.drop("甲.pdf", scan(f"{CHECK}/1"))
    monkeypatch.setattr(Path, "unlink", _refused)
    (first,) = room.ingest()
    assert room.ingest() == [first]
    assert room.ingest() == [first]
    assert len(room.ledger.view.arrivals()) == 1


def test_a_file_that_changes_while_it_is_copied_is_taken_only_at_rest(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = room.drop("甲.pdf", scan(f"{CHECK}/1"))
    real = room.originals.put_file
    changes = iter([scan(f"{CHECK}/1", f"{CHECK}/2")])

    def overwritten(source: Path) -> Stored:
        stored = real(source)
        for content in changes:
            path.write_bytes(content)
        return stored

    monkeypatch.setattr(room.originals, "put_file", overwritten)
    (arrival,) = room.ingest()
    assert arrival.judged is not None
    assert [page.page for page in arrival.judged.pages] == [1, 2]
    assert len(room.ledger.view.arrivals()) == 1


def test_an_archive_that_cannot_be_written_stops_the_pass_and_says_what_to_do(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = room.drop("甲.pdf", scan(f"{CHECK}/1"))

    def refused(_source: Path) -> Stored:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(room.originals, "put_file", refused)
    with pytest.raises(NoRoomError) as stopped:
        room.ingest()
    assert stopped.value.exit_code == ExitCode.MISSING_PART
    assert "文件仍在收件夹" in stopped.value.remedy
    assert path.exists()
    assert room.ledger.view.arrivals() == ()


@pytest.mark.parametrize(("content", "outcome"), [(real_pdf()[:300], "quarantined"), (b"", "waiting")])
def test_where_writers_are_invisible_a_pass_takes_nothing_away_too_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, outcome: str
) -> None:
    monkeypatch.setattr("evidence.inbox.ingest.being_written", lambda _descriptor: None)
    room = open_room(tmp_path, replace(QUICK, incomplete_after_s=3600.0))
    path = room.drop("甲.pdf", content)
    (arrival,) = room.ingest()
    assert arrival.outcome == outcome
    assert path.exists()
