"""`evidence ledger` as people use it."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import click
import pytest

from evidence.cli.browsing import refresh_case_tree
from evidence.cli.ledger import ledger_command
from evidence.cli.options import workspace_command
from evidence.config import Workspace, open_workspace
from evidence.errors import EvidenceError, ExitCode, InputError, UsageError
from evidence.inbox import case_tree
from evidence.ledger.arrival_events import ArrivalJudged
from tests.support.ledger_commands import audited, in_, run
from tests.support.ledger_fixture import OWN_FOLDER, build, reopened
from tests.support.ledger_scenario import OTHER_ENTERPRISE, OTHER_FORM, OWN_FORM, taken


def test_verify_says_what_the_lines_say(root: Path) -> None:
    code, out = in_(root, ledger_command, "verify", "--json")
    found = json.loads(out)
    assert (code, found["problems"]) == (0, [])
    assert found["checkpoints"] == [{"name": "2022-W13", "size": 39, "fits": True}]
    assert found["arrivals"] == {
        "received": 5, "linked": 3, "unidentified": 1, "quarantined": 1, "duplicate": 0, "waiting": 0,
    }  # fmt: skip
    code, out = in_(root, ledger_command, "verify")
    assert "链条完整" in out
    assert "收到 5 件：已归入 3，待认定 1，已隔离 1，重复 0，等待写完 0" in out


def test_verify_stops_with_the_line_of_a_changed_journal(root: Path) -> None:
    journal = root / "archive" / "ledger" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace("李华".encode(), "李萍".encode(), 1))
    with pytest.raises(EvidenceError, match="第 1 行") as caught:
        in_(root, ledger_command, "verify")
    assert caught.value.exit_code == ExitCode.LEDGER_DAMAGED


def test_a_history_rewritten_as_a_whole_is_caught_by_a_checkpoint_kept_elsewhere(
    root: Path, tmp_path: Path
) -> None:
    anchor = tmp_path / "checkpoint-2022-W13.txt"
    anchor.write_text(reopened(root).view.checkpoints()[0].text, "utf-8")
    assert in_(root, ledger_command, "verify", "--against", anchor)[0] == 0
    # the same story told again at another time of day: a sound chain, another history
    other = build(tmp_path / "other")
    journal = other / "archive" / "ledger" / "journal.jsonl"
    lines = journal.read_bytes().splitlines()
    journal.write_bytes(b"")
    (other / "archive" / "ledger" / "view.snapshot").unlink(missing_ok=True)
    forged = reopened(other)
    forged.append("clerk", taken(9, "x.pdf", "x"))
    assert len(lines) > forged.head.size
    code, out = in_(other, ledger_command, "verify", "--against", anchor, "--json")
    assert code == ExitCode.LEDGER_DAMAGED
    assert [fit["fits"] for fit in json.loads(out)["checkpoints"]] == [False]


def test_a_file_that_is_no_checkpoint_is_no_damage_to_the_ledger(root: Path, tmp_path: Path) -> None:
    anchor = tmp_path / "WJB-2022-W13.zip"
    anchor.write_bytes(b"PK\x03\x04\xa8\xff")
    with pytest.raises(InputError, match="这不是检查点文本"):
        in_(root, ledger_command, "verify", "--against", anchor)


def test_rebuild_makes_the_tree_people_browse(root: Path) -> None:
    _code, out = in_(root, ledger_command, "rebuild", "--json")
    assert json.loads(out)["cases_files_added"] == 12
    cases = root / "archive" / "cases"
    shown = sorted(path.relative_to(cases).as_posix() for path in cases.rglob("*") if path.is_file())
    assert shown[0] == f"{OWN_FOLDER}/WJB22-0012-JC-001/其他扫描 第1页 A-20220314-0002 混合.tif"
    assert f"{OWN_FOLDER}/WJB22-0012-JC-001/签发 WJB22-0012-JC-001.pdf" in shown
    scan = next(cases.rglob("扫描*A-20220314-0001*"))
    assert scan.read_text() == "scan own"
    assert scan.stat().st_mode & 0o222 == 0


def test_the_tree_follows_the_ledger(root: Path) -> None:
    workspace = open_workspace(root)
    refresh_case_tree(workspace)
    stray = root / "archive" / "cases" / OWN_FOLDER / "旧文件.pdf"
    stray.write_text("old")
    (root / "archive" / "cases" / "空").mkdir()
    assert refresh_case_tree(workspace) == 0
    assert not stray.exists()
    assert not (root / "archive" / "cases" / "空").exists()
    assert workspace.case_tree.refresh([workspace.ledger.view.cases()[0].id]) == 0
    assert len(list((root / "archive" / "cases").iterdir())) == 2


def test_a_program_that_runs_on_shows_what_any_other_journalled(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = root / "archive" / "cases"
    running, other = open_workspace(root), open_workspace(root)
    running.case_tree.refresh()
    judged = ArrivalJudged(arrival=taken(1, "", "").arrival, outcome="quarantined", reason="wrong_case")
    other.ledger.append("x", judged)
    with monkeypatch.context() as full:
        full.setattr(case_tree, "show", refuse)
        running.case_tree.follow()
        assert list(cases.rglob("扫描 *A-20220314-0001*")), "a full disk stops nobody"
    running.case_tree.follow()
    assert not list(cases.rglob("扫描 *A-20220314-0001*"))
    asked: list[object] = []
    with monkeypatch.context() as watched:
        watched.setattr(case_tree, "show", lambda *_arguments, **_more: asked.append(1))
        running.case_tree.follow()
    assert asked == [], "nothing new, nothing to do"


def refuse(*_arguments: object, **_more: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_tree_brought_in_line_never_writes_through_a_link(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk cannot link, files are copied, over what may be a link to another original."""
    workspace = open_workspace(root)
    refresh_case_tree(workspace)
    cases = root / "archive" / "cases"
    shown = next(cases.rglob("扫描*A-20220314-0001*"))
    form = next(cases.rglob("签发 WJB22-0012-JC-001.pdf"))
    original = form.read_bytes()
    shown.unlink()
    os.link(form, shown)
    monkeypatch.setattr(os, "link", refuse)
    assert refresh_case_tree(workspace) == 1
    assert shown.read_text() == "scan own"
    assert form.read_bytes() == original
    assert audited(root) == (0, {})


