"""Help in the reader's language alone: placeholders, the word for what is required, even columns."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from evidence.cli.commands import COMMANDS
from evidence.cli.program import cli, run

ENGLISH_PLACEHOLDER = re.compile(
    r"\b(?:OPTIONS|ARGS|COMMAND|TEXT|INTEGER|DIRECTORY|FILE|DATE|INSTANT|CASE|required)\b"
)


def commands() -> Iterator[tuple[str, ...]]:
    """Every command and subcommand, as its words."""
    root = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(root, name)
        yield (name,)
        if isinstance(command, click.Group):
            yield from ((name, child) for child in command.commands)


def helped(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        run([*words, "--help"])
    return capsys.readouterr().out


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_chinese_help_has_no_english_placeholder(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    told = helped(words, capsys)
    usage, _, rest = told.partition("\n")
    listed = [line for line in rest.splitlines() if line.startswith("  -")]
    assert listed
    assert ENGLISH_PLACEHOLDER.findall("\n".join([usage, *listed])) == []


def test_what_must_be_given_says_so_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert "[必填]" in helped(("reissue",), capsys)


def test_english_help_keeps_the_usual_placeholders() -> None:
    program = str(Path(sys.executable).with_name("evidence"))
    environment = {**os.environ, "LC_ALL": "en_US.UTF-8"}
    told = subprocess.run(
        [program, "form", "show", "--help"], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert "[OPTIONS] NUMBER" in told


def test_explanations_begin_in_one_column(capsys: pytest.CaptureFixture[str]) -> None:
    told = helped(("reissue",), capsys)
    begins = {
        cell_len(line[: line.index(explained)])
        for line in told.splitlines()
        if line.startswith("  -")
        for explained in [re.split(r"\s{2,}", line.strip(), maxsplit=1)[1]]
    }
    assert len(begins) == 1
