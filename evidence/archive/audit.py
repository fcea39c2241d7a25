"""Re-hash what the ledger vouches for: missing, changed, extra, and files swapped in the case tree.

A run leaves its progress beside the archive, so that an interrupted one goes on where it stopped.
A sampled run takes a rotating share: with 10 % a day, ten days cover everything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from hashlib import file_digest, sha256
from itertools import islice
from pathlib import Path

import msgspec

from evidence.domain.holding import POSITIONS_NAME, Holding, Leaf
from evidence.domain.identifiers import Sha256
from evidence.durable import write_whole

STATE_NAME = "audit-progress.json"
_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One file that is not what the ledger says."""

    kind: str
    """`missing`, `changed`, `extra`, `swapped`, `unreadable`."""
    place: str
    """Path below the archive."""
    sha256: str = ""
    """What it should be; for `extra` empty."""
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit covered and found."""

    expected: int
    """Files the ledger vouches for."""
    checked: int
    """Files read in this run and the interrupted one it continued."""
    bytes: int
    faults: tuple[Fault, ...] = ()
    resumed: bool = False

    def of_kind(self, kind: str) -> tuple[Fault, ...]:
        """Faults of one kind."""
        return tuple(fault for fault in self.faults if fault.kind == kind)

    @property
    def sound(self) -> bool:
        """Nothing missing, changed, unreadable or swapped; extra files alone do no harm."""
        return all(fault.kind == "extra" for fault in self.faults)


@dataclass(slots=True)
class _Progress:
    expected: str
    """Which set of expectations this belongs to."""
    done: int = 0
    bytes: int = 0
    faults: list[Fault] = field(default_factory=list)


def sampled(holdings: Sequence[Holding], percent: int, day: date) -> tuple[Holding, ...]:
    """The share of a day: each holding has its turn once in 100/percent days."""
    turns = max(1, round(100 / percent))
    turn = day.toordinal() % turns
    return tuple(holding for holding in holdings if int(holding.sha256[:8] or "0", 16) % turns == turn)


def audit(
    archive: Path,
    holdings: Sequence[Holding],
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> AuditReport:
    """Hash every expected file.

    Args:
        archive: the folder all places are below.
        holdings: what to check; an interrupted run over exactly these is continued.
        progress: called with files done and files in all.
    """
    state = _resume(archive, _fingerprint(holdings))
    resumed = state.done > 0
    left = iter(holdings[state.done :])
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        while batch := list(islice(left, _BATCH)):
            for fault, length in pool.map(lambda holding: _examine(archive, holding), batch):
                state.bytes += length
                if fault is not None:
                    state.faults.append(fault)
            state.done += len(batch)
            with suppress(OSError):  # a full disk must not keep anyone from auditing
                write_whole(archive / STATE_NAME, msgspec.json.encode(state))
            progress(state.done, len(holdings))
    (archive / STATE_NAME).unlink(missing_ok=True)
    return AuditReport(
        expected=len(holdings),
        checked=state.done,
        bytes=state.bytes,
        faults=tuple(state.faults),
        resumed=resumed,
    )


def extras(archive: Path, holdings: Iterable[Holding]) -> Iterator[Fault]:
    """Files among originals and issued forms that the ledger does not know, sorted by place.

    An original without a journal entry is what a crash between copying and journalling leaves; it
    is harmless, and its file is still in the inbox.
    """
    known = {holding.place for holding in holdings}
    for top in ("originals", "issued"):
        for path in sorted((archive / top).rglob("*")):
            place = path.relative_to(archive).as_posix()
            if path.is_dir() or place in known or _derived(path):
                continue
            yield Fault(kind="extra", place=place)


def swapped(archive: Path, leaves: Iterable[Leaf]) -> Iterator[Fault]:
    """Files of the case tree that no longer show what they should, and files nobody put there."""
    cases = archive / "cases"
    expected: set[str] = set()
    for leaf in leaves:
        expected.add(leaf.path)
        shown, kept = cases / leaf.path, archive / leaf.place
        if shown.is_symlink() or (shown.is_file() and not _same(shown, kept, leaf.sha256)):
            yield Fault(kind="swapped", place=f"cases/{leaf.path}", sha256=leaf.sha256)
    for path in sorted(cases.rglob("*")):
        relative = path.relative_to(cases).as_posix()
        if (path.is_symlink() or not path.is_dir()) and relative not in expected:
            yield Fault(kind="extra", place=f"cases/{relative}")


def _same(shown: Path, kept: Path, digest: Sha256) -> bool:
    """A hard link to the kept file, or a copy with its bytes."""
    with suppress(OSError):
        if shown.samefile(kept):
            return True
    return _digest(shown)[0] == digest


def _examine(archive: Path, holding: Holding) -> tuple[Fault | None, int]:
    problem: Fault | None = None
    for place, digest in ((holding.place, holding.sha256), *holding.instead):
        path = archive / place
        if path.is_symlink() or not path.is_file():
            problem = problem or Fault(kind="missing", place=holding.place, sha256=digest, what=holding.what)
            continue
        try:
            found, length = _digest(path)
        except OSError as error:
            what = f"{holding.what}：{error.strerror}"
            return Fault(kind="unreadable", place=place, sha256=digest, what=what), 0
        if found != digest:
            return Fault(kind="changed", place=place, sha256=digest, what=holding.what), length
        return None, length
    return problem, 0


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        return digest, file.tell()


def _derived(path: Path) -> bool:
    """Files that can be made again and are nobody's evidence."""
    return (
        path.suffix in {".npz", ".png", ".svg"}
        or path.name == POSITIONS_NAME
        or path.name.startswith(".")
        or path.parent.name == "incoming"
    )


def _fingerprint(holdings: Iterable[Holding]) -> str:
    digest = sha256()
    for holding in holdings:
        digest.update(f"{holding.place} {holding.sha256}\n".encode())
    return digest.hexdigest()


def _resume(archive: Path, name: str) -> _Progress:
    with suppress(OSError, msgspec.MsgspecError):
        state = msgspec.json.decode((archive / STATE_NAME).read_bytes(), type=_Progress)
        if state.expected == name:
            return state
    return _Progress(expected=name)
