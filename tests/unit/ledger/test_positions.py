"""The archive remembers the lines that created its files, whatever is written beside or torn."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.ledger import positions as room
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.holdings import places_of
from evidence.ledger.ledger import Ledger
from evidence.ledger.positions import CheckpointMark, Positions
from tests.support.ledger_scenario import START, every_kind


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    opened = EmbeddedLedger.open(tmp_path / "ledger", clock=lambda: START)
    opened.positions = Positions(tmp_path)
    for event in every_kind():
        opened.append("a", event)
    for entry in opened.entries():
        for place in places_of(entry):
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "handover").mkdir(exist_ok=True)
    opened.positions.rebuild(opened.lines())
    return opened


def remembered(positions: Positions) -> dict[str, int]:
    return {place: witness.seq for witness in positions.all() for place in witness.places}


def test_every_file_that_a_line_creates_is_remembered_with_it(ledger: Ledger) -> None:
    positions = ledger.positions
    assert positions is not None
    found = remembered(positions)
    lines = list(ledger.lines())
    for entry in ledger.entries():
        for place in places_of(entry):
            assert found[place] >= entry.seq
    for witness in positions.all():
        assert not witness.line or witness.line == lines[witness.seq]
    mark = positions.mark()
    assert mark is not None
    assert (mark.size, mark.digest) == (ledger.head.size, ledger.head.digest)


def test_lines_noted_as_they_come_are_those_of_a_rebuild(ledger: Ledger) -> None:
    positions = ledger.positions
    assert positions is not None
    before = remembered(positions)
    for path in positions.archive.rglob("positions.jsonl"):
        path.unlink()
    for line in ledger.lines():
        positions.note([line])
    assert remembered(positions) == before


def test_the_mark_never_goes_back_by_itself(ledger: Ledger) -> None:
    positions = ledger.positions
    assert positions is not None
    positions.advance(3, "0" * 64)
    mark = positions.mark()
    assert mark is not None
    assert mark.size == ledger.head.size
    positions.note_checkpoint(CheckpointMark(size=2, root="1" * 64))
    positions.advance(3, "0" * 64, anyway=True)
    mark = positions.mark()
    assert mark is not None
    assert (mark.size, mark.checkpoint) == (3, None)


def test_a_torn_or_changed_record_is_passed_over_and_the_next_one_begins_anew(
    ledger: Ledger,
) -> None:
    positions = ledger.positions
    assert positions is not None
    path = positions.archive / "handover" / room.POSITIONS_NAME
    whole = path.read_bytes()
    last = whole.splitlines()[-1]
    path.write_bytes(whole[:-40])
    torn = remembered(positions)
    positions.note([last])
    assert remembered(positions) == {**torn, **remembered(positions)}
    assert [witness.line for witness in positions.of("handover")][-1] == last
    path.write_bytes(whole.replace(b"2022-W13", b"2022-W12"))
    assert [witness for witness in positions.of("handover") if witness.line] == []


def test_a_mark_that_cannot_be_read_is_no_mark(ledger: Ledger) -> None:
    positions = ledger.positions
    assert positions is not None
    (positions.archive / "position.json").write_bytes(b'{"size": 3, "dig')
    assert positions.mark() is None
    again = Positions(positions.archive)
    before = remembered(again)
    ledger.positions = again
    ledger.append("a", *every_kind()[-1:])
    mark = again.mark()
    assert mark is not None
    assert mark.size == ledger.head.size
    assert remembered(again) == before  # a lost mark is no reason to forget the rest


def test_an_archive_of_an_older_program_remembers_everything_from_the_first_append_on(
    ledger: Ledger,
) -> None:
    positions = ledger.positions
    assert positions is not None
    before = remembered(positions)
    for path in positions.archive.rglob("position*"):
        path.unlink()
    ledger.positions = Positions(positions.archive)
    assert not ledger.positions.begun()
    ledger.append("a", *every_kind()[-1:])
    assert remembered(ledger.positions) == before
    assert ledger.positions.mark() is not None
