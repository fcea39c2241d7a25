"""Workers on several hosts: at least once, effects once, nothing lost when one is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from evidence.cli.program import cli
from evidence.config import Workspace, open_workspace
from evidence.errors import UsageError
from evidence.inbox.deferred import DeferredRecognition, recognition_of
from evidence.jobs.database import DatabaseQueue
from evidence.jobs.job import Job
from evidence.ledger.settings import LedgerSettings
from evidence.workers.recognise import recognise
from evidence.workers.worker import Worker
from tests.support.inbox_fixture import CHECK, NOW, scan
from tests.support.jobs_fixture import make_workspace, played
from tests.support.postgres_server import Cluster


@pytest.fixture
def settings(cluster: Cluster) -> LedgerSettings:
    return cluster.ledger_settings()


@pytest.fixture
def workspace(tmp_path: Path, settings: LedgerSettings) -> Iterator[Workspace]:
    made = make_workspace(tmp_path / "w", settings, jobs='where = "workers"\n')
    yield made
    made.queue.close()  # type: ignore[union-attr]


def drop(workspace: Workspace, name: str, *lines: str) -> str:
    """Put a scan into the inbox and take it in; the arrival's id."""
    (workspace.inbox / name).write_bytes(scan(*lines))
    (arrival,) = workspace.intake.run().arrivals
    return arrival


def outcome(workspace: Workspace, arrival: str) -> str:
    return workspace.ledger.view.arrival(arrival).outcome  # type: ignore[union-attr,arg-type]


def judgements(workspace: Workspace) -> int:
    return sum(entry.kind == "arrival.judged/1" for entry in workspace.ledger.entries())


def test_intake_makes_the_bytes_safe_and_a_worker_on_another_host_reads_them(workspace: Workspace) -> None:
    arrival = drop(workspace, "1.pdf", f"{CHECK}/1", f"{CHECK}/2")
    assert outcome(workspace, arrival) == "taken"
    assert not list(workspace.inbox.iterdir())
    Worker(played(workspace.root)).run(until_empty=True)
    assert outcome(workspace, arrival) == "linked"
    assert (workspace.queue.waiting(), workspace.queue.dead()) == (0, ())  # type: ignore[union-attr]


def test_a_job_delivered_twice_changes_nothing_the_second_time(workspace: Workspace) -> None:
    arrival = drop(workspace, "1.pdf", f"{CHECK}/1")
    recognise(played(workspace.root), arrival=arrival)
    before = workspace.ledger.head
    recognise(played(workspace.root), arrival=arrival)
    Worker(played(workspace.root)).run(until_empty=True)
    assert workspace.ledger.head == before
    assert judgements(workspace) == 1


