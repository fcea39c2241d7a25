"""Names of the view's tables, and the row an event makes; what the fold and its readers share."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zlib import crc32

from evidence.ledger.codec import Line
from evidence.ledger.rows import Row, Rows

WEEKLY = "-0000"
"""Case ids of weekly forms end so (`WJB22-0000`); they are nobody's inspection cycle."""


def case_table(case: str) -> str:
    """Table of one case."""
    return f"case:{case}"


def case_of(identifier: str) -> str:
    """The case in a number (first ten characters) or a visit id (what stands before `-V<n>`)."""
    case, dash, _running = identifier.rpartition("-V")
    return case if dash else identifier[:10]


@lru_cache(maxsize=1024)  # an arrival's few events stand close together
def arrival_table(arrival: str) -> str:
    """`A-20220401-0007` lives with up to 255 neighbours of its day."""
    day, _dash, running = arrival.removeprefix("A-").partition("-")
    return f"arrivals:{day}:{int(running) >> 8 if running.isdecimal() else 0}"


def digest_table(sha256: str) -> str:
    """Arrivals and recordings by digest, in 4096 shards."""
    return f"sha:{sha256[:3]}"


def touched_table(case: str) -> str:
    """A hundred cases share one table of what was touched."""
    return "touched:" + case[:8]


def enterprise_table(enterprise: str) -> str:
    """Enterprises in 64 shards: one import brings thousands."""
    return f"enterprises:{crc32(enterprise.encode()) & 63:02d}"


def register_table(register: str, key: str) -> str:
    """One register in 32 shards: some registers get an entry a case."""
    return f"register:{register}:{crc32(key.encode()) & 31:02d}"


def row_of(entry: Line, body: Any) -> Row:
    """Position and instant of the event, and its content."""
    return {"seq": entry.seq, "at": entry.at, "body": body}


def touch(rows: Rows, entry: Line, case: str) -> None:
    """The case's evidence changed; weekly forms belong to nobody's cycle."""
    if case[-5:] != WEEKLY:
        rows.put("touched:" + case[:8], case, {"seq": entry.seq, "at": entry.at, "body": {}})
