"""Journal lines of earlier weeks that this package rests on, each with its RFC 6962 inclusion proof.

Without them a reader who has only this package could not compare the originals, forms and cases in it
with the journal: their lines stand in slices that earlier packages carried.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.domain.facts import CaseFacts, Facts
from evidence.handover.week import WeekWork
from evidence.ledger.codec import Entry
from evidence.ledger.events import (
    ArrivalJudged,
    ArrivalTaken,
    CaseOpened,
    CheckpointMade,
    FormIssued,
    FormVoided,
    PackageBuilt,
    ReceiptReceived,
    SignerChanged,
    VisitRecorded,
    WaiverGranted,
)
from evidence.ledger.ledger import Ledger
from evidence.ledger.merkle import Tree

_BY_NUMBER = {FormIssued.KIND, FormVoided.KIND}
_BY_ARRIVAL = {ArrivalTaken.KIND, ArrivalJudged.KIND}
_BY_CASE = {CaseOpened.KIND, VisitRecorded.KIND, WaiverGranted.KIND}
_ALWAYS = {PackageBuilt.KIND, CheckpointMade.KIND, ReceiptReceived.KIND, SignerChanged.KIND}


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
        self._digests = {digest for case in facts.cases for digest in _digests(case)}
        self._arrivals: set[str] = set()

    def has(self, entry: Entry) -> bool:
        """Whether a line is among them; to be asked in the order of the journal."""
        payload = entry.payload
        if entry.kind in _ALWAYS or entry.seq == 0:
            return True  # the first line tells when the journal began
        if entry.kind in _BY_NUMBER:
            return (payload.get("number") or payload["form"]["number"]) in self._numbers
        if entry.kind in _BY_CASE:
            (inner,) = payload.values()
            return inner.get("case", inner.get("id")) in self._cases
        if entry.kind == ArrivalTaken.KIND and payload["sha256"] in self._digests:
            self._arrivals.add(payload["arrival"])
        return entry.kind in _BY_ARRIVAL and payload["arrival"] in self._arrivals


def _digests(case: CaseFacts) -> Iterator[str]:
    """Every stored file that a case's facts name."""
    for document in case.documents:
        yield from (scan.sha256 for scan in (*document.scans, *document.other_copies))
        yield from document.edocuments
    for visit in case.visits:
        yield from (photo for hazard in visit.hazards for photo in hazard.photos)
        yield from (photo for result in visit.results for photo in result.photos)
    yield from (recording.sha256 for recording in case.recordings)
    yield from (waiver.attachment for waiver in case.waivers if waiver.attachment is not None)