def test_two_deliveries_at_the_same_moment_have_one_effect(workspace: Workspace) -> None:
    arrival = drop(workspace, "1.pdf", f"{CHECK}/1")
    hosts = [played(workspace.root) for _ in range(2)]
    found = [host.ledger.view.arrival(arrival) for host in hosts]  # type: ignore[arg-type]
    threads = [
        threading.Thread(target=host.intake.judge_again, args=(each,))
        for host, each in zip(hosts, found, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert judgements(workspace) == 1
    assert outcome(workspace, arrival) == "linked" or outcome(workspace, arrival) == "unidentified"


def test_a_worker_killed_in_mid_job_loses_nothing_and_another_takes_over(
    workspace: Workspace, settings: LedgerSettings
) -> None:
    arrival = drop(workspace, "慢.pdf", "hang", f"{CHECK}/1")
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.jobs_fixture", "worker", str(workspace.root)]
    )
    begun = workspace.root / "begun"
    while not (begun.exists() and begun.read_text()):
        assert child.poll() is None
        os.sched_yield()
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert outcome(workspace, arrival) == "taken"
    assert workspace.queue.running() == 1  # type: ignore[union-attr]
    (workspace.root / "released").touch()
    with psycopg.connect(settings.database, options=f"-c search_path={settings.schema}") as connection:
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    Worker(played(workspace.root)).run(until_empty=True)
    assert outcome(workspace, arrival) not in {"taken", "waiting"}
    assert judgements(workspace) == 1
    assert (workspace.queue.running(), workspace.queue.dead()) == (0, ())  # type: ignore[union-attr]


def test_a_job_that_kills_every_worker_is_given_up_in_the_end(
    workspace: Workspace, settings: LedgerSettings
) -> None:
    arrival = drop(workspace, "1.pdf", f"{CHECK}/1")
    with psycopg.connect(settings.database, options=f"-c search_path={settings.schema}") as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 2")
    Worker(played(workspace.root)).run(until_empty=True)
    (dead,) = workspace.queue.dead()  # type: ignore[union-attr]
    assert "意外中止" in dead.why
    assert outcome(workspace, arrival) == "taken"


def test_a_job_that_cannot_be_done_is_tried_again_then_dead_then_done_when_a_person_says_so(
    workspace: Workspace,
) -> None:
    arrival = drop(workspace, "坏.pdf", "fail", f"{CHECK}/1")
    for _attempt in range(3):
        Worker(played(workspace.root)).run(until_empty=True)
    (dead,) = workspace.queue.dead()  # type: ignore[union-attr]
    assert (dead.key, dead.why, dead.attempts) == (f"recognise:{arrival}", "内存不足", 3)
    Worker(played(workspace.root)).run(until_empty=True)  # nobody tries it for ever
    assert len(workspace.queue.dead()) == 1  # type: ignore[union-attr]
    (workspace.root / "mended").touch()
    assert workspace.queue.revive() == 1  # type: ignore[union-attr]
    Worker(played(workspace.root)).run(until_empty=True)
    assert outcome(workspace, arrival) not in {"taken", "waiting"}
    assert workspace.queue.dead() == ()  # type: ignore[union-attr]


def test_a_lost_queue_is_filled_again_from_the_ledger(workspace: Workspace, settings: LedgerSettings) -> None:
    arrival = drop(workspace, "1.pdf", f"{CHECK}/1")
    with psycopg.connect(settings.database, options=f"-c search_path={settings.schema}") as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    Worker(played(workspace.root)).run(until_empty=True)
    assert outcome(workspace, arrival) not in {"taken", "waiting"}


def test_this_weeks_work_comes_first_whatever_waits_longer(
    settings: LedgerSettings, workspace: Workspace
) -> None:
    queue = DatabaseQueue(settings)
    done: list[str] = []
    for key, priority in (("old", 3), ("older", 1), ("this week", 100), ("last week", 99)):
        assert queue.put(Job(function="recognise", key=key, arguments={"arrival": key}, priority=priority))
    Worker(
        played(workspace.root),
        at_once=1,
        perform=lambda _workspace, _name, given: done.append(given["arrival"]),
    ).run(until_empty=True)
    queue.close()
    assert done == ["this week", "last week", "old", "older"]


def test_the_same_work_is_not_queued_twice_while_it_waits(workspace: Workspace) -> None:
    arrival = drop(workspace, "1.pdf", f"{CHECK}/1")
    again = recognition_of(arrival, NOW, NOW)  # type: ignore[arg-type]
    assert workspace.queue.put(again) is False  # type: ignore[union-attr]
    assert workspace.queue.waiting() == 1  # type: ignore[union-attr]


def test_when_too_much_waits_files_stay_in_the_inbox_until_there_is_room(workspace: Workspace) -> None:
    workspace.intake._deferred = DeferredRecognition(queue=workspace.queue, most_waiting=1, clock=lambda: NOW)  # type: ignore[arg-type]
    drop(workspace, "1.pdf", f"{CHECK}/1")
    (workspace.inbox / "2.pdf").write_bytes(scan(f"{CHECK}/2"))
    workspace.intake.run()
    assert (workspace.inbox / "2.pdf").exists()
    Worker(played(workspace.root)).run(until_empty=True)
    workspace.intake.run()
    assert not (workspace.inbox / "2.pdf").exists()


def test_workers_without_a_database_are_refused_with_the_remedy(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "w").root
    with pytest.raises(UsageError, match="要有数据库"):
        Worker(open_workspace(root))
    (root / "evidence.toml").write_text('[contract]\ncode = "WJB"\n[jobs]\nwhere = "workers"\n')
    with pytest.raises(UsageError, match="账本须在数据库"):
        open_workspace(root).intake  # noqa: B018


def test_the_clerk_sees_what_was_given_up(workspace: Workspace) -> None:
    arrival = drop(workspace, "坏.pdf", "fail", f"{CHECK}/1")
    for _attempt in range(3):
        Worker(played(workspace.root)).run(until_empty=True)

    def command(*words: str) -> str:
        done = CliRunner().invoke(cli, [*words, "--workspace", str(workspace.root)], standalone_mode=False)
        assert done.exception is None, done.exception
        return done.stdout

    said = command("status", "--at", "2022-04-01")
    assert f"后台任务 recognise:{arrival} 试过 3 次都没有做成：内存不足" in said
    assert "evidence worker --retry" in said
    told = json.loads(command("status", "--at", "2022-04-01", "--json"))
    assert [job["key"] for job in told["jobs_given_up"]] == [f"recognise:{arrival}"]
    assert "做不成 1 项" in command("worker", "--list")
    revived = json.loads(command("worker", "--retry", "--json"))
    assert (revived["waiting"], revived["dead"]) == (1, [])
