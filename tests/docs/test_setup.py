"""What `scripts/setup.sh` asks of a machine, and how it refuses one that is too old."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "setup.sh"
TOOLS = ("sh", "dirname", "cat", "id", "grep", "ls")
PYTHON = """#!/bin/sh
case "$2" in
  *ensurepip*) exit 1;;
  *sys.exit*) exit {too_old};;
  *print*) echo 3.10;;
esac
"""


def set_up(purpose: str, folder: Path, *, too_old: bool) -> subprocess.CompletedProcess[str]:
    """The script on a machine that has a Python and a handful of tools, and nothing to install with."""
    tools = folder / "bin"
    tools.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tools / tool).symlink_to(found)
    python = tools / "python3"
    python.write_text(PYTHON.format(too_old=int(too_old)), "utf-8")
    python.chmod(0o755)
    (folder / "scripts").mkdir()
    shutil.copy(SCRIPT, folder / "scripts")
    return subprocess.run(
        [str(tools / "sh"), "scripts/setup.sh", purpose],
        cwd=folder,
        env={**os.environ, "PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("purpose", ["lint", "demo", "test"])
def test_a_python_that_is_too_old_is_refused_with_its_version(purpose: str, tmp_path: Path) -> None:
    refused = set_up(purpose, tmp_path, too_old=True)
    assert refused.returncode == 7
    assert "本机的 Python 是 3.10，本程序需要 3.11、3.12 或 3.13" in refused.stderr
    assert "This machine has Python 3.10; 3.11, 3.12 or 3.13 is needed" in refused.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("purpose", "needs", "does_without"),
    [
        ("lint", {"python3-venv"}, {"postgresql", "chromium-headless-shell", "libreoffice-writer-nogui"}),
        ("demo", {"libreoffice-writer-nogui"}, {"postgresql", "chromium-headless-shell"}),
        ("test", {"libreoffice-writer-nogui", "chromium-headless-shell"}, set[str]()),
    ],
)
def test_each_purpose_asks_for_what_it_needs(
    purpose: str, needs: set[str], does_without: set[str], tmp_path: Path
) -> None:
    asked = set_up(purpose, tmp_path, too_old=False).stderr
    assert "apt-get install" in asked
    assert {name for name in needs | does_without if name in asked} == needs
