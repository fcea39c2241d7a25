"""Journal lines of earlier weeks that this package rests on, each with its RFC 6962 inclusion proof.

Without them a reader who has only this package could not compare the originals, forms and cases in it
with the journal: their lines stand in slices that earlier packages carried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from evidence.domain.facts import Facts
from evidence.handover.week import WeekWork
from evidence.ledger.codec import Entry
from evidence.ledger.events import (
    ArrivalJudged,
    ArrivalTaken,
    CheckpointMade,
    PackageBuilt,
    PartiesImported,
    ReceiptReceived,
    RegisterEntered,
    RegisterWithdrawn,
    SignerChanged,
)
from evidence.ledger.ledger import Ledger
from evidence.ledger.merkle import Tree

_ALWAYS = {PackageBuilt.KIND, CheckpointMade.KIND, ReceiptReceived.KIND, SignerChanged.KIND}
_DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def earlier_lines(ledger: Ledger, work: WeekWork, tree: Tree, start: int) -> dict[str, Any]:
    """The content of `earlier.json`.

    Args:
        ledger: the journal.
        work: the week.
        tree: over the lines under this package's checkpoint.
        start: first line of this package's own slice; lines before it are proven.
    """
    wanted = _Wanted(work.facts)
    lines = []
    for entry, line in zip(ledger.entries(0, start), ledger.lines(0, start), strict=True):
        if wanted.has(entry):
            proof = [node.hex() for node in tree.inclusion_proof(entry.seq)]
            lines.append({"seq": entry.seq, "line": line.decode(), "proof": proof})
    return {"size": work.size, "lines": lines}


class _Wanted:
    """Which lines the facts of a week rest on."""

    def __init__(self, facts: Facts) -> None:
        self._cases = {str(case.case.id) for case in facts.cases}
        self._numbers = {str(each.form.number) for case in facts.cases for each in case.documents}
        self._digests = set(_DIGEST.findall(msgspec.json.encode(facts.cases)))
        entries = (*facts.entries, *(entry for case in facts.cases for entry in case.entries))
        self._entries = {(entry.register, entry.key) for entry in entries}
        self._arrivals: set[str] = set()

    def has(self, entry: Entry) -> bool:
        """Whether a line is among them; to be asked in the order of the journal."""
        if entry.kind in _ALWAYS or entry.seq == 0:
            return True  # the first line tells when the journal began
        if entry.kind == PartiesImported.KIND:
            return False
        payload = entry.payload
        if entry.kind == ArrivalTaken.KIND and payload["sha256"].encode() in self._digests:
            self._arrivals.add(payload["arrival"])
        if entry.kind in (ArrivalTaken.KIND, ArrivalJudged.KIND):
            return payload["arrival"] in self._arrivals
        if entry.kind in (RegisterEntered.KIND, RegisterWithdrawn.KIND):
            about = payload.get("entry", payload)
            if (about["register"], about["key"]) in self._entries:
                return True
        if any(self._names(inner) for inner in _objects(payload)):
            return True
        return not self._digests.isdisjoint(_DIGEST.findall(msgspec.json.encode(payload)))

    def _names(self, inner: Mapping[str, Any]) -> bool:
        visit = inner.get("visit")
        names = {inner.get(key) for key in ("case", "id", "number") if isinstance(inner.get(key), str)}
        if isinstance(visit, str):
            names.add(visit.rpartition("-V")[0])
        return not names.isdisjoint(self._cases | self._numbers)


def _objects(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A payload, the one object it usually holds, and the gap that a declaration is about."""
    yield payload
    for each in payload.values():
        if isinstance(each, dict):
            yield each
            yield from (inner for inner in each.values() if isinstance(inner, dict))
