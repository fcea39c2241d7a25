"""Findings as a matrix: the right cell, the right state, nothing lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evidence.domain.document import MarkVerdict
from evidence.domain.facts import Facts
from evidence.rules.clause import Finding
from evidence.rules.judge import judge
from evidence.rules.parameters import Parameters
from evidence.web.matrix import (
    COLUMNS,
    Cell,
    Row,
    State,
    build_rows,
    column_of,
    findings_of_cell,
    state_of,
    worst,
)
from tests.support import sample


def _rows(facts: Facts) -> dict[str, Row]:
    return {row.case: row for row in build_rows(judge(facts, Parameters(), sample.FRIDAY), {})}


def _cell(facts: Facts, case: str, column: str) -> Cell:
    return next(cell for cell in _rows(facts)[case].cells if cell.column.id == column)


def _of_case(facts: Facts, case: str) -> list[Finding]:
    found = judge(facts, Parameters(), sample.FRIDAY)
    return [each for each in found if each.subject.case == case]


def test_the_week_in_order_misses_nothing() -> None:
    rows = _rows(sample.week_facts())
    assert set(rows) == {sample.CLOSED, sample.CHECKED, sample.HEAVY}
    assert {cell.state for row in rows.values() for cell in row.cells} <= {
        State.PRESENT,
        State.OPEN,
        State.NONE,
    }


def _marked(number: str, verdict: MarkVerdict) -> Callable[[Facts], Facts]:
    return lambda facts: sample.with_mark(facts, number, "escort", verdict)


@pytest.mark.parametrize(
    ("change", "column", "state"),
    [
        (_marked("WJB22-0001-FC-001", MarkVerdict.ABSENT), "recheck", State.MISSING),
        (_marked("WJB22-0001-JC-001", MarkVerdict.UNDECIDED), "check", State.UNDECIDED),
        (lambda f: sample.without_document(f, "WJB22-0001-DD-001"), "urging", State.MISSING),
        (lambda f: sample.without_page(f, "WJB22-0001-ZG-001", 2), "report", State.MISSING),
        (lambda f: sample.on_recordings(f, "WJB22-0001-V1", duration_ms=60_000), "footage", State.MISSING),
    ],
)  # fmt: skip
def test_each_lack_stands_in_its_own_column(change: object, column: str, state: State) -> None:
    facts = change(sample.week_facts())  # type: ignore[operator]
    found = _cell(facts, sample.CLOSED, column)
    assert found.state is state
    assert found.problems >= 1
    gravest = findings_of_cell(_of_case(facts, sample.CLOSED), found.column)[0]
    assert state_of(gravest) is state


def test_what_is_grave_stands_first() -> None:
    facts = sample.with_mark(sample.week_facts(), "WJB22-0003-JC-001", "escort", MarkVerdict.ABSENT)
    rows = build_rows(judge(facts, Parameters(), sample.FRIDAY), {})
    assert rows[0].case == sample.HEAVY


def test_no_finding_of_a_case_falls_out_of_sight() -> None:
    facts = sample.week_facts()
    for case in _rows(facts):
        findings = _of_case(facts, case)
        shown = [each for column in COLUMNS for each in findings_of_cell(findings, column)]
        assert sorted(shown, key=findings.index) == findings


def test_every_finding_has_a_column() -> None:
    findings = judge(sample.week_facts(), Parameters(), sample.FRIDAY)
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
