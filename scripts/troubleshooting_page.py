"""Writes docs/troubleshooting.md and its Chinese twin: each message as it is printed, and what to do.

What is to be done stands in scripts/words/troubleshooting.toml; messages there are msgids of the
catalogue, so that the pages cannot name one that is not printed any more. What stands in braces is shown
as an ellipsis. `make docs` writes both pages.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
PAGES = {"en": ROOT / "docs" / "troubleshooting.md", "zh": ROOT / "docs" / "troubleshooting.zh.md"}
WORDS = Path(__file__).parent / "words" / "troubleshooting.toml"
CATALOGUE = ROOT / "evidence" / "locale" / "en" / "LC_MESSAGES" / "evidence.po"
_BRACED = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Printed:
    """A message in both languages, as a reader sees it."""

    zh: str
    en: str


def printed() -> dict[str, Printed]:
    """Every message of the program, by its msgid."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    return {
        str(each.id): Printed(zh=_shown(str(each.id)), en=_shown(str(each.string)))
        for each in catalogue
        if each.id
    }


def _shown(text: str) -> str:
    return _BRACED.sub("…", text).replace("|", "\\|")


def page(language: str) -> str:
    """One of the pages.

    Raises:
        KeyError: the program has no such message.
    """
    words: dict[str, Any] = tomllib.loads(WORDS.read_text("utf-8"))
    head, known = words["head"][language], printed()
    lines = [f"# {head['title']}", "", head["for"], "", head["made"]]
    for place in words["places"]:
        lines += ["", f"## {place[language]}", "", head["table"], "|---|---|"]
        for trouble in place["troubles"]:
            lines.append(f"| {getattr(known[trouble['message']], language)} | {trouble[language]} |")
    return "\n".join(lines) + "\n"


def made() -> dict[Path, str]:
    """Both pages as they should be."""
    return {path: page(language) for language, path in PAGES.items()}
