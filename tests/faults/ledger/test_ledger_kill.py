"""Kill -9 at every disk-changing call of the ledger and the archive: what was acknowledged stays."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.archive.backup import back_up, restore
from evidence.archive.originals import Originals
from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId, EnterpriseId, Sha256
from evidence.errors import EvidenceError
from evidence.ledger import embedded as ledger_module
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened
from evidence.ledger.upkeep import TailCut
from evidence.ledger.view import View
from tests.support.killing import moments, points, run_and_die
from tests.support.ledger_scenario import START

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and kill -9")

Tell = Callable[[str], None]


def opened(running: int) -> CaseOpened:
    case = Case(
        id=CaseId(f"WJB22-{running:04d}"),
        enterprise=EnterpriseId("X-1"),
        kind=CaseKind.ANNUAL,
        opened_on=date(2022, 3, 1),
    )
    return CaseOpened(case=case)


def next_case(view: View) -> Sequence[CaseOpened]:
    return [opened(len(view.cases()) + 1)]


def ledger_work(folder: Path, tell: Tell) -> None:
    """Single events, a group, a transaction, a snapshot in between."""
    ledger = EmbeddedLedger.open(folder, clock=lambda: START)
    for _ in range(2):
        ledger.transact("x", next_case)
        tell(str(ledger.head.size))
    ledger.append("x", *(opened(running) for running in range(101, 104)))
    tell(str(ledger.head.size))
    ledger.save_snapshot()
    ledger.append("x", opened(104))
    tell(str(ledger.head.size))


def test_nothing_acknowledged_is_lost_wherever_a_writer_dies(tmp_path: Path) -> None:
    names = points(lambda: ledger_work(tmp_path / "dry", lambda _text: None))
    assert {"write", "fsync", "replace"} <= set(names)
    torn_lines = 0
    for index, moment in moments(names):
        folder = tmp_path / f"{index}{moment}"
        told = run_and_die(lambda tell, folder=folder: ledger_work(folder, tell), index, moment)
        acknowledged = int(told[-1]) if told else 0
        ledger = EmbeddedLedger.open(folder, clock=lambda: START)
        assert ledger.head.size >= acknowledged, (index, moment)
        assert EmbeddedLedger.open(folder, snapshots=False).head == ledger.check_chain() == ledger.head
        events = [entry.event for entry in ledger.entries()]
        assert [event.case.id for event in events[:2] if isinstance(event, CaseOpened)] == [
            f"WJB22-{running:04d}" for running in range(1, min(len(events), 2) + 1)
        ]
        before = ledger.head.size
        torn = ledger.unacknowledged_bytes() > 0
        torn_lines += torn
        ledger.append("x", opened(999))
        added = [type(entry.event) for entry in ledger.entries(before)]
        assert added == ([TailCut, CaseOpened] if torn else [CaseOpened]), (index, moment)
    assert torn_lines >= 4, "each journal write was to be torn once"


CONTENT = b"scan" * 5000
DIGEST = Sha256(sha256(CONTENT).hexdigest())


def store_work(folder: Path, tell: Tell) -> None:
    tell(Originals(folder).put_bytes(CONTENT))


def test_an_original_is_whole_or_absent_wherever_storing_dies(tmp_path: Path) -> None:
    names = points(lambda: store_work(tmp_path / "dry", lambda _text: None))
    for index, moment in moments(names):
        folder = tmp_path / f"{index}{moment}"
        run_and_die(lambda tell, folder=folder: store_work(folder, tell), index, moment)
        originals = Originals(folder)
        assert all(originals.read(digest) == CONTENT for digest in originals.digests())
        assert originals.put_bytes(CONTENT) == DIGEST
        assert originals.read(DIGEST) == CONTENT


def workspace(root: Path) -> Path:
    ledger = EmbeddedLedger.open(root / "archive" / "ledger", clock=lambda: START)
    ledger.append("x", opened(1))
    Originals(root / "archive" / "originals").put_bytes(CONTENT)
    (root / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    return root


def test_a_backup_that_dies_is_finished_by_the_next_and_never_speaks_of_missing_files(tmp_path: Path) -> None:
    source = workspace(tmp_path / "source")

    def work(destination: Path, tell: Tell) -> None:
        destination.mkdir(exist_ok=True)
        back_up(source, destination, at=START, same_disk=True)
        tell("done")

    names = points(lambda: work(tmp_path / "dry", lambda _text: None))
    for index, moment in moments(names):
        destination = tmp_path / f"{index}{moment}"
        run_and_die(lambda tell, destination=destination: work(destination, tell), index, moment)
        destination.mkdir(exist_ok=True)
        journal = destination / "archive" / "ledger" / "journal.jsonl"
        if journal.exists() and journal.stat().st_size:
            assert DIGEST in Originals(destination / "archive" / "originals")
        back_up(source, destination, at=START, same_disk=True)
        restored = tmp_path / f"{index}{moment}-restored"
        restore(destination, restored)
        assert EmbeddedLedger.open(restored / "archive" / "ledger").head.size == 1
        assert Originals(restored / "archive" / "originals").read(DIGEST) == CONTENT


def many_appends(folder: Path, count: int) -> None:
    ledger = EmbeddedLedger.open(folder, clock=lambda: START)
    for _ in range(count):
        ledger.transact("x", next_case)


def forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def test_processes_side_by_side_draw_gapless_numbers_into_one_chain(tmp_path: Path) -> None:
    children = [forked(lambda: many_appends(tmp_path, 25)) for _ in range(4)]
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
    ledger = EmbeddedLedger.open(tmp_path)
    assert [case.id for case in ledger.view.cases()] == [f"WJB22-{running:04d}" for running in range(1, 101)]
    assert ledger.check_chain().size == 100


def test_processes_killed_at_random_leave_gapless_numbers_behind(tmp_path: Path) -> None:
    for round_ in range(12):
        children = [forked(lambda: many_appends(tmp_path, 1000)) for _ in range(2)]
        wanted = EmbeddedLedger.open(tmp_path).head.size + 3 + round_ % 4
        while EmbeddedLedger.open(tmp_path).head.size < wanted:
            os.sched_yield()
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    ledger.append("x", opened(9999))
    cases = [case.id for case in ledger.view.cases()]
    assert cases[:-1] == [f"WJB22-{running:04d}" for running in range(1, len(cases))]
    assert ledger.check_chain() == ledger.head


def test_a_full_disk_acknowledges_nothing_and_leaves_whole_lines(tmp_path: Path) -> None:
    """A file size limit writes part of the data and then refuses, as a full disk does."""
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    ledger.append("x", opened(1))
    size = ledger.journal_path.stat().st_size

    def limited() -> None:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, size + 50))
        mine = EmbeddedLedger.open(tmp_path, clock=lambda: START)
        with pytest.raises(OSError, match="too large"):
            mine.append("x", opened(2))
        assert mine.head.size == 1

    child = forked(limited)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert ledger.journal_path.stat().st_size == size
    assert ledger.append("x", opened(2)) == (1,)


def test_a_failing_sync_acknowledges_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    ledger.append("x", opened(1))

    def failing(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", failing)
        with pytest.raises(OSError, match="Input/output"):
            ledger.append("x", opened(2))
    assert EmbeddedLedger.open(tmp_path).head.size == ledger.head.size == 1
    assert ledger.append("x", opened(2)) == (1,)


def test_a_lock_held_too_long_fails_loudly_and_names_the_holder(tmp_path: Path) -> None:
    holder = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    other = EmbeddedLedger.open(tmp_path, clock=lambda: START, lock_timeout_s=0.05)

    def slow(_view: View) -> Sequence[CaseOpened]:
        with pytest.raises(EvidenceError, match="占用") as caught:
            other.append("x", opened(1))
        assert str(os.getpid()) in caught.value.where
        return [opened(2)]

    holder.transact("x", slow)
    assert other.head.size == 1


def test_a_clock_set_back_changes_nothing_but_the_stated_times(tmp_path: Path) -> None:
    times = [START, START.replace(year=2021), START]
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: times.pop())
    for running in (1, 2, 3):
        ledger.append("x", opened(running))
    assert [entry.instant.year for entry in ledger.entries()] == [2022, 2021, 2022]
    assert ledger.check_chain().size == 3


def test_a_snapshot_the_disk_refuses_is_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger_module, "save", refuse)
    monkeypatch.setattr(ledger_module, "_SAVE_AFTER", 1)
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    assert ledger.append("x", opened(1)) == (0,)
