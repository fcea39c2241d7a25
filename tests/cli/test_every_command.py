"""What holds for every command: `--workspace`, a worked example, and words instead of a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from evidence.cli.main import main
from evidence.cli.program import cli
from tests.support.own_agency import OWN_AGENCY

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
    (tmp_path / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    filled = tmp_path / "名册.xlsx"
    filled.write_bytes(b"the clerk's work of a day")
    assert run(*command, str(filled), "--workspace", str(tmp_path)) == 2
    assert "另选一个文件名" in capsys.readouterr().err
    assert filled.read_bytes() == b"the clerk's work of a day"


@pytest.mark.parametrize("command", [("import", "--template"), ("visit", "template")])
def test_a_workbook_for_a_folder_that_is_not_there_is_refused(
    command: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    assert run(*command, str(tmp_path / "无" / "名册.xlsx"), "--workspace", str(tmp_path)) == 2
    shown = capsys.readouterr().err
    assert "文件夹不存在" in shown
    assert "Traceback" not in shown


def test_a_batch_list_saved_by_an_old_notepad_is_read_and_one_of_noise_is_named(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    batch = tmp_path / "明天.txt"
    batch.write_bytes("WJB22-0099 现场检查记录 空白".encode("gb18030"))
    assert run("issue", "--batch", str(batch), "--workspace", str(tmp_path)) == 2
    assert "没有案件“WJB22-0099”" in capsys.readouterr().err
    batch.write_bytes(b"\xff\xff\xff")
    assert run("issue", "--batch", str(batch), "--workspace", str(tmp_path)) == 2
    assert "不是文本文件" in capsys.readouterr().err


STAYS = {"watch", "serve"}
"""These run until they are stopped and print no result."""


@pytest.mark.parametrize("name", [name for name, each in ALL.items() if not isinstance(each, click.Group)])
def test_every_command_with_a_result_prints_it_as_json_when_asked(name: str) -> None:
    options = [option for each in ALL[name].params for option in each.opts]
    assert ("--json" in options) == (name not in STAYS)


@pytest.mark.parametrize(
    "line",
    [
        ("--workspace", "{}", "case", "list"),
        ("case", "--workspace", "{}", "list"),
        ("case", "list", "--workspace", "{}"),
        ("--workspace", "/nowhere", "case", "list", "--workspace", "{}"),
    ],
    ids=["first", "at the group", "last", "nearest wins"],
)
def test_the_workspace_may_be_named_anywhere_on_the_line(
    line: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    assert run(*(word.format(tmp_path) for word in line)) == 0
    assert "还没有案件" in capsys.readouterr().out


@pytest.mark.parametrize(
    "option", [("due", "--ics"), ("disposal", "--out"), ("ledger", "export")], ids=" ".join
)
def test_a_result_for_a_folder_that_is_not_there_is_refused_before_any_work(
    option: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    assert run(*option, str(tmp_path / "无" / "x.csv"), "--workspace", str(tmp_path)) == 2
    assert "文件夹不存在" in capsys.readouterr().err


def test_a_workspace_tells_what_it_made_as_json(tmp_path: Path, capsys: Capture) -> None:
    assert run("init", str(tmp_path), "--json", *OWN_AGENCY) == 0
    capsys.readouterr()
    for line in (("import", "--template"), ("visit", "template")):
        book = tmp_path / f"{line[0]}.xlsx"
        assert run(*line, str(book), "--json", "--workspace", str(tmp_path)) == 0
        assert json.loads(capsys.readouterr().out) == {"path": str(book)}
        assert book.stat().st_size > 1000
    table = tmp_path / "账本.csv"
    assert run("ledger", "export", str(table), "--json", "--workspace", str(tmp_path)) == 0
    assert json.loads(capsys.readouterr().out) == {"output": str(table), "format": "csv", "rows": 0}


def test_a_day_that_lies_behind_is_no_deadline(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    line = ("due", "--at", "2022-04-01", "--until", "2022-03-31", "--workspace", str(tmp_path))
    assert run(*line) == 2
    assert "--until 早于 2022-04-01" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "register",
            [{"register": "training", "key": "2022", "on": "2022-03-01", "attachment": "签到表.pdf"}],
            [{"register": "training", "key": "2022", "on": "2022-03-01", "attachement": "签到表.pdf"}],
        ),
        (
            "plan",
            [{"day": "2022-04-06", "enterprise": "甲精密", "work": "检查", "experts": ["P01"]}],
            [{"day": "2022-04-06", "enterprise": "甲精密", "work": "看看", "experts": ["P01"]}],
        ),
    ],
)
def test_lists_that_people_write_have_their_schema(
    name: str, good: object, bad: object, capsys: Capture
) -> None:
    assert run("schema", name) == 0
    judge = Draft202012Validator(json.loads(capsys.readouterr().out))
    assert list(judge.iter_errors(good)) == []
    assert list(judge.iter_errors(bad))
