"""The queue in a file: each job once by its key, longer pauses, given up and revived, one taker each."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.jobs.job import TELL, Job
from evidence.jobs.kept import KeptQueue
from evidence.jobs.settings import JobSettings

NOW = datetime(2022, 4, 1, 1, tzinfo=UTC)
SETTINGS = JobSettings(attempts=3, notice_attempts=4, retry_wait_s=10)


@pytest.fixture
def queue(tmp_path: Path) -> KeptQueue:
    return KeptQueue(tmp_path / "archive" / "jobs.sqlite3", SETTINGS)


class Doing:
    """Notes what it was given; fails as often as it is told to."""

    def __init__(self, fails: int = 0) -> None:
        self.did: list[tuple[str, dict[str, str]]] = []
        self.fails = fails

    def __call__(self, function: str, arguments: Mapping[str, str]) -> None:
        self.did.append((function, dict(arguments)))
        if len(self.did) <= self.fails:
            raise OSError("没有应答")


def test_looking_at_a_queue_that_holds_nothing_makes_no_file(queue: KeptQueue, tmp_path: Path) -> None:
    assert (queue.waiting(), queue.dead(), queue.revive(), queue.complaint("")) == (0, (), 0, "")
    queue.work(Doing(), NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_job_is_done_once_with_its_arguments(queue: KeptQueue) -> None:
    assert queue.put(Job(function="a", key="a:1", arguments={"名": "甲"}))
    assert not queue.put(Job(function="a", key="a:1"))
    doing = Doing()
    queue.work(doing, NOW)
    queue.work(doing, NOW)
    assert doing.did == [("a", {"名": "甲"})]
    assert queue.put(Job(function="a", key="a:1"))


def test_higher_priority_first_then_in_the_order_they_came(queue: KeptQueue) -> None:
    for key, priority in (("1", 5), ("2", 9), ("3", 5)):
        queue.put(Job(function=key, key=key, priority=priority))
    doing = Doing()
    queue.work(doing, NOW)
    assert [function for function, _ in doing.did] == ["2", "1", "3"]


def test_only_jobs_whose_key_begins_so_are_done(queue: KeptQueue) -> None:
    for key in ("tell:a:1", "tell:ab:1", "tell:%:1"):
        queue.put(Job(function=key, key=key))
    doing = Doing()
    queue.work(doing, NOW, keys="tell:a:")
    queue.work(doing, NOW, keys="tell:%:")
    assert [function for function, _ in doing.did] == ["tell:a:1", "tell:%:1"]


@pytest.mark.parametrize(("function", "tried_at"), [("a", [0, 10, 30]), (TELL, [0, 10, 30, 70])])
def test_each_pause_is_twice_the_one_before_until_it_is_given_up(
    queue: KeptQueue, function: str, tried_at: list[int]
) -> None:
    queue.put(Job(function=function, key="k"))
    doing = Doing(fails=99)
    seen = []
    for second in range(200):
        before = len(doing.did)
        queue.work(doing, NOW + timedelta(seconds=second))
        if len(doing.did) > before:
            seen.append(second)
    assert seen == tried_at
    (dead,) = queue.dead()
    assert (dead.attempts, dead.why) == (len(tried_at), "没有应答")
    assert dead.at == NOW + timedelta(seconds=tried_at[-1])
    assert queue.waiting() == 0


def test_one_that_was_given_up_is_revived_or_put_again(queue: KeptQueue) -> None:
    job = Job(function="a", key="a:1")
    for again in (queue.revive, lambda: int(queue.put(job))):
        queue.put(job)
        for day in range(3):
            queue.work(Doing(fails=9), NOW + timedelta(days=day))
        assert len(queue.dead()) == 1
        assert again() == 1
        assert queue.dead() == ()
        doing = Doing()
        queue.work(doing, NOW)
        assert len(doing.did) == 1


def test_what_one_process_has_begun_no_other_begins_until_it_must_have_died(queue: KeptQueue) -> None:
    queue.put(Job(function="a", key="a:1"))
    other = Doing()

    def slow(_function: str, _arguments: Mapping[str, str]) -> None:
        queue.work(other, NOW + timedelta(minutes=1))
        assert other.did == []
        queue.work(other, NOW + timedelta(minutes=11))

    queue.work(slow, NOW)
    assert len(other.did) == 1


def test_it_stops_between_two_jobs(queue: KeptQueue) -> None:
    for number in range(3):
        queue.put(Job(function="a", key=str(number)))
    doing = Doing()
    queue.work(doing, NOW, stopped=lambda: len(doing.did) == 1)
    assert (len(doing.did), queue.waiting()) == (1, 2)


def test_what_nobody_wants_any_more_is_dropped_shown_and_revived_on_request(queue: KeptQueue) -> None:
    queue.put(Job(function="a", key="a:1"))
    queue.put(Job(function="a", key="b:1"))
    queue.drop(lambda key: "没有 b 了" if key.startswith("b") else "", NOW)
    assert [(each.key, each.why) for each in queue.dropped()] == [("b:1", "没有 b 了")]
    assert (queue.waiting(), queue.dead()) == (1, ())
    doing = Doing()
    queue.work(doing, NOW)
    assert len(doing.did) == 1
    assert queue.revive() == 1
    assert (queue.waiting(), queue.dropped()) == (1, ())


def test_what_was_dropped_long_ago_is_forgotten(queue: KeptQueue) -> None:
    queue.put(Job(function="a", key="a:1"))
    queue.drop(lambda _key: "旧", NOW)
    queue.put(Job(function="a", key="a:2"))
    queue.drop(lambda _key: "新", NOW + timedelta(days=91))
    assert [each.key for each in queue.dropped()] == ["a:2"]


def test_a_file_made_before_jobs_could_be_dropped_is_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite3")) as file:
        file.execute(
            "CREATE TABLE job (id INTEGER PRIMARY KEY AUTOINCREMENT, function TEXT NOT NULL, "
            "key TEXT NOT NULL UNIQUE, arguments TEXT NOT NULL, priority INTEGER NOT NULL, "
            "attempts INTEGER NOT NULL DEFAULT 0, not_before REAL NOT NULL DEFAULT 0, "
            "why TEXT NOT NULL DEFAULT '', dead_at REAL)"
        )
        file.execute("INSERT INTO job (function, key, arguments, priority) VALUES ('a', 'a:1', '{}', 1)")
        file.commit()
    queue = KeptQueue(tmp_path / "jobs.sqlite3", SETTINGS)
    assert (queue.waiting(), queue.dropped()) == (1, ())
