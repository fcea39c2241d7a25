"""What a package hands over, row by row: the list, its table and the counts are made of these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """One row of the list: a record with its file, or a further file of a case."""

    enterprise: str
    credit_code: str
    case: str
    material: str
    number: str
    """Record number; of other files what they belong to: arrival, visit, register entry."""
    pages: int = 0
    """0 where nobody counts pages."""
    paper_copies: int = 0
    file: str
    """Path below `data/`, or the package that carried it; empty while none has come."""
    sha256: str
    bytes: int
    state: str = "present"
    """`present`, `missing` or `undecided`."""
    span: str = ""
    """A record's pages within its file, `第3-6页`; empty where none has come."""
    note: str = ""
    record: bool = False
    """Whether this row stands for a record; there is exactly one for each."""
