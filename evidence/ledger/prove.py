"""Gathers from a ledger what a proof about one document needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evidence.domain.identifiers import Number, number_case
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger.arrival_events import (
    AlterationDecided,
    ArrivalJudged,
    ArrivalScanned,
    ArrivalTaken,
    MarkDecided,
)
from evidence.ledger.codec import Entry
from evidence.ledger.events import CaseOpened, FormIssued, FormVoided
from evidence.ledger.export import TITLES
from evidence.ledger.ledger import Ledger
from evidence.ledger.lookup import known_document
from evidence.ledger.merkle import Tree, leaf_hash
from evidence.ledger.proof import ProvenLine, TreeHead, make_proof, own_only
from evidence.ledger.view import View


def prove(
    ledger: Ledger,
    number: Number,
    *,
    origin: str,
    signed: Callable[[str], dict[str, str] | None] = lambda _package: None,
) -> dict[str, Any]:
    """The proof for one document, as JSON values.

    Args:
        origin: name of the log, for lines that no package's checkpoint covers yet.
        signed: package id -> the signed parts of that package; None when it is not at hand.

    Raises:
        UsageError: no document of that number was issued.
        LedgerDamagedError: the journal's chain is broken.
    """
    view = ledger.view
    document = known_document(view, number)
    lines = list(ledger.lines())
    concerning = _concerning(ledger, view, number)
    tree = Tree([leaf_hash(line) for line in lines])
    heads = _heads(view, tree, origin, signed)
    case = number_case(number)
    opened = view.case(case)
    own = "" if opened is None else opened.enterprise
    foreign = [
        name
        for enterprise in view.enterprises()
        if enterprise.id != own
        for name in (enterprise.id, enterprise.name, enterprise.short_name, enterprise.credit_code)
    ]
    proven, shown = [], []
    for entry in concerning:
        at = next(index for index, head in enumerate(heads) if head.size > entry.seq)
        proven.append(
            ProvenLine(
                seq=entry.seq,
                line=lines[entry.seq],
                says=TITLES.get(entry.kind, entry.kind),
                tree=at,
                path=tuple(tree.inclusion_proof(entry.seq, heads[at].size)),
            )
        )
        shown.append(own_only(lines[entry.seq], case=case, own=[own], foreign=foreign))
    return make_proof(
        number,
        form=document.form.form,
        files=_files(document.form.pdf, proven, shown, [scan.sha256 for scan in document.scans]),
        lines=proven,
        shown=shown,
        trees=heads,
    )


def _files(pdf: str, lines: list[ProvenLine], shown: list[bool], scans: list[str]) -> list[tuple[str, str]]:
    """The issued PDF, and the scans that a shown line vouches for."""
    visible = b"".join(line.line for line, show in zip(lines, shown, strict=True) if show)
    files = [(pdf, "签发的 PDF"), *((scan, "扫描件") for scan in dict.fromkeys(scans))]
    return [(digest, what) for digest, what in files if digest.encode() in visible]


def _concerning(ledger: Ledger, view: View, number: Number) -> list[Entry]:
    """Journal entries about a document: its case, its issue, its arrivals, people's words on it."""
    arrivals: set[str] = set()
    for entry in ledger.entries():
        if entry.kind == ArrivalJudged.KIND and number.encode() in repr(entry.payload).encode():
            arrivals.add(entry.payload["arrival"])
    found: list[Entry] = []
    for entry in ledger.entries():
        payload = entry.payload
        if entry.kind == CaseOpened.KIND:
            mine = payload["case"]["id"] == number_case(number)
        elif entry.kind == FormIssued.KIND:
            mine = payload["form"]["number"] == number
        elif entry.kind in (FormVoided.KIND, MarkDecided.KIND, AlterationDecided.KIND):
            mine = payload["number"] == number
        elif entry.kind in (ArrivalTaken.KIND, ArrivalJudged.KIND, ArrivalScanned.KIND):
            mine = payload["arrival"] in arrivals
        else:
            mine = False
        if mine:
            found.append(entry)
    return found


def _heads(
    view: View, tree: Tree, origin: str, signed: Callable[[str], dict[str, str] | None]
) -> list[TreeHead]:
    """Checkpoints that packages carried, and the present head where they do not reach."""
    receipts = {receipt.package: receipt for receipt in view.receipts()}
    packages = {package.tree_size: package for package in view.packages()}
    heads = []
    for made in view.checkpoints():
        package = packages.get(made.size)
        receipt = None if package is None else receipts.get(package.id)
        stated = None
        if package is not None and receipt is not None:
            stated = {
                "package": package.id,
                "at": receipt.at.isoformat(),
                "manner": receipt.manner,
                "signer": receipt.signer,
                "sha256": receipt.source,
            }
        parts = None if package is None else signed(package.id)
        heads.append(TreeHead(text=made.text, week=made.week, receipt=stated, signed=parts))
    if not heads or heads[-1].size < len(tree):
        now = checkpoints.Checkpoint(origin=origin, size=len(tree), root=tree.root())
        heads.append(TreeHead(text=checkpoints.make(now), week=""))
    return heads
