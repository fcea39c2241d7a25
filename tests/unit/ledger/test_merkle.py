"""The tree of RFC 6962: published vectors, and proofs against a plain recursive definition."""

from __future__ import annotations

from hashlib import sha256

import pytest

from evidence.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
    verify_inclusion_hash,
)

# Inputs and roots of the Certificate Transparency reference tests.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def plain(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962, 2.1 writes it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + plain(leaves[:split]) + plain(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert root(INPUTS[:size]).hex() == ROOTS[size - 1]
    assert Tree([leaf_hash(leaf) for leaf in INPUTS]).root(size).hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root([]) == EMPTY_ROOT == Tree([]).root() == sha256(b"").digest()


LEAVES = [b"line %d" % number for number in range(70)]
TREE = Tree([leaf_hash(leaf) for leaf in LEAVES])


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 9, 31, 33, 64, 69, 70])
def test_every_leaf_is_proven_and_no_other_leaf_passes_for_it(size: int) -> None:
    expected = plain(LEAVES[:size])
    for index in range(size):
        proof = TREE.inclusion_proof(index, size)
        assert verify_inclusion(LEAVES[index], index, size, proof, expected)
        assert not verify_inclusion(b"other", index, size, proof, expected)
        assert not verify_inclusion(LEAVES[index], index, size, [*proof, b"\0" * 32], expected)
        if proof:
            assert not verify_inclusion(LEAVES[index], index, size, proof[:-1], expected)
        if size > 1:
            assert not verify_inclusion(LEAVES[index], (index + 1) % size, size, proof, expected)


def test_every_prefix_is_proven_consistent() -> None:
    for new in range(1, 40):
        for old in range(1, new + 1):
            proof = TREE.consistency_proof(old, new)
            assert verify_consistency(old, new, proof, TREE.root(old), TREE.root(new))
            assert not verify_consistency(old, new, [*proof, b"\0" * 32], TREE.root(old), TREE.root(new))
            assert not verify_consistency(old, new, proof, b"\0" * 32, TREE.root(new))
            assert not verify_consistency(old, new, proof, TREE.root(old), b"\0" * 32)


def test_a_rewritten_history_has_no_proof() -> None:
    forged = Tree([leaf_hash(b"forged"), *(leaf_hash(leaf) for leaf in LEAVES[1:])])
    for old in (1, 2, 5, 32, 69):
        proof = forged.consistency_proof(old)
        assert not verify_consistency(old, 70, proof, TREE.root(old), forged.root())


def test_nothing_is_consistent_with_the_empty_tree() -> None:
    assert not verify_consistency(0, 5, [], EMPTY_ROOT, TREE.root(5))
    assert not verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    with pytest.raises(ValueError, match="from 0"):
        TREE.consistency_proof(0)


@pytest.mark.parametrize(("old", "new"), [(5, 4), (-1, 3), (71, 71)])
def test_impossible_sizes_are_refused(old: int, new: int) -> None:
    assert not verify_consistency(old, new, [], TREE.root(4), TREE.root(3))
    with pytest.raises(ValueError, match="proof"):
        TREE.consistency_proof(old, new)
    with pytest.raises(ValueError, match="no leaf"):
        TREE.inclusion_proof(new, new)


def test_the_module_functions_answer_as_the_tree() -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:21]]
    assert inclusion_proof(hashes, 7) == TREE.inclusion_proof(7, 21)
    assert consistency_proof(hashes, 6) == TREE.consistency_proof(6, 21)


def test_a_frontier_goes_on_without_the_earlier_leaves() -> None:
    for stop in (0, 1, 6, 32, 70):
        kept = Frontier.from_json(Frontier().extend(LEAVES[:stop]).to_json())
        assert kept.root == plain(LEAVES[:stop])
        assert kept.copy().extend(LEAVES[stop:]).root == plain(LEAVES)
        assert kept.size == stop


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"size": 1, "nodes": []},
        {"size": 2, "nodes": ["00"]},
        {"size": -1, "nodes": []},
        [],
        {"size": 1, "nodes": ["zz"]},
    ],
)
def test_a_broken_frontier_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match=r"frontier|hex"):
        Frontier.from_json(document)


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_a_proof_with_a_hash_of_another_length_is_none(length: int) -> None:
    leaf, other = leaf_hash(b"a"), b"\1" * length
    root = sha256(b"\x01" + leaf + other).digest()
    assert not verify_inclusion_hash(leaf, 0, 2, [other], root)
    assert not verify_consistency(1, 2, [other], leaf, root)
    # a short "node" that hashes to the right root is no node
    assert not verify_inclusion_hash(other, 1, 2, [leaf], root)


