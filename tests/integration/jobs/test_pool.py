"""The same job functions in processes of one machine, without a database."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.config import Workspace
from evidence.domain.identifiers import ArrivalId
from evidence.inbox.deferred import DeferredRecognition
from evidence.jobs.pool import PoolQueue
from tests.support.inbox_fixture import CHECK, NOW, scan
from tests.support.jobs_fixture import make_workspace, played


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = make_workspace(tmp_path / "w", jobs='where = "pool"\nprocesses = 2\n')
    assert isinstance(made.queue, PoolQueue)
    made.queue._run = "tests.support.jobs_fixture:run"
    yield made
    made.queue.close()


def test_files_are_read_by_other_processes_and_the_pass_ends_when_all_are_judged(
    workspace: Workspace,
) -> None:
    for number in (1, 2):
        (workspace.inbox / f"{number}.pdf").write_bytes(scan(f"{CHECK}/{number}"))
    (workspace.inbox / "猫.pdf").write_bytes(scan("no_code"))
    taken = workspace.intake.run().arrivals
    outcomes = [workspace.ledger.view.arrival(each).outcome for each in taken]
    assert sorted(outcomes) == ["linked", "linked", "unidentified"]
    kinds = [entry.kind for entry in workspace.ledger.entries()]
    assert kinds.count("arrival.taken/1") == kinds.count("arrival.judged/1") == 3
    assert not list(workspace.inbox.iterdir())


def test_a_process_that_is_killed_costs_nothing_but_a_second_attempt(workspace: Workspace) -> None:
    root = workspace.root
    (workspace.inbox / "慢.pdf").write_bytes(scan("hang", f"{CHECK}/1"))
    queue = workspace.queue
    real = queue.settle

    def settle(keys: set[str]) -> None:
        while not (root / "begun").exists() or not (root / "begun").read_text():
            os.sched_yield()
        (root / "released").touch()
        os.kill(int((root / "begun").read_text()), signal.SIGKILL)
        real(keys)

    queue.settle = settle  # type: ignore[union-attr,method-assign]
    (arrival,) = workspace.intake.run().arrivals
    assert workspace.ledger.view.arrival(arrival).outcome != "taken"
    assert queue.dead() == ()


def test_a_job_that_cannot_be_done_is_dead_and_said_and_can_be_revived(workspace: Workspace) -> None:
    (workspace.inbox / "坏.pdf").write_bytes(scan("fail", f"{CHECK}/1"))
    (arrival,) = workspace.intake.run().arrivals
    assert workspace.ledger.view.arrival(arrival).outcome == "taken"
    (dead,) = workspace.queue.dead()
    assert (dead.key, dead.why) == (f"recognise:{arrival}", "内存不足")
    (workspace.root / "mended").touch()
    assert workspace.queue.revive() == 1
    workspace.queue.settle({dead.key})
    assert workspace.queue.dead() == ()
    assert workspace.ledger.view.arrival(arrival).outcome != "taken"


def test_what_was_not_judged_when_the_program_ended_is_judged_at_the_next_start(workspace: Workspace) -> None:
    (workspace.inbox / "坏.pdf").write_bytes(scan("fail", f"{CHECK}/1"))
    (arrival,) = workspace.intake.run().arrivals
    (workspace.root / "mended").touch()
    again = played(workspace.root)
    again.queue._run = "tests.support.jobs_fixture:run"  # type: ignore[union-attr]
    again.intake.resume()
    again.intake.run()
    assert again.ledger.view.arrival(ArrivalId(arrival)).outcome != "taken"
    again.queue.close()  # type: ignore[union-attr]


class Full:
    """A queue with too much in it."""

    def waiting(self) -> int:
        return 10

    def put(self, _job: object) -> bool:
        raise AssertionError("nothing may be added")

    def settle(self, _keys: set[str]) -> None:
        return


def test_when_too_much_waits_files_stay_in_the_inbox(workspace: Workspace) -> None:
    deferred = DeferredRecognition(queue=Full(), most_waiting=10, clock=lambda: NOW)  # type: ignore[arg-type]
    workspace.intake._deferred = deferred
    path = workspace.inbox / "1.pdf"
    path.write_bytes(scan(f"{CHECK}/1"))
    result = workspace.intake.run()
    assert path.exists()
    assert [workspace.ledger.view.arrival(each).outcome for each in result.arrivals] == ["waiting"]
    assert "识别任务较多" in workspace.ledger.view.arrival(next(iter(result.arrivals))).message
