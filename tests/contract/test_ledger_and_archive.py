"""The archive bears witness for a ledger wherever that is kept: in a file, or restored from an older dump."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.archive.originals import Originals
from evidence.errors import ExitCode
from evidence.ledger.comparison import (
    LedgerBehindError,
    LedgerRewrittenError,
    check_at_opening,
    compare,
)
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import Event, FormVoided
from evidence.ledger.ledger import Ledger
from evidence.ledger.positions import Positions
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.proofs import gather_proofs
from evidence.ledger.recovery import recover
from evidence.ledger.upkeep import LedgerRecovered
from tests.support.ledger_scenario import OWN_FORM, START, taken

Open = Callable[[], Ledger]
CONTENTS = ("one", "two", "three")
EVENTS: tuple[Event, ...] = tuple(
    taken(running, f"{content}.pdf", content) for running, content in enumerate(CONTENTS, 1)
)
SILENT = FormVoided(number=OWN_FORM, why="不建档案文件的一行")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    originals = Originals(folder / "originals")
    for content in CONTENTS:
        originals.put_bytes(content.encode())
    (folder / "handover").mkdir()
    return folder


@pytest.fixture(params=["embedded", "postgres"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the ledger that is beside the archive later: empty at first."""
    if request.param == "embedded":
        return lambda: EmbeddedLedger.open(tmp_path / "older", clock=lambda: START)
    where = request.getfixturevalue("cluster").ledger_settings()
    return lambda: PostgresLedger.open_database(where, clock=lambda: START)


def witnessed(ledger: Ledger, archive: Path, *events: Event) -> Ledger:
    ledger.positions = Positions(archive)
    for event in events:
        ledger.append("watch", event)
    return ledger


def newer(archive: Path, tmp_path: Path, *events: Event) -> list[bytes]:
    """A ledger that went on beside this archive, and is lost."""
    return list(
        witnessed(EmbeddedLedger.open(tmp_path / "lost", clock=lambda: START), archive, *events).lines()
    )


def test_an_archive_that_knows_more_stops_whoever_opens(older: Open, archive: Path, tmp_path: Path) -> None:
    witnessed(older(), archive, *EVENTS[:1])
    newer(archive, tmp_path, *EVENTS)
    ledger = witnessed(older(), archive)
    with pytest.raises(LedgerBehindError) as stopped:
        check_at_opening(ledger, "WJB")
    assert stopped.value.exit_code is ExitCode.LEDGER_DAMAGED
    found = compare(ledger, "WJB")
    assert (found.lines, found.known, found.rewritten) == (1, 3, ())


def test_lost_lines_that_are_remembered_come_back_unchanged(
    older: Open, archive: Path, tmp_path: Path
) -> None:
    witnessed(older(), archive, *EVENTS[:1])
    lost = newer(archive, tmp_path, *EVENTS)
    ledger = witnessed(older(), archive)
    done = recover(ledger, gather_proofs(archive, "WJB"), contract="WJB", form_ids={}, by="lihua")
    assert (done.size, done.regained, done.items, done.lost) == (1, 2, (), 0)
    assert list(ledger.lines())[:3] == lost
    check_at_opening(ledger, "WJB")
    assert compare(ledger, "WJB").problems == ()


def test_behind_a_line_that_nobody_remembers_the_rest_is_journalled_anew(
    older: Open, archive: Path, tmp_path: Path
) -> None:
    witnessed(older(), archive, *EVENTS[:1])
    lost = newer(archive, tmp_path, EVENTS[0], SILENT, *EVENTS[1:])
    ledger = witnessed(older(), archive)
    done = recover(ledger, gather_proofs(archive, "WJB"), contract="WJB", form_ids={}, by="lihua")
    assert (done.regained, [item.what for item in done.items], done.lost) == (0, ["arrival", "arrival"], 1)
    said = next(ledger.entries(1)).event
    assert isinstance(said, LedgerRecovered)
    assert (said.size, said.known, said.by) == (1, len(lost), "lihua")
    assert [item.seq for item in said.items] == [2, 3]
    assert [arrival.path for arrival in ledger.view.arrivals()] == [f"{name}.pdf" for name in CONTENTS]
    check_at_opening(ledger, "WJB")
    assert compare(ledger, "WJB").problems == ()


def test_an_original_whose_bytes_changed_is_not_recovered(older: Open, archive: Path, tmp_path: Path) -> None:
    witnessed(older(), archive, *EVENTS[:1])
    newer(archive, tmp_path, EVENTS[0], SILENT, *EVENTS[1:])
    ledger = witnessed(older(), archive)
    original = Originals(archive / "originals").path(EVENTS[1].sha256)  # type: ignore[union-attr]
    original.chmod(0o640)
    original.write_bytes(b"another")
    done = recover(ledger, gather_proofs(archive, "WJB"), contract="WJB", form_ids={}, by="lihua")
    assert [item.id for item in done.items] == ["A-20220314-0003"]
    assert done.unproven == (original.relative_to(archive).as_posix(),)
    (said,) = [entry.event for entry in ledger.entries() if entry.kind == LedgerRecovered.KIND]
    assert isinstance(said, LedgerRecovered)
    assert [(item.what, item.seq) for item in said.lost] == [("arrival.taken/1", 2)]
    check_at_opening(ledger, "WJB")
    agreement = compare(ledger, "WJB")
    assert (agreement.problems, agreement.leftovers) == ((), done.unproven)


def test_lost_lines_that_created_no_file_are_counted_and_journalled_as_lost(
    older: Open, archive: Path, tmp_path: Path
) -> None:
    witnessed(older(), archive, *EVENTS)
    newer(archive, tmp_path, *EVENTS, SILENT, SILENT)
    ledger = witnessed(older(), archive)
    with pytest.raises(LedgerBehindError):
        check_at_opening(ledger, "WJB")
    done = recover(ledger, gather_proofs(archive, "WJB"), contract="WJB", form_ids={}, by="lihua")
    assert (done.regained, done.items, done.known, done.lost) == (0, (), 5, 2)
    assert ledger.head.size == 4
    check_at_opening(ledger, "WJB")
    assert compare(ledger, "WJB").problems == ()
    again = recover(ledger, gather_proofs(archive, "WJB"), contract="WJB", form_ids={}, by="lihua")
    assert (again.lost, ledger.head.size) == (0, 4)


def test_a_history_that_went_on_differently_is_refused_and_not_recovered(
    older: Open, archive: Path, tmp_path: Path
) -> None:
    newer(archive, tmp_path, *EVENTS)
    ledger = older()
    ledger.append("elsewhere", EVENTS[0], SILENT, SILENT, SILENT)  # before it had this archive beside it
    ledger.positions = Positions(archive)
    with pytest.raises(LedgerRewrittenError):
        check_at_opening(ledger, "WJB")
    with pytest.raises(LedgerRewrittenError):
        recover(ledger, gather_proofs(archive, "WJB"), contract="WJB", form_ids={}, by="lihua")
    assert ledger.head.size == 4
