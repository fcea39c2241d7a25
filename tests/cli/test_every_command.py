"""What holds for every command: `--workspace`, a worked example, and words instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from evidence.cli.main import cli, main

Capture = pytest.CaptureFixture[str]


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(command, info_name=" ".join(path))
    yield " ".join(path), command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from commands(child, (*path, name))


ALL = dict(commands(cli))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    return int(stopped.value.code or 0)


@pytest.mark.parametrize("name", ALL)
def test_every_command_shows_a_worked_example_and_takes_the_workspace(name: str) -> None:
    command = ALL[name]
    assert "例：evidence" in (command.help or "")
    if not isinstance(command, click.Group):
        assert "--workspace" in [option for each in command.params for option in each.opts]


def test_a_command_that_needs_no_workspace_accepts_one_all_the_same(tmp_path: Path, capsys: Capture) -> None:
    assert run("schema", "visit", "--workspace", str(tmp_path)) == 0
    assert capsys.readouterr().out.startswith("{")


def test_what_nobody_foresaw_is_said_in_words_and_never_as_a_traceback(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> object:
        raise ZeroDivisionError("a bug")

    trace = tmp_path / "trace.txt"
    monkeypatch.setenv("EVIDENCE_TRACE", str(trace))
    monkeypatch.setattr("evidence.forms.schemas.schema", broken)
    assert run("schema", "visit") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "程序内部出错" in shown.err
    assert "Traceback" not in shown.err
    assert "broken" in trace.read_text()


@pytest.mark.parametrize("command", [("import", "--template"), ("visit", "template")])
def test_an_empty_workbook_never_replaces_a_filled_one(
    command: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "evidence.toml").touch()
    filled = tmp_path / "名册.xlsx"
    filled.write_bytes(b"the clerk's work of a day")
    assert run(*command, str(filled), "--workspace", str(tmp_path)) == 2
    assert "另选一个文件名" in capsys.readouterr().err
    assert filled.read_bytes() == b"the clerk's work of a day"


@pytest.mark.parametrize("command", [("import", "--template"), ("visit", "template")])
def test_a_workbook_for_a_folder_that_is_not_there_is_refused(
    command: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "evidence.toml").touch()
    assert run(*command, str(tmp_path / "无" / "名册.xlsx"), "--workspace", str(tmp_path)) == 2
    shown = capsys.readouterr().err
    assert "文件夹不存在" in shown
    assert "Traceback" not in shown


def test_a_batch_list_saved_by_an_old_notepad_is_read_and_one_of_noise_is_named(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "evidence.toml").touch()
    batch = tmp_path / "明天.txt"
    batch.write_bytes("WJB22-0099 现场检查记录 空白".encode("gb18030"))
    assert run("issue", "--batch", str(batch), "--workspace", str(tmp_path)) == 2
    assert "没有案件“WJB22-0099”" in capsys.readouterr().err
    batch.write_bytes(b"\xff\xff\xff")
    assert run("issue", "--batch", str(batch), "--workspace", str(tmp_path)) == 2
    assert "不是文本文件" in capsys.readouterr().err
