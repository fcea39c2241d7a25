"""The desk's templates are read as often as its Python: no line longer than a reader's screen holds."""

from __future__ import annotations

from pathlib import Path

import pytest

import evidence.web
from evidence.web.templatetags.desk import sentences

TEMPLATES = Path(evidence.web.__file__).parent / "templates"
WIDEST = 120
"""In characters."""
WIDEST_BYTES = 160
"""Chinese characters are twice as wide as others, and three bytes long."""


def too_long(text: str) -> list[int]:
    """The numbers of the lines that should be broken; long sentences go between `sentences` tags."""
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > WIDEST or len(line.encode()) > WIDEST_BYTES
    ]


def test_no_line_of_a_template_is_longer_than_a_screen_holds() -> None:
    templates = [path for path in TEMPLATES.rglob("*") if path.is_file()]
    long = [
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in templates
        for number in too_long(path.read_text(encoding="utf-8"))
    ]
    assert len(templates) > 80
    assert long == []


@pytest.mark.parametrize(
    ("line", "long"),
    [
        ("<p>" + "字" * 51 + "</p>", False),
        ("<p>" + "字" * 52 + "</p>", True),
        ("<p>" + "x" * 113 + "</p>", False),
        ("<p>" + "x" * 114 + "</p>", True),
        ('{% t "' + "字" * 51 + '" %}', True),
    ],
)
def test_a_long_line_is_found(line: str, long: bool) -> None:
    assert too_long("<ul>\n" + line) == ([2] if long else [])


def test_broken_sentences_are_one_phrase() -> None:
    assert sentences("\n  先登记，\n  再签发 {n} 份。\n", n=3) == "先登记，再签发 3 份。"
