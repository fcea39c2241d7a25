"""Journal positions beside the files that they created, so that the archive bears witness for its journal.

`archive/position.json` says how far the journal has come; `positions.jsonl` in each folder of originals, of
issued forms and of packages holds the journal lines that created the files there. Both are written once the
lines are on disk, never synced themselves and never the truth: a journal that is shorter than they say has
lost its end, and one that says something else at their place was rewritten.
"""

from __future__ import annotations

import fcntl
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from evidence.domain.holding import MARK_NAME, POSITIONS_NAME
from evidence.errors import LedgerDamagedError
from evidence.ledger import chain
from evidence.ledger.arrival_events import ArrivalTaken
from evidence.ledger.canonical import encode
from evidence.ledger.codec import Entry, read_line
from evidence.ledger.events import (
    CheckpointMade,
    DocumentTranscribed,
    EscalationRecorded,
    FormIssued,
    GapIncurable,
    PackageBuilt,
    PartiesImported,
    ReceiptReceived,
    RegisterEntered,
    ReportRecorded,
    VisitRecorded,
    WaiverGranted,
)
from evidence.ledger.holdings import issued_place, places_of
from evidence.ledger.upkeep import MaterialDisposed, NumbersReserved

HANDOVER = "handover"
_MARK_BYTES = 512
_BLOCK = 2048
_WHOLE = {
    each.KIND
    for each in (
        ArrivalTaken,
        NumbersReserved,
        FormIssued,
        CheckpointMade,
        PackageBuilt,
        ReceiptReceived,
        VisitRecorded,
        ReportRecorded,
        EscalationRecorded,
        RegisterEntered,
        WaiverGranted,
        DocumentTranscribed,
        GapIncurable,
    )
}
"""Kinds whose lines are kept whole: `ledger recover` appends them again."""
_NAMING = _WHOLE | {PartiesImported.KIND, MaterialDisposed.KIND}
"""Kinds that name files; of the others only the mark tells. A register of thousands is kept by its digest."""


class _Kind(msgspec.Struct):
    kind: str


