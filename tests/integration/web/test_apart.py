"""Reckoning and intake beside the pages: the same answers, and no process left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from evidence.config import Workspace, open_workspace
from evidence.domain.week import Week, local_date
from evidence.ledger.facts import gather
from evidence.rules.clause import Kind
from evidence.rules.judge import judge
from evidence.settings import SETTINGS_FILE
from evidence.web.apart import IntakeProcess, Reckoner
from evidence.web.reckoning import judge_week, judged_lines, list_due
from tests.support import sample
from tests.support.desk_fixture import make_workspace
from tests.support.first_contract import SETTINGS_TEXT


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "office")


def test_another_process_judges_as_this_one_does(office: Workspace) -> None:
    reckoner, week = Reckoner(office), Week.parse("2022-W13")
    reckoner.start()
    try:
        there, here = reckoner.week(week, sample.FRIDAY), judge_week(office, week, sample.FRIDAY)
        for name in ("week", "at", "size", "needy", "rows", "owing", "carried", "context"):
            assert getattr(there, name) == getattr(here, name), name
        assert there.at.tzinfo is here.at.tzinfo
        assert list(there.findings) == list(here.findings)
        assert reckoner.due(sample.FRIDAY).items == list_due(office, sample.FRIDAY).items
    finally:
        reckoner.stop()


def test_another_process_folds_the_lines_of_what_it_answered(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    reckoner, today = Reckoner(office), local_date(sample.FRIDAY)
    reckoner.start()
    try:
        judged, due = reckoner.week(Week.parse("2022-W13"), sample.FRIDAY), reckoner.due(sample.FRIDAY)
        here = [judged_lines(judged, each, today) for each in (due, None)]
        assert len(here[0].lines) > 5
        with monkeypatch.context() as patched:
            patched.setattr("evidence.web.apart.judged_lines", pytest.fail)
            there = [reckoner.lines(judged, each, today) for each in (due, None)]
        assert there == here
        other = judge_week(office, Week.parse("2022-W12"), sample.FRIDAY)
        assert reckoner.lines(other, due, today) == judged_lines(other, due, today)
    finally:
        reckoner.stop()
    assert reckoner.lines(judged, due, today) == here[0]


def test_what_is_kept_packed_is_what_was_found(office: Workspace) -> None:
    week = Week.parse("2022-W13")
    facts = gather(office.ledger.view, week=week, case=None, at=sample.FRIDAY)
    found = judge(facts, office.settings.parameters, sample.FRIDAY)
    judged = judge_week(office, week, sample.FRIDAY)
    cases = dict.fromkeys(each.subject.case for each in found)
    assert len(cases) > 2
    for case in cases:
        assert judged.findings_of(case) == [each for each in found if each.subject.case == case]
    assert len(list(judged.findings)) == len(found)
    assert list(judged.needy) == [each for each in found if each.kind in {Kind.FAIL, Kind.REVIEW}]
    assert judged.findings_of("WJB99-0000") == []


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
        expected = list(judge_week(office, week, sample.FRIDAY).findings)
        assert list(reckoner.week(week, sample.FRIDAY).findings) == expected
        assert reckoner.pid not in {None, first}
        assert list(reckoner.week(week, sample.FRIDAY).findings) == expected
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
