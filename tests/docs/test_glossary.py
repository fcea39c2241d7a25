"""One word a concept: interface, messages and documents keep to docs/glossary.md and its banned twins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.docs.pages import PAGES, ROOT, name_of, prose

GLOSSARY = ROOT / "docs" / "glossary.md"
QUOTED = (
    "docs/glossary.md",
    "docs/rules.md",
    "docs/traceability.md",
    "docs/settings.md",
    "docs/thresholds.md",
    "CHANGELOG.md",
    "tests/",
)
"""Pages that quote the contract, name what the program reads, or tell of the past."""
FINDINGS = ROOT / "evidence" / "rules"
"""Words of findings stand in packages and are compared by `verify`: they never change."""
CONTRACT = ROOT / "evidence" / "contracts"
CATALOGUES = sorted(ROOT.glob("evidence/**/en/LC_MESSAGES/*.po"))
HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of the glossary."""

    chinese: str
    english: str
    not_chinese: tuple[str, ...]
    not_english: tuple[str, ...]


def concepts() -> Iterator[Concept]:
    """Every row that bans something."""
    for line in GLOSSARY.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4 or cells[0] in ("中文", "---"):
            continue
        chinese, _semicolon, english = cells[3].partition("；")
        yield Concept(cells[0], cells[1], tuple(chinese.split("、")), tuple(english.split("、")))


TABLE = tuple(concepts())
BANNED_CHINESE = {word: each.chinese for each in TABLE for word in each.not_chinese}
BANNED_ENGLISH = {word: each.english for each in TABLE for word in each.not_english}


def sources() -> Iterator[Path]:
    """Whatever the program shows: its source, its pages, its scripts, its forms' words."""
    for pattern in ("*.py", "*.html", "*.js", "*.toml", "*.txt", "*.typ"):
        for path in sorted((ROOT / "evidence").rglob(pattern)):
            if not path.is_relative_to(CONTRACT) and not path.is_relative_to(FINDINGS):
                yield path


def said_wrongly(text: str, banned: dict[str, str]) -> list[str]:
    """Banned words of a text, each with the word to use."""
    return [
        f"{word} -> {better}"
        for word, better in banned.items()
        if (word in text if HAN.search(word) else re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE))
    ]


def test_the_table_is_read_whole() -> None:
    assert len(TABLE) > 35
    assert {"待人工认定", "待判定", "待确认"} <= set(BANNED_CHINESE)
    assert len({each.chinese for each in TABLE}) == len({each.english for each in TABLE}) == len(TABLE)


def test_no_word_is_both_right_and_wrong() -> None:
    assert not set(BANNED_CHINESE) & {each.chinese for each in TABLE}
    assert not set(BANNED_ENGLISH) & {each.english for each in TABLE}


def test_a_twin_is_seen() -> None:
    assert said_wrongly("第2页待判定", BANNED_CHINESE) == ["待判定 -> 待认定"]
    assert said_wrongly("A Waiver was given", BANNED_ENGLISH) == ["waiver -> exception"]
    assert said_wrongly("the waivers' list", BANNED_ENGLISH) == []


def test_the_program_says_one_word_a_concept() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): wrong
        for path in sources()
        if (wrong := said_wrongly(path.read_text("utf-8"), BANNED_CHINESE))
    }
    assert found == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_the_translations_say_one_word_a_concept(path: Path) -> None:
    with path.open("rb") as file:
        messages = read_po(file)
    found = [
        (str(message.id)[:60], wrong)
        for message in messages
        if message.id and (wrong := said_wrongly(str(message.string), BANNED_ENGLISH))
    ]
    assert found == []


@pytest.mark.parametrize(
    "page", [page for page in PAGES if not name_of(page).startswith(QUOTED)], ids=name_of
)
def test_a_document_says_one_word_a_concept(page: Path) -> None:
    """Beside what stands in backticks: names of rules, files and members are what they are."""
    told = re.sub(r"`[^`\n]*`", "", prose(page))
    assert said_wrongly(told, {**BANNED_CHINESE, **BANNED_ENGLISH}) == []
