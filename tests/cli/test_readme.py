"""What the README says about the program is what the program says about itself."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from evidence.cli.main import COMMANDS
from evidence.cli.options import DayType, InstantType, WeekType
from evidence.cli.program import cli
from evidence.cli.summaries import SUMMARIES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_is_listed_in_the_readme(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    listed = re.findall(r"^\| `evidence ([a-z]+)`", text, re.MULTILINE)
    assert listed == list(COMMANDS)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_link_leads_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_both_languages_tell_the_same():
    names = ("README.md", "README.zh-CN.md")
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in names)
    assert re.findall(r"^make \w+", english, re.MULTILINE) == re.findall(r"^make \w+", chinese, re.MULTILINE)
    assert english.count("\n## ") == chinese.count("\n## ")


def test_every_command_has_a_summary():
    assert list(SUMMARIES) == list(COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_helps_with_a_worked_example(name, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"evidence {name}" in result.output.split("\n", 1)[1]


GUIDES = [
    "README.md", "README.zh-CN.md", "docs/administrator-guide.md", "docs/auditor-guide.zh.md",
    "docs/clerk-guide.zh.md", "docs/template-designer.md", "docs/service.md",
]  # fmt: skip


def lines_to_copy(name: str) -> Iterator[str]:
    """Every command of a guide's code blocks and backticked sentences that stands there complete."""
    text = (ROOT / name).read_text(encoding="utf-8")
    for line in re.findall(r"^(?:\.venv/bin/)?(evidence [^#\n]+)", text, re.MULTILINE):
        yield from (part.strip() for part in line.split("&&") if part.strip().startswith("evidence "))
    yield from re.findall(r"`(evidence [a-z][^`\n]*)`", text)


@pytest.mark.parametrize("name", GUIDES)
def test_every_command_a_guide_shows_exists_with_its_options_and_values(name: str) -> None:
    shown = list(lines_to_copy(name))
    assert shown
    for line in shown:
        words = [word for word in shlex.split(line)[1:] if word not in {"…", "..."}]
        command, context = cli, click.Context(cli, info_name="evidence")
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            child = command.get_command(context, words.pop(0))
            assert child is not None, line
            command, context = child, click.Context(child, info_name=child.name, parent=context)
        known = {name: option for option in command.get_params(context) for name in option.opts}
        for word, value in zip(words, [*words[1:], ""], strict=False):
            if not word.startswith("-"):
                continue
            assert word in known, f"{name}: {line}"
            if value.startswith("$("):
                continue  # the shell fills it in
            if isinstance(known[word].type, click.IntRange | click.Choice | WeekType | DayType | InstantType):
                known[word].type_cast_value(context, value)
