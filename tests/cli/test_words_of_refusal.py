"""Whatever is refused is said in the reader's language, on stderr, with the next step."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
import yaml

from evidence.cli.main import main
from evidence.domain.register import PlanLine
from evidence.foreign import fault_of, reason_of

Capture = pytest.CaptureFixture[str]
PROGRAM = Path(__file__).parents[2] / "evidence"
ENGLISH_SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
WITHOUT_NEXT_STEP = {"filetypes", "recognition"}
"""What these two cannot read becomes an arrival in quarantine; its reason file says what to do."""


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    return int(stopped.value.code or 0)


def our_errors(trees: dict[Path, ast.Module]) -> set[str]:
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"EvidenceError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def refusals() -> Iterator[tuple[str, ast.Call]]:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PROGRAM.rglob("*.py"))}
    ours = our_errors(trees)
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            if ast.unparse(node.exc.func).rpartition(".")[2] in ours:
                yield f"{path.relative_to(PROGRAM)}:{node.lineno}", node.exc


def test_every_refusal_in_the_program_names_the_next_step() -> None:
    everything = list(refusals())
    assert len(everything) > 200
    silent = [
        place
        for place, call in everything
        if not any(keyword.arg == "remedy" for keyword in call.keywords)
        and place.split("/")[0] not in WITHOUT_NEXT_STEP
        and not place.startswith("web/")
        and "click." not in ast.unparse(call.func)
    ]
    assert silent == []


MISUSES = [
    ("frobnicate",),
    ("status", "--week", "2022-W13"),
    ("check", "--week"),
    ("check", "--week", "2022-13"),
    ("check", "--week", "2022-W54"),
    ("check", "--at", "yesterday"),
    ("check", "--at", "2022-04-01T15:00"),
    ("check", "--jsno"),
    ("case", "open"),
    ("case", "open", "甲", "--on", "2022-99-01"),
    ("due", "--until", "1.4.2022"),
    ("instalment", "--half", "0"),
    ("instalment", "--half", "x"),
    ("audit", "--sample", "200"),
    ("restore", "/nowhere"),
    ("void", "WJB22-0001-JC-001"),
    ("status", "extra", "more"),
    ("serve", "--port", "99999"),
    ("ledger", "export", "x.csv", "--format", "pdf"),
    ("issue", "--batch", "/nowhere.txt"),
    ("audit", "--restart=yes"),
]


@pytest.mark.parametrize("line", MISUSES, ids=" ".join)
def test_a_line_typed_wrong_is_refused_in_chinese_with_the_way_to_its_help(
    line: tuple[str, ...], capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    (tmp_path / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    monkeypatch.chdir(tmp_path)
    assert run(*line) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    what, help_line = shown.err.splitlines()
    assert what.startswith("✕ ")
    assert not ENGLISH_SENTENCE.search(what), what
    assert help_line.startswith("写法见 evidence ")
    assert help_line.endswith(" --help。")


def speaking(language: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A fresh process: click keeps what it once said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-c", "from evidence.cli.main import main; main()", *arguments],
        env={**environment, "LANG": language},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_english_terminal_gets_the_same_refusal_in_english() -> None:
    refused = speaking("en_US.UTF-8", "instalment", "--half", "0")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "is not in the range" in refused.stderr
    assert "See evidence instalment --help." in refused.stderr
    assert not re.search(r"[\u4e00-\u9fff]", refused.stderr)


@pytest.mark.parametrize(
    ("language", "usage", "option"),
    [("C.UTF-8", "用法：", "显示这份说明"), ("en_US.UTF-8", "Usage:", "Show this message and exit.")],
)
def test_help_pages_are_in_one_language(language: str, usage: str, option: str) -> None:
    shown = speaking(language, "case", "list", "--help").stdout
    assert shown.startswith(usage)
    assert option in shown
    assert bool(re.search(r"[\u4e00-\u9fff]{5}", shown)) == (usage != "Usage:")


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (errno.ENOSPC, 7, "磁盘已满"),
        (errno.EACCES, 7, "没有权限"),
        (errno.EROFS, 7, "所在的磁盘是只读的"),
        (errno.ENOENT, 1, "文件或目录不存在"),
    ],
)
def test_what_the_machine_refuses_is_no_bug_and_is_said_in_chinese(
    number: int, code: int, words: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> object:
        raise OSError(number, "English words", "/srv/evidence/archive")

    monkeypatch.setattr("evidence.forms.schemas.schema", refuse)
    assert run("schema", "visit") == code
    err = capsys.readouterr().err
    assert words in err
    assert "/srv/evidence/archive" in err
    assert "English words" not in err


def test_an_unknown_refusal_of_the_machine_keeps_its_own_words() -> None:
    assert reason_of(OSError(errno.EPROTO, "Protocol error")) == "Protocol error"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("enterprises:\n\t- name: 甲", ":2:1", "制表符"),
        ("a: b: c", ":1:5", "冒号"),
        ("a: '甲", ":1:6", "引号没有成对"),
        ("a: [1, 2", ":2:1", "括号没有成对"),
        ("a: *x", ":1:4", "星号"),
        ("企业:\n- 名称: 甲\n  地址: 乙\n 电话: 1\n", ":4:2", "缩进不齐"),
    ],
)
def test_a_slip_in_yaml_is_named_in_chinese_with_line_and_column(
    text: str, place: str, words: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "evidence.toml").write_text('[contract]\ncode = "WJB"\n')
    file = tmp_path / "名册.yaml"
    file.write_text(text, "utf-8")
    assert run("import", str(file), "--workspace", str(tmp_path)) == 2
    err = capsys.readouterr().err
    assert words in err
    assert f"名册.yaml{place}" in err
    assert "请改正该处" in err
    assert not ENGLISH_SENTENCE.search(err)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[contract]\ncode =\nname = 'x'", "第 2 行第 7 列的写法不对"),
        ("[contract]\ncode = 'A'\ncode = 'B'\n", "前面已经写过"),
        ("[contract", "末尾的写法不对"),
        ("[inbox]\nsettle_s = 'soon'", "inbox.settle_s：应为数字，写的是文字"),
        ("[inbox]\nsetle_s = 1.0", "inbox.setle_s：没有这一项设置"),
        ("inbox = 3", "inbox：应为一组“名称 = 值”，写的是整数"),
    ],
)
def test_a_slip_in_the_settings_is_named_in_chinese_with_its_place(
    text: str, words: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "evidence.toml").write_text(text, "utf-8")
    assert run("status", "--workspace", str(tmp_path)) == 2
    err = capsys.readouterr().err
    assert words in err
    assert str(tmp_path / "evidence.toml") in err
    assert not ENGLISH_SENTENCE.search(err)


def fault(text: str, parser: object) -> str:
    with pytest.raises((ValueError, yaml.YAMLError)) as caught:
        parser(text)  # type: ignore[operator]
    return fault_of(caught.value)


def test_each_kind_of_file_somebody_wrote_has_words_for_its_faults() -> None:
    assert fault("{", json.loads) == "第 1 行第 2 列的写法不对"
    assert fault("x", tomllib.loads) == "末尾的写法不对"
    assert fault("%x", lambda text: yaml.load(text, Loader=yaml.CSafeLoader)) == "写法不对"
    assert fault_of(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")) == "不是 UTF-8 文本"
    assert fault_of(KeyError("format")) == "缺少“format”"
    assert fault_of(OSError(errno.ENOENT, "x")) == "文件或目录不存在"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "缺少“day”"),
        ({"day": "1.4.", "enterprise": "甲", "work": "检查"}, "day：日期或时间的写法不对"),
        ({"day": date(2022, 4, 1), "enterprise": "甲", "work": "x"}, "work：不能写 'x'"),
        ({"day": date(2022, 4, 1), "enterprise": 3, "work": "检查"}, "enterprise：应为文字，写的是整数"),
    ],
)
def test_a_wrong_entry_is_named_with_what_was_expected(given: dict[str, object], words: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(given, PlanLine)
    assert fault_of(caught.value) == words


@pytest.mark.parametrize("language", ["C.UTF-8", "en_US.UTF-8"])
def test_the_overview_is_printed_without_click_and_is_what_click_would_print(language: str) -> None:
    """That the kept text equals click's is checked with the catalogues (tests/unit/test_language.py)."""
    program = (
        "import sys; from evidence.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print(sorted({'click', 'rich', 'msgspec'} & set(sys.modules)), file=sys.stderr)"
    )
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "COLUMNS"))
    }
    shown = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "LANG": language},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stderr == "[]\n"
    chosen = "en" if language.startswith("en") else "zh"
    assert shown.stdout == (PROGRAM / "locale" / chosen / "overview.txt").read_text("utf-8")


def test_a_narrow_terminal_gets_an_overview_of_its_own_width(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert run("--help") == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 60


def test_a_reader_that_stops_after_the_first_line_is_no_fault() -> None:
    command = f"{sys.executable} -c 'from evidence.cli.main import main; main()' --help"
    broken = subprocess.run(
        ["bash", "-c", f"{command} | head -1"], capture_output=True, text=True, check=True
    )
    assert broken.stderr == ""
