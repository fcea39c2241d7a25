"""This week's completeness as one matrix: case × required record, each cell counts the findings behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evidence.domain.identifiers import expand
from evidence.rules.clause import Finding, Kind, Level


class State(StrEnum):
    """Four states and their absence; four shapes and four colours everywhere."""

    PRESENT = "present"
    MISSING = "missing"
    UNDECIDED = "undecided"
    OPEN = "open"
    NONE = "none"

    @property
    def sign(self) -> str:
        """Its shape."""
        return SIGNS[self]

    @property
    def words(self) -> str:
        """Said for screen readers and colour-blind eyes."""
        return WORDS[self]


SIGNS: dict[State, str] = {
    State.PRESENT: "●",
    State.MISSING: "✕",
    State.UNDECIDED: "◐",
    State.OPEN: "○",
    State.NONE: "—",
}
WORDS: dict[State, str] = {
    State.PRESENT: "齐全",
    State.MISSING: "缺",
    State.UNDECIDED: "待认定",
    State.OPEN: "未到期",
    State.NONE: "不涉及",
}
_STATES: dict[Kind, State] = {
    Kind.PASS: State.PRESENT,
    Kind.FAIL: State.MISSING,
    Kind.REVIEW: State.UNDECIDED,
    Kind.OPEN: State.OPEN,
    Kind.NOT_APPLICABLE: State.NONE,
}
_GRAVITY = (State.MISSING, State.UNDECIDED, State.OPEN, State.PRESENT, State.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One kind of material the week must contain."""

    id: str
    title: str
    form_codes: tuple[str, ...] = ()
    """Findings about a document of these forms stand here."""
    rules: tuple[str, ...] = ()
    """Other findings stand here by the beginning of their rule id."""


COLUMNS: tuple[Column, ...] = (
    Column(
        id="check", title="检查记录", form_codes=("JC",), rules=("P01", "P02", "C04", "K01", "K02", "G03")
    ),
    Column(id="urging", title="督促记录", form_codes=("DD",), rules=("P03", "P04")),
    Column(
        id="report", title="整改报告", form_codes=("ZG",), rules=("P07", "P08", "P09", "P10", "E02", "E03")
    ),
    Column(id="recheck", title="复查记录", form_codes=("FC",), rules=("P11", "P12", "K03")),
    Column(id="footage", title="全程录像", rules=("V01", "V02")),
    Column(id="people", title="人员资格", rules=("S0", "T02", "T03", "T05", "T08", "T09", "G01", "G02")),
    Column(
        id="reporting", title="上报约谈", form_codes=("SB", "YT", "YJ"), rules=("P05", "P06", "P13", "D02")
    ),
    Column(id="other", title="其他"),
)
"""The last column takes what no other does, so that no finding falls out of sight."""
_COLUMN_OF = {each.id: each for each in COLUMNS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One material of one case."""

    case: str
    column_id: str
    state: State
    problems: int
    """Findings that a person has to do something about."""
    due: date | None
    """The next day something of it falls due."""

    @property
    def column(self) -> Column:
        """The material."""
        return _COLUMN_OF[self.column_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case."""

    case: str
    enterprise: str
    cells: tuple[Cell, ...]

    @property
    def state(self) -> State:
        """The gravest of its cells."""
        return worst(cell.state for cell in self.cells)


def column_of(finding: Finding) -> Column:
    """Where a finding stands: footage and people by rule, the rest by the document they speak of."""
    for column in COLUMNS:
        if not column.form_codes and column.rules and finding.rule_id.startswith(column.rules):
            return column
    number = expand(finding.subject.document) if finding.subject.document else None
    code = number[11:13] if number else ""
    for column in COLUMNS:
        if code and code in column.form_codes:
            return column
    for column in COLUMNS:
        if finding.rule_id.startswith(column.rules):
            return column
    return COLUMNS[-1]


def state_of(finding: Finding) -> State:
    """A finding's state; a warning that failed asks for a look, it is nothing missing."""
    state = _STATES[finding.kind]
    return State.UNDECIDED if state is State.MISSING and finding.level is not Level.ERROR else state


def worst(states: Iterable[State]) -> State:
    """The gravest state."""
    return min(states, key=_GRAVITY.index, default=State.NONE)


def gravity(finding: Finding) -> tuple[int, bool, str, str]:
    """Sort key: what is missing first, what blocks the package before what does not."""
    return (_GRAVITY.index(state_of(finding)), not finding.blocking, finding.subject.case, finding.rule_id)


def findings_of_cell(findings: Iterable[Finding], column: Column) -> list[Finding]:
    """Of one case's findings those that stand in a column, the gravest first."""
    return sorted((each for each in findings if column_of(each) is column), key=gravity)


def build_rows(findings: Sequence[Finding], names: dict[str, str]) -> tuple[Row, ...]:
    """Rows in order of gravity, then case.

    Args:
        findings: of one week or case; those of no case are left out.
        names: enterprise id -> name to show.
    """
    by_cell: dict[tuple[str, str], list[Finding]] = {}
    enterprises: dict[str, str] = {}
    for finding in findings:
        case = finding.subject.case
        if case:
            by_cell.setdefault((case, column_of(finding).id), []).append(finding)
            enterprises.setdefault(case, finding.subject.enterprise)
    rows = [
        Row(
            case=case,
            enterprise=names.get(enterprise, enterprise),
            cells=tuple(_cell(case, column, by_cell.get((case, column.id), [])) for column in COLUMNS),
        )
        for case, enterprise in enterprises.items()
    ]
    return tuple(sorted(rows, key=lambda row: (_GRAVITY.index(row.state), row.case)))


def _cell(case: str, column: Column, findings: list[Finding]) -> Cell:
    waiting = [each.due for each in findings if each.due and state_of(each) is State.OPEN]
    return Cell(
        case=case,
        column_id=column.id,
        state=worst(state_of(each) for each in findings),
        problems=sum(state_of(each) in {State.MISSING, State.UNDECIDED} for each in findings),
        due=min(waiting, default=None),
    )
