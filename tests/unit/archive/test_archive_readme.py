"""The archive's own README must be true without the program."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ledger_fixture import build
from tests.support.ledger_scenario import OWN_FORM

README = Path(__file__).parents[3] / "archive" / "README.md"


@pytest.fixture
def checker(tmp_path: Path) -> Path:
    """The program printed in the README."""
    [program] = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "check.py"
    path.write_text(program, "utf-8")
    return path


def run(checker: Path, journal: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(checker), str(journal)], capture_output=True, text=True, check=False
    )


def test_the_printed_program_accepts_a_sound_journal_and_names_a_changed_line(
    checker: Path, tmp_path: Path
) -> None:
    journal = build(tmp_path / "work") / "archive" / "ledger" / "journal.jsonl"
    assert run(checker, journal).returncode == 0
    lines = journal.read_bytes().splitlines(keepends=True)
    for changed in (
        [lines[0], lines[1].replace(b"annual", b"survey"), *lines[2:]],
        [lines[0], lines[2], *lines[2:]],
        [lines[0], *lines[2:]],
    ):
        journal.write_bytes(b"".join(changed))
        result = run(checker, journal)
        assert result.returncode == 1
        assert "line 2 is wrong" in result.stderr


def test_the_described_folders_and_fields_are_the_real_ones(tmp_path: Path) -> None:
    root = build(tmp_path / "work")
    text = README.read_text("utf-8")
    for name in ("originals", "issued", "handover", "ledger/journal.jsonl"):
        assert (root / "archive" / name).exists()
        assert f"`{name}" in text
    journal = (root / "archive" / "ledger" / "journal.jsonl").read_text("utf-8")
    [issued] = [line for line in journal.splitlines() if "form.issued" in line and f'"{OWN_FORM}"' in line]
    assert '"pdf":"' in issued
    for kind in ("arrival.taken", "arrival.judged", "mark.decided"):
        assert kind in text
        assert kind in journal
