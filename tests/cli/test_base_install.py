"""What an auditor's installation, without the agency's parts, says of every command it does not have."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from evidence.cli.commands import COMMANDS
from evidence.release import (
    AGENCY_MODULES,
    BASE_COMMANDS,
    C2PA_MODULES,
    DISTRIBUTION,
    OCR_MODULES,
    POSTGRES_MODULES,
    install_command,
    part_of,
)
from tests.support.own_agency import OWN_AGENCY

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

AGENCY_COMMANDS = sorted(set(COMMANDS) - BASE_COMMANDS)

TRY_ALL = """
import json, os, sys
from contextlib import redirect_stderr, redirect_stdout
import io

blocked = set(json.loads(sys.argv[1]))

class Bare:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Bare())
from evidence.cli.program import run

answers = {}
for name, line in json.loads(sys.argv[2]).items():
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        said = io.StringIO()
        code = 0
        with redirect_stderr(said), redirect_stdout(io.StringIO()):
            try:
                run(line)
            except SystemExit as stop:
                code = int(stop.code or 0)
        os.write(writing, json.dumps([code, said.getvalue()[:2000]]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answers[name] = json.loads(pipe.read())
    os.waitpid(child, 0)
print(json.dumps(answers))
"""


def _extra(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9_.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_every_optional_package_is_known_by_the_modules_it_brings() -> None:
    base = {_extra(each) for each in PROJECT["dependencies"]} | {"pyhanko"}
    brought: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for each in distributions:
            brought.setdefault(_extra(each), set()).add(module)
    for extra, requirements in PROJECT["optional-dependencies"].items():
        for requirement in map(_extra, requirements):
            if requirement in base or requirement == DISTRIBUTION or requirement not in brought:
                continue
            assert extra in {part_of(module) for module in brought[requirement]}, requirement


def test_every_extra_brings_the_agency_s_whole_installation() -> None:
    for extra, requirements in PROJECT["optional-dependencies"].items():
        assert extra == "agency" or f"{DISTRIBUTION}[agency]" in requirements


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """Each command's exit code and words where nothing optional can be imported."""
    folder = tmp_path_factory.mktemp("base")
    lines = {name: [name] for name in AGENCY_COMMANDS}
    lines["init"] = ["init", "new", *OWN_AGENCY]
    blocked = sorted(AGENCY_MODULES | POSTGRES_MODULES | OCR_MODULES | C2PA_MODULES)
    done = subprocess.run(
        [sys.executable, "-c", TRY_ALL, json.dumps(blocked), json.dumps(lines)],
        cwd=folder, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    answers: dict[str, tuple[int, str]] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("name", AGENCY_COMMANDS)
def test_a_part_that_is_not_installed_is_said_with_its_command(
    name: str, bare: dict[str, tuple[int, str]]
) -> None:
    code, said = bare[name]
    assert (code, "没有安装" in said) == (7, True), said
    assert install_command("agency") in said
    assert "ModuleNotFoundError" not in said


def test_the_base_installation_can_make_a_workspace(bare: dict[str, tuple[int, str]]) -> None:
    assert bare["init"][0] == 0, bare["init"][1]
