"""A value that the domain names is compared by that name: its owner is found, and a slip is an error."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.case import CaseKind, ItemVerdict, ReviewResult, Trigger, VisitKind
from evidence.domain.document import MarkVerdict, PageIdentity
from evidence.domain.hazard import HazardState
from evidence.domain.parties import Role
from evidence.rules.clause import Kind
from evidence.verify.model import CheckKind

PACKAGE = Path(__file__).parents[3] / "evidence"
NAMED: dict[str, tuple[type[StrEnum], ...]] = {
    "outcome": (ArrivalOutcome,),
    "identity": (PageIdentity,),
    "verdict": (MarkVerdict, ItemVerdict, ReviewResult),
    "kind": (Kind, CheckKind, CaseKind, VisitKind),
    "trigger": (Trigger,),
    "role": (Role,),
    "state": (HazardState,),
}
"""Attribute -> what its values are called; a box's role and a page's state on a screen are plain words."""


def bare(text: str) -> Iterator[tuple[int, str]]:
    """Line and value of each comparison or argument that says a named value in quotes."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            names = {name for each in sides if isinstance(each, ast.Attribute) for name in _names(each)}
            given = [part for each in sides for part in _constants(each)]
        elif isinstance(node, ast.keyword) and node.arg and node.arg != "kind":
            names, given = {node.arg}, list(_constants(node.value))
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "arrivals":
            names, given = {"outcome"}, [part for each in node.args for part in _constants(each)]
        else:
            continue
        known = {str(value) for name in names for enum in NAMED.get(name, ()) for value in enum}
        yield from ((each.lineno, each.value) for each in given if each.value in known)


def _names(asked: ast.Attribute) -> Iterator[str]:
    """`verdict` of `mark.verdict` and of `mark.verdict.value`."""
    yield asked.attr
    if asked.attr == "value" and isinstance(asked.value, ast.Attribute):
        yield asked.value.attr


def _constants(side: ast.expr) -> Iterator[ast.Constant]:
    parts = side.elts if isinstance(side, (ast.Tuple, ast.Set, ast.List)) else [side]
    yield from (each for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("arrival.outcome == 'linked'", ["linked"]),
        ("arrival.outcome in {'taken', 'waiting'}", ["taken", "waiting"]),
        ("ArrivalJudged(arrival=id, outcome='duplicate')", ["duplicate"]),
        ("view.arrivals('unidentified')", ["unidentified"]),
        ("mark.verdict.value != 'present'", ["present"]),
        ("arrival.outcome == ArrivalOutcome.LINKED or name == 'linked'", []),
    ],
)
def test_a_named_value_in_quotes_is_found(text: str, said: list[str]) -> None:
    assert [value for _line, value in bare(text)] == said


def test_no_module_says_a_named_value_in_quotes() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line} {value}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, value in bare(path.read_text(encoding="utf-8"))
    ]
    assert found == []
