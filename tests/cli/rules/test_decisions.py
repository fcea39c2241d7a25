"""`waive`, `hold`, `disposal`, `register`: decisions of people, journalled."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import openpyxl
import pypdf
import pytest
from click.testing import CliRunner

from evidence.cli.program import cli
from evidence.ledger.arrival_events import MarkDecided
from evidence.ledger.embedded import EmbeddedLedger
from tests.cli.rules.conftest import AT, Run
from tests.support import sample
from tests.support.accounts import tie
from tests.support.inbox_fixture import real_pdf


def _unsealed(workspace: Path) -> None:
    """A person looked at the check record of the closed case and saw no seal."""
    word = MarkDecided(
        number=sample.number(sample.CLOSED, "JC"),
        page=2,
        box="enterprise-seal",
        verdict=sample.MarkVerdict.ABSENT,
        by="P5",
        why="只有印泥痕迹",
    )
    EmbeddedLedger.open(workspace / "archive" / "ledger", clock=lambda: sample.FRIDAY).append("test", word)


def _seal_finding(run: Run) -> dict:
    document = json.loads(run("check", "--case", sample.CLOSED, "--json", *AT).stdout)
    return next(
        f for f in document["findings"] if f["rule_id"] == "G06-enterprise-seal" and f["kind"] == "fail"
    )


SEAL = ("G06-enterprise-seal", sample.CLOSED, "--why", "公章年检")


@pytest.fixture
def letter(workspace: Path) -> Path:
    """The regulator's opinion, as a scan."""
    paper = workspace / "意见.pdf"
    paper.write_bytes(real_pdf())
    return paper


def _lines(workspace: Path) -> int:
    return (workspace / "archive/ledger/journal.jsonl").read_bytes().count(b"\n")


def test_an_account_tied_to_nobody_states_and_lifts_nothing(run: Run, workspace: Path, letter: Path) -> None:
    _unsealed(workspace)
    before = run("check", "--case", sample.CLOSED, *AT).exit_code
    result = run("waive", *SEAL, "--by", "P1", "--attach", str(letter))
    assert result.exit_code == 0
    assert "自述" in result.stderr
    finding = _seal_finding(run)
    assert (finding["kind"], finding["blocking"], finding["waiver"]["why"]) == ("fail", True, "公章年检")
    assert "自述" in finding["waiver"]["by"]
    assert run("check", "--case", sample.CLOSED, *AT).exit_code == before == 3


def test_the_lead_who_was_not_there_lifts_the_block(run: Run, workspace: Path, letter: Path) -> None:
    _unsealed(workspace)
    tie(workspace, "P1")
    assert run("waive", *SEAL, "--attach", str(letter)).exit_code == 0
    finding = _seal_finding(run)
    assert (finding["kind"], finding["blocking"]) == ("fail", False)
    assert finding["waiver"]["attachment"]
    assert finding["waiver"]["by"] == "P1"


@pytest.mark.parametrize(
    ("person", "more", "says"),
    [
        ("P1", (), "没有附监管部门的书面意见"),
        ("P4", ("--attach", "意见.pdf"), "不是项目负责人"),
        ("P2", ("--attach", "意见.pdf"), "参加了该次活动"),
        ("P1", ("--by", "P4", "--attach", "意见.pdf"), "不能以 P4 的名义"),
        ("P9", ("--attach", "意见.pdf"), "不在名册"),
    ],
)
def test_a_waiver_by_the_wrong_person_or_in_vain_is_refused(
    run: Run, workspace: Path, letter: Path, person: str, more: tuple[str, ...], says: str
) -> None:
    _unsealed(workspace)
    tie(workspace, person)
    before = _lines(workspace)
    more = tuple(str(letter) if each == letter.name else each for each in more)
    result = run("waive", *SEAL, *more)
    assert result.exit_code == 2
    assert says in str(result.exception)
    assert _lines(workspace) == before


@pytest.mark.parametrize("what", ["empty", "cut", "zeros", "text", "locked"])
def test_a_file_the_inbox_would_refuse_is_no_agreement(run: Run, workspace: Path, what: str) -> None:
    _unsealed(workspace)
    tie(workspace, "P1")
    whole = real_pdf()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(whole))
    writer.encrypt("geheim")
    locked = io.BytesIO()
    writer.write(locked)
    contents = {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "zeros": bytes(5000),
        "text": b"agreed",
        "locked": locked.getvalue(),
    }
    paper = workspace / "意见.pdf"
    paper.write_bytes(contents[what])
    before = _lines(workspace)
    for command in (
        ("waive", *SEAL, "--attach", str(paper)),
        ("register add", "replacement-consent", "P5", "--person", "P5", "--attach", str(paper)),
    ):
        result = run(*command)
        assert result.exit_code == 2
        assert "附件不能接收" in str(result.exception)
    assert _lines(workspace) == before
    assert _seal_finding(run)["blocking"] is True


