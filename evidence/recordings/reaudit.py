"""Is footage that stays on its own storage still there, and still the same bytes?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from evidence.domain.identifiers import Sha256
from evidence.domain.recording import Recording
from evidence.recordings.read import hash_file


class Standing(StrEnum):
    """What became of a registered file."""

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One file looked at."""

    sha256: Sha256
    path: str
    standing: Standing
    found_at: str = ""
    """Where the same bytes lie now, when moved."""


def audit_footage(recordings: Sequence[Recording], search: Sequence[Path] = ()) -> Iterator[Audited]:
    """Hash every file registered by reference; look for missing ones by size, then digest.

    Args:
        recordings: those without a path of their own are skipped; the archive's audit covers them.
        search: folders to look through for moved files.
    """
    by_size: dict[int, list[Path]] | None = None
    for recording in recordings:
        if not recording.path or recording.described:
            continue
        path = Path(recording.path)
        try:
            standing = _standing(path, recording)
        except OSError:
            standing = Standing.UNREADABLE
        found_at = ""
        if standing in {Standing.MISSING, Standing.CHANGED} and search:
            by_size = by_size if by_size is not None else _sizes(search)
            found_at = _find(recording, by_size.get(recording.bytes, ()))
        yield Audited(
            sha256=recording.sha256,
            path=recording.path,
            standing=Standing.MOVED if found_at else standing,
            found_at=found_at,
        )


def _standing(path: Path, recording: Recording) -> Standing:
    if not path.is_file():
        return Standing.MISSING
    if path.stat().st_size != recording.bytes:
        return Standing.CHANGED
    return Standing.SAME if hash_file(path) == recording.sha256 else Standing.CHANGED


def _sizes(search: Sequence[Path]) -> dict[int, list[Path]]:
    found: dict[int, list[Path]] = defaultdict(list)
    for folder in search:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                found[path.stat().st_size].append(path)
    return found


def _find(recording: Recording, candidates: Iterable[Path]) -> str:
    for path in candidates:
        try:
            if hash_file(path) == recording.sha256:
                return str(path.resolve())
        except OSError:
            continue
    return ""
