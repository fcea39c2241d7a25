"""Everything the desk says has an English translation, and the compiled catalogue is the written one.

After a change: add the phrase to desk.po and run `pybabel compile -d evidence/web/locale -D desk -f`.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from evidence.web.matrix import COLUMNS, WORDS
from evidence.web.speech import LOCALE_DIR, say, speaking
from evidence.web.templatetags.desk import OUTCOME_SIGNS

WEB = Path(__file__).parents[3] / "evidence/web"
CATALOGUE = LOCALE_DIR / "en/LC_MESSAGES"


def _said() -> Iterator[str]:
    for path in WEB.rglob("*.html"):
        for match in re.finditer(r"""\{% t (["'])(.*?)\1""", path.read_text(encoding="utf-8")):
            yield match[2]
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    yield argument.value
    yield from (column.title for column in COLUMNS)
    yield from WORDS.values()
    yield from (words for _sign, _css, words in OUTCOME_SIGNS.values())


def test_every_phrase_has_its_english() -> None:
    known = gettext.translation("desk", LOCALE_DIR, languages=["en"])
    assert {phrase for phrase in _said() if known.gettext(phrase) == phrase} == set()


def test_the_compiled_catalogue_is_the_written_one() -> None:
    known = gettext.translation("desk", LOCALE_DIR, languages=["en"])
    with (CATALOGUE / "desk.po").open("rb") as stream:
        written = {message.id: message.string for message in read_po(stream, locale="en") if message.id}
    assert all(known.gettext(phrase) == english for phrase, english in written.items())


def test_placeholders_survive_translation() -> None:
    with (CATALOGUE / "desk.po").open("rb") as stream:
        for message in read_po(stream, locale="en"):
            assert re.findall(r"\{.*?\}", message.id) == re.findall(r"\{.*?\}", message.string), message.id


@pytest.mark.parametrize(("language", "word"), [("zh", "今日"), ("en", "Today")])
def test_the_reader_chooses(language: str, word: str) -> None:
    with speaking(language):
        assert say("今日") == word
    assert say("今日") == "今日"
