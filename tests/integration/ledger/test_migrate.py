"""A ledger moves into the database and back: not a byte differs, and nobody is left with two."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from evidence.cli.program import cli
from evidence.config import open_workspace
from evidence.errors import LedgerDamagedError, UsageError
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.journal import WriterLock
from evidence.ledger.migrate import ASIDE_NAME, to_database, to_folder
from evidence.ledger.place import MOVED_NAME, open_ledger
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.settings import LedgerSettings
from evidence.settings import SETTINGS_FILE
from tests.support.ledger_fixture import build
from tests.support.ledger_scenario import START, every_kind
from tests.support.postgres_server import Cluster, toml

STORY = every_kind()

WHOSE = '[contract]\ncode = "WJB"\n'


@pytest.fixture
def settings(cluster: Cluster) -> LedgerSettings:
    return cluster.ledger_settings()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    EmbeddedLedger.open(tmp_path / "ledger", clock=lambda: START).append("x", *STORY)
    return tmp_path / "ledger"


def clock():
    return START


def test_there_and_back_every_byte_and_the_root_are_the_same(folder: Path, settings: LedgerSettings) -> None:
    before = (folder / "journal.jsonl").read_bytes()
    root = EmbeddedLedger.open(folder).tree().root.hex()
    there = to_database(folder, settings, clock=clock)
    assert (there.lines, there.root) == (len(STORY), root)
    ledger = open_ledger(folder, settings, clock=clock)
    assert b"".join(line + b"\n" for line in ledger.lines()) == before
    assert (folder / ASIDE_NAME).read_bytes() == before
    back = to_folder(folder, settings, clock=clock)
    assert (back.lines, back.root) == (len(STORY), root)
    assert (folder / "journal.jsonl").read_bytes() == before
    assert EmbeddedLedger.open(folder).check_chain().size == len(STORY)


def test_what_was_added_in_the_database_comes_back_too_and_may_go_there_again(
    folder: Path, settings: LedgerSettings
) -> None:
    to_database(folder, settings, clock=clock)
    open_ledger(folder, settings, clock=clock).append("y", *STORY)
    to_folder(folder, settings, clock=clock)
    EmbeddedLedger.open(folder, clock=clock).append("z", STORY[0])
    again = to_database(folder, settings, clock=clock)
    assert again.lines == 2 * len(STORY) + 1
    assert open_ledger(folder, settings, clock=clock).check_chain().size == again.lines


def test_a_move_that_was_interrupted_is_continued(folder: Path, settings: LedgerSettings) -> None:
    target = PostgresLedger.open_database(settings, clock)
    lines = list(EmbeddedLedger.open(folder).lines())
    target.adopt(lines[:7])
    target.adopt(lines[3:11])  # what is there already is passed over
    assert to_database(folder, settings, clock=clock).lines == len(STORY)
    assert list(target.lines()) == lines


def test_another_journal_in_the_database_is_never_mixed_in(folder: Path, settings: LedgerSettings) -> None:
    target = PostgresLedger.open_database(settings, clock)
    target.append("somebody else", STORY[0])
    with pytest.raises(UsageError, match="另一个账本"):
        to_database(folder, settings, clock=clock)
    assert target.head.size == 1
    assert not (folder / MOVED_NAME).exists()
    assert EmbeddedLedger.open(folder).head.size == len(STORY)


def test_a_longer_journal_in_the_database_is_not_overwritten(folder: Path, settings: LedgerSettings) -> None:
    target = PostgresLedger.open_database(settings, clock)
    target.adopt(list(EmbeddedLedger.open(folder).lines()))
    target.append("x", STORY[0])
    with pytest.raises(UsageError, match="已在那里继续记账"):
        to_database(folder, settings, clock=clock)
    assert (folder / "journal.jsonl").exists()


def test_a_damaged_journal_does_not_move(folder: Path, settings: LedgerSettings) -> None:
    path = folder / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"actor":"x"', b'"actor":"y"', 1))
    with pytest.raises(LedgerDamagedError):
        to_database(folder, settings, clock=clock)
    assert path.exists()


def test_nobody_appends_while_it_moves(folder: Path, settings: LedgerSettings) -> None:
    with WriterLock(folder / "journal.lock").held():
        other = EmbeddedLedger.open(folder, lock_timeout_s=0.05)
        with pytest.raises(Exception, match="占用"):
            other.append("x", STORY[0])
    held: list[bool] = []

    def probe(_lines: int) -> None:
        with pytest.raises(Exception, match="占用"):
            EmbeddedLedger.open(folder, lock_timeout_s=0.05).append("x", STORY[0])
        held.append(True)

    to_database(folder, settings, clock=clock, progress=probe)
    assert held


def test_after_moving_back_no_other_host_writes_to_the_database(
    folder: Path, settings: LedgerSettings
) -> None:
    to_database(folder, settings, clock=clock)
    other_host = open_ledger(folder, settings, clock=clock)
    to_folder(folder, settings, clock=clock)
    with pytest.raises(UsageError, match="已迁到文件"):
        other_host.append("x", STORY[0])
    with pytest.raises(UsageError, match="已迁到文件"):
        open_ledger(folder.parent / "elsewhere", settings, clock=clock)


def test_a_failed_move_back_leaves_the_database_in_use(
    folder: Path, settings: LedgerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_database(folder, settings, clock=clock)
    ledger = open_ledger(folder, settings, clock=clock)

    def full(_self: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(PostgresLedger, "check_chain", full)
    with pytest.raises(OSError, match="No space"):
        to_folder(folder, settings, clock=clock)
    assert not (folder / "journal.jsonl").exists()
    assert ledger.append("x", STORY[0]) == (len(STORY),)


def test_a_workspace_with_a_journal_of_its_own_never_opens_the_database(
    folder: Path, settings: LedgerSettings
) -> None:
    with pytest.raises(UsageError, match="还有自己的账本文件"):
        open_ledger(folder, settings, clock=clock)


def test_a_workspace_whose_ledger_moved_never_begins_a_second_one(
    folder: Path, settings: LedgerSettings
) -> None:
    to_database(folder, settings, clock=clock)
    with pytest.raises(UsageError, match="已迁入数据库"):
        open_ledger(folder, LedgerSettings(), clock=clock)
    assert not (folder / "journal.jsonl").exists()


def test_lines_in_the_database_cannot_be_changed_by_accident(folder: Path, settings: LedgerSettings) -> None:
    to_database(folder, settings, clock=clock)
    for accident in ("UPDATE line SET line = ''", "DELETE FROM line WHERE seq = 3", "TRUNCATE line"):
        with (
            psycopg.connect(settings.database, options=f"-c search_path={settings.schema}") as connection,
            pytest.raises(psycopg.errors.RaiseException, match="never changed"),
        ):
            connection.execute(accident)


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--workspace", str(root)], standalone_mode=False)


def test_the_command_moves_a_workspace_there_and_back(tmp_path: Path, settings: LedgerSettings) -> None:
    root = build(tmp_path / "work")
    lines = list(open_workspace(root).ledger.lines())
    with pytest.raises(UsageError, match="没有写明数据库"):
        raise_from(run(root, "ledger", "migrate"))
    (root / SETTINGS_FILE).write_text(WHOSE + toml(settings), encoding="utf-8")
    told = json.loads(run(root, "ledger", "migrate", "--json").stdout)
    assert told["lines"] == len(lines)
    assert settings.database.split(":")[2].split("@")[0] not in json.dumps(told)  # no password
    assert list(open_workspace(root).ledger.lines()) == lines
    found = json.loads(run(root, "ledger", "verify", "--json").stdout)
    assert (found["root"], found["problems"]) == (told["root"], [])
    said = run(root, "ledger", "migrate", "--back")
    assert "请从 evidence.toml 删去" in said.stdout
    (root / SETTINGS_FILE).write_text(WHOSE, encoding="utf-8")
    assert list(open_workspace(root).ledger.lines()) == lines


def test_a_backup_of_a_ledger_in_a_database_restores_as_files(
    tmp_path: Path, settings: LedgerSettings
) -> None:
    root = build(tmp_path / "work")
    (root / SETTINGS_FILE).write_text(WHOSE + toml(settings), encoding="utf-8")
    run(root, "ledger", "migrate")
    open_workspace(root).ledger.append("x", STORY[0])
    (tmp_path / "backup").mkdir()
    for _again in range(2):  # the second run copies only what is new
        assert run(root, "backup", str(tmp_path / "backup"), "--same-disk").exception is None
        open_workspace(root).ledger.append("x", STORY[0])
    restored = run(root, "restore", str(tmp_path / "backup"), str(tmp_path / "new"), "--verify")
    assert restored.exception is None, restored.output
    lines = list(open_workspace(root).ledger.lines())
    kept = (tmp_path / "new" / "archive" / "ledger" / "journal.jsonl").read_bytes().splitlines()
    assert kept[:-1] == lines[:-1]
    assert b'"kind":"ledger.restored/1"' in kept[-1]
    with pytest.raises(
        UsageError, match="还有自己的账本文件"
    ):  # the restored copy must not write to the live one
        open_workspace(tmp_path / "new").ledger  # noqa: B018


def raise_from(result: Result) -> None:
    assert result.exception is not None
    raise result.exception
