"""`evidence report`: the numbers on paper are those of `check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import docx
import openpyxl
import pytest

from evidence.domain.identifiers import EnterpriseId
from evidence.ledger.events import PartiesImported
from evidence.ledger.ledger import Ledger
from tests.cli.rules.conftest import AT, Run
from tests.support import sample


@pytest.fixture
def unvisited(ledger_of: Ledger) -> None:
    """One more enterprise in the section, which nobody ever visited."""
    stranger = sample.replace(
        sample.enterprises()[0],
        id=EnterpriseId("91320412MA1XDDDD0D"),
        credit_code="91320412MA1XDDDD0D",
        name="常州市未查电器有限公司",
        short_name="未查电器",
        address="江苏省常州市武进区湖塘镇人民路1号",
    )
    ledger_of.append("test", PartiesImported(source=sample.digest("more"), enterprises=(stranger,)))


def told(run: Run, *arguments: str) -> Any:
    return json.loads(run("report", *arguments, "--json", *AT).stdout)


def test_the_hazards_of_the_workbook_are_those_of_the_findings(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "隐患台账.xlsx"
    assert run("report", "--hazards", str(out), *AT).exit_code == 0
    heads, *rows = openpyxl.load_workbook(out).active.iter_rows(values_only=True)
    lines = [dict(zip(heads, row, strict=True)) for row in rows]
    findings = json.loads(run("check", "--week", sample.WEEK, "--json", *AT).stdout)["findings"]
    closed_cases = {
        one["subject"]["case"]
        for one in findings
        if one["rule_id"] == "K03-chain-closed" and one["kind"] == "pass"
    }
    assert {one["案件"] for one in lines} == {sample.CLOSED, sample.CHECKED, sample.HEAVY}
    assert {one["案件"] for one in lines if one["状态"] == "已整改"} == closed_cases
    closed = next(one for one in lines if one["案件"] == sample.CLOSED)
    assert (closed["状态"], closed["历时（天）"], closed["检查人员"]) == ("已整改", 17, "周晓岚")
    assert closed["复查确认日期"].date().isoformat() == "2022-03-31"


@pytest.mark.usefixtures("unvisited")
def test_coverage_and_rates_are_those_of_the_findings(run: Run, tmp_path: Path) -> None:
    document = told(run, "--statistics")
    findings = json.loads(run("check", "--week", sample.WEEK, "--json", *AT).stdout)["findings"]
    [coverage] = [one for one in findings if one["rule_id"] == "F02-coverage"]
    [year] = document["coverage"]
    assert coverage["expected"] == f"{year['enterprises']} 家"
    assert coverage["observed"] == f"{year['closed']} 家闭环"
    assert year["never_visited"] == ["91320412MA1XDDDD0D"]
    total = document["total"]
    assert total["hazards"] == sum(one["hazards"] for one in document["month"])
    assert total["hazards"] == len(told(run, "--hazards")["hazards"])
    out = tmp_path / "统计"
    run("report", "--statistics", str(out), *AT)
    book = openpyxl.load_workbook(tmp_path / "统计.xlsx")
    assert [row[1:3] for row in book["从未检查企业"].iter_rows(min_row=2, values_only=True)] == [
        ("第1服务年度", "常州市未查电器有限公司")
    ]


@pytest.mark.usefixtures("unvisited")
def test_the_acceptance_pack_says_what_is_missing_and_exits_so(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "验收资料.xlsx"
    assert run("report", "--acceptance", str(out), *AT).exit_code == 3
    book = openpyxl.load_workbook(out)
    rows = {row[2]: row for row in book["企业服务资料"].iter_rows(min_row=2, values_only=True)}
    assert set(rows) == {*(one.name for one in sample.enterprises()), "常州市未查电器有限公司"}
    assert rows["常州市未查电器有限公司"][-1] == "本服务年度没有检查"
    assert rows["常州市丰禾机械有限公司"][-1] == ""
    assert told(run, "--acceptance")["missing"]


@pytest.mark.office
def test_a_half_year_is_a_word_file_and_a_pdf_that_say_what_json_says(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "服务总结.pdf"
    assert run("report", "--half-year", "1", str(out), *AT).exit_code == 0
    assert out.read_bytes().startswith(b"%PDF")
    paper = docx.Document(str(tmp_path / "服务总结.docx"))
    text = "\n".join(one.text for one in paper.paragraphs)
    document = told(run, "--half-year", "1")
    assert f"发现隐患{document['total']['hazards']}项" in text
    assert f"检查企业{len(document['enterprises'])}家" in text
    assert len(paper.inline_shapes) == 4
    assert document["coverage"] == told(run, "--year", "1")["coverage"]


@pytest.mark.parametrize("arguments", [(), ("--hazards", "--statistics"), ("--half-year", "5")])
def test_a_report_is_exactly_one_that_exists(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("report", *arguments, *AT).exit_code == 2


def test_half_0_is_a_mistake(run: Run) -> None:
    assert isinstance(run("report", "--half-year", "0").exception, click.UsageError)
