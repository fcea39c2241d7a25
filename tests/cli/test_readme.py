"""What the README says about the program is what the program says about itself."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence.cli.main import COMMANDS
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
