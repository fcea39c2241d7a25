"""Many writers, one sync: nobody is told before the disk has it, and a refused sync leaves nothing behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId, EnterpriseId
from evidence.ledger import commit
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened
from tests.support.ledger_scenario import START

pytestmark = pytest.mark.skipif(
    not Path("/proc/sys/kernel/random/boot_id").exists(), reason="shares no marks"
)

WRITERS = 8


def opened(running: int) -> CaseOpened:
    case = CaseId(f"WJB22-{running:04d}")
    return CaseOpened(
        case=Case(id=case, enterprise=EnterpriseId("X-1"), kind=CaseKind.ANNUAL, opened_on=START.date())
    )


def lines_in(folder: Path) -> int:
    journal = folder / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


class HeldSync:
    """An fsync that begins, waits until every writer has written its line, and then ends as it is told."""

    def __init__(self, folder: Path, ends: Callable[[int], None]) -> None:
        self.folder = folder
        self.calls = 0
        self.begun = threading.Event()
        self._ends = ends
        self._wanted = lines_in(folder) + WRITERS

    def __call__(self, descriptor: int) -> None:
        self.calls += 1
        self.begun.set()
        while lines_in(self.folder) < self._wanted:
            os.sched_yield()
        self._ends(descriptor)


def all_write(folder: Path, sync: HeldSync, monkeypatch: pytest.MonkeyPatch) -> list[Future[tuple[int, ...]]]:
    """Eight ledgers of eight threads; seven of them write while the sync of the first is under way."""
    ledgers = [EmbeddedLedger.open(folder, clock=lambda: START) for _ in range(WRITERS)]
    monkeypatch.setattr(os, "fsync", sync)
    with ThreadPoolExecutor(WRITERS) as pool:
        first = pool.submit(ledgers[0].append, "x", opened(1))
        assert sync.begun.wait(20)
        rest = [pool.submit(ledgers[n].append, "x", opened(n + 1)) for n in range(1, WRITERS)]
    return [first, *rest]


def test_writers_that_wait_share_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = HeldSync(tmp_path, os.fsync)
    with monkeypatch.context() as held:
        done = all_write(tmp_path, sync, held)
    assert sorted(position for each in done for position in each.result()) == list(range(WRITERS))
    assert sync.calls == 2, "one for the first, one for the seven that had written meanwhile"
    assert EmbeddedLedger.open(tmp_path).check_chain().size == WRITERS


def test_a_refused_sync_fails_everyone_it_was_to_cover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    before.append("x", opened(100))
    reader = EmbeddedLedger.open(tmp_path)
    seen: list[int] = []

    def refuse(_descriptor: int) -> None:
        seen.append(reader.head.size)
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as held:
        sync = HeldSync(tmp_path, refuse)
        done = all_write(tmp_path, sync, held)
        assert all(isinstance(each.exception(), OSError) for each in done)
        assert sync.calls == 1, "whoever waited does not trust a second try"
    assert seen == [1 + WRITERS]
    assert [case.id for case in EmbeddedLedger.open(tmp_path).view.cases()] == ["WJB22-0100"]
    assert reader.head == before.head
    assert before.append("x", opened(1)) == (1,)
    assert reader.head == before.check_chain() == before.head


def test_what_a_failed_sync_left_is_cut_by_the_next_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, reader = (EmbeddedLedger.open(tmp_path, clock=lambda: START) for _ in range(2))
    ledger.append("x", opened(1))

    def refuse(*_arguments: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        broken.setattr(os, "truncate", refuse)  # as when the process dies before it gets there
        with pytest.raises(OSError, match="Input/output"):
            ledger.append("x", opened(2))
    assert lines_in(tmp_path) == 2
    assert reader.head.size == 1, "nobody reads what will be cut off"
    assert reader.append("x", opened(3)) == (1,)
    assert [case.id for case in ledger.view.cases()] == ["WJB22-0001", "WJB22-0003"]
    assert ledger.check_chain() == ledger.head == reader.head


def test_a_decision_to_write_nothing_rests_on_what_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, other = (EmbeddedLedger.open(tmp_path, clock=lambda: START) for _ in range(2))
    writer.append("x", opened(1))
    synced: list[int] = []
    real = os.fsync
    with monkeypatch.context() as watched:
        watched.setattr(os, "fsync", lambda descriptor: (synced.append(descriptor), real(descriptor))[1])
        with monkeypatch.context() as dies:  # the writer is killed between its write and its sync
            dies.setattr(commit.GroupCommit, "until", lambda *_arguments: None)
            writer.append("x", opened(2))
        assert synced == []
        assert other.transact("x", lambda view: [] if len(view.cases()) == 2 else [opened(3)]) == ()
        assert len(synced) == 1
        other.transact("x", lambda _view: [])
        assert len(synced) == 1, "it is on disk already"


@pytest.mark.parametrize("lie", ["boot", "file", "torn"])
def test_a_mark_that_may_not_speak_of_this_file_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    ledger.append("x", opened(1))
    shared = commit.GroupCommit(ledger.journal_path, 1.0)
    assert shared.mark().offset == ledger.journal_path.stat().st_size
    if lie == "boot":
        monkeypatch.setattr(commit, "_boot", lambda: b"another-boot")
    elif lie == "file":
        copy = tmp_path / "copy"
        copy.write_bytes(ledger.journal_path.read_bytes())
        copy.replace(ledger.journal_path)
    else:
        (mark,) = tmp_path.glob(".journal-*.sync")
        mark.write_bytes(mark.read_bytes()[:40])
    assert shared.mark() == commit.Mark()


def test_a_tail_cut_off_is_not_believed_to_be_on_disk(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    ledger.append("x", opened(1))
    end = ledger.journal_path.stat().st_size
    with ledger.journal_path.open("ab") as file:
        file.write(b"x" * 5000)  # a killed writer's half line, synced by somebody else
    shared = commit.GroupCommit(ledger.journal_path, 1.0)
    shared.until(end, end + 5000, 0)
    ledger.append("x", opened(2))
    assert shared.mark().offset == ledger.journal_path.stat().st_size < end + 5000
