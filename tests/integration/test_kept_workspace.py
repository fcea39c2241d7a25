"""A workspace of an earlier program opens, folds and is judged by today's (tests/data/workspace-*)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from evidence.cli.check import check_command
from evidence.config import open_workspace
from evidence.errors import ExitCode
from evidence.verify.examine import verify_path
from tests.kept_workspace import OF_2026_11_23, kept_workspace

FRIDAY = "2022-04-01T15:00+08:00"
PROVEN = {"pass", "notApplicable"}
DOUBTED = {"fail", "review"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept_workspace(tmp_path_factory.mktemp("kept") / "workspace")


def test_every_line_of_the_kept_journal_is_folded(workspace: Path) -> None:
    ledger = open_workspace(workspace).ledger
    view = ledger.view
    assert ledger.check_chain().size == view.head.size == 88
    assert [case.id for case in view.cases()] == ["WJB22-0001", "WJB22-0002", "WJB22-0003"]
    assert view.arrival_counts() == {"linked": 13}
    assert len(view.documents(None)) == 5
    assert [package.id for package in view.packages()] == ["WJB-2022-W13"]


def test_check_judges_it_and_nothing_doubted_then_is_proven_now(workspace: Path) -> None:
    asked = ["--workspace", str(workspace), "--json", "--at", FRIDAY]
    result = CliRunner().invoke(check_command, asked, standalone_mode=False, catch_exceptions=False)
    now = json.loads(result.stdout)
    then: Any = msgspec.json.decode((OF_2026_11_23 / "findings.json").read_bytes())
    assert int(result.return_value or 0) in (ExitCode.INCOMPLETE, ExitCode.UNDECIDED)
    kinds: dict[tuple[str, str], set[str]] = {}
    for finding in now["findings"]:
        kinds.setdefault((finding["rule_id"], _subject(finding)), set()).add(finding["kind"])
    greener = [
        (rule, subject, kind)
        for rule, subject, kind, _blocking in then["findings"]
        if kind in DOUBTED and (found := kinds.get((rule, subject))) and found <= PROVEN
    ]
    assert greener == []
    assert {rule for rule, *_rest in then["findings"]} <= {finding["rule_id"] for finding in now["findings"]}


def test_what_its_package_was_judged_by_is_still_recomputed_equal(workspace: Path) -> None:
    report = verify_path(workspace / "archive" / "handover" / "WJB-2022-W13.zip")
    found = [check.kind for check in report.checks if check.id == "judgement.recomputed"]
    assert found == ["pass"]


def _subject(finding: Any) -> str:
    return "/".join(
        finding["subject"][part] for part in ("case", "enterprise", "visit", "hazard", "document")
    )
