"""A snapshot only ever saves time: whatever is wrong with it, the journal decides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId, EnterpriseId
from evidence.errors import LedgerDamagedError
from evidence.ledger import embedded as ledger_module
from evidence.ledger import snapshot
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened
from evidence.ledger.snapshot import SNAPSHOT_NAME


def opened(running: int) -> CaseOpened:
    case = Case(
        id=CaseId(f"WJB22-{running:04d}"),
        enterprise=EnterpriseId(f"X-{running % 7}"),
        kind=CaseKind.ANNUAL,
        opened_on=date(2022, 3, 1),
    )
    return CaseOpened(case=case)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ledger = EmbeddedLedger.open(tmp_path)
    ledger.append("x", *(opened(running) for running in range(1, 41)))
    ledger.save_snapshot()
    ledger.append("x", opened(41))
    return tmp_path


def ids(folder: Path) -> list[str]:
    return [case.id for case in EmbeddedLedger.open(folder).view.cases()]


ALL = [f"WJB22-{running:04d}" for running in range(1, 42)]


def test_opening_reads_the_snapshot_and_only_the_tail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    original = ledger_module.read_line
    monkeypatch.setattr(ledger_module, "read_line", lambda line, seq: read.append(seq) or original(line, seq))
    assert ids(folder) == ALL
    assert read == [40]


@pytest.mark.parametrize("at", [0, 100, -200, -30, -1])
def test_a_damaged_snapshot_is_ignored(folder: Path, at: int) -> None:
    path = folder / SNAPSHOT_NAME
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    assert snapshot.load(folder) is None
    assert ids(folder) == ALL


@pytest.mark.parametrize("keep", [0, 10, 500])
def test_a_cut_snapshot_is_ignored(folder: Path, keep: int) -> None:
    path = folder / SNAPSHOT_NAME
    path.write_bytes(path.read_bytes()[:keep])
    assert ids(folder) == ALL


def test_a_snapshot_of_other_code_is_ignored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "shape", lambda: "newer")
    assert snapshot.load(folder) is None
    assert ids(folder) == ALL


def test_a_snapshot_of_another_journal_is_ignored(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    ledger = EmbeddedLedger.open(other)
    ledger.append("x", *(opened(running) for running in range(101, 161)))
    (other / SNAPSHOT_NAME).write_bytes((folder / SNAPSHOT_NAME).read_bytes())
    assert ids(other) == [f"WJB22-{running:04d}" for running in range(101, 161)]


def test_a_snapshot_ahead_of_a_restored_older_journal_is_ignored(folder: Path) -> None:
    journal = folder / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:5]))
    assert ids(folder) == ALL[:5]


def test_damage_before_the_snapshot_is_found_by_reading_lines_and_by_the_whole_check(folder: Path) -> None:
    journal = folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"WJB22-0007", b"WJB22-0077", 1))
    ledger = EmbeddedLedger.open(folder)
    for reading in (ledger.check_chain, ledger.tree, lambda: list(ledger.lines(3))):
        with pytest.raises(LedgerDamagedError, match="第 7 行"):
            reading()


def test_a_snapshot_is_written_by_itself_once_enough_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "_SAVE_AFTER", 10)
    ledger = EmbeddedLedger.open(tmp_path)
    for running in range(1, 10):
        ledger.append("x", opened(running))
    assert not (tmp_path / SNAPSHOT_NAME).exists()
    ledger.append("x", opened(10))
    loaded = snapshot.load(tmp_path)
    assert loaded is not None
    assert loaded.end.size == 10


def test_a_bulk_read_writes_the_same_tables_as_following_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = EmbeddedLedger.open(tmp_path, snapshots=False)
    for running in range(1, 30):
        ledger.append("x", opened(running))
    monkeypatch.setattr(ledger_module, "_BULK_BYTES", 1)
    bulk = EmbeddedLedger.open(tmp_path, snapshots=False)
    assert {**bulk._view.tables} == {**ledger._view.tables}
    assert bulk.rebuild() == ledger.head
    assert (tmp_path / SNAPSHOT_NAME).exists()


def test_lines_can_be_taken_from_the_middle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "_MARK_EVERY", 4)
    ledger = EmbeddedLedger.open(folder, snapshots=False)
    for running in range(50, 70):
        ledger.append("x", opened(running))
    whole = (folder / "journal.jsonl").read_bytes().splitlines()
    for start, stop in [(0, 5), (41, 61), (50, 51), (60, 99), (61, 61), (7, 3)]:
        assert list(ledger.lines(start, stop)) == whole[start:stop]
    assert len(ledger._marks) > 4
