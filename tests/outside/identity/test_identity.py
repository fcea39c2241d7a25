"""Identity is bytes: what is shown of a name never decides which file is which."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from evidence.domain.identifiers import Sha256
from tests.support.inbox_fixture import CHECK, Room, issue, open_room, scan


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    return room


WHOLE = scan(f"{CHECK}/1")
CUT = WHOLE[:-8]


def test_cut_bytes_that_come_again_are_no_duplicate_of_the_whole_file(room: Room) -> None:
    (cut,) = (room.take("scan.pdf", CUT),)
    assert cut.reason == "incomplete"
    room.drop("scan.pdf", WHOLE)
    (whole,) = room.ingest()
    assert (whole.id, whole.outcome) == (cut.id, "linked")
    again = room.take("scan(1).pdf", CUT)
    assert (again.outcome, again.reason) == ("quarantined", "incomplete")
    assert (room.inbox / "scan(1).pdf").exists()


def test_two_files_whose_names_are_shown_alike_stay_two(room: Room) -> None:
    name = "检查\u00e9.pdf"
    composed, taken_apart = unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)
    other = scan(f"{CHECK}/2")
    room.drop(composed, CUT)
    room.drop(taken_apart, other[:-8])
    first = {each.path_bytes: each for each in room.ingest()}
    assert len(first) == 2
    room.drop(taken_apart, other)
    completed = {each.id: each for each in room.ingest()}
    apart = next(each for key, each in first.items() if key)
    plain = first[""]
    assert completed[apart.id].outcome == "linked"
    assert completed[plain.id].reason == "incomplete"
    assert (room.inbox / composed).exists()


def test_every_duplicate_names_the_very_bytes(room: Room) -> None:
    room.drop("a.pdf", WHOLE)
    room.drop("b.pdf", WHOLE)
    first, second = sorted(room.ingest(), key=lambda each: each.path)
    assert (second.outcome, second.duplicate_of) == ("duplicate", first.id)
    assert second.sha256 == first.sha256
    assert isinstance(second.sha256, str)
    assert Sha256(second.sha256)


def test_a_cut_file_renamed_while_another_takes_its_name(room: Room) -> None:
    (cut,) = (room.take("a.pdf", CUT),)
    (room.inbox / "a.pdf").rename(room.inbox / "b.pdf")
    other = scan(f"{CHECK}/2")
    room.drop("a.pdf", other)
    met = {each.path: each for each in room.ingest()}
    assert met["a.pdf"].outcome == "linked"
    assert met["b.pdf"].id == cut.id
    assert met["b.pdf"].reason == "incomplete"


def test_every_file_of_a_pass_is_named(room: Room) -> None:
    bad = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    for name in ("甲.doc", "乙.wps", "丙.et"):
        room.drop(name, bad)
    room.drop("Thumbs.db", b"x")
    result = room.intake.run()
    (arrival,) = result.arrivals
    names = {*result.names[arrival]}
    assert names == {"甲.doc", "乙.wps", "丙.et"}
    shown = room.ledger.view.arrival(arrival)
    assert shown is not None
    assert {*result.other_names(arrival, shown.path), shown.path} == names
    assert result.ignored == ("Thumbs.db",)
