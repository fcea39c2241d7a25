"""A page and its twin in the other language: the same headings, the same commands, the same order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, blocks, name_of

ZH = ".zh.md"
TWINS = [
    (page.with_name(page.name.removesuffix(ZH) + ".md"), page)
    for page in PAGES
    if page.name.endswith(ZH) and page.with_name(page.name.removesuffix(ZH) + ".md").exists()
]
TWINS.append((ROOT / "README.md", ROOT / "README.zh-CN.md"))
EXAMPLES_DIFFER = {"commands.md"}
"""Written from the program, whose help gives each language an example of its own."""
REMARK = re.compile(r"\s+# .*$", re.MULTILINE)


def headings(page: Path) -> list[str]:
    """How deep each heading is."""
    return re.findall(r"^(#+) ", page.read_text("utf-8"), re.MULTILINE)


def commands(page: Path) -> list[tuple[str, str]]:
    """The blocks without what is remarked beside their commands."""
    return [(block.info, REMARK.sub("", block.text)) for block in blocks(page)]


@pytest.mark.parametrize(("english", "chinese"), TWINS, ids=lambda page: name_of(page))
def test_twins_have_the_same_headings_and_commands(english: Path, chinese: Path) -> None:
    assert headings(english) == headings(chinese)
    if english.name not in EXAMPLES_DIFFER:
        assert commands(english) == commands(chinese)
    marks = re.compile(r"^<!-- by hand: .* -->$", re.MULTILINE)
    assert marks.findall(english.read_text("utf-8")) == marks.findall(chinese.read_text("utf-8"))


def test_the_twins_are_found() -> None:
    assert {english.name for english, _chinese in TWINS} >= {"README.md", "tutorial.md", "commands.md"}