def test_what_passes_cannot_be_waived(run: Run, workspace: Path, letter: Path) -> None:
    tie(workspace, "P1")
    result = run("waive", *SEAL, "--attach", str(letter))
    assert result.exit_code == 2
    assert "无可例外" in str(result.exception)


@pytest.mark.parametrize(
    "arguments",
    [
        ("X99-nothing", sample.CLOSED, "--why", "公章年检", "--by", "P1"),
        ("P03-urging-window", "WJB22-9999", "--why", "公章年检", "--by", "P1"),
        ("P03-urging-window", sample.CLOSED, "--why", " ", "--by", "P1"),
        ("P03-urging-window", sample.CLOSED, "--why", "公章年检", "--by", "P99"),
    ],
)
def test_a_waiver_of_nothing_known_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("waive", *arguments).exit_code == 2


def test_a_hold_stops_disposal_until_it_is_released(run: Run) -> None:
    later = ("--at", "2025-06-01", "--json")
    items = json.loads(run("disposal", *later).stdout)["items"]
    footage = [one for one in items if one["kind"] == "录像" and one["case"] == sample.CLOSED]
    assert footage
    assert all(one["stopped_by"] == "" for one in footage)
    assert run("hold", sample.CLOSED, "--why", "企业申诉", "--by", "P1").exit_code == 0
    held = json.loads(run("disposal", *later).stdout)["items"]
    assert all(one["stopped_by"] == "案件已封存" for one in held if one["case"] == sample.CLOSED)
    since = {one["held_since"] for one in held if one["case"] == sample.CLOSED}
    assert None not in since
    (day,) = since
    assert f"案件已封存（{day} 起）" in run("disposal", "--at", "2025-06-01").stdout
    assert run("hold", sample.CLOSED, "--release", "--why", "已处理", "--by", "P1").exit_code == 0
    assert json.loads(run("disposal", *later).stdout)["items"] == items


def test_a_hold_on_one_visit_leaves_the_others_alone(run: Run) -> None:
    later = ("--at", "2025-06-01", "--json")
    first = f"{sample.CLOSED}-V1"
    assert run("hold", first, "--why", "争议", "--by", "P1").exit_code == 0
    held = [
        one for one in json.loads(run("disposal", *later).stdout)["items"] if one["case"] == sample.CLOSED
    ]
    stops = {one["stopped_by"] for one in held if one["kind"] == "录像"}
    assert stops == {"", f"{first} 已封存"}
    assert run("hold", sample.CLOSED, "--release", "--why", "错了", "--by", "P1").exit_code == 2
    assert run("hold", first, "--release", "--why", "已处理", "--by", "P1").exit_code == 0
    assert "已封存" not in run("disposal", "--at", "2025-06-01").stdout
    assert run("hold", f"{sample.CLOSED}-V9", "--why", "争议", "--by", "P1").exit_code == 2


def test_nothing_may_go_before_its_period_has_ended(run: Run) -> None:
    assert json.loads(run("disposal", "--at", "2023-06-01", "--json").stdout)["items"] == []


def test_open_cases_keep_their_footage(run: Run) -> None:
    items = json.loads(run("disposal", "--at", "2025-06-01", "--json").stdout)["items"]
    assert {one["stopped_by"] for one in items if one["case"] == sample.CHECKED} == {"案件未闭环"}


def test_the_register_of_disposal_is_a_sheet_to_sign(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "销毁清册.xlsx"
    assert run("disposal", "--at", "2025-06-01", "--out", str(out)).exit_code == 0
    rows = list(openpyxl.load_workbook(out).active.iter_rows(values_only=True))
    assert rows[0][:2] == ("序号", "案件")
    assert rows[0][-2:] == ("批准人", "批准日期")
    assert len(rows) > 1


def test_an_entry_is_journalled_with_its_attachment(run: Run, workspace: Path) -> None:
    paper = workspace / "同意书.pdf"
    paper.write_bytes(real_pdf())
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
