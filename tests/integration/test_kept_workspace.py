"""A workspace of an earlier program opens, folds and is judged by today's (tests/data/workspace-*)."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from evidence.cli.check import check_command
from evidence.cli.program import cli
from evidence.config import open_workspace
from evidence.errors import ExitCode, LedgerDamagedError
from evidence.ledger import chain
from evidence.verify.examine import verify_path
from tests.support.kept_workspace import OF_1_0_0, OF_2026_11_23, kept_workspace

FRIDAY = "2022-04-01T15:00+08:00"
PROVEN = {"pass", "notApplicable"}
DOUBTED = {"fail", "review"}
LATER_RULES = {"T07-virus-scan"}
"""Rules that came after 1.0.0; of what it left behind they have nothing to say."""


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


def test_what_version_1_0_0_found_is_found_still(tmp_path: Path) -> None:
    """The very same: whoever changes a verdict says so in docs/rules.md, and here which."""
    root = kept_workspace(tmp_path / "workspace", OF_1_0_0)
    ledger = open_workspace(root).ledger
    assert ledger.check_chain().size == ledger.view.head.size
    found = _judged(root)
    later = [each for each in found if each[0] in LATER_RULES]
    assert [each for each in found if each not in later] == json.loads(
        (OF_1_0_0 / "findings.json").read_bytes()
    )["findings"]
    assert {(rule, kind) for rule, _subject, kind, _blocking in later} == {
        (rule, "notApplicable") for rule in LATER_RULES
    }


@pytest.mark.parametrize("command", ["status", "case list", "check", "ledger verify", "ingest", "bundle"])
def test_an_older_program_refuses_what_a_newer_one_wrote_and_names_it(command: str, tmp_path: Path) -> None:
    """A line of a kind this program does not know stands for every newer program's workspace."""
    root = kept_workspace(tmp_path / "workspace", OF_1_0_0)
    journal = root / "archive" / "ledger" / "journal.jsonl"
    lines = journal.read_bytes().splitlines()
    fields = {"actor": "x", "at": "2027-01-01T00:00:00Z", "kind": "drone.flown/1", "payload": {"height": 3}}
    line, _digest = chain.seal(fields, seq=len(lines), prev=json.loads(lines[-1])["digest"])
    journal.write_bytes(journal.read_bytes() + line + b"\n")
    before = journal.read_bytes()
    result = CliRunner().invoke(cli, [*command.split(), "--workspace", str(root)], standalone_mode=False)
    assert isinstance(result.exception, LedgerDamagedError)
    assert "drone.flown/1" in str(result.exception)
    assert "更新版本" in str(result.exception)
    assert journal.read_bytes() == before


def _judged(root: Path) -> list[list[Any]]:
    asked = ["--workspace", str(root), "--json", "--at", FRIDAY]
    result = CliRunner().invoke(check_command, asked, standalone_mode=False, catch_exceptions=False)
    return [
        [found["rule_id"], _subject(found), found["kind"], found["blocking"]]
        for found in json.loads(result.stdout)["findings"]
    ]


def _subject(finding: Any) -> str:
    return "/".join(
        finding["subject"][part] for part in ("case", "enterprise", "visit", "hazard", "document")
    )


if __name__ == "__main__":  # before 1.0.0 is tagged: write down anew what it finds; never afterwards
    with tempfile.TemporaryDirectory() as folder:
        judged = _judged(kept_workspace(Path(folder) / "workspace", OF_1_0_0))
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in judged)
    (OF_1_0_0 / "findings.json").write_text(f'{{"findings": [\n{rows}\n]}}\n', encoding="utf-8")
