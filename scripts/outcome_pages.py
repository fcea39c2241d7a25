"""Writes docs/outcomes.md and its Chinese twin: every outcome and reason, and what to do about each.

The words are those that people read on the screen: of arrivals and pages from `evidence.inbox.words`, of
findings from the rules; what they leave unsaid stands in scripts/words/outcomes.toml.
`make docs` writes both pages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from evidence.cli.intake import OUTCOME_WORDS, SHAPES
from evidence.cli.signs import SIGNS
from evidence.inbox.words import PAGE_REASONS, REASONS
from evidence.rules.clause import KIND_NAMES

ROOT = Path(__file__).parents[1]
PAGES = {"en": ROOT / "docs" / "outcomes.md", "zh": ROOT / "docs" / "outcomes.zh.md"}
WORDS = Path(__file__).parent / "words" / "outcomes.toml"
CATALOGUE = ROOT / "evidence" / "web" / "locale" / "en" / "LC_MESSAGES" / "desk.po"


def page(language: str) -> str:
    """One of the pages.

    Raises:
        KeyError: the program knows an outcome or a reason that nobody has explained or translated.
    """
    words: dict[str, Any] = tomllib.loads(WORDS.read_text("utf-8"))
    head = words["head"][language]
    lines = [f"# {head['title']}", "", head["for"], "", head["made"]]
    for (heading, columns), rows in zip(head["sections"], _tables(words, language), strict=True):
        lines += ["", f"## {heading}", "", columns, "|---" * (columns.count("|") - 1) + "|", *rows]
    return "\n".join([*lines, "", head["after"], ""])


def _tables(words: dict[str, Any], language: str) -> Iterator[list[str]]:
    say, chinese = _speaker(language), language == "zh"
    yield [
        _row(f"{SHAPES.get(code, '○')} {say(name)}", f"`{code}`", *words["outcomes"][code][language])
        for code, name in OUTCOME_WORDS.items()
    ]
    yield [_row(f"`{code}`", told if chinese else words["reasons"][code]) for code, told in REASONS.items()]
    yield [
        _row(f"`{code}`", say(told), words["pages"][code][language]) for code, told in PAGE_REASONS.items()
    ]
    yield [
        _row(
            f"{SIGNS[kind]} {name if chinese else words['findings'][kind]['name']}",
            f"`{kind.value}`",
            *words["findings"][kind][language],
        )
        for kind, name in KIND_NAMES.items()
    ]
    yield [_row(each["name"], str(each["code"]), *each[language]) for each in words["verdicts"]]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _speaker(language: str) -> Callable[[str], str]:
    """What turns the program's Chinese into the page's language."""
    if language == "zh":
        return str
    with CATALOGUE.open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.string}.__getitem__


def made() -> dict[Path, str]:
    """Both pages as they should be."""
    return {path: page(language) for language, path in PAGES.items()}