def test_a_command_that_changes_a_case_shows_it_in_the_tree(root: Path) -> None:
    cases = root / "archive" / "cases"

    @click.command()
    @workspace_command
    def command(workspace: Workspace) -> None:
        judged = ArrivalJudged(arrival=taken(1, "", "").arrival, outcome="quarantined", reason="wrong_case")
        workspace.ledger.append("x", judged)

    refresh_case_tree(open_workspace(root))
    assert list(cases.rglob("扫描 *A-20220314-0001*"))
    run(command, "--workspace", root)
    assert not list(cases.rglob("扫描 *A-20220314-0001*"))
    assert audited(root) == (0, {})


def test_export_writes_one_row_a_line_harmless_in_a_spreadsheet(root: Path, tmp_path: Path) -> None:
    reopened(root).append("=cmd()", taken(9, "x.pdf", "x"))
    in_(root, ledger_command, "export", tmp_path / "账本.csv")
    with (tmp_path / "账本.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:4] == ["序号", "时间", "经办", "事项"]
    assert len(rows) == reopened(root).head.size + 1
    assert rows[-1][2] == "'=cmd()"
    assert [row[4] for row in rows if row[3] == "作废文书"] == ["WJB22-0013-JC-002"]
    in_(root, ledger_command, "export", tmp_path / "账本.json", "--from", 2, "--to", 5)
    assert [entry["seq"] for entry in json.loads((tmp_path / "账本.json").read_text())] == [2, 3, 4]
    with pytest.raises(UsageError, match="格式"):
        in_(root, ledger_command, "export", tmp_path / "账本.docx")


def test_a_proof_holds_alone_and_reveals_no_other_enterprise(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "proof.json"
    _code, said = in_(root, ledger_command, "prove", OWN_FORM, "--out", out, "--json")
    assert json.loads(said)["withheld"] == 1
    text = out.read_text("utf-8")
    for secret in (OTHER_FORM, "WJB22-0013", OTHER_ENTERPRISE, "远达精密"):
        assert secret not in text
    scan = tmp_path / "scan.pdf"
    scan.write_text("scan own")
    code, said = run(ledger_command, "check-proof", out, scan, "--json")
    told = json.loads(said)
    assert (code, told["problems"], told["holds"]) == (ExitCode.UNDECIDED, [], False), "nothing anchors it"
    marks = [part for mark in told["fingerprints"] for part in ("--fingerprint", mark)]
    code, said = run(ledger_command, "check-proof", out, scan, "--json", *marks)
    assert (code, json.loads(said)["holds"]) == (0, True)
    scan.write_text("another")
    assert run(ledger_command, "check-proof", out, scan)[0] == ExitCode.VERIFICATION_FAILED


@pytest.mark.parametrize(
    "tamper", ["line", "leaf", "path", "seq", "checkpoint", "document", "files", "format"]
)
def test_a_changed_proof_does_not_hold(root: Path, tmp_path: Path, tamper: str) -> None:
    _code, said = in_(root, ledger_command, "prove", OWN_FORM, "--json")
    proof = json.loads(said)
    first = proof["lines"][0]
    if tamper == "line":
        first["line"] = first["line"].replace("annual", "survey")
    elif tamper == "leaf":
        first["leaf"] = "00" * 32
    elif tamper == "path":
        first["path"] = first["path"][:-1]
    elif tamper == "seq":
        first["seq"] += 1
    elif tamper == "checkpoint":
        proof["trees"][0]["checkpoint"] = proof["trees"][0]["checkpoint"].replace("WJB", "XXX")
    elif tamper == "document":
        proof["document"] = "WJB22-0012-JC-009"
    elif tamper == "files":
        proof["files"].append({"sha256": "ab" * 32, "what": ""})
    else:
        proof["format"] = "other"
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(proof), "utf-8")
    assert run(ledger_command, "check-proof", path)[0] == ExitCode.VERIFICATION_FAILED


def test_an_unknown_number_has_no_proof(root: Path) -> None:
    for number in ("WJB22-0099-JC-001", "x"):
        with pytest.raises(UsageError):
            in_(root, ledger_command, "prove", number)
