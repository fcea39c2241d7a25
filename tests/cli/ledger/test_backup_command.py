"""`evidence backup` and `restore` as people use them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from evidence.cli.backup import backup_command, restore_command
from evidence.config import open_workspace
from evidence.errors import EvidenceError, ExitCode, UsageError
from evidence.health.upkeep import Upkeep, read_upkeep
from evidence.ledger.upkeep import LedgerRestored
from tests.support.ledger_commands import audited, original, run
from tests.support.ledger_fixture import build, reopened
from tests.support.ledger_scenario import digest, taken


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
