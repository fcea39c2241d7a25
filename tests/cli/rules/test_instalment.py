"""`evidence instalment`: what each half-year proves."""

from __future__ import annotations

import json
from pathlib import Path

import click
import openpyxl

from tests import world
from tests.cli.rules.conftest import AT, Run


def test_it_counts_closed_chains_and_names_the_others_with_what_they_lack(run: Run) -> None:
    result = run("instalment", "--half", "1", "--json", *AT)
    document = json.loads(result.stdout)
    assert result.exit_code == 3
    assert document["summary"] == {"checked": 3, "complete": 1, "incomplete": 2}
    left = {one["case"]: one["lacking"] for one in document["chains"] if not one["closed"]}
    assert left == {
        world.CHECKED: ["本案未闭环：缺督促、整改报告、复查。"],
        world.HEAVY: ["本案未闭环：缺督促、整改报告、复查。"],
    }
    assert document["instalment"]["percent"] == 20
    assert document["instalment"]["amount_fen"] == 20_000_000


def test_a_half_year_without_work_is_complete_and_empty(run: Run) -> None:
    result = run("instalment", "--half", "3", "--json", *AT)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["summary"]["checked"] == 0


def test_a_half_year_the_contract_does_not_have_is_a_usage_error(run: Run) -> None:
    assert run("instalment", "--half", "7").exit_code == 2


def test_half_0_is_a_mistake_and_not_the_current_half(run: Run) -> None:
    assert isinstance(run("instalment", "--half", "0").exception, click.UsageError)


def test_the_pack_is_two_lists_and_one_document(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "第2期"
    run("instalment", "--half", "1", "--out", str(out), *AT)
    assert {one.name for one in out.iterdir()} == {"企业闭环清单.xlsx", "付款与违约核对.xlsx", "资料包.json"}
    rows = list(openpyxl.load_workbook(out / "企业闭环清单.xlsx").active.iter_rows(values_only=True))
    assert len(rows) == 4
    assert rows[1][1] == "丰禾机械"
    assert rows[1][5] == "是"


def test_without_a_flag_it_is_the_half_year_of_the_day(run: Run) -> None:
    document = json.loads(run("instalment", "--json", "--at", "2022-07-01").stdout)
    assert document["instalment"]["half"] == 2
