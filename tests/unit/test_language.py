"""Which language a reader gets, and whether the English says the same as the Chinese."""

import importlib.util
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from evidence.language import _, chosen_language

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
COMMAND = re.compile(r"--[a-z][a-z-]+|(?<![\w/])evidence [a-z]+")
SYMBOLS = "●✕◐○＝→"


def _translations() -> ModuleType:
    path = Path(__file__).parents[2] / "scripts/translations.py"
    spec = importlib.util.spec_from_file_location("translations", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRANSLATIONS = _translations()
PAIRS = [(message.id, message.string) for message in TRANSLATIONS.load() if message.id and message.string]


def _differing(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    return [
        (chinese, english)
        for chinese, english in PAIRS
        if Counter(pattern.findall(chinese)) != Counter(pattern.findall(english))
    ]


def _speak(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_every_message_of_the_source_has_its_english_and_no_other():
    assert TRANSLATIONS.problems() == []


def test_both_languages_fill_in_the_same_placeholders():
    assert _differing(PLACEHOLDER) == []


def test_both_languages_name_the_same_commands_and_options():
    assert _differing(COMMAND) == []


def test_both_languages_carry_the_same_symbols():
    assert _differing(re.compile(f"[{SYMBOLS}]")) == []


def test_both_languages_break_their_lines_alike():
    assert _differing(re.compile("[\n\b]")) == []


@pytest.mark.parametrize("value", ["en_US.UTF-8", "en_GB", "en", "EN_us"])
def test_an_english_terminal_is_spoken_to_in_english(monkeypatch, value):
    _speak(monkeypatch, LANG=value)
    assert chosen_language() == "en"
    assert _("已中止。") == "Aborted."


@pytest.mark.parametrize("value", ["", "C", "C.UTF-8", "POSIX", "zh_CN.UTF-8", "zh", "de_DE.UTF-8"])
def test_any_other_terminal_is_spoken_to_in_chinese(monkeypatch, value):
    _speak(monkeypatch, LANG=value)
    assert chosen_language() == "zh"
    assert _("已中止。") == "已中止。"


def test_a_terminal_that_names_no_language_is_spoken_to_in_chinese(monkeypatch):
    _speak(monkeypatch)
    assert chosen_language() == "zh"


@pytest.mark.parametrize(
    ("values", "language"),
    [
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, "en"),
    ],
)
def test_the_variables_rank_as_in_gettext(monkeypatch, values, language):
    _speak(monkeypatch, **values)
    assert chosen_language() == language


def test_a_message_without_english_stays_chinese(monkeypatch):
    _speak(monkeypatch, LANG="en_US.UTF-8")
    assert _("没有这句话的译文") == "没有这句话的译文"
