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
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalScanned, ArrivalTaken
from evidence.ledger.codec import Entry
from evidence.ledger.events import (
    CheckpointMade,
    PackageBuilt,
    PartiesImported,
    PlanFiled,
    ReceiptReceived,
    RegisterEntered,
    RegisterWithdrawn,
    SignerChanged,
)
from evidence.ledger.ledger import Ledger
from evidence.ledger.merkle import Tree

_ALWAYS = {PackageBuilt.KIND, CheckpointMade.KIND, ReceiptReceived.KIND, SignerChanged.KIND}
_REGISTERS = {"enterprises": "id", "people": "id", "devices": "serial", "campaigns": "id"}
"""Registers that an import brings -> what tells one entry from another."""
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
    parties = _Parties()
    chosen: dict[int, bytes] = {}
    for entry, line in zip(ledger.entries(0, start), ledger.lines(0, start), strict=True):
        if entry.kind == PartiesImported.KIND:
            parties.see(entry, line)
        if wanted.has(entry):
            chosen[entry.seq] = line
    chosen |= parties.in_force()
    lines = [
        {"seq": seq, "line": line.decode(), "proof": [node.hex() for node in tree.inclusion_proof(seq)]}
        for seq, line in sorted(chosen.items())
    ]
    return {"size": work.size, "lines": lines}


class _Parties:
    """The imports that still tell of somebody: an entry of the same id replaces the one before."""

    def __init__(self) -> None:
        self._lines: dict[int, bytes] = {}
        self._last: dict[tuple[str, str], int] = {}

    def see(self, entry: Entry, line: bytes) -> None:
        """An import; to be shown in the order of the journal."""
        self._lines[entry.seq] = line
        for register, key in _REGISTERS.items():
            for item in entry.payload.get(register, ()):
                self._last[register, item[key]] = entry.seq

    def in_force(self) -> dict[int, bytes]:
        """Position -> line of every import with an entry that no later one replaced."""
        return {seq: self._lines[seq] for seq in set(self._last.values())}


class _Wanted:
    """Which lines the facts of a week rest on."""

    def __init__(self, facts: Facts) -> None:
        self._cases = {str(case.case.id) for case in facts.cases}
        self._numbers = {str(each.form.number) for case in facts.cases for each in case.documents}
        self._digests = set(_DIGEST.findall(msgspec.json.encode(facts.cases)))
        entries = (*facts.entries, *(entry for case in facts.cases for entry in case.entries))
        self._entries = {(entry.register, entry.key) for entry in entries}
        self._plans = {(plan.week, plan.version) for plan in facts.plans}
        self._arrivals = set(_arrivals(facts))

    def has(self, entry: Entry) -> bool:
        """Whether a line is among them; to be asked in the order of the journal."""
        if entry.kind in _ALWAYS or entry.seq == 0:
            return True  # the first line tells when the journal began
        payload = entry.payload
        if entry.kind == PartiesImported.KIND:
            return False
        if entry.kind == PlanFiled.KIND:
            return (payload["plan"]["week"], payload["plan"]["version"]) in self._plans
        if entry.kind in (ArrivalTaken.KIND, ArrivalJudged.KIND):
            return self._brought(entry)
        if entry.kind == ArrivalScanned.KIND:
            return payload["arrival"] in self._arrivals
        if entry.kind in (RegisterEntered.KIND, RegisterWithdrawn.KIND):
            return self._entered(payload.get("entry", payload))
        if any(self._names(inner) for inner in _objects(payload)):
            return True
        return not self._digests.isdisjoint(_DIGEST.findall(msgspec.json.encode(payload)))

    def _entered(self, about: Mapping[str, Any]) -> bool:
        """An entry of theirs, or about their cases; then whatever replaces or withdraws it as well."""
        key = (about["register"], about["key"])
        if key in self._entries:
            return True
        if not self._names(about) and self._digests.isdisjoint(_DIGEST.findall(msgspec.json.encode(about))):
            return False
        self._entries.add(key)
        return True

    def _brought(self, entry: Entry) -> bool:
        """An arrival whose bytes are among the facts, or that describes a film of theirs."""
        payload = entry.payload
        if entry.kind == ArrivalTaken.KIND and payload["sha256"].encode() in self._digests:
            self._arrivals.add(payload["arrival"])
        if payload["arrival"] not in self._arrivals:
            return False
        # whatever became of a film that is told of here is told as well
        self._digests.update(film["sha256"].encode() for film in payload.get("recordings", ()))
        return True

    def _names(self, inner: Mapping[str, Any]) -> bool:
        visit = inner.get("visit")
        names = {inner.get(key) for key in ("case", "id", "number") if isinstance(inner.get(key), str)}
        if isinstance(visit, str):
            names.add(visit.rpartition("-V")[0])
        return not names.isdisjoint(self._cases | self._numbers)


def _arrivals(facts: Facts) -> Iterator[str]:
    """Arrivals that the facts name: of pages, films (a station's list describes many) and materials."""
    for case in facts.cases:
        for document in case.documents:
            yield from (scan.arrival for scan in (*document.scans, *document.other_copies))
        yield from (film.arrival for film in (*case.recordings, *case.unassigned, *case.films_taken))
        yield from (material.arrival for material in case.materials)


def _objects(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A payload, the one object it usually holds, and the gap that a declaration is about."""
    yield payload
    for each in payload.values():
        if isinstance(each, dict):
            yield each
            yield from (inner for inner in each.values() if isinstance(inner, dict))
