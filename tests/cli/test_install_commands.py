"""What people are told to install is our own delivered file, with extras that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from evidence import __version__
from evidence.bundles.instructions import instructions
from evidence.release import DISTRIBUTION, WHEEL, install_command

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PLACES = sorted(
    path
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "evidence/**/*.py",
        "evidence/**/*.txt",
        "templates/**/*.md",
        "scripts/**/*",
    )
    for path in ROOT.glob(pattern)
    if path.is_file() and "__pycache__" not in path.parts
)
INSTALLS = re.compile(r"(?:pip3?|pipx|uv pip|uv tool) install ([^`\n。]+)")
OUR_FILE = re.compile(r"(?:--upgrade )?'\./(?:([^'\[{]+)(?:\[([^\]]*)\])?|\{WHEEL\}\[\{extra\}\])'")
OURS = re.compile(r"\bevidence\b|evidence[-_]handover")


def told(path: Path) -> list[str]:
    """Arguments of each install command of a file that concern this program."""
    found = INSTALLS.findall(path.read_text(encoding="utf-8"))
    return [each for each in found if OURS.search(each)]


def test_the_name_is_our_own_and_the_wheel_carries_it() -> None:
    assert PROJECT["name"] == DISTRIBUTION != "evidence"
    assert f"{DISTRIBUTION.replace('-', '_')}-{__version__}-py3-none-any.whl" == WHEEL


@pytest.mark.parametrize("place", PLACES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_install_command_names_the_delivered_file_and_known_extras(place: Path) -> None:
    extras = set(PROJECT["optional-dependencies"])
    for arguments in told(place):
        match = OUR_FILE.match(arguments)
        assert match is not None, f"{place}: {arguments}"
        if match[1] is not None:
            assert match[1] == WHEEL, place
            assert set((match[2] or "").split(",")) - {""} <= extras, place


def test_guides_and_program_do_tell_how_to_install() -> None:
    telling = {path.relative_to(ROOT).as_posix() for path in PLACES if told(path)}
    assert telling >= {
        "docs/auditor-guide.zh.md",
        "docs/administrator-guide.md",
    }
    assert install_command("agency") == f"pip install './{WHEEL}[agency]'"


def test_no_remedy_names_a_make_target_that_is_not_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for place in PLACES:
        named = re.findall(r"(?<![\w/])make ([a-z-]+)(?=[`\s，。,]|$)", place.read_text(encoding="utf-8"))
        if place.suffix == ".py":
            continue  # code says "make sure" in comments; its messages are Chinese
        assert {each for each in named if f"`make {each}`" in place.read_text(encoding="utf-8")} <= targets, (
            place
        )


def test_no_message_names_a_make_target_that_is_not_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    messages = (ROOT / "evidence/locale/en/LC_MESSAGES/evidence.po").read_text(encoding="utf-8")
    chinese = "\n".join(re.findall(r'^(?:msgid )?"(.*[\u4e00-\u9fff].*)"$', messages, re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", chinese)) <= targets


def test_a_package_names_version_and_file_but_no_digest_and_no_lookup_by_name() -> None:
    text = instructions("WJB-2026-W48", previous="", stamped=True, evaluation=False)
    assert __version__ in text
    assert WHEEL in text
    assert "pip install" not in text
    assert re.findall("@[A-Z]+@", text) == []


def test_the_changelog_has_a_section_for_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d$", text, re.MULTILINE)
    assert text.index("## [Unreleased]") < text.index(f"## [{__version__}]")
