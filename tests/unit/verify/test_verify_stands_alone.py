"""Verifying needs the base installation only: no ledger store, no templates, no pictures, no web."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.support.packing import to_zip, two_weeks
from tests.support.pki import shared_pki

ROOT = Path(__file__).parents[3]
FORBIDDEN = (
    "tinydb", "docxtpl", "docx", "cv2", "watchdog", "typst", "django", "uvicorn", "numpy",  "av",
    "openpyxl", "pikepdf", "pypdfium2", "zxingcpp", "rapidocr", "evidence.web", "evidence.inbox",
    "evidence.recognition", "evidence.recordings", "evidence.forms", "evidence.bundles", "evidence.handover",
    "evidence.archive",
)  # fmt: skip
BLOCKER = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED or name in BLOCKED:
            raise ImportError(f"{name} is not installed here")

BLOCKED = set(%r)
sys.meta_path.insert(0, Block())
"""


def run(program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )


def test_importing_the_verifier_pulls_in_nothing_else(tmp_path: Path) -> None:
    program = (
        "import sys, evidence.verify.examine, evidence.verify.report_file, evidence.cli.verify\n"
        f"print([name for name in {FORBIDDEN!r} if name in sys.modules])"
    )
    done = run(program, cwd=tmp_path)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "WJB-2022-W13.zip"
    path.write_bytes(to_zip(two_weeks()[1], "WJB-2022-W13"))
    (tmp_path / "root.pem").write_bytes(shared_pki().root.pem)
    return path


def test_verify_runs_where_nothing_else_is_installed(tmp_path: Path, package: Path) -> None:
    program = BLOCKER % ((*FORBIDDEN, "PIL"),) + "from evidence.cli.main import main\nmain(sys.argv[1:])\n"
    arguments = ("verify", str(package), "--trust", str(tmp_path / "root.pem"))
    done = run(program, *arguments, "--report", str(tmp_path / "r.pdf"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "TOTAL-PASSED" in done.stdout
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")


def plain(name: str) -> str:
    """A distribution's name as the registry compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def base_closure() -> set[str]:
    """The base dependencies and what they need, by the installed metadata."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pending = [re.split(r"[\s\[<>=!~;]", line)[0] for line in project["project"]["dependencies"]]
    seen: set[str] = set()
    while pending:
        name = plain(pending.pop())
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        if name not in seen:
            seen.add(name)
            pending += [re.split(r"[\s\[<>=!~;(]", need)[0] for need in needs if "extra ==" not in need]
    return seen


@pytest.mark.slow
def test_the_base_installation_in_a_fresh_virtual_environment_is_enough(
    tmp_path: Path, package: Path
) -> None:
    """A new environment that holds the base dependencies' own files and nothing else."""
    home = tmp_path / "fresh"
    venv.create(home, with_pip=False, symlinks=True)
    site = next(home.glob("lib/python*/site-packages"))
    for name in base_closure():
        for file in distribution(name).files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (site / top).exists():
                (site / top).symlink_to(Path(str(distribution(name).locate_file(top))))
    (site / "evidence").symlink_to(ROOT / "evidence")
    python = str(home / "bin" / "python")
    done = subprocess.run(
        [
            *(python, "-c", "import sys; from evidence.cli.main import main; main(sys.argv[1:])"),
            *("verify", str(package), "--trust", str(tmp_path / "root.pem"), "--json"),
            *("--report", str(tmp_path / "r.pdf")),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["indication"] == "TOTAL-PASSED"
    for name in ("tinydb", "cv2", "typst"):
        absent = subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False)
        assert absent.returncode != 0, name
