"""`evidence instalment`: what each half-year proves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest

from evidence.domain.identifiers import EnterpriseId
from evidence.handover import signed_pack
from evidence.handover.self_check import Doubt
from evidence.handover.signed_pack import SignedPack
from evidence.ledger.events import PartiesImported
from evidence.ledger.ledger import Ledger
from tests.cli.rules.conftest import AT, Run
from tests.support import sample


def test_it_counts_closed_chains_and_names_the_others_with_what_they_lack(run: Run) -> None:
    result = run("instalment", "--half", "1", "--json", *AT)
    document = json.loads(result.stdout)
    assert result.exit_code == 3
    assert document["summary"] == {"checked": 3, "complete": 1, "incomplete": 2}
    section = document["section"]
    assert (section["enterprises"], section["visited"], section["closed"]) == (3, 3, 1)
    left = {one["case"]: one["lacking"] for one in document["chains"] if not one["closed"]}
    assert left == {
        sample.CHECKED: ["本案未闭环：缺督促、整改报告、复查。"],
        sample.HEAVY: ["本案未闭环：缺督促、整改报告、复查。"],
    }
    assert document["instalment"]["percent"] == 20
    assert document["instalment"]["amount_fen"] == 20_000_000


def test_a_half_year_that_has_not_begun_is_no_instalment(run: Run) -> None:
    result = run("instalment", "--half", "3", "--json", *AT)
    assert result.exit_code == 3
    document = json.loads(result.stdout)
    assert (document["summary"]["checked"], document["section"]["verdict"]) == (0, "open")
    assert "尚未开始" in run("instalment", "--half", "3", *AT).stdout


def test_a_half_year_without_any_enterprise_is_no_instalment(run: Run) -> None:
    result = run("instalment", "--half", "3", "--json", "--at", "2023-06-07")
    assert result.exit_code == 3
    document = json.loads(result.stdout)
    assert (document["summary"]["checked"], document["section"]["verdict"]) == (0, "fail")


def test_an_enterprise_that_nobody_opened_a_case_for_is_counted(run: Run, ledger_of: Ledger) -> None:
    stranger = sample.replace(sample.enterprises()[0], id=EnterpriseId("X-0001"), short_name="未查电器")
    ledger_of.append("test", PartiesImported(source=sample.digest("more"), enterprises=(stranger,)))
    document = json.loads(run("instalment", "--half", "1", "--json", "--at", "2022-06-07").stdout)
    assert document["section"]["verdict"] == "review"
    assert [one["name"] for one in document["section"]["unserved"]] == ["未查电器"]
    ended = run("instalment", "--half", "2", "--json", "--at", "2022-12-07")
    assert ended.exit_code == 3
    assert len(json.loads(ended.stdout)["section"]["unserved"]) == 1
    assert "未查电器" in run("instalment", "--half", "1", *AT).stdout


def test_a_half_year_the_contract_does_not_have_is_a_usage_error(run: Run) -> None:
    assert run("instalment", "--half", "7").exit_code == 2


def test_half_0_is_a_mistake_and_not_the_current_half(run: Run) -> None:
    assert isinstance(run("instalment", "--half", "0").exception, click.UsageError)


def test_without_a_flag_it_is_the_half_year_of_the_day(run: Run) -> None:
    document = json.loads(run("instalment", "--json", "--at", "2022-07-01").stdout)
    assert document["instalment"]["half"] == 2


def test_what_the_client_owes_is_not_in_the_pack_he_is_given(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, bytes] = {}

    def keep(_office: Any, _view: Any, _pack: Any, lists: Mapping[str, bytes], out: Path) -> SignedPack:
        written.update(lists)
        doubt = Doubt(check="signature.trust", message="吊销列表缺失或已过期")
        return SignedPack(folder=out, documents=0, signer="", evaluation=True, doubts=(doubt,))

    monkeypatch.setattr(signed_pack, "sign_pack", keep)
    shown = run("instalment", "--half", "1", "--json", "--out", str(tmp_path / "第2期"), *AT)
    assert "◐ 吊销列表缺失或已过期" in shown.stderr
    assert "C08-first-payment" in {one["rule_id"] for one in json.loads(shown.stdout)["money"]}
    assert set(written) == {"企业闭环清单.xlsx", "付款与违约核对.xlsx", "资料包.json"}
    assert b"C08-first-payment" not in written["资料包.json"]
    rows = list(
        openpyxl.load_workbook(BytesIO(written["企业闭环清单.xlsx"])).active.iter_rows(values_only=True)
    )
    assert (len(rows), rows[1][1], rows[1][5]) == (4, "丰禾机械", "是")
