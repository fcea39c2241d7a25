"""`evidence due` and `evidence plan` on a real ledger."""

from __future__ import annotations

import json
from pathlib import Path

import icalendar
import pytest

from tests.cli.rules.conftest import AT, Run
from tests.support import sample


def test_due_lists_what_who_when_and_which_clause(run: Run) -> None:
    result = run("due", "--until", "2022-04-20", *AT)
    assert result.exit_code == 0
    line = next(line for line in result.stdout.splitlines() if "督促整改" in line and "云泽包装" in line)
    assert "2022-04-08 周五" in line
    assert "还有7天" in line
    assert "周晓岚" in line
    assert "附件五(二)1" in line


def test_due_as_json_has_a_row_for_every_item(run: Run) -> None:
    document = json.loads(run("due", "--until", "2022-04-20", "--json", *AT).stdout)
    assert {"what", "who", "due", "clause", "rule_id", "case", "overdue"} <= set(document["items"][0])
    assert [item["due"] for item in document["items"]] == sorted(item["due"] for item in document["items"])


def test_due_writes_a_calendar(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "到期.ics"
    assert run("due", "--ics", str(out), *AT).exit_code == 0
    assert icalendar.Calendar.from_ical(out.read_bytes()).walk("VEVENT")


def test_a_proposal_files_nothing(run: Run) -> None:
    proposed = json.loads(run("plan", "--week", "2022-W16", "--propose", "--json", *AT).stdout)
    assert proposed["plan"]["lines"]
    assert proposed["plan"]["number"] == ""
    due = json.loads(run("due", "--until", "2022-04-30", "--json", *AT).stdout)["items"]
    assert any(item["rule_id"] == "T01-plan-filed" and item["detail"] == "2022-W16" for item in due)


def test_a_filed_plan_is_shown_and_not_filed_again(run: Run) -> None:
    shown = json.loads(run("plan", "--week", sample.WEEK, "--json", *AT).stdout)
    assert shown["plan"]["filed_on"] == "2022-03-25"
    assert len(shown["plan"]["lines"]) == 3


def test_the_receipt_of_a_plan_is_recorded(run: Run) -> None:
    shown = json.loads(run("plan", "--week", sample.WEEK, "--receipt", "2022-03-26", "--json", *AT).stdout)
    assert shown["plan"]["receipt_on"] == "2022-03-26"
    assert run("plan", "--week", "2022-W20", "--receipt", "2022-03-26", *AT).exit_code == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("day: 2022-04-06", "一列计划"),
        ("- {day: 2022-04-20, enterprise: 云泽包装, work: 检查}", "不在 2022-W14"),
        ("- {day: 2022-04-06, enterprise: 云泽包装, work: 参观}", "计划行不对"),
        ("- {day: 2022-04-06, enterprise: 云泽包装, work: 检查, experts: [P99]}", "人员台账没有 P99"),
        ("- {day: 2022-04-06, enterprise: 无此企业, work: 检查}", "无此企业"),
    ],
)
def test_a_wrong_list_is_refused_before_anything_is_filed(
    run: Run, tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "计划.yaml"
    file.write_text(text, encoding="utf-8")
    result = run("plan", "--week", "2022-W14", "--lines", str(file), *AT)
    assert result.exit_code == 2
    assert says in str(result.exception)


@pytest.mark.office
def test_the_plan_is_put_on_the_official_form_and_filed(run: Run, workspace: Path) -> None:
    repository = Path(__file__).parents[3]
    (workspace / "templates").symlink_to(repository / "templates")
    made = json.loads(run("plan", "--week", "2022-W16", "--by", "陈立群", "--json", *AT).stdout)
    assert made["plan"]["number"].startswith("WJB22-0000-JH-")
    assert Path(made["pdf"]).read_bytes().startswith(b"%PDF")
    again = json.loads(run("plan", "--week", "2022-W16", "--json", *AT).stdout)
    assert again["plan"] == made["plan"]
