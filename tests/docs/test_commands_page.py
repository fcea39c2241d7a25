"""docs/commands.md and its Chinese twin are what the program says of itself."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from evidence.cli.commands import COMMANDS
from evidence.cli.program import cli
from evidence.errors import ExitCode
from scripts.command_pages import PAGES, written


@pytest.mark.parametrize("language", PAGES)
def test_the_page_is_what_the_program_says(language: str) -> None:
    assert PAGES[language].read_text("utf-8") == written(language), "run: python -m scripts.command_pages"


@pytest.mark.parametrize("language", PAGES)
def test_every_exit_code_is_explained_with_what_to_do(language: str) -> None:
    rows = re.findall(r"^\| (\d+) \| .+ \| .+ \|$", PAGES[language].read_text("utf-8"), re.MULTILINE)
    assert [int(code) for code in rows] == [int(code) for code in ExitCode]


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_helps_with_a_worked_example(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"evidence {name}" in result.output.split("\n", 1)[1]