LENGTHS = (0, 16, 31, 33, 64)
INSIDE = [(0, 1), (0, 2), (3, 8), (6, 7), (20, 21), (41, 70)]


def hashed_up(node: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """The root a leaf and its path lead to, whatever the lengths: what a forger computes."""
    last = size - 1
    for sibling in proof:
        if index & 1 or index == last:
            node = sha256(b"\x01" + sibling + node).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    return node


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("index", "size"), INSIDE)
def test_a_hash_of_another_length_in_any_place_proves_no_leaf(index: int, size: int, length: int) -> None:
    """Every root is the one that such hashes really lead to: only their length betrays them."""
    proof, leaf, other = TREE.inclusion_proof(index, size), leaf_hash(LEAVES[index]), b"\7" * length
    assert hashed_up(leaf, index, size, proof) == TREE.root(size)
    for place in range(len(proof)):
        changed = [*proof[:place], other, *proof[place + 1 :]]
        expected = hashed_up(leaf, index, size, changed)
        assert not verify_inclusion_hash(leaf, index, size, changed, expected)
        assert not verify_inclusion(LEAVES[index], index, size, changed, expected)
    assert not verify_inclusion_hash(other, index, size, proof, hashed_up(other, index, size, proof))


@pytest.mark.parametrize("cut", [0, 1, 16, 31])
def test_bytes_moved_between_two_neighbours_prove_no_leaf(cut: int) -> None:
    """Left and right hashed together are the same bytes wherever they are parted."""
    left, right = leaf_hash(LEAVES[0]), leaf_hash(LEAVES[1])
    both, expected = left + right, TREE.root(2)
    assert hashed_up(both[:cut], 0, 2, [both[cut:]]) == expected
    assert not verify_inclusion_hash(both[:cut], 0, 2, [both[cut:]], expected)
    assert not verify_inclusion_hash(both[cut:], 1, 2, [both[:cut]], expected)
    assert not verify_consistency(1, 2, [both[cut:]], both[:cut], expected)


def grown(old: int, new: int, proof: list[bytes], before: bytes) -> tuple[bytes, bytes]:
    """Both roots that a consistency proof leads to, whatever the lengths."""
    path = [before, *proof] if old & (old - 1) == 0 else list(proof)
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if first & 1 or first == last:
            older = sha256(b"\x01" + sibling + older).digest()
            newer = sha256(b"\x01" + sibling + newer).digest()
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            newer = sha256(b"\x01" + newer + sibling).digest()
        first, last = first >> 1, last >> 1
    return older, newer


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("old", "new"), [(1, 2), (4, 8), (6, 7), (20, 21), (41, 70)])
def test_a_hash_of_another_length_in_any_place_proves_no_prefix(old: int, new: int, length: int) -> None:
    proof, before, after, other = (
        TREE.consistency_proof(old, new),
        TREE.root(old),
        TREE.root(new),
        b"\7" * length,
    )
    assert grown(old, new, proof, before) == (before, after)
    for place in range(len(proof)):
        changed = [*proof[:place], other, *proof[place + 1 :]]
        assert not verify_consistency(old, new, changed, *grown(old, new, changed, before))
    assert not verify_consistency(old, old, [], other, other), "equal, and no SHA-256"
    if old & (old - 1) == 0:
        assert not verify_consistency(old, new, proof, *grown(old, new, proof, other))


@pytest.mark.parametrize("length", LENGTHS)
def test_a_tree_of_one_leaf_of_another_length_is_none(length: int) -> None:
    node = b"\7" * length
    assert not verify_inclusion_hash(node, 0, 1, [], node)
    with pytest.raises(ValueError, match="32 bytes"):
        Frontier(1, [node])
