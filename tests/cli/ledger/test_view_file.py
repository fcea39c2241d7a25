"""`archive/ledger/view.json`: written at moments of rest, asked by lists, opened by anybody's TinyDB."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from tinydb import TinyDB, where

from evidence.cli.program import cli
from evidence.domain.identifiers import CaseId, PersonId
from evidence.domain.register import RegisterEntry
from evidence.ledger.events import CaseOpened, RegisterEntered
from tests.support.ledger_fixture import build, reopened

DOCUMENTED = Path(__file__).parents[3] / "docs" / "ledger.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path / "work")


def evidence(root: Path, *words: object) -> str:
    result = CliRunner().invoke(cli, [*map(str, words), "--workspace", str(root)], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def position(root: Path) -> int:
    with TinyDB(root / "archive" / "ledger" / "view.json", access_mode="r") as tables:
        return int(tables.table("position").all()[0]["size"])


def test_rebuild_writes_it_at_the_head_and_again_after_it_was_lost(root: Path) -> None:
    evidence(root, "ledger", "rebuild")
    assert position(root) == reopened(root).head.size
    (root / "archive" / "ledger" / "view.json").unlink()
    evidence(root, "ledger", "rebuild")
    assert position(root) == reopened(root).head.size


def test_a_restored_workspace_has_it(root: Path, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    evidence(root, "backup", tmp_path / "backup", "--same-disk")
    result = CliRunner().invoke(
        cli, ["restore", str(tmp_path / "backup"), str(tmp_path / "again")], standalone_mode=False
    )
    assert result.exception is None
    assert position(tmp_path / "again") == reopened(tmp_path / "again").head.size


def test_lists_say_the_same_with_the_file_with_a_stale_one_and_without_it(root: Path) -> None:
    def lists() -> list[str]:
        return [evidence(root, *words, "list", "--json") for words in (["case"], ["register"])]

    without = lists()
    cases = reopened(root).view.cases()
    assert [each["id"] for each in json.loads(without[0])] == [case.id for case in cases]
    evidence(root, "ledger", "rebuild")
    assert lists() == without
    reopened(root).append("clerk", CaseOpened(case=replace(cases[0], id=CaseId("WJB22-0900"))))
    stale = position(root)
    assert [each["id"] for each in json.loads(lists()[0])] == [*(case.id for case in cases), "WJB22-0900"]
    assert position(root) == stale


def test_cases_are_listed_by_enterprise_and_registers_by_person(root: Path) -> None:
    view = reopened(root).view
    owner = view.cases()[0].enterprise
    listed = json.loads(evidence(root, "case", "list", "--enterprise", owner, "--json"))
    assert [each["id"] for each in listed] == [case.id for case in view.cases(owner)]
    mine = RegisterEntry(register="training", key="T1", on=date(2022, 3, 1), person=PersonId("P77"))
    reopened(root).append("clerk", RegisterEntered(entry=mine))
    listed = json.loads(evidence(root, "register", "list", "--person", "P77", "--json"))
    assert [(entry["register"], entry["key"]) for entry in listed] == [("training", "T1")]
    assert json.loads(evidence(root, "register", "list", "--person", "P-nobody", "--json")) == []


def test_the_documented_example_runs_in_a_workspace(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence(root, "ledger", "rebuild")
    (example,) = re.findall(r"```python\n(from tinydb.*?)```", DOCUMENTED.read_text(encoding="utf-8"), re.S)
    assert len(example.strip().splitlines()) == 5
    monkeypatch.chdir(root)
    exec(example, {})  # noqa: S102 - our own document
    printed = capsys.readouterr().out.splitlines()
    with TinyDB(root / "archive" / "ledger" / "view.json", access_mode="r") as tables:
        linked = tables.table("arrivals").search(where("outcome") == "linked")
    assert len(printed) == len(linked) > 0
