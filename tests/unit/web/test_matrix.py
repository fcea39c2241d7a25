"""Findings as a matrix: the right cell, the right state, nothing lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evidence.domain.document import MarkVerdict
from evidence.domain.facts import Facts
from evidence.rules.judge import judge
from evidence.rules.parameters import Parameters
from evidence.web.matrix import COLUMNS, Cell, Row, State, build_rows, column_of, standing, worst
from tests import world


def _rows(facts: Facts) -> dict[str, Row]:
    return {row.case: row for row in build_rows(judge(facts, Parameters(), world.FRIDAY), {})}


def _cell(facts: Facts, case: str, column: str) -> Cell:
    return next(cell for cell in _rows(facts)[case].cells if cell.column.id == column)


def test_the_week_in_order_misses_nothing() -> None:
    rows = _rows(world.week_facts())
    assert set(rows) == {world.CLOSED, world.CHECKED, world.HEAVY}
    assert {cell.state for row in rows.values() for cell in row.cells} <= {
        State.PRESENT,
        State.OPEN,
        State.NONE,
    }


def _marked(number: str, verdict: MarkVerdict) -> Callable[[Facts], Facts]:
    return lambda facts: world.with_mark(facts, number, "escort", verdict)


@pytest.mark.parametrize(
    ("change", "column", "state"),
    [
        (_marked("WJB22-0001-FC-001", MarkVerdict.ABSENT), "recheck", State.MISSING),
        (_marked("WJB22-0001-JC-001", MarkVerdict.UNDECIDED), "check", State.UNDECIDED),
        (lambda f: world.without_document(f, "WJB22-0001-DD-001"), "urging", State.MISSING),
        (lambda f: world.without_page(f, "WJB22-0001-ZG-001", 2), "report", State.MISSING),
        (lambda f: world.on_recordings(f, "WJB22-0001-V1", duration_ms=60_000), "footage", State.MISSING),
    ],
)  # fmt: skip
def test_each_lack_stands_in_its_own_column(change: object, column: str, state: State) -> None:
    found = _cell(change(world.week_facts()), world.CLOSED, column)  # type: ignore[operator]
    assert found.state is state
    assert found.problems >= 1
    assert found.findings[0].message


def test_what_is_grave_stands_first() -> None:
    facts = world.with_mark(world.week_facts(), "WJB22-0003-JC-001", "escort", MarkVerdict.ABSENT)
    rows = build_rows(judge(facts, Parameters(), world.FRIDAY), {})
    assert rows[0].case == world.HEAVY


def test_no_finding_of_a_case_falls_out_of_sight() -> None:
    findings = judge(world.week_facts(), Parameters(), world.FRIDAY)
    rows = build_rows(findings, {})
    shown = [finding for row in rows for cell in row.cells for finding in cell.findings]
    assert len(shown) == sum(bool(finding.subject.case) for finding in findings)
    assert all(not finding.subject.case for finding in standing(findings))


def test_every_finding_has_a_column() -> None:
    findings = judge(world.week_facts(), Parameters(), world.FRIDAY)
    assert {column_of(finding).id for finding in findings} <= {column.id for column in COLUMNS}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], State.NONE),
        ([State.PRESENT, State.OPEN], State.OPEN),
        ([State.OPEN, State.UNDECIDED], State.UNDECIDED),
        ([State.UNDECIDED, State.MISSING, State.PRESENT], State.MISSING),
    ],
)
def test_the_gravest_state_wins(states: list[State], expected: State) -> None:
    assert worst(states) is expected
