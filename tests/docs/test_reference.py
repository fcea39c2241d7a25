"""The reference is what the program says of itself: each generated page is made anew and compared."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from evidence.inbox.words import PAGE_REASONS, REASONS
from evidence.rules.register_groups import GROUPS
from evidence.rules.registers import BY_ID
from scripts import outcome_pages, threshold_page, troubleshooting_page
from scripts.reference import MAKERS
from tests.docs.pages import ROOT


@pytest.mark.parametrize("name", MAKERS)
def test_a_page_is_what_the_program_says(name: str) -> None:
    for path, text in MAKERS[name]().items():
        assert path.read_text("utf-8") == text, f"{path.name}: run make docs"


def test_a_threshold_without_a_reason_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = threshold_page.WORDS.read_text("utf-8")
    words = tmp_path / "words.toml"
    words.write_text(told.replace('"domain.reasons.IN_WORDS"', '"domain.reasons.FORGOTTEN"'), "utf-8")
    monkeypatch.setattr(threshold_page, "WORDS", words)
    with pytest.raises(KeyError):
        threshold_page.page()


def test_every_register_belongs_to_one_occasion() -> None:
    named = [each for group in GROUPS for each in group.registers]
    assert sorted(named) == sorted(BY_ID)


def test_every_outcome_and_reason_says_what_to_do_in_both_languages() -> None:
    for path in outcome_pages.PAGES.values():
        codes = re.findall(r"`([a-zA-Z_]+)` \|", path.read_text("utf-8"))
        assert {*REASONS, *PAGE_REASONS} <= set(codes)
        rows = [line for line in path.read_text("utf-8").splitlines() if line.startswith("| ")]
        assert [row for row in rows if "|  |" in row] == []


def test_a_message_that_is_not_printed_any_more_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = troubleshooting_page.WORDS.read_text("utf-8")
    told = tomllib.loads(words)["places"][0]["troubles"][0]["message"]
    wrong = tmp_path / "words.toml"
    wrong.write_text(words.replace(told, "没有这句话。"), "utf-8")
    monkeypatch.setattr(troubleshooting_page, "WORDS", wrong)
    with pytest.raises(KeyError):
        troubleshooting_page.page("zh")


def test_the_make_target_writes_the_same_pages() -> None:
    assert "python -m scripts.reference" in (ROOT / "Makefile").read_text("utf-8")
