"""What counts as a source line, and how long a function and a module may be."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import grimp
import pytest

from scripts import house

TEXT = '''"""A module of
two lines."""

# a comment
VALUE = 1  # another
"""Told about."""


def told(
    number: int,
) -> str:
    """One line."""
    return """a text
of two lines"""
'''


def test_blank_lines_comments_and_docstrings_are_no_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "ROOT", tmp_path)
    (tmp_path / "small.py").write_text(TEXT, encoding="utf-8")
    counted = house.read_module(tmp_path / "small.py")
    assert counted.source == 6
    assert counted.comments == 2
    assert counted.docstring_words == 9
    assert counted.functions == (6,)
    assert counted.lines == 14


def test_a_long_function_says_why_where_it_begins() -> None:
    line = "    value = 0\n"
    body = line * house.LONG_FUNCTION
    assert list(house.too_long("def told():\n" + body)) == ["told: 61"]
    assert list(house.too_long("def told():  # long: one table\n" + body)) == []
    assert list(house.too_long("def told():\n" + body.removesuffix(line))) == []


def test_no_function_and_no_module_of_the_program_is_too_long() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(house.PACKAGE.rglob("*.py"))}
    assert len(texts) > 500
    assert [f"{path.name}: {each}" for path, text in texts.items() for each in house.too_long(text)] == []
    assert [path.name for path, text in texts.items() if text.count("\n") > house.LONG_MODULE] == []


def test_modules_that_import_each_other_are_found() -> None:
    graph = grimp.ImportGraph()
    for importer, imported in (("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "c")):
        graph.add_import(importer=importer, imported=imported)
    found = list(house.circles(graph))
    assert sorted(sorted(set(each)) for each in found) == [["a", "b"], ["c", "d", "e"]]
    for circle in found:
        assert circle[0] == circle[-1]
        for importer, imported in pairwise(circle):
            assert graph.direct_import_exists(importer=importer, imported=imported)


def test_no_modules_of_the_program_import_each_other() -> None:
    assert list(house.circles(grimp.build_graph("evidence", cache_dir=None))) == []


def test_a_branching_function_that_the_linter_bears_says_why() -> None:
    borne = re.compile(r"noqa: *[A-Z0-9, ]*C901(.*)")
    for path in sorted(house.PACKAGE.rglob("*.py")):
        for found in borne.finditer(path.read_text(encoding="utf-8")):
            assert len(found[1].split()) >= 3, f"{path.name}: {found[0]}"
    assert borne.search("def told():  # noqa: C901 one case a line")
