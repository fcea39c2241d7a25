"""`evidence ledger`, `audit`, `backup`, `restore` as people use them."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from evidence.archive import audit as audit_room
from evidence.cli.audit import audit_command
from evidence.cli.backup import backup_command, restore_command
from evidence.cli.browsing import refresh_case_tree
from evidence.cli.ledger import ledger_command
from evidence.cli.options import workspace_command
from evidence.config import Workspace, open_workspace
from evidence.errors import EvidenceError, ExitCode, InputError, UsageError
from evidence.health.upkeep import Upkeep, read_upkeep
from evidence.inbox import case_tree
from evidence.ledger.events import (
    ArrivalJudged,
)
from evidence.ledger.upkeep import LedgerRestored, ThingAudited
from tests.ledger_room import CONTENTS, OWN_FOLDER, build, reopened
from tests.ledger_story import OTHER_ENTERPRISE, OTHER_FORM, OWN_FORM, digest, taken


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path / "work")


def run(command: click.Command, *arguments: object) -> tuple[int, str]:
    """Exit code and standard output."""
    result = CliRunner().invoke(command, [str(each) for each in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value or 0), result.stdout


def in_(root: Path, command: click.Command, name: str, *arguments: object) -> tuple[int, str]:
    return run(command, name, "--workspace", root, *arguments)


def test_verify_says_what_the_lines_say(root: Path) -> None:
    code, out = in_(root, ledger_command, "verify", "--json")
    found = json.loads(out)
    assert (code, found["problems"]) == (0, [])
    assert found["checkpoints"] == [{"name": "2022-W13", "size": 38, "fits": True}]
    assert found["arrivals"] == {
        "received": 5, "linked": 3, "unidentified": 1, "quarantined": 1, "duplicate": 0, "waiting": 0,
    }  # fmt: skip
    code, out = in_(root, ledger_command, "verify")
    assert "链条完整" in out
    assert "收到 5 件：已归入 3，待确认 1，已隔离 1，重复 0，等待写完 0" in out


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


def audited(root: Path, *arguments: object) -> tuple[int, dict[str, list[str]]]:
    code, out = run(audit_command, "--workspace", root, "--json", *arguments)
    found: dict[str, list[str]] = {}
    for fault in json.loads(out)["faults"]:
        found.setdefault(fault["kind"], []).append(fault["place"])
    return code, found


def original(root: Path, content: str) -> Path:
    name = digest(content)
    return root / "archive" / "originals" / name[:2] / name


def test_an_audit_of_a_sound_archive_finds_nothing_and_is_journalled(root: Path) -> None:
    assert audited(root) == (0, {})
    last = list(reopened(root).entries())[-1].event
    assert isinstance(last, ThingAudited)
    assert last.objects == 4 * 4 + len(CONTENTS) + 1


def test_an_audit_tells_missing_changed_extra_and_swapped_apart(root: Path) -> None:
    refresh_case_tree(open_workspace(root))
    original(root, "photo").unlink()
    changed = original(root, "notice")
    changed.chmod(0o640)
    changed.write_text("Notice")
    stray = root / "archive" / "originals" / "ab" / ("ab" * 32)
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("stray")
    shown = next((root / "archive" / "cases").rglob("签发 WJB22-0012-JC-001.pdf"))
    shown.unlink()
    shown.write_text("another")
    (shown.parent / "多出来的.txt").write_text("x")
    code, found = audited(root)
    assert code == ExitCode.VERIFICATION_FAILED
    archive = root / "archive"
    assert found == {
        "missing": [original(root, "photo").relative_to(archive).as_posix()],
        "changed": [changed.relative_to(archive).as_posix()],
        "swapped": [shown.relative_to(archive).as_posix()],
        "extra": [
            (shown.parent / "多出来的.txt").relative_to(archive).as_posix(),
            stray.relative_to(archive).as_posix(),
        ],
    }


def test_a_link_that_shows_another_original_is_swapped(root: Path) -> None:
    refresh_case_tree(open_workspace(root))
    shown = next((root / "archive" / "cases").rglob("扫描 *A-20220314-0001*"))
    shown.unlink()
    os.link(original(root, "notice"), shown)
    assert audited(root)[1] == {"swapped": [shown.relative_to(root / "archive").as_posix()]}
    refresh_case_tree(open_workspace(root))
    assert audited(root) == (0, {})


def test_an_interrupted_audit_goes_on_where_it_stopped(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_room, "_BATCH", 5)
    original(root, "photo").unlink()
    asked: list[str] = []
    examine = audit_room._examine

    def until_interrupted(archive, holding):  # type: ignore[no-untyped-def]
        asked.append(holding.place)
        if len(asked) == 18:
            raise KeyboardInterrupt
        return examine(archive, holding)

    monkeypatch.setattr(audit_room, "_examine", until_interrupted)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - click turns the interrupt into its own
        audited(root)
    first = list(asked)
    code, found = audited(root)
    assert code == ExitCode.VERIFICATION_FAILED
    assert len(found["missing"]) == 1
    again = asked[len(first) :]
    assert len(again) < len(first) + len(again) - 10
    assert not set(again) & set(first[:15])
    assert not (root / "archive" / audit_room.STATE_NAME).exists()


def test_sampled_audits_cover_everything_in_their_cycle(root: Path) -> None:
    from datetime import date, timedelta

    from evidence.ledger.holdings import holdings

    everything = holdings(reopened(root).entries())
    days = [date(2022, 4, 1) + timedelta(days=number) for number in range(4)]
    shares = [audit_room.sampled(everything, 25, day) for day in days]
    assert sorted(holding.place for share in shares for holding in share) == [
        each.place for each in everything
    ]
    assert audited(root, "--sample", 25)[0] == 0


def test_a_package_kept_as_a_folder_serves_as_well(root: Path) -> None:
    handover = root / "archive" / "handover"
    (handover / "WJB-2022-W13.zip").unlink()
    assert audited(root)[1] == {"missing": ["handover/WJB-2022-W13.zip"]}
    (handover / "WJB-2022-W13").mkdir()
    (handover / "WJB-2022-W13" / "tagmanifest-sha256.txt").write_text("tag")
    assert audited(root) == (0, {})


def test_a_backup_never_takes_changed_bytes_for_good_ones(root: Path, tmp_path: Path) -> None:
    (destination := tmp_path / "backup").mkdir()
    run(backup_command, "--workspace", root, destination, "--same-disk")
    spoilt = original(root, "notice")
    spoilt.chmod(0o640)
    spoilt.write_text("Notice")
    code, out = run(backup_command, "--workspace", root, destination, "--same-disk", "--json")
    place = spoilt.relative_to(root).as_posix()
    assert (code, json.loads(out)["kept"]) == (ExitCode.VERIFICATION_FAILED, [place])
    assert (destination / place).read_text() == "notice"


def test_a_backup_disk_that_is_not_there_is_not_made_up(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有挂上"):
        run(backup_command, "--workspace", root, tmp_path / "disk" / "backup")
    assert not (tmp_path / "disk").exists()
    (tmp_path / "disk").mkdir()
    with pytest.raises(UsageError, match="没有挂上"):
        run(backup_command, "--workspace", root, tmp_path / "disk" / "backup")
    assert list((tmp_path / "disk").iterdir()) == []


def test_a_backup_on_the_workspace_s_own_disk_is_none(root: Path, tmp_path: Path) -> None:
    (destination := tmp_path / "backup").mkdir()
    with pytest.raises(UsageError, match="同一个磁盘"):
        run(backup_command, "--workspace", root, destination)
    assert list(destination.iterdir()) == []
    other = Path("/dev/shm")  # noqa: S108  another file system, where there is one
    if other.is_dir() and other.stat().st_dev != root.stat().st_dev:
        with tempfile.TemporaryDirectory(dir=other) as elsewhere:
            assert run(backup_command, "--workspace", root, elsewhere)[0] == 0


def test_backup_and_its_proof_are_known_to_the_workspace(root: Path, tmp_path: Path) -> None:
    (destination := tmp_path / "backup").mkdir()
    assert read_upkeep(root) == Upkeep()
    run(backup_command, "--workspace", root, destination, "--same-disk")
    known = read_upkeep(root)
    assert known.backup_at is not None
    assert (known.backup_place, known.restore_at) == (str(destination), None)
    run(restore_command, destination, "--verify")
    assert read_upkeep(root).restore_at is not None
    run(restore_command, destination, tmp_path / "restored")
    assert read_upkeep(tmp_path / "restored") == Upkeep()


def test_a_backup_is_incremental_and_proves_itself(root: Path, tmp_path: Path) -> None:
    (destination := tmp_path / "backup").mkdir()
    restored = tmp_path / "restored"
    (root / "keys").mkdir()
    (root / "keys" / "signer.p12").write_text("secret")
    first = json.loads(run(backup_command, "--workspace", root, destination, "--same-disk", "--json")[1])
    assert first["copied"] == first["files"]
    again = json.loads(run(backup_command, "--workspace", root, destination, "--same-disk", "--json")[1])
    assert (again["copied"], again["files"]) == (0, first["files"])
    reopened(root).append("clerk", taken(9, "x.pdf", "x"))
    open_workspace(root).originals.put_bytes(b"x")
    third = json.loads(run(backup_command, "--workspace", root, destination, "--same-disk", "--json")[1])
    assert third["copied"] == 1
    assert run(restore_command, destination, "--verify")[0] == 0
    code, out = run(restore_command, destination, restored, "--verify", "--json")
    assert (code, json.loads(out)["audit"]["faults"]) == (0, [])
    assert list(reopened(restored).lines())[:-1] == list(reopened(root).lines())
    event = list(reopened(restored).entries())[-1].event
    assert isinstance(event, LedgerRestored)
    assert (event.size, event.backup, event.gap) == (reopened(root).head.size, str(destination), 20)
    assert not (destination / "keys").exists()
    assert audited(restored)[0] == 0


def test_restore_verify_finds_a_rotten_backup(root: Path, tmp_path: Path) -> None:
    (destination := tmp_path / "backup").mkdir()
    run(backup_command, "--workspace", root, destination, "--same-disk")
    name = digest("photo")
    rotten = destination / "archive" / "originals" / name[:2] / name
    rotten.chmod(0o640)
    rotten.write_text("Photo")
    assert run(restore_command, destination, "--verify")[0] == ExitCode.VERIFICATION_FAILED
    journal = destination / "archive" / "ledger" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"annual", b"survey", 1))
    with pytest.raises(EvidenceError, match="账本"):
        run(restore_command, destination, "--verify")


def test_a_backup_refuses_the_archive_itself_another_journal_and_a_full_folder(
    root: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="里面"):
        run(backup_command, "--workspace", root, root / "archive" / "backup")
    (destination := tmp_path / "backup").mkdir()
    run(backup_command, "--workspace", root, destination, "--same-disk")
    other = build(tmp_path / "other")
    reopened(other).append("clerk", taken(9, "x.pdf", "x"))
    journal = other / "archive" / "ledger" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"annual", b"survey", 1))
    with pytest.raises(EvidenceError, match="改写"):
        run(backup_command, "--workspace", other, destination, "--same-disk")
    with pytest.raises(UsageError, match="不是空的"):
        run(restore_command, destination, root)
    with pytest.raises(EvidenceError, match="没有完整的备份"):
        run(restore_command, tmp_path, tmp_path / "new")
    with pytest.raises(UsageError, match="没有写明要做什么"):
        run(restore_command, destination)
