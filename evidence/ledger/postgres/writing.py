"""What one transaction of the ledger writes: lines, the tree's subtrees, the view's rows and the head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from evidence.ledger import chain
from evidence.ledger.codec import Entry, instant_text, payload_of, read_line
from evidence.ledger.events import Event
from evidence.ledger.fold import fold
from evidence.ledger.merkle import Frontier
from evidence.ledger.postgres.connection import asking
from evidence.ledger.postgres.rows import PostgresRows
from evidence.ledger.postgres.subtrees import Node, grow, keep
from evidence.ledger.view import Head

BLOCK = 2048
"""Lines read or folded at once."""


@dataclass(frozen=True, slots=True)
class Written:
    """Lines handed to the database; whether their commit arrived may be unknown."""

    start: int
    lines: tuple[bytes, ...]
    events: tuple[Event, ...]


def sealed(
    actor: str, events: Sequence[Event], at: datetime, head: Head
) -> tuple[list[bytes], list[Entry], str]:
    """The lines of some events, what they say when read back, and the last digest."""
    instant, digest = instant_text(at), head.digest
    lines: list[bytes] = []
    for seq, event in enumerate(events, head.size):
        fields = {"actor": actor, "at": instant, "kind": event.KIND, "payload": payload_of(event)}
        line, digest = chain.seal(fields, seq=seq, prev=digest)
        lines.append(line)
    return lines, [read_line(line, head.size + n) for n, line in enumerate(lines)], digest


def arrived(connection: Connection, sent: Written) -> bool:
    """Whether a transaction whose connection was lost had been committed."""
    last = sent.start + len(sent.lines) - 1
    found = connection.execute("SELECT line FROM line WHERE seq = %s", (last,)).fetchone()
    return found is not None and found[0] == sent.lines[-1]


def add(
    connection: Connection,
    frontier: Frontier,
    lines: Sequence[bytes],
    entries: Sequence[Entry],
    digest: str,
) -> None:
    """Lines, subtrees, rows and head; the frontier grows."""
    start = frontier.size
    nodes: list[Node] = [node for line in lines for node in grow(frontier, line)]
    rows = folded(connection, entries)
    with connection.pipeline():  # nothing to wait for in between
        rows.flush()
        connection.execute(
            "INSERT INTO line (seq, line) SELECT %s + nth - 1, line"
            " FROM unnest(%b::bytea[]) WITH ORDINALITY AS given (line, nth)",
            (start, list(lines)),
        )
        keep(asking(connection), nodes)
        connection.execute(
            "UPDATE head SET size = %s, digest = %s, nodes = %s",
            (frontier.size, digest, b"".join(frontier.nodes)),
        )


def folded(connection: Connection, entries: Sequence[Entry]) -> PostgresRows:
    """The rows with these entries folded in; the last of what they change is not written yet."""
    rows = PostgresRows(asking(connection))
    for first in range(0, len(entries), BLOCK):
        rows.flush()
        block = entries[first : first + BLOCK]
        rows.foresee(block)
        for entry in block:
            fold(rows, entry)
    return rows
