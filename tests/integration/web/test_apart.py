"""Reckoning and intake beside the pages: the same answers, and no process left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from evidence.config import Workspace, open_workspace
from evidence.domain.week import Week
from evidence.settings import SETTINGS_FILE
from evidence.web.apart import IntakeProcess, Reckoner
from evidence.web.reckoning import judge_week, list_due
from tests import world
from tests.desk_world import make_workspace
from tests.first_contract import SETTINGS_TEXT


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "office")


def test_another_process_judges_as_this_one_does(office: Workspace) -> None:
    reckoner, week = Reckoner(office), Week.parse("2022-W13")
    reckoner.start()
    try:
        there, here = reckoner.week(week, world.FRIDAY), judge_week(office, week, world.FRIDAY)
        assert (there.findings, there.rows, there.standing, there.size) == (
            here.findings, here.rows, here.standing, here.size,
        )  # fmt: skip
        assert reckoner.due(world.FRIDAY).items == list_due(office, world.FRIDAY).items
    finally:
        reckoner.stop()


def test_when_the_other_process_dies_this_one_answers_and_starts_it_again(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.web.apart._REST_S", 0.0)
    reckoner, week = Reckoner(office), Week.parse("2022-W13")
    reckoner.start()
    try:
        first = reckoner.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        expected = judge_week(office, week, world.FRIDAY).findings
        assert reckoner.week(week, world.FRIDAY).findings == expected
        assert reckoner.pid not in {None, first}
        assert reckoner.week(week, world.FRIDAY).findings == expected
    finally:
        reckoner.stop()
    assert reckoner.pid is None


def test_files_are_taken_in_by_a_process_that_ends_with_the_desk(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text(SETTINGS_TEXT, encoding="utf-8")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    said: list[str] = []
    intake = IntakeProcess(tmp_path, poll=False, tell=said.append)
    intake.start()
    try:
        (inbox / "说明.txt").write_text("x", encoding="utf-8")
        ledger = open_workspace(tmp_path).ledger
        deadline = time.monotonic() + 30
        while not ledger.view.arrivals("quarantined") and time.monotonic() < deadline:
            time.sleep(0.1)
        assert [each.path for each in ledger.view.arrivals("quarantined")] == ["说明.txt"]
    finally:
        intake.stop()
    assert not intake.running
    assert said == []
