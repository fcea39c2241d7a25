"""Recorder footage as the ledger knows it: fingerprint and what it proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from evidence.domain.identifiers import PersonId, Sha256, VisitId


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeClaim:
    """One source's word for when a recording began."""

    source: str
    """`name`, `container`, `export`, `file`, `card`."""
    at: datetime
    """Aware UTC as that source says it, before any correction."""
    trusted: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One video or audio file."""

    sha256: Sha256
    name: str
    """File name as it arrived."""
    bytes: int
    arrival: str = ""
    path: str = ""
    """Where footage stays when it is registered by reference; empty when stored."""
    device: str = ""
    officer: str = ""
    person: PersonId | None = None
    started_at: datetime | None = None
    """Best start after zone and clock correction, UTC; None when unknown."""
    drift_s: int | None = None
    """How far that start may still be off, in whole seconds, from the clock register: what the device's
    last measurement left open and what its clock can have lost since. None: nothing was measured, the
    contract's parameter holds."""
    duration_ms: int | None = None
    """Playable length; for a truncated file only what can be played, never the declared length."""
    declared_ms: int | None = None
    video: bool | None = None
    audio: bool | None = None
    width: int | None = None
    height: int | None = None
    codec: str = ""
    truncated: bool = False
    important: bool = False
    times: tuple[TimeClaim, ...] = ()
    doubts: tuple[str, ...] = ()
    """Plain-Chinese reasons why a person should look: silent, black, zone error …"""
    visit: VisitId | None = None
    assigned_by: str = ""
    """`device+time`, or the account of the person who assigned it."""
    suggestions: tuple[VisitId, ...] = ()
    described: bool = False
    """Only announced by a station export: the file is not there yet, `sha256` is the digest of its row."""

    @property
    def clock_offset_s(self) -> int:
        """By how many seconds the start was moved from what its best source says; 0 when by nothing."""
        believed = next((claim for claim in self.times if claim.trusted), None)
        if believed is None or self.started_at is None:
            return 0
        return round((self.started_at - believed.at).total_seconds())
