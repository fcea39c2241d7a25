"""Packages sent, received, superseded, outstanding: the table behind `handover list`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.domain.register import Package, Receipt
from evidence.ledger.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRow:
    """One package as people follow it."""

    package: str
    week: str
    built_at: datetime
    complete: bool
    cases: int
    documents: int
    state: str
    """`received` with a receipt, else `outstanding`."""
    receipt: str
    """`signature`, `scan` or empty."""
    received_at: datetime | None
    superseded_by: str
    """The supplement that corrects or completes it; the package itself never changes."""
    renewals: int
    """Time stamps added beside it."""
    path: str
    """Where it lies; empty when it is no longer here."""
    sha256: str
    root: str
    why_incomplete: str


def handover_rows(view: View, folder: Path) -> tuple[HandoverRow, ...]:
    """Every package in order of building.

    Args:
        view: the ledger.
        folder: `archive/handover`.
    """
    packages = view.packages()
    receipts = view.receipts()
    return tuple(_row(package, packages, receipts, folder) for package in packages)


def _row(
    package: Package, packages: tuple[Package, ...], receipts: tuple[Receipt, ...], folder: Path
) -> HandoverRow:
    mine = [receipt for receipt in receipts if receipt.package == package.id]
    best = max(mine, key=lambda receipt: (receipt.manner == "signature", receipt.at), default=None)
    later = [
        each.id for each in packages if each.week == package.week and each.supplement > package.supplement
    ]
    here = next((path for path in (folder / f"{package.id}.zip", folder / package.id) if path.exists()), None)
    return HandoverRow(
        package=package.id,
        week=package.week,
        built_at=package.built_at,
        complete=package.complete,
        cases=len(package.cases),
        documents=len(package.documents),
        state="received" if best else "outstanding",
        receipt=best.manner if best else "",
        received_at=best.at if best else None,
        superseded_by=later[-1] if later else "",
        renewals=sum(path.is_dir() for path in (folder / f"{package.id}.renewals").glob("[0-9][0-9][0-9]")),
        path="" if here is None else str(here),
        sha256=package.sha256,
        root=package.root,
        why_incomplete=package.why_incomplete,
    )
