"""A move between folder and database, killed at every step it takes: nothing lost, nothing double, and a
state that says what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from evidence.errors import UsageError
from evidence.ledger import migrate
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.migrate import to_database, to_folder
from evidence.ledger.place import open_ledger
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.settings import LedgerSettings
from tests.support.killing import FaultPoints, moments, points, run_and_die
from tests.support.ledger_scenario import START, every_kind
from tests.support.postgres_server import Cluster

STORY = every_kind()
BLOCK = 16
"""Lines copied at once, so that a move takes several transactions."""


class Steps(FaultPoints):
    """Calls that change the disk, and those that change the database for good."""

    def __enter__(self) -> FaultPoints:
        self._commit, self._moved = psycopg.Transaction.__exit__, PostgresLedger.set_moved
        psycopg.Transaction.__exit__ = self._counted("commit", self._commit)  # type: ignore[method-assign]
        PostgresLedger.set_moved = self._counted("set_moved", self._moved)  # type: ignore[method-assign]
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        psycopg.Transaction.__exit__ = self._commit  # type: ignore[method-assign]
        PostgresLedger.set_moved = self._moved  # type: ignore[method-assign]
        super().__exit__(*error)


def clock() -> Any:
    return START


@pytest.fixture(autouse=True)
def blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_BLOCK", BLOCK)


@pytest.fixture
def rooms(tmp_path: Path, cluster: Cluster) -> Callable[[], tuple[Path, LedgerSettings]]:
    """A folder with the story's journal, and a database for it; new ones at each call."""
    made: list[Path] = []

    def make() -> tuple[Path, LedgerSettings]:
        folder = tmp_path / f"ledger-{len(made)}"
        made.append(folder)
        EmbeddedLedger.open(folder, clock=clock).append("x", *STORY)
        return folder, cluster.ledger_settings()

    return make


def opens(folder: Path, settings: LedgerSettings) -> list[bytes] | str:
    """Every line, or what a person is told to do instead."""
    try:
        ledger = open_ledger(folder, settings, clock=clock)
    except UsageError as refusal:
        return refusal.remedy
    assert ledger.check_chain() == ledger.head
    lines = list(ledger.lines())
    if isinstance(ledger, PostgresLedger):
        ledger.close()
    return lines


def lines_of(folder: Path) -> list[bytes]:
    return list(EmbeddedLedger.open(folder).lines())


def test_a_move_into_the_database_killed_anywhere_is_finished_by_running_it_again(
    rooms: Callable[[], tuple[Path, LedgerSettings]],
) -> None:
    folder, settings = rooms()
    taken = points(lambda: to_database(folder, settings, clock=clock), Steps)
    assert taken.count("commit") > len(STORY) // BLOCK
    for at, moment in moments(taken):
        folder, settings = rooms()
        before = lines_of(folder)
        run_and_die(lambda _tell, f=folder, s=settings: to_database(f, s, clock=clock), at, moment, Steps)
        held = [opens(folder, LedgerSettings()), opens(folder, settings)]
        whole, told = sorted(held, key=lambda each: isinstance(each, str))
        assert whole == before, (taken[at], moment)  # one of the two is the ledger, and says so alone
        assert "evidence ledger migrate" in told or "[ledger] database" in told, (taken[at], moment)
        moved = to_database(folder, settings, clock=clock)
        assert moved.lines == len(STORY)
        assert opens(folder, settings) == before, (taken[at], moment)
        assert isinstance(opens(folder, LedgerSettings()), str)


def test_a_folder_that_the_journal_left_does_not_call_it_back_from_another_host(
    rooms: Callable[[], tuple[Path, LedgerSettings]], tmp_path: Path
) -> None:
    folder, settings = rooms()
    to_database(folder, settings, clock=clock)
    (tmp_path / "other").mkdir()
    to_folder(tmp_path / "other", settings, clock=clock)
    with pytest.raises(UsageError, match="已从那里迁走"):
        to_database(folder, settings, clock=clock)
    assert isinstance(opens(folder, settings), str)


def test_a_move_back_killed_anywhere_is_finished_by_running_it_again_or_taken_back(
    rooms: Callable[[], tuple[Path, LedgerSettings]],
) -> None:
    folder, settings = rooms()
    to_database(folder, settings, clock=clock)
    taken = points(lambda: to_folder(folder, settings, clock=clock), Steps)
    stopped = 0
    for at, moment in moments(taken):
        folder, settings = rooms()
        before = lines_of(folder)
        to_database(folder, settings, clock=clock)
        run_and_die(lambda _tell, f=folder, s=settings: to_folder(f, s, clock=clock), at, moment, Steps)
        files, database = opens(folder, LedgerSettings()), opens(folder, settings)
        assert [files, database].count(before) <= 1, (taken[at], moment)
        if files != before and database != before:  # nobody may write; the way out stands in the message
            assert "migrate --back" in str(database), (taken[at], moment, database)
            stopped += 1
            if moment == "before":
                assert to_database(folder, settings, clock=clock).lines == len(STORY)
                assert opens(folder, settings) == before
        if files != before:
            assert to_folder(folder, settings, clock=clock).lines == len(STORY)
        else:
            with pytest.raises(UsageError, match="已有账本"):
                to_folder(folder, settings, clock=clock)
        assert opens(folder, LedgerSettings()) == before, (taken[at], moment)
        assert isinstance(opens(folder, settings), str)
        assert not (folder / ".moving").exists()
    assert stopped
