"""`evidence check` on a real ledger."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from evidence.ledger.embedded import EmbeddedLedger
from evidence.rules.judge import judge
from tests.cli.rules.conftest import AT, Run
from tests.support import sample


def test_a_week_in_order_exits_0_and_counts_its_findings(run: Run) -> None:
    result = run("check", "--week", "2022-W13", "--json", *AT)
    document = json.loads(result.stdout)
    assert result.exit_code == 0, [
        f["message"] for f in document["findings"] if f["kind"] in ("fail", "review")
    ]
    assert document["summary"]["fail"] == 0
    assert sum(document["summary"].values()) == len(document["findings"])


def test_the_ledger_and_the_facts_in_memory_are_judged_alike(run: Run) -> None:
    written = json.loads(run("check", "--week", "2022-W13", "--json", *AT).stdout)["findings"]
    direct = judge(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY)
    assert [(f["rule_id"], f["kind"], f["message"]) for f in written] == [
        (f.rule_id, f.kind.value, f.message) for f in direct
    ]


def test_judging_again_from_a_rebuilt_view_gives_the_same_document(run: Run, workspace: Path) -> None:
    first = run("check", "--week", "2022-W13", "--json", *AT).stdout
    EmbeddedLedger.open(workspace / "archive" / "ledger", clock=lambda: sample.FRIDAY).rebuild()
    assert run("check", "--week", "2022-W13", "--json", *AT).stdout == first


def test_one_case_is_judged_without_the_standing_duties(run: Run) -> None:
    document = json.loads(run("check", "--case", sample.CLOSED, "--json", *AT).stdout)
    assert {f["subject"]["case"] for f in document["findings"]} == {sample.CLOSED}


def test_a_missing_record_exits_3_and_says_what_to_do(run: Run, workspace: Path) -> None:
    ledger = EmbeddedLedger.open(workspace / "archive" / "ledger", clock=lambda: sample.FRIDAY)
    visit = sample.check_visit(sample.CHECKED, sample.date(2022, 3, 28), id="WJB22-0002-V9")
    ledger.append("test", sample.VisitRecorded(visit=visit))
    result = run("check", "--week", "2022-W13", *AT)
    assert result.exit_code == 3
    assert "缺2022-03-28 检查的现场检查记录" in result.stdout
    assert "签字盖章后扫描" in result.stdout


def test_a_review_alone_exits_5(run: Run, workspace: Path) -> None:
    ledger = EmbeddedLedger.open(workspace / "archive" / "ledger", clock=lambda: sample.FRIDAY)
    closed = sample.closed_case().visits[0]
    ledger.append("test", sample.VisitRecorded(visit=replace(closed, version=2, badge_shown=None)))
    result = run("check", "--case", sample.CLOSED, *AT)
    assert result.exit_code == 5


def test_sarif_is_one_json_document(run: Run) -> None:
    log = json.loads(run("check", "--week", "2022-W13", "--sarif", *AT).stdout)
    assert log["version"] == "2.1.0"
    assert {r["kind"] for r in log["runs"][0]["results"]} <= {
        "pass",
        "fail",
        "review",
        "open",
        "notApplicable",
    }


def test_week_and_case_together_are_refused(run: Run) -> None:
    assert run("check", "--week", "2022-W13", "--case", sample.CLOSED).exit_code == 2


def test_an_unknown_case_is_a_usage_error(run: Run) -> None:
    assert run("check", "--case", "WJB22-9999").exit_code == 2
