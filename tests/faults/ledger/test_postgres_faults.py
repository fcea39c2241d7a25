"""The database restarts, connections are cut, writers killed: nothing lost, nothing double, clear state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from evidence.domain.identifiers import Number
from evidence.errors import ExitCode
from evidence.ledger.events import FormVoided
from evidence.ledger.postgres.connection import DatabaseUnreachableError
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.settings import LedgerSettings
from tests.support.ledger_scenario import START
from tests.support.postgres_server import Cluster

EACH = 40
"""Events of one writer; it is disturbed when a quarter is acknowledged."""


@pytest.fixture(scope="module")
def mine() -> Iterator[Cluster]:
    """A server of these tests' own: they stop it."""
    made = Cluster()
    try:
        yield made.start()
    finally:
        made.remove()


def opened(settings: LedgerSettings) -> PostgresLedger:
    return PostgresLedger.open_database(settings, clock=lambda: START)


def tagged(tag: str) -> FormVoided:
    return FormVoided(number=Number("WJB22-0001-JC-001"), why=tag)


class Writers:
    """Several hosts that append, each event with a tag of its own, and remember what was acknowledged."""

    def __init__(self, settings: LedgerSettings, count: int = 3) -> None:
        self.settings = settings
        self.acknowledged: dict[int, str] = {}
        self.failed: list[BaseException] = []
        self.quarter = threading.Event()
        ledgers = [opened(settings) for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._write, args=(ledger, name)) for name, ledger in enumerate(ledgers)
        ]

    def _write(self, ledger: PostgresLedger, name: int) -> None:
        try:
            for running in range(EACH):
                tag = f"{name}-{running}"
                (seq,) = ledger.append("x", tagged(tag))
                assert seq not in self.acknowledged
                self.acknowledged[seq] = tag
                if running == EACH // 4:
                    self.quarter.set()
        except BaseException as error:
            self.failed.append(error)
            self.quarter.set()

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        assert self.quarter.wait(60)
        return self

    def __exit__(self, *_error: object) -> None:
        for thread in self._threads:
            thread.join(timeout=90)
        assert not self.failed, self.failed

    def check(self) -> None:
        """What was acknowledged is there, at its place, once, and nothing else is."""
        ledger = opened(self.settings)
        assert ledger.check_chain() == ledger.head
        there = {entry.seq: entry.payload["why"] for entry in ledger.entries()}
        assert there == self.acknowledged
        assert Counter(there.values()) == {f"{name}-{n}": 1 for name in range(3) for n in range(EACH)}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["in order", "as a crash"])
def test_a_database_restarted_in_mid_append_costs_the_writers_only_time(mine: Cluster, how: int) -> None:
    with Writers(mine.ledger_settings()) as writers:
        mine.stop(how=how)
        mine.start()
    writers.check()


def test_connections_cut_again_and_again_cost_the_writers_only_time(mine: Cluster) -> None:
    cut = 0
    with Writers(mine.ledger_settings()) as writers:
        for _ in range(6):
            cut += mine.cut()
    assert cut > 0
    writers.check()


@pytest.mark.parametrize("committed", [True, False])
def test_a_connection_lost_around_the_commit_writes_once_whichever_side_it_fell_on(
    mine: Cluster, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    settings = mine.ledger_settings()
    ledger = opened(settings)
    real = psycopg.Transaction.__exit__
    lost: list[bool] = []

    def leave(self: psycopg.Transaction, *error: Any) -> Any:
        if lost:
            return real(self, *error)
        lost.append(True)
        if committed:
            real(self, *error)
        self.connection.close()
        raise psycopg.OperationalError("the network went away")

    monkeypatch.setattr(psycopg.Transaction, "__exit__", leave)
    assert ledger.append("x", tagged("once")) == (0,)
    assert [entry.payload["why"] for entry in opened(settings).entries()] == ["once"]
    decided: list[int] = []
    lost.clear()
    events = ledger.transact("x", lambda view: decided.append(view.head.size) or [tagged("twice?")])
    assert [event.why for event in events] == ["twice?"]
    assert decided == ([1] if committed else [1, 1])
    assert opened(settings).check_chain().size == 2


def test_a_database_that_stays_away_is_a_loud_failure_that_says_what_is_known(mine: Cluster) -> None:
    settings = mine.ledger_settings(patience_s=1)
    ledger = opened(settings)
    ledger.append("x", tagged("before"))
    mine.stop()
    try:
        with pytest.raises(DatabaseUnreachableError) as failure:
            ledger.append("x", tagged("during"))
        assert failure.value.exit_code == ExitCode.MISSING_PART
        assert "没有写入一半" in failure.value.remedy
        assert "evidence:" not in failure.value.where  # the password stays out of messages
        with pytest.raises(DatabaseUnreachableError):
            ledger.view  # noqa: B018
        with pytest.raises(DatabaseUnreachableError):
            opened(settings)
    finally:
        mine.start()
    assert [entry.payload["why"] for entry in ledger.entries()] == ["before"]
    assert ledger.append("x", tagged("after")) == (1,)


def test_a_reader_goes_on_after_a_restart(mine: Cluster) -> None:
    settings = mine.ledger_settings()
    ledger = opened(settings)
    ledger.append("x", *(tagged(str(n)) for n in range(5)))
    view = ledger.view
    mine.stop(how=signal.SIGQUIT)
    mine.start()
    assert view.cases() == ()  # in the middle of somebody's reading
    assert ledger.view.head.size == 5
    assert len(list(ledger.lines(2))) == 3


_HOLDER = """
import sys
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.settings import LedgerSettings
ledger = PostgresLedger.open_database(LedgerSettings(database=sys.argv[1], schema=sys.argv[2]))
def decide(view):
    print("holding", flush=True)
    sys.stdin.readline()
    return []
ledger.transact("x", decide)
"""


def test_a_writer_killed_while_it_holds_the_ledger_holds_nobody_up(mine: Cluster) -> None:
    settings = mine.ledger_settings()
    ledger = opened(settings)
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, settings.database, settings.schema],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"holding\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert ledger.append("x", tagged("next")) == (0,)
    assert [entry.payload["why"] for entry in ledger.entries()] == ["next"]
