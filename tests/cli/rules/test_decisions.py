"""`waive`, `hold`, `disposal`, `register`: decisions of people, journalled."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from evidence.cli.program import cli
from evidence.ledger.events import MarkDecided
from evidence.ledger.ledger import Ledger
from tests import world
from tests.cli.rules.conftest import AT, Run


def _unsealed(workspace: Path) -> None:
    """A person looked at the check record of the closed case and saw no seal."""
    word = MarkDecided(
        number=world.number(world.CLOSED, "JC"),
        page=2,
        box="enterprise-seal",
        verdict=world.MarkVerdict.ABSENT,
        by="P5",
        why="只有印泥痕迹",
    )
    Ledger.open(workspace / "archive" / "ledger", clock=lambda: world.FRIDAY).append("test", word)


def _seal_finding(run: Run) -> dict:
    document = json.loads(run("check", "--case", world.CLOSED, "--json", *AT).stdout)
    return next(
        f for f in document["findings"] if f["rule_id"] == "G06-enterprise-seal" and f["kind"] == "fail"
    )


def test_a_waiver_without_the_regulator_s_document_still_blocks(run: Run, workspace: Path) -> None:
    _unsealed(workspace)
    assert _seal_finding(run)["blocking"] is True
    assert run("waive", "G06-enterprise-seal", world.CLOSED, "--why", "公章年检", "--by", "P1").exit_code == 0
    finding = _seal_finding(run)
    assert (finding["kind"], finding["blocking"], finding["waiver"]["why"]) == ("fail", True, "公章年检")


def test_a_waiver_with_it_by_a_lead_who_was_not_there_lifts_the_block(run: Run, workspace: Path) -> None:
    _unsealed(workspace)
    paper = workspace / "意见.pdf"
    paper.write_bytes(b"%PDF-1.4 consent")
    run(
        "waive",
        "G06-enterprise-seal",
        world.CLOSED,
        "--why",
        "公章年检",
        "--by",
        "P1",
        "--attach",
        str(paper),
    )
    finding = _seal_finding(run)
    assert (finding["kind"], finding["blocking"]) == ("fail", False)
    assert finding["waiver"]["attachment"]


def test_a_waiver_by_a_member_lifts_nothing(run: Run, workspace: Path) -> None:
    _unsealed(workspace)
    paper = workspace / "意见.pdf"
    paper.write_bytes(b"%PDF-1.4 consent")
    run(
        "waive",
        "G06-enterprise-seal",
        world.CLOSED,
        "--why",
        "公章年检",
        "--by",
        "P4",
        "--attach",
        str(paper),
    )
    assert _seal_finding(run)["blocking"] is True


@pytest.mark.parametrize(
    "arguments",
    [
        ("X99-nothing", world.CLOSED, "--why", "因", "--by", "P1"),
        ("P03-urging-window", "WJB22-9999", "--why", "因", "--by", "P1"),
        ("P03-urging-window", world.CLOSED, "--why", " ", "--by", "P1"),
        ("P03-urging-window", world.CLOSED, "--why", "因", "--by", "P99"),
    ],
)
def test_a_waiver_of_nothing_known_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("waive", *arguments).exit_code == 2


def test_a_hold_stops_disposal_until_it_is_released(run: Run) -> None:
    later = ("--at", "2025-06-01", "--json")
    items = json.loads(run("disposal", *later).stdout)["items"]
    footage = [one for one in items if one["kind"] == "录像" and one["case"] == world.CLOSED]
    assert footage
    assert all(one["stopped_by"] == "" for one in footage)
    assert run("hold", world.CLOSED, "--why", "企业申诉", "--by", "P1").exit_code == 0
    held = json.loads(run("disposal", *later).stdout)["items"]
    assert all(one["stopped_by"] == "案件已封存" for one in held if one["case"] == world.CLOSED)
    since = {one["held_since"] for one in held if one["case"] == world.CLOSED}
    assert None not in since
    (day,) = since
    assert f"案件已封存（{day} 起）" in run("disposal", "--at", "2025-06-01").stdout
    assert run("hold", world.CLOSED, "--release", "--why", "已处理", "--by", "P1").exit_code == 0
    assert json.loads(run("disposal", *later).stdout)["items"] == items


def test_a_hold_on_one_visit_leaves_the_others_alone(run: Run) -> None:
    later = ("--at", "2025-06-01", "--json")
    first = f"{world.CLOSED}-V1"
    assert run("hold", first, "--why", "争议", "--by", "P1").exit_code == 0
    held = [one for one in json.loads(run("disposal", *later).stdout)["items"] if one["case"] == world.CLOSED]
    stops = {one["stopped_by"] for one in held if one["kind"] == "录像"}
    assert stops == {"", f"{first} 已封存"}
    assert run("hold", world.CLOSED, "--release", "--why", "错了", "--by", "P1").exit_code == 2
    assert run("hold", first, "--release", "--why", "已处理", "--by", "P1").exit_code == 0
    assert "已封存" not in run("disposal", "--at", "2025-06-01").stdout
    assert run("hold", f"{world.CLOSED}-V9", "--why", "争议", "--by", "P1").exit_code == 2


def test_nothing_may_go_before_its_period_has_ended(run: Run) -> None:
    assert json.loads(run("disposal", "--at", "2023-06-01", "--json").stdout)["items"] == []


def test_open_cases_keep_their_footage(run: Run) -> None:
    items = json.loads(run("disposal", "--at", "2025-06-01", "--json").stdout)["items"]
    assert {one["stopped_by"] for one in items if one["case"] == world.CHECKED} == {"案件未闭环"}


def test_the_register_of_disposal_is_a_sheet_to_sign(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "销毁清册.xlsx"
    assert run("disposal", "--at", "2025-06-01", "--out", str(out)).exit_code == 0
    rows = list(openpyxl.load_workbook(out).active.iter_rows(values_only=True))
    assert rows[0][:2] == ("序号", "案件")
    assert rows[0][-2:] == ("批准人", "批准日期")
    assert len(rows) > 1


def test_an_entry_is_journalled_with_its_attachment(run: Run, workspace: Path) -> None:
    paper = workspace / "同意书.pdf"
    paper.write_bytes(b"consent")
    result = run(
        "register add",
        "replacement-consent",
        "P5",
        "--person",
        "P5",
        "--on",
        "2022-03-01",
        "--attach",
        str(paper),
    )
    assert result.exit_code == 0
    entry = json.loads(run("register list", "replacement-consent", "--json").stdout)[0]
    assert (entry["person"], entry["on"]) == ("P5", "2022-03-01")
    assert (workspace / "archive" / "originals").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no-such-register", "1"), "没有台账"),
        (("training", "1"), "须填人员"),
        (("training", "1", "--person", "P99"), "找不到人员 P99"),
        (("tenant-notice", "1", "--enterprise", "无此企业"), "企业台账没有"),
        (("payment", "1", "--data", "金额"), "名称=值"),
    ],
)
def test_a_wrong_entry_is_refused_with_what_and_where(
    run: Run, arguments: tuple[str, ...], says: str
) -> None:
    result = run("register add", *arguments)
    assert result.exit_code == 2
    assert says in str(result.exception)


def test_an_import_enters_all_rows_or_none(run: Run, workspace: Path) -> None:
    file = workspace / "台账.yaml"
    file.write_text(
        "- {register: assessment, key: a, person: P1, on: 2022-03-01}\n"
        "- {register: assessment, key: b, person: P77, on: 2022-03-01}\n",
        encoding="utf-8",
    )
    result = run("register import", str(file))
    assert result.exit_code == 2
    assert "第 2 项" in str(result.exception)
    assert json.loads(run("register list", "assessment", "--json").stdout) == []
    file.write_text("- {register: assessment, key: a, person: P1, on: 2022-03-01}\n", encoding="utf-8")
    assert run("register import", str(file)).exit_code == 0
    assert len(json.loads(run("register list", "assessment", "--json").stdout)) == 1


def test_every_register_is_listed_with_its_title() -> None:
    lines = CliRunner().invoke(cli, ["register", "kinds"]).stdout
    assert re.search(r"^replacement-consent +人员更换同意 ", lines, re.MULTILINE)
