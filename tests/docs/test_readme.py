"""README: short, and the same line by line in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("README.md", "README.zh-CN.md")
MOST_LINES = 90
REMARK = re.compile(r"\s+# .*$|: .*(?= \|\|)", re.MULTILINE)


def lines(name: str) -> list[str]:
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


def shape(line: str) -> str:
    """What a line is, whatever its language: heading, row, picture, comment, fence, text or nothing."""
    if line.startswith(("```", "<!--")):
        return line
    mark = re.match(r"#+ |\||!\[", line)
    return mark[0] if mark else "text" if line else ""


def code(name: str) -> list[str]:
    """The code blocks without what is remarked beside their commands."""
    blocks = re.findall(r"```\w[^\n]*\n(.*?)```", "\n".join(lines(name)), re.DOTALL)
    return [REMARK.sub("", block) for block in blocks]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_short(name: str) -> None:
    assert len(lines(name)) <= MOST_LINES


def test_both_languages_are_equal_line_by_line() -> None:
    english, chinese = (list(map(shape, lines(name))) for name in NAMES)
    assert english == chinese


def test_both_languages_show_the_same_code() -> None:
    english, chinese = map(code, NAMES)
    assert len(english) == 6
    assert english == chinese


def test_both_languages_lead_to_the_same_pages() -> None:
    def leads_to(name: str) -> list[str]:
        targets = re.findall(r"\]\(([^)]+)\)", "\n".join(lines(name)))
        return [re.sub(r"\.zh\.md$", ".md", target) for target in targets if not target.startswith("README")]

    english, chinese = map(leads_to, NAMES)
    assert english == chinese