class CheckpointMark(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint that was compared with the journal, and fitted."""

    size: int
    root: str


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """How far the journal has come."""

    size: int
    digest: str
    """Digest of the last line."""
    checkpoint: CheckpointMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One journal line as a folder of the archive remembers it."""

    seq: int
    digest: str
    kind: str
    places: tuple[str, ...]
    """The files it created, below the archive; only those of that folder."""
    line: bytes
    """The journal line itself; empty where only its digest is kept."""


class Positions:
    """The positions of one archive. Safe for threads and processes side by side."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        self._path = archive / MARK_NAME
        self._begun = False

    def mark(self) -> Mark | None:
        """How far the journal had come; None when nothing readable says so (an older program's archive)."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Mark)
        except (OSError, msgspec.MsgspecError):
            return None

    def begun(self) -> bool:
        """Whether this archive remembers any position; once seen it is believed, for every append asks."""
        if not self._begun:
            self._begun = self.mark() is not None or any(
                (folder / POSITIONS_NAME).exists() for folder in self._folders()
            )
        return self._begun

    def note(self, lines: Sequence[bytes]) -> None:
        """Remember lines that are in the journal and on disk. A disk that refuses is no reason to stop."""
        with suppress(OSError):
            self._note_files(lines)
        with suppress(OSError):
            last = lines[-1]
            self.advance(chain.stated_seq(last) + 1, chain.stated_digest(last))

    def advance(self, size: int, digest: str, *, anyway: bool = False) -> None:
        """Move the mark forward.

        Args:
            anyway: also backwards: the journal was restored or recovered, and that is journalled.
        """
        with self._held() as descriptor:
            known = _read(descriptor)
            if anyway or known is None or known.size < size:
                checkpoint = None if known is None or anyway else known.checkpoint
                _write(descriptor, Mark(size=size, digest=digest, checkpoint=checkpoint))

    def note_checkpoint(self, checkpoint: CheckpointMark) -> None:
        """Remember that a checkpoint was compared with the journal and fits."""
        with suppress(OSError), self._held() as descriptor:
            known = _read(descriptor)
            if known is not None and known.checkpoint != checkpoint:
                _write(descriptor, Mark(size=known.size, digest=known.digest, checkpoint=checkpoint))

    def supersede(self, lost: Iterable[Witness], by: Entry) -> None:
        """Let a line that says so stand for lines that are lost for good, beside the files they created."""
        with suppress(OSError):
            for witness in lost:
                for folder, names in _grouped(witness.places).items():
                    _append(self.archive / folder / POSITIONS_NAME, [_short(by, names)])

    def rebuild(self, lines: Iterable[bytes]) -> None:
        """Write every position anew from the journal's own lines: an older archive, or one just restored."""
        with suppress(OSError):
            for folder in self._folders():
                (folder / POSITIONS_NAME).unlink(missing_ok=True)
            held: list[bytes] = []
            last = b""
            for last in lines:
                held.append(last)
                if len(held) == _BLOCK:
                    self._note_files(held)
                    held.clear()
            self._note_files(held)
            if last:
                self.advance(chain.stated_seq(last) + 1, chain.stated_digest(last), anyway=True)

    def of(self, folder: str) -> Iterator[Witness]:
        """What one folder (`issued/WJB22-0001`, `originals/ab`, `handover`) remembers, oldest first."""
        yield from _witnesses(self.archive / folder, folder)

    def all(self) -> Iterator[Witness]:
        """What every folder remembers."""
        for folder in self._folders():
            yield from self.of(folder.relative_to(self.archive).as_posix())

    def vouching(self, place: str) -> Witness | None:
        """The last line that is remembered for a file."""
        found = [witness for witness in self.of(place.rpartition("/")[0]) if place in witness.places]
        return found[-1] if found else None

    def _folders(self) -> list[Path]:
        tops = [self.archive / "issued", self.archive / "originals"]
        below = [folder for top in tops if top.is_dir() for folder in top.iterdir() if folder.is_dir()]
        return [*sorted(below), self.archive / HANDOVER]

    def _note_files(self, lines: Sequence[bytes]) -> None:
        added: dict[str, list[bytes]] = defaultdict(list)
        for line in lines:
            if msgspec.json.decode(line, type=_Kind).kind not in _NAMING:
                continue
            entry = read_line(line, chain.stated_seq(line))
            for folder, places in _by_folder(entry).items():
                added[folder].append(line if entry.kind in _WHOLE else _short(entry, places))
        for folder, records in added.items():
            target = self.archive / folder
            if target.is_dir():
                _append(target / POSITIONS_NAME, records)

    def _held(self) -> _Held:
        return _Held(self._path)


class _Held:
    """The mark's file, open and locked for the microseconds that reading and writing it take."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(self._path, flags, 0o640)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        return self._descriptor

    def __exit__(self, *_error: object) -> None:
        os.close(self._descriptor)  # releases the lock


def _read(descriptor: int) -> Mark | None:
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(os.pread(descriptor, _MARK_BYTES, 0), type=Mark)
    return None


def _write(descriptor: int, mark: Mark) -> None:
    os.pwrite(descriptor, msgspec.json.encode(mark).ljust(_MARK_BYTES - 1) + b"\n", 0)


def _places(entry: Entry) -> tuple[str, ...]:
    """What a line created; one without a file of its own stands beside those it belongs to."""
    if entry.kind == CheckpointMade.KIND:
        return (f"{HANDOVER}/checkpoint-{entry.payload['week']}",)
    if entry.kind == NumbersReserved.KIND:
        return tuple(issued_place(item["number"], ".reserved") for item in entry.payload["numbers"])
    return places_of(entry)


def _by_folder(entry: Entry) -> dict[str, list[str]]:
    """The files a line created by the folder they lie in."""
    return _grouped(_places(entry))


def _grouped(places: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for place in places:
        found[place.rpartition("/")[0]].append(place)
    return found


def _short(entry: Entry, places: Sequence[str]) -> bytes:
    """A reference in place of a line that may be megabytes long."""
    files = [place.rpartition("/")[2] for place in places]
    return encode({"digest": entry.digest, "files": files, "kind": entry.kind, "seq": entry.seq})


def _append(path: Path, records: Sequence[bytes]) -> None:
    """One write, so that processes side by side do not mix; behind a torn line a new one begins."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o640)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (b"\n" if torn else b"") + b"".join(record + b"\n" for record in records))
    finally:
        os.close(descriptor)


def _witnesses(folder: Path, name: str) -> Iterator[Witness]:
    try:
        lines = (folder / POSITIONS_NAME).read_bytes().split(b"\n")
    except OSError:
        return
    for line in lines:
        found = read_witness(line, name) if line else None
        if found is not None:
            yield found


def read_witness(line: bytes, folder: str) -> Witness | None:
    """One remembered line; None when it is torn or was tampered with."""
    try:
        record: Any = msgspec.json.decode(line)
        if "files" in record:
            places = tuple(f"{folder}/{name}" for name in record["files"])
            seq, digest, kind, whole = record["seq"], record["digest"], record["kind"], b""
        else:
            entry = read_line(line, 0)
            seq, digest, kind, whole = entry.seq, entry.digest, entry.kind, line
            if not chain.is_line(line, seq=seq, digest=digest):
                return None
            places = tuple(place for place in _places(entry) if place.rpartition("/")[0] == folder)
    except (msgspec.MsgspecError, KeyError, TypeError, LedgerDamagedError):
        return None
    return Witness(seq=seq, digest=digest, kind=kind, places=places, line=whole)
