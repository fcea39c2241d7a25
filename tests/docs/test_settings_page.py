"""docs/settings.md is what the program reads: no setting is missing, none is told of that is not there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from evidence.settings import SETTINGS_FILE, Settings, load_settings
from scripts.settings_page import PAGE, TABLES, page, settings_of
from tests.docs.pages import PAGES, name_of

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


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_document_names_only_settings_that_exist(path: Path) -> None:
    named = {table: {each.name for each in settings_of(table)} for table in TABLES}
    for block in re.findall(r"^```toml\n(.*?)^```", path.read_text("utf-8"), re.S | re.M):
        for table, given in tomllib.loads(block).items():
            if table in named and isinstance(given, dict):
                assert set(given) - named[table] - {"exports"} == set(), table


ROOT = Path(__file__).parents[2]
MESSAGES = ROOT / "evidence" / "locale" / "en" / "LC_MESSAGES" / "evidence.po"
"""Its ids are what the program prints in Chinese."""
INLINE = re.compile(r"\[([a-z]+)\] ([a-z_0-9]+)(?=[`、，。, =：（])")
"""`[forms] office`, `[timestamp] url`: a setting as a sentence names it."""


@pytest.mark.parametrize("path", [*PAGES, MESSAGES], ids=lambda path: path.name)
def test_a_sentence_names_only_settings_that_exist(path: Path) -> None:
    named = {table.partition(".")[0]: {each.name for each in settings_of(table)} for table in TABLES}
    text = path.read_text("utf-8")
    if path == MESSAGES:
        with path.open("rb") as file:
            text = "\n".join(str(each.id) for each in read_po(file))
    wrong = [
        (table, name)
        for table, name in INLINE.findall(text)
        if (found := named.get(table.partition(".")[0])) is not None and name and name not in found
    ]
    assert wrong == []


def test_every_example_is_taken_by_the_program(tmp_path: Path) -> None:
    lines = []
    for table in TABLES:
        name = table.replace("NAME", "example")
        lines += [
            f"[{name}]",
            *(f"{each.name} = {each.example}" for each in settings_of(table) if each.name != "exports"),
        ]
    (tmp_path / SETTINGS_FILE).write_text("\n".join(lines) + "\n", "utf-8")
    assert load_settings(tmp_path / SETTINGS_FILE)
