"""The package's ledger folder: this week's lines, and what joins them to the weeks before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.domain.identifiers import Sha256
from evidence.domain.register import Package, Receipt
from evidence.handover.earlier_lines import earlier_lines
from evidence.handover.handover_context import HandoverContext
from evidence.handover.week import WeekWork, made_checkpoint, pretty
from evidence.ledger.merkle import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFile:
    """One file below `data/ledger/`."""

    name: str
    data: bytes


def ledger_files(context: HandoverContext, work: WeekWork) -> Iterator[LedgerFile]:
    """Every file of the folder, as docs/package-format.md says."""
    start = work.previous.tree_size if work.previous else 0
    lines = [line + b"\n" for line in context.ledger.lines(start, work.size)]
    tree = context.ledger.merkle(work.size)
    yield LedgerFile(name="journal.jsonl", data=b"".join(lines))
    for made in (*work.checkpoints, made_checkpoint(work)):
        yield LedgerFile(name=f"checkpoint-{made.week}.txt", data=made.text.encode())
    yield LedgerFile(name="frontier.json", data=pretty(context.ledger.tree(start).to_json()))
    yield LedgerFile(name="consistency.json", data=pretty(_consistency(work, tree, start)))
    yield LedgerFile(name="earlier.json", data=pretty(earlier_lines(context.ledger, work, tree, start)))
    yield from _receipts(context, work)


def _consistency(work: WeekWork, tree: Tree, start: int) -> dict[str, Any]:
    """That the tree of the package before, and of every one before that, is the beginning of this one."""

    def proof(old: int) -> list[str]:
        return [node.hex() for node in tree.consistency_proof(old)] if 0 < old < work.size else []

    return {
        "from": start,
        "to": work.size,
        "proof": proof(start),
        "checkpoints": [
            {"package": made.week, "size": made.size, "proof": proof(made.size)} for made in work.checkpoints
        ],
    }


def receipt_for(work: WeekWork, package: Package | None) -> Receipt | None:
    """The receipt for a package; one with a signature counts more than a scan."""
    if package is None:
        return None
    mine = [receipt for receipt in work.receipts if receipt.package == package.id]
    return max(mine, key=lambda receipt: (receipt.manner == "signature", receipt.at), default=None)


def receipts_to_carry(work: WeekWork) -> tuple[Receipt, ...]:
    """Every receipt that no package has carried yet, in order of arrival; each file once."""
    carried = {digest for package in work.packages for digest in package.receipts}
    waiting = {
        (receipt.package, receipt.source): receipt
        for receipt in work.receipts
        if receipt.source not in carried
    }
    return tuple(waiting.values())


def carried_receipts(work: WeekWork) -> tuple[Sha256, ...]:
    """Digests of the receipts that this package carries."""
    direct = receipt_for(work, work.previous)
    every = [receipt.source for receipt in receipts_to_carry(work)]
    return tuple(dict.fromkeys([*([direct.source] if direct else []), *every]))


def _receipts(context: HandoverContext, work: WeekWork) -> Iterator[LedgerFile]:
    """The receipt for the package before under its fixed name, the late ones in a folder of their own."""
    direct = receipt_for(work, work.previous)
    if direct is not None:
        data = context.originals.read(direct.source)
        name = f"receipt{_suffix(work, direct, data)}"
        yield LedgerFile(name="receipt.json", data=pretty(_described(direct, name, data)))
        yield LedgerFile(name=name, data=data)
    late = []
    for number, receipt in enumerate(receipts_to_carry(work), 1):
        if receipt == direct:
            continue
        data = context.originals.read(receipt.source)
        name = f"receipts/{number:03d}-{receipt.package}{_suffix(work, receipt, data)}"
        late.append(_described(receipt, name, data))
        yield LedgerFile(name=name, data=data)
    yield LedgerFile(name="receipts.json", data=pretty(late))


def _described(receipt: Receipt, name: str, data: bytes) -> dict[str, Any]:
    return {
        "package": receipt.package,
        "at": receipt.at,
        "manner": receipt.manner,
        "signer": receipt.signer,
        "file": name,
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _suffix(work: WeekWork, receipt: Receipt, data: bytes) -> str:
    """Told by the bytes first, by the clerk's file name otherwise."""
    if data[:5] == b"%PDF-":
        return ".pdf"
    if receipt.manner == "signature":
        return ".p7s"
    arrival = work.view.arrival_of(receipt.source)
    return Path(arrival.path).suffix.lower() if arrival else ".bin"
