"""The RFC 6962 Merkle tree over journal lines: roots, frontiers, inclusion and consistency proofs.

Leaves are the exact bytes of lines without newline. Pure standard library; hashes are 32 bytes.
Sections named are those of RFC 6962; verification follows RFC 9162, 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """MTH of one leaf (2.1)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (2.1)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: roots of its perfect subtrees, largest first.

    It takes more leaves without the earlier ones, so that an auditor who trusts last week's
    frontier needs only this week's lines.
    """

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(nodes) != size.bit_count() or any(len(node) != 32 for node in nodes):
            raise ValueError(f"a frontier of {size} leaves has {size.bit_count()} nodes of 32 bytes")
        self.size = size
        self.nodes = list(nodes)

    def append(self, leaf: bytes) -> None:
        """Take one more leaf."""
        self.append_hash(leaf_hash(leaf))

    def append_hash(self, node: bytes) -> None:
        """Take one more leaf by its hash."""
        size = self.size
        while size & 1:
            node = sha256(b"\x01" + self.nodes.pop() + node).digest()
            size >>= 1
        self.nodes.append(node)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """Take many leaves; returns itself."""
        for leaf in leaves:
            self.append_hash(sha256(b"\x00" + leaf).digest())
        return self

    @property
    def root(self) -> bytes:
        """MTH of all leaves so far."""
        if not self.nodes:
            return EMPTY_ROOT
        node = self.nodes[-1]
        for left in reversed(self.nodes[:-1]):
            node = node_hash(left, node)
        return node

    def copy(self) -> Frontier:
        """An independent frontier of the same tree."""
        return Frontier(self.size, self.nodes)

    def to_json(self) -> dict[str, Any]:
        """`{"size": n, "nodes": ["<hex>", …]}`, largest subtree first."""
        return {"size": self.size, "nodes": [node.hex() for node in self.nodes]}

    @classmethod
    def from_json(cls, document: Any) -> Frontier:
        """The frontier behind `to_json`.

        Raises:
            ValueError: not such a document.
        """
        try:
            return cls(int(document["size"]), [bytes.fromhex(node) for node in document["nodes"]])
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a tree frontier: {error!r}") from error


def root(leaves: Iterable[bytes]) -> bytes:
    """MTH of the leaves (2.1)."""
    return Frontier().extend(leaves).root


class Tree:
    """All leaves of one journal, ready for proofs: hashes of every perfect subtree are kept.

    Memory: 64 bytes a leaf; building hashes each leaf and each inner node once.
    """

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self._levels: list[Sequence[bytes]] = [hashes]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            self._levels.append(
                [sha256(b"\x01" + below[i] + below[i + 1]).digest() for i in range(0, len(below) - 1, 2)]
            )

    def __len__(self) -> int:
        return len(self._levels[0])

    def root(self, size: int | None = None) -> bytes:
        """MTH of the first `size` leaves (2.1)."""
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise ValueError(f"no tree of {size} leaves among {len(self)}")
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Audit path of leaf `index` in the tree of the first `size` leaves (2.1.1), leaf side first.

        Raises:
            ValueError: no such leaf.
        """
        size = len(self) if size is None else size
        if not 0 <= index < size <= len(self):
            raise ValueError(f"no leaf {index} among {size}")
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        return path[::-1]

    def consistency_proof(self, old: int, size: int | None = None) -> list[bytes]:
        """Proof that the first `old` leaves are a prefix of the first `size` (2.1.2).

        Raises:
            ValueError: `old` is 0 (RFC 6962 knows no proof from the empty tree) or beyond the tree.
        """
        size = len(self) if size is None else size
        if not 0 < old <= size <= len(self):
            raise ValueError(f"no consistency proof from {old} to {size} leaves")
        proof: list[bytes] = []
        low, high, complete = 0, size, True
        while old != high:
            middle = low + _split(high - low)
            if old <= middle:
                proof.append(self._range(middle, high))
                high = middle
            else:
                proof.append(self._range(low, middle))
                low, complete = middle, False
        if not complete:
            proof.append(self._range(low, high))
        return proof[::-1]

    def _range(self, low: int, high: int) -> bytes:
        """MTH of leaves low..high, low a multiple of the largest power of two that fits."""
        size = high - low
        level = size.bit_length() - 1
        if size == 1 << level:
            return self.node(level, low >> level)
        middle = low + (1 << level)
        return node_hash(self._range(low, middle), self._range(middle, high))

    def node(self, level: int, place: int) -> bytes:
        """Root of the full subtree over leaves `place << level` to `(place + 1) << level`."""
        return self._levels[level][place]


def _split(size: int) -> int:
    """The largest power of two below size (2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """`Tree.inclusion_proof` over leaf hashes."""
    return Tree(hashes).inclusion_proof(index)


def consistency_proof(hashes: Sequence[bytes], old: int) -> list[bytes]:
    """`Tree.consistency_proof` over leaf hashes."""
    return Tree(hashes).consistency_proof(old)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether the leaf stands at `index` of the tree of `size` leaves with root `expected`."""
    return verify_inclusion_hash(leaf_hash(leaf), index, size, proof, expected)


def verify_inclusion_hash(
    node: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> bool:
    """The same for a leaf known by its hash only."""
    if not 0 <= index < size or not _hashes(node, expected, *proof):
        return False
    first, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            node = node_hash(sibling, node)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        first >>= 1
        last >>= 1
    return last == 0 and node == expected


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree of `old` leaves is a prefix of the tree of `new` leaves.

    A proof from size 0 is refused: nothing was promised yet, so the first week is the caller's case.
    """
    if not 0 < old <= new or not _hashes(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first >>= 1
        last >>= 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            older = node_hash(sibling, older)
            newer = node_hash(sibling, newer)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            newer = node_hash(newer, sibling)
        first >>= 1
        last >>= 1
    return last == 0 and older == old_root and newer == new_root


def _hashes(*nodes: bytes) -> bool:
    """Whether each is a SHA-256: a proof with any other string in it is none."""
    return all(len(node) == 32 for node in nodes)
