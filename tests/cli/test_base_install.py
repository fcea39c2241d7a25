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

from evidence.cli.main import COMMANDS
from evidence.release import (
    AGENCY_MODULES,
    BASE_COMMANDS,
    DISTRIBUTION,
    OCR_MODULES,
    POSTGRES_MODULES,
    install_command,
    part_of,
)
from tests.own_agency import OWN_AGENCY

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

LINES = {
    "doctor": [], "status": [], "import": ["F"], "case": ["list"],
    "visit": ["template", "N.xlsx"], "register": ["list"],
    "issue": ["WJB22-0001", "JC"], "reissue": ["WJB22-0001-JC-001", "--why", "损坏重打"],
    "void": ["WJB22-0001-JC-001", "--why", "填错作废"],
    "transcribe": ["WJB22-0001-JC-001"], "template": ["check"],
    "form": ["show", "WJB22-0001-JC-001"], "ingest": [], "watch": [],
    "worker": ["--list"], "inbox": ["list"], "recording": ["list"], "check": [],
    "due": [], "plan": [],
    "waive": ["G06-enterprise-seal", "WJB22-0001", "--why", "企业公章年检"],
    "incurable": ["--list"], "hold": ["WJB22-0001", "--why", "企业申诉中"],
    "instalment": [], "disposal": [], "bundle": [], "receipt": ["WJB-2022-W13", "F"],
    "handover": ["list"], "renew": ["F"], "signer": ["show"], "ledger": ["verify"],
    "audit": [], "backup": ["B"], "restore": ["B2", "--verify"], "serve": [],
    "demo": ["D"],
}  # fmt: skip

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
    (folder / "F").write_bytes(b"%PDF-1.7")
    (folder / "w").mkdir()
    (folder / "w" / "evidence.toml").write_text("", encoding="utf-8")
    for name in ("inbox", "archive"):
        (folder / "w" / name).mkdir()
    (folder / "B2").mkdir()
    lines = {name: [name, "--workspace", "w", *rest] for name, rest in LINES.items()}
    lines["restore"] = ["restore", *LINES["restore"]]
    lines["init"] = ["init", "new", *OWN_AGENCY]
    blocked = sorted(AGENCY_MODULES | POSTGRES_MODULES | OCR_MODULES)
    done = subprocess.run(
        [sys.executable, "-c", TRY_ALL, json.dumps(blocked), json.dumps(lines)],
        cwd=folder, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    answers: dict[str, tuple[int, str]] = json.loads(done.stdout)
    return answers


def test_the_lines_cover_every_command() -> None:
    assert set(LINES) | BASE_COMMANDS == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(LINES))
def test_a_part_that_is_not_installed_is_said_with_its_command(
    name: str, bare: dict[str, tuple[int, str]]
) -> None:
    code, said = bare[name]
    assert (code, "没有安装" in said) == (7, True), said
    assert install_command("agency") in said
    assert "ModuleNotFoundError" not in said


def test_the_base_installation_can_make_a_workspace(bare: dict[str, tuple[int, str]]) -> None:
    assert bare["init"][0] == 0, bare["init"][1]
