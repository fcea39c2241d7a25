"""Writes docs/commands.md and docs/commands.zh.md: every command as the program itself explains it.

What stands above the mark `BEGIN` is written by hand. `make docs` writes the rest of
both pages; a test holds them to it. The program speaks one language a process, so each is made in its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from evidence.cli.commands import COMMANDS
from evidence.cli.program import cli
from evidence.language import _, chosen_language
from scripts.translations import LANGUAGES

ROOT = Path(__file__).parents[1]
PAGES = {"en": ROOT / "docs" / "commands.md", "zh": ROOT / "docs" / "commands.zh.md"}
EXAMPLE = re.compile(r"^\s*(?:例：|Example: ?)", re.MULTILINE)
EVERYWHERE = ("--workspace", "--clock-is-right", "--json", "--help")
"""Explained once, at the head of the page."""

Words = tuple[str, ...]

BEGIN = "<!-- below: scripts/command_pages.py -->"
WORDS = {
    "en": ("option", "meaning", "Overview", "command", "does"),
    "zh": ("选项", "含义", "一览", "命令", "用途"),
}


def leaves(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group below one, with its words, in the order of `evidence --help`."""
    if path:
        yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=" ".join(path))
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from leaves(child, (*path, name))


def told() -> str:
    """All commands, in the language that this process speaks."""
    words = WORDS[chosen_language()]
    lines = list(_overview(words))
    for path, command in leaves(cli):
        lines += ["", *_command(path, command, words)]
    return "\n".join(lines) + "\n"


def _overview(words: Words) -> Iterator[str]:
    yield from (f"## {words[2]}", "", f"| {words[3]} | {words[4]} |", "|---|---|")
    yield from (
        f"| [`evidence {name}`](#evidence-{name}) | {_(each.summary)} |" for name, each in COMMANDS.items()
    )


def _command(path: Words, command: click.Command, words: Words) -> Iterator[str]:
    yield f"{'#' * (len(path) + 1)} evidence {' '.join(path)}"
    yield ""
    told = (command.help or "").replace("\b\n", "")
    before, *after = EXAMPLE.split(told)
    yield from (" ".join(part.split()) + "\n" for part in before.strip().split("\n\n"))
    if not isinstance(command, click.Group):
        yield from ("```text", " ".join(_usage(path, command)), "```", "")
    yield "```console"
    yield from (line.strip() for example in after for line in _joined(example))
    yield "```"
    options = [
        each for each in command.params
        if isinstance(each, click.Option) and not set(each.opts) & set(EVERYWHERE)
    ]  # fmt: skip
    if options:
        yield from ("", f"| {words[0]} | {words[1]} |", "|---|---|")
        yield from (_option(command, each) for each in options)


def _usage(path: Words, command: click.Command) -> Iterator[str]:
    yield from ("evidence", *path)
    yield from command.collect_usage_pieces(click.Context(command))


def _joined(example: str) -> Iterator[str]:
    """The lines of an example; one that goes on, indented, is told as one."""
    line = ""
    for part in example.strip().splitlines():
        if part.strip().startswith("evidence ") and line:
            yield line
            line = ""
        line = f"{line} {part.strip().removesuffix(chr(92)).strip()}".strip()
    yield line


def _option(command: click.Command, option: click.Option) -> str:
    record = option.get_help_record(click.Context(command))
    assert record is not None, option.name
    term, told = (part.replace("|", "\\|") for part in record)
    return f"| `{term}` | {told or '–'} |"


def written(language: str) -> str:
    """The page in a language, its lower part made by a process that speaks it."""
    above, _begin, _below = PAGES[language].read_text(encoding="utf-8").partition(BEGIN)
    below = subprocess.run(
        [sys.executable, "-m", "scripts.command_pages", "print"],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": LANGUAGES[language], "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    return f"{above}{BEGIN}\n\n{below}"


def made() -> dict[Path, str]:
    """Both pages as they should be."""
    return {path: written(language) for language, path in PAGES.items()}


if __name__ == "__main__" and sys.argv[1:] == ["print"]:
    sys.stdout.write(told())
