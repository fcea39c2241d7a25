"""`evidence recording` as people use it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evidence.cli.exceptions import hold_command
from evidence.cli.recordings import recording_command
from evidence.config import open_workspace
from evidence.domain.case import Case, CaseKind, Visit, VisitKind
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId, VisitId
from evidence.domain.parties import Device
from evidence.errors import UsageError
from evidence.ledger.events import CaseOpened, PartiesImported, VisitRecorded
from evidence.settings import SETTINGS_FILE
from tests.support.clips import make_clip

ARRIVED = datetime(2022, 3, 14, 1, 30, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    root.mkdir()
    (root / SETTINGS_FILE).write_text('[contract]\ncode = "WJB"\n', encoding="utf-8")
    opened = open_workspace(root)
    visit = Visit(
        id=VisitId("WJB22-0001-V1"), case=CaseId("WJB22-0001"), kind=VisitKind.CHECK, arrived_at=ARRIVED,
        left_at=ARRIVED + timedelta(seconds=8), experts=(PersonId("P-01"),), devices=("0012345",),
    )  # fmt: skip
    opened.ledger.append(
        "test",
        PartiesImported(source="0" * 64, devices=(Device(serial="0012345", holder=PersonId("P-01")),)),  # type: ignore[arg-type]
        CaseOpened(
            case=Case(
                id=CaseId("WJB22-0001"), enterprise=EnterpriseId("X-1"), kind=CaseKind.ANNUAL,
                opened_on=date(2022, 3, 14),
            )
        ),
        VisitRecorded(visit=visit),
    )  # fmt: skip
    return root


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    (tmp_path / "nas").mkdir()
    return make_clip(tmp_path / "nas" / "0012345_000123_20220314093000.MP4", seconds=8)


def _run(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        recording_command,
        [*arguments[:1], "--workspace", str(workspace), *arguments[1:]],
        standalone_mode=False,
    )


def _document(result: Result) -> dict:
    if result.exception:
        raise result.exception
    return json.loads(result.stdout)


def test_from_storage_to_a_covered_visit(workspace: Path, clip: Path, tmp_path: Path) -> None:
    added = _document(_run(workspace, "add", str(clip.parent), "--by-reference", "--json"))
    assert [each["outcome"] for each in added["files"]] == ["linked"]
    listed = _document(_run(workspace, "list", "--json"))
    assert listed["recordings"][0]["visit"] == "WJB22-0001-V1"
    svg = tmp_path / "t.svg"
    judged = _document(_run(workspace, "coverage", "WJB22-0001-V1", "--svg", str(svg), "--json"))
    assert judged["verdict"] == "pass"
    assert svg.read_text(encoding="utf-8").startswith("<svg")
    audited = _document(_run(workspace, "audit", "--json"))
    assert [each["standing"] for each in audited["files"]] == ["same"]


def test_a_clock_measurement_is_applied_at_once(workspace: Path, clip: Path) -> None:
    _document(_run(workspace, "add", str(clip), "--by-reference", "--json"))
    times = ("--shown", "2022-03-13T09:31:00", "--true", "2022-03-13T09:30:00")
    entered = _document(_run(workspace, "offset", "0012345", *times, "--by", "资料员", "--json"))
    assert entered["entry"]["data"]["offset_s"] == "60"
    assert entered["changed"] == 1
    listed = _document(_run(workspace, "list", "--json"))
    assert listed["recordings"][0]["started_at"] == "2022-03-14T01:29:00Z"


def test_the_list_says_how_long_each_film_stays_and_what_holds_it(workspace: Path, clip: Path) -> None:
    _document(_run(workspace, "add", str(clip), "--by-reference", "--json"))
    (row,) = _document(_run(workspace, "list", "--json"))["recordings"]
    assert (row["keep_until"], row["held_since"]) == ("2025-03-13", None)
    assert row["keep_clause"].startswith("附件八2")
    assert "保管至 2025-03-13\n" in _run(workspace, "list").stdout
    hold = ["WJB22-0001-V1", "--why", "企业有异议", "--by", "P-01", "--workspace", str(workspace)]
    assert CliRunner().invoke(hold_command, hold).exit_code == 0
    (row,) = _document(_run(workspace, "list", "--json"))["recordings"]
    assert row["held_why"] == "企业有异议"
    assert f"已封存（{row['held_since']} 起：企业有异议），不得处置" in _run(workspace, "list").stdout


def test_a_measurement_says_how_far_each_file_may_still_be_off(workspace: Path, clip: Path) -> None:
    _document(_run(workspace, "add", str(clip), "--by-reference", "--json"))
    times = ("--shown", "2022-03-12T09:30:00", "--true", "2022-03-12T09:30:00", "--drift", "2")
    _document(_run(workspace, "offset", "0012345", *times, "--by", "资料员", "--json"))
    (row,) = _document(_run(workspace, "list", "--json"))["recordings"]
    assert row["drift_s"] == 2 + 2 * 3


def test_a_lost_file_is_exit_4(workspace: Path, clip: Path) -> None:
    _document(_run(workspace, "add", str(clip), "--by-reference", "--json"))
    clip.unlink()
    result = _run(workspace, "audit")
    assert result.return_value == 4
    assert "找不到" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "."),
        ("assign", "abcd", "WJB22-0001-V1"),
        ("offset", "1", "--shown", "x", "--true", "y", "--by", "z"),
        ("coverage", "WJB22-0009-V1"),
    ],
)
def test_mistakes_name_the_next_step(workspace: Path, arguments: tuple[str, ...]) -> None:
    result = _run(workspace, *arguments)
    assert isinstance(result.exception, UsageError)
    assert result.exception.remedy


@pytest.mark.parametrize("command", sorted(recording_command.commands))
def test_every_command_shows_an_example(command: str) -> None:
    text = CliRunner().invoke(recording_command, [command, "--help"]).output
    assert "例：evidence recording" in text
