"""Roots of full subtrees kept beside the journal, so that a proof reads a few hundred lines, not all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from evidence.ledger.merkle import Frontier, Tree, leaf_hash
from evidence.ledger.postgres.rows import Ask

LOWEST = 8
"""Subtrees of at least 2^8 lines are kept: one row for 128 lines."""

Node = tuple[int, int, bytes]
"""Level, place from the left, root."""


def grow(frontier: Frontier, line: bytes) -> Iterator[Node]:
    """Append a line to a frontier; yields the subtrees it completes, from level `LOWEST` on."""
    size, level, node = frontier.size, 0, leaf_hash(line)
    while size & 1:
        node = sha256(b"\x01" + frontier.nodes.pop() + node).digest()
        size >>= 1
        level += 1
        if level >= LOWEST:
            yield level, size, node
    frontier.nodes.append(node)
    frontier.size += 1


def keep(ask: Ask, nodes: Sequence[Node]) -> None:
    """Store completed subtrees."""
    if nodes:
        ask(
            "INSERT INTO subtree (level, place, hash) "
            " SELECT * FROM unnest(%b::smallint[], %b::bigint[], %b::bytea[])",
            (
                [level for level, _, _ in nodes],
                [place for _, place, _ in nodes],
                [root for _, _, root in nodes],
            ),
        )


class KeptTree(Tree):
    """The tree over the first lines of the table; subtrees come from the table, small ones from lines."""

    def __init__(self, ask: Ask, size: int) -> None:
        super().__init__(())
        self._ask = ask
        self._size = size
        self._small: tuple[int, list[bytes]] = (-1, [])
        """Place of the block of 2^LOWEST lines last read, and the hashes of its leaves."""

    def __len__(self) -> int:
        return self._size

    def node(self, level: int, place: int) -> bytes:
        """Root of a full subtree."""
        if level >= LOWEST:
            found = self._ask("SELECT hash FROM subtree WHERE level = %s AND place = %s", (level, place))
            return bytes(found[0][0])
        block = place << level >> LOWEST
        if self._small[0] != block:
            lines = self._ask(
                "SELECT line FROM line WHERE seq >= %s AND seq < %s ORDER BY seq",
                (block << LOWEST, min((block + 1) << LOWEST, self._size)),
            )
            self._small = (block, [leaf_hash(line) for (line,) in lines])
        first = (place << level) - (block << LOWEST)
        level_hashes = self._small[1][first : first + (1 << level)]
        return Tree(level_hashes).root()

    def frontier(self) -> Frontier:
        """The right edge of the tree."""
        nodes, start = [], 0
        for level in reversed(range(self._size.bit_length())):
            if self._size >> level & 1:
                nodes.append(self.node(level, start >> level))
                start += 1 << level
        return Frontier(self._size, nodes)
