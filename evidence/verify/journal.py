"""The journal lines a package carries, read: its own slice, and earlier lines proven through the tree.

A line of the slice is bound by the slice's root; an earlier one by its RFC 6962 inclusion proof
against this package's checkpoint. Nothing else counts as something the journal says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.merkle import verify_inclusion
from evidence.verify.bag import TEXT_LIMIT
from evidence.verify.container import Container
from evidence.verify.model import Check, failed, passed, review

EARLIER = "data/ledger/earlier.json"
_ID = "ledger.earlier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One journal line."""

    seq: int
    """0-based position in the whole journal."""
    at: datetime
    kind: str
    payload: Mapping[str, Any]
    earlier: bool = False
    """Whether an earlier package's slice holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Every line that a package proves, in order."""

    lines: tuple[Line, ...] = ()
    whole: bool = False
    """Whether the package claims to carry every earlier line it rests on (format 2)."""
    checks: tuple[Check, ...] = ()

    def of(self, *kinds: str) -> Iterable[Line]:
        """Lines of some kinds."""
        return (line for line in self.lines if line.kind in kinds)

    def packages(self) -> dict[str, tuple[Line, Mapping[str, Any]]]:
        """Package id -> its `package.built` line and payload."""
        return {line.payload["package"]["id"]: (line, line.payload["package"]) for line in self.of(BUILT)}


BUILT = "package.built/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The raw slice, its chain and root already checked."""

    start: int = 0
    lines: tuple[bytes, ...] = field(default=(), repr=False)


def read_journal(
    container: Container, info: Mapping[str, str], own: Slice, checkpoint: Checkpoint | None
) -> Journal:
    """The lines of the slice, and the earlier ones whose proofs hold.

    Args:
        container: the package.
        info: its bag-info.txt.
        own: its slice; empty when the slice itself failed.
        checkpoint: of this package; None when it cannot be read.
    """
    lines = [_read(line, own.start + place, earlier=False) for place, line in enumerate(own.lines)]
    if info.get("Package-Format", "1") == "1" or checkpoint is None:
        return Journal(lines=tuple(lines))
    if EARLIER not in container.files:
        text = "缺少以前各周账目的证明，无法与账本核对以前的事实。"
        return Journal(lines=tuple(lines), checks=(review(_ID, text, EARLIER, "SIGNED_DATA_NOT_FOUND"),))
    document = msgspec.json.decode(container.files[EARLIER].read(TEXT_LIMIT))
    proven: list[Line] = []
    for each in document["lines"]:
        seq, raw = int(each["seq"]), str(each["line"]).encode()
        proof = [bytes.fromhex(node) for node in each["proof"]]
        if seq >= own.start or not verify_inclusion(raw, seq, checkpoint.size, proof, checkpoint.root):
            text = f"以前的账目第 {seq + 1} 行不在本包的检查点之下，证明不成立。"
            return Journal(lines=tuple(lines), checks=(failed(_ID, text, EARLIER, "HASH_FAILURE"),))
        proven.append(_read(raw, seq, earlier=True))
    checks = (
        (passed(_ID, f"引用的 {len(proven)} 行以前的账目都在本包的检查点之下。", EARLIER),) if proven else ()
    )
    proven.sort(key=lambda line: line.seq)
    return Journal(lines=(*proven, *lines), whole=True, checks=checks)


def _read(raw: bytes, seq: int, *, earlier: bool) -> Line:
    fields = msgspec.json.decode(raw)
    if fields["seq"] != seq:
        raise ValueError(f"line {seq} states {fields['seq']}")
    return Line(
        seq=seq,
        at=datetime.fromisoformat(fields["at"]),
        kind=str(fields["kind"]),
        payload=fields["payload"],
        earlier=earlier,
    )
