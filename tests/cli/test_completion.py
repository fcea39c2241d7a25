"""Tab in bash, zsh and fish: commands, options, and the cases, numbers and arrivals of the workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.cli.commands import COMMANDS
from tests.cli.rules.conftest import workspace  # noqa: F401 - the fixture
from tests.support import sample

PROGRAM = [sys.executable, "-c", "from evidence.cli.main import main; main()"]


def pressed_tab(line: str, folder: Path, *, shell: str = "bash") -> list[str]:
    """What is offered for the last word of the line."""
    words = line.split(" ")
    shown = subprocess.run(
        PROGRAM,
        cwd=folder,
        env={
            **os.environ,
            "_EVIDENCE_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": words[-1] if shell == "fish" else str(len(words) - 1),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stderr == ""
    return [each.removeprefix("plain,").split("\t")[0] for each in shown.stdout.split()]


def test_commands_are_offered_without_importing_them(tmp_path: Path) -> None:
    assert pressed_tab("evidence ", tmp_path) == list(COMMANDS)
    assert pressed_tab("evidence re", tmp_path) == [name for name in COMMANDS if name.startswith("re")]
    assert "--workspace" in pressed_tab("evidence --", tmp_path)


def test_options_and_subcommands_are_offered(tmp_path: Path) -> None:
    assert {"link", "split", "retry", "reject", "undo"} <= set(pressed_tab("evidence inbox ", tmp_path))
    assert {"--week", "--case", "--sarif", "--json"} <= set(pressed_tab("evidence check --", tmp_path))


def test_cases_and_numbers_come_from_the_ledger(workspace: Path) -> None:  # noqa: F811
    cases = pressed_tab("evidence case show wjb", workspace)
    assert cases == sorted({str(one.case.id) for one in sample.week_facts().cases})
    numbers = pressed_tab(f"evidence form show {cases[0]}-J", workspace)
    assert numbers
    assert all(number.startswith(f"{cases[0]}-JC-") for number in numbers)
    assert pressed_tab(f"evidence --workspace {workspace} check --case W", Path("/")) == cases


def test_outside_a_workspace_nothing_is_offered_and_nothing_is_said(tmp_path: Path) -> None:
    assert pressed_tab("evidence case show W", tmp_path) == []


@pytest.mark.parametrize(
    ("shell", "word"), [("bash", "complete -o nosort"), ("zsh", "#compdef evidence"), ("fish", "complete")]
)
def test_each_shell_gets_its_script(shell: str, word: str) -> None:
    environment = {**os.environ, "_EVIDENCE_COMPLETE": f"{shell}_source"}
    shown = subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, check=True)
    assert word in shown.stdout
    assert "_EVIDENCE_COMPLETE" in shown.stdout
