"""Rows in a database outlive the program that wrote them: a fold that gives others must say so."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec

from evidence.ledger.codec import read_line
from evidence.ledger.fold import fold
from evidence.ledger.postgres.schema import KINDS, VIEW_VERSION
from evidence.ledger.rows import HeldRows

GOLDEN = Path(__file__).parents[2] / "data" / "ledger" / "journal-1.jsonl"
ROWS = {
    1: "b546a77af74e833348c51cc8cd02e095d172e9b17f3c5561ff03209fa1706826",
    2: "b546a77af74e833348c51cc8cd02e095d172e9b17f3c5561ff03209fa1706826",
    3: "b546a77af74e833348c51cc8cd02e095d172e9b17f3c5561ff03209fa1706826",
    4: "b6c21f1b30ce34363f9906d5622a2b0a9ae0723222db58a05571bcd3c043c9ad",
    5: "b6c21f1b30ce34363f9906d5622a2b0a9ae0723222db58a05571bcd3c043c9ad",
    6: "b6c21f1b30ce34363f9906d5622a2b0a9ae0723222db58a05571bcd3c043c9ad",
}
"""View version -> digest of the rows that the golden journal gives; 2 only gave them marks,
3 gives a case its materials, which that journal has none of; 4 keeps of each cycle the topics of its
guidance and whether a report came in; 5 keeps why a person assigned a film, and from which visit;
6 keeps beside each case what a virus scanner said of its files, of which that journal tells nothing."""


def folded() -> HeldRows:
    rows = HeldRows()
    for seq, line in enumerate(GOLDEN.read_bytes().splitlines()):
        fold(rows, read_line(line, seq))
    return rows


def test_rows_of_another_shape_have_another_version() -> None:
    """When this fails the fold has changed: raise VIEW_VERSION and add the new digest here."""
    rows = sha256(msgspec.json.encode(folded().tables, order="sorted")).hexdigest()
    assert ROWS.get(VIEW_VERSION) == rows
    assert max(ROWS) == VIEW_VERSION


def test_every_kind_of_row_has_a_partition_of_its_own() -> None:
    assert {table.partition(":")[0] for table in folded().tables} <= set(KINDS)
