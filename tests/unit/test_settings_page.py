"""docs/settings.md is what the program reads: no setting is missing, none is told of that is not there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from evidence.settings import Settings
from scripts.settings_page import PAGE, TABLES, page, settings_of

ROOT = Path(__file__).parents[2]
NO_TABLE = {"profile", "accounts"}
"""Fields of the settings that are no table of evidence.toml, and the one without fixed names."""


def test_the_page_is_what_the_program_says() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m scripts.settings_page"


def test_every_table_that_the_program_reads_is_on_the_page() -> None:
    read = {each.name for each in fields(Settings)} - NO_TABLE
    assert {table.partition(".")[0] for table in TABLES} == read


@pytest.mark.parametrize("table", TABLES)
def test_every_setting_says_what_it_means(table: str) -> None:
    assert [each.name for each in settings_of(table) if not each.meaning] == []


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=lambda p: p.name
)
def test_a_document_names_only_settings_that_exist(path: Path) -> None:
    named = {table: {each.name for each in settings_of(table)} for table in TABLES}
    for block in re.findall(r"^```toml\n(.*?)^```", path.read_text("utf-8"), re.S | re.M):
        for table, given in tomllib.loads(block).items():
            if table in named and isinstance(given, dict):
                assert set(given) - named[table] - {"exports"} == set(), table
