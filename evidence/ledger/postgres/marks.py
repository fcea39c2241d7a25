"""The mark of a row: what it is found by, or read by, without its document.

An arrival is found by its outcome and a register entry by the case or visit it names. A cycle's mark is
its whole line as JSON: the standing duties ask about every cycle of the contract, and a line is a tenth of
the row it is made from. A package's mark is the package without the thousands of things that it lists.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from evidence.ledger.fold_arrivals import outcome_of
from evidence.ledger.fold_tables import case_of
from evidence.ledger.rows import Row
from evidence.ledger.service import service_state

NOBODY = ""
"""Mark of a register entry that names neither a case nor a visit."""


def mark_of(kind: str, row: Row) -> str | None:
    """The mark of one row, from its content alone."""
    made = _MARKS.get(kind)
    return None if made is None else made(row)


def _outcome(row: Row) -> str:
    return outcome_of(row["body"])


def _line(row: Row) -> str | None:
    state = service_state(row["body"])
    return None if state is None else msgspec.json.encode(state).decode()


def _named(row: Row) -> str:
    case, visit = row["body"].get("case"), row["body"].get("visit")
    if case and visit and case_of(visit) != case:
        return NOBODY  # names two cases: read with those of nobody, which are always read
    return str(case or visit or NOBODY)


def _cover(row: Row) -> str:
    lists = ("cases", "documents", "originals")
    kept = {name: value for name, value in row["body"].items() if name not in lists}
    return msgspec.json.encode(kept).decode()


_MARKS: dict[str, Callable[[Row], str | None]] = {
    "arrivals": _outcome,
    "packages": _cover,
    "register": _named,
    "services": _line,
}
