"""The package's ledger folder: this week's lines, and what joins them to the weeks before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.domain.register import Package, Receipt
from evidence.handover.office import Office
from evidence.handover.week import WeekWork, made_checkpoint, pretty


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFile:
    """One file below `data/ledger/`."""

    name: str
    data: bytes


def ledger_files(office: Office, work: WeekWork) -> Iterator[LedgerFile]:
    """Every file of the folder, as docs/package-format.md says."""
    start = work.previous.tree_size if work.previous else 0
    lines = [line + b"\n" for line in office.ledger.lines(start, work.size)]
    yield LedgerFile(name="journal.jsonl", data=b"".join(lines))
    for made in (*work.checkpoints, made_checkpoint(work)):
        yield LedgerFile(name=f"checkpoint-{made.week}.txt", data=made.text.encode())
    yield LedgerFile(name="frontier.json", data=pretty(office.ledger.tree(start).to_json()))
    proof = office.ledger.consistency_proof(start, work.size) if 0 < start < work.size else []
    consistency: dict[str, Any] = {"from": start, "to": work.size, "proof": [node.hex() for node in proof]}
    yield LedgerFile(name="consistency.json", data=pretty(consistency))
    receipt = receipt_for(work, work.previous)
    if receipt is not None:
        yield from _receipt_files(office, work, receipt)


def receipt_for(work: WeekWork, package: Package | None) -> Receipt | None:
    """The receipt for a package; one with a signature counts more than a scan."""
    if package is None:
        return None
    mine = [receipt for receipt in work.receipts if receipt.package == package.id]
    return max(mine, key=lambda receipt: (receipt.manner == "signature", receipt.at), default=None)


def _receipt_files(office: Office, work: WeekWork, receipt: Receipt) -> Iterator[LedgerFile]:
    data = office.originals.read(receipt.source)
    name = f"receipt{_suffix(work, receipt, data)}"
    described = {
        "package": receipt.package,
        "at": receipt.at,
        "manner": receipt.manner,
        "signer": receipt.signer,
        "file": name,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    yield LedgerFile(name="receipt.json", data=pretty(described))
    yield LedgerFile(name=name, data=data)


def _suffix(work: WeekWork, receipt: Receipt, data: bytes) -> str:
    """Told by the bytes first, by the clerk's file name otherwise."""
    if data[:5] == b"%PDF-":
        return ".pdf"
    if receipt.manner == "signature":
        return ".p7s"
    arrival = work.view.arrival_of(receipt.source)
    return Path(arrival.path).suffix.lower() if arrival else ".bin"
