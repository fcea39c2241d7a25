"""Recorder footage as the ledger knows it: fingerprint and what it proves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evidence.domain.identifiers import PersonId, Sha256, VisitId

BURNT_IN = "picture"
"""The source of a time that stands in the picture itself: read by text recognition, never believed."""
BY_RULE = "device+time"
"""Who assigned a film, when it was no person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeClaim:
    """One source's word for when a recording began."""

    source: str
    """`name`, `container`, `export`, `file`, `card`, `picture`."""
    at: datetime
    """Aware UTC as that source says it, before any correction."""
    trusted: bool = True
    note: str = ""


class StretchKind(StrEnum):
    """What is wrong with a stretch of a file."""

    MISSING = "missing"
    """The file claims to play here, and holds no pictures or no sound."""
    BLACK = "black"
    SILENT = "silent"
    STILL = "still"
    """Picture after picture the same: a lens against a wall, a loop."""


_WORDS = {
    StretchKind.MISSING: "没有画面或声音，该段不计入录像",
    StretchKind.BLACK: "画面全黑，请回放核实",
    StretchKind.SILENT: "没有声音，请回放核实",
    StretchKind.STILL: "画面静止不动，请回放核实",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Part of a file that proves less than the rest, in milliseconds from its beginning."""

    kind: StretchKind
    start_ms: int
    end_ms: int

    @property
    def words(self) -> str:
        """`约 02:00–22:00 没有画面或声音…`."""
        return f"约 {_clock(self.start_ms)}–{_clock(self.end_ms)} {_WORDS[self.kind]}。"


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes:02d}:{seconds:02d}"


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
    stretches: tuple[Stretch, ...] = ()
    """Parts that hold nothing, or that a person must look at; the rest of the file counts all the same."""
    visit: VisitId | None = None
    assigned_by: str = ""
    """`device+time`, or the account of the person who assigned it."""
    assigned_why: str = ""
    """That person's reason."""
    assigned_stated: bool = False
    """That person's account is tied to nobody; he is only what it says."""
    taken_from: VisitId | None = None
    """The visit it belonged to before a person assigned it to this one."""
    suggestions: tuple[VisitId, ...] = ()
    described: bool = False
    """Only announced by a station export: the file is not there yet, `sha256` is the digest of its row."""

    @property
    def by_hand(self) -> bool:
        """Whether a person said which visit it shows."""
        return self.visit is not None and self.assigned_by not in ("", BY_RULE)

    @property
    def burnt_in_start(self) -> datetime | None:
        """When the film began by the clock in its picture; None when none was read."""
        return next((claim.at for claim in self.times if claim.source == BURNT_IN), None)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Everything a person should know of it, in words."""
        return (*self.doubts, *(stretch.words for stretch in self.stretches))

    @property
    def clock_offset_s(self) -> int:
        """By how many seconds the start was moved from what its best source says; 0 when by nothing."""
        believed = next((claim for claim in self.times if claim.trusted), None)
        if believed is None or self.started_at is None:
            return 0
        return round((self.started_at - believed.at).total_seconds())
