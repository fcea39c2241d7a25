"""The case tree for people: enterprise and case, record, files. A view; it can be deleted and made again.

Files are hard links to the archive's own, or copies where the disk cannot link (another volume, a
network share). Symbolic links are not used: they break when the archive is copied to a stick, and a
program that saves "through" one would reach the original. The archive's files are read-only, so that
a program that saves into a hard link is refused; what replaces a link is found by the audit.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from evidence.domain.holding import Leaf


def show(archive: Path, leaves: Iterable[Leaf], *, only: Iterable[str] | None = None) -> int:
    """Bring the tree in line with what it should show.

    Args:
        leaves: what to show.
        only: names of the case folders `leaves` speaks for; other folders stay as they are. None: all.

    Returns:
        Files added.

    Raises:
        OSError: disk full or folder not writable; what is there already stays.
    """
    cases = archive / "cases"
    cases.mkdir(parents=True, exist_ok=True)
    wanted: dict[Path, Path] = {cases / leaf.path: archive / leaf.place for leaf in leaves}
    added = 0
    for shown, kept in wanted.items():
        if not kept.is_file():
            continue  # the audit tells
        if shown.is_file() and not shown.is_symlink() and _shows(shown, kept):
            continue
        shown.parent.mkdir(parents=True, exist_ok=True)
        _link(kept, shown)
        added += 1
    folders = {path.name for path in cases.iterdir()} if only is None else set(only)
    for name in sorted(folders):
        _prune(cases / name, wanted)
    return added


def _shows(shown: Path, kept: Path) -> bool:
    return shown.samefile(kept) or (
        shown.stat().st_size == kept.stat().st_size and shown.stat().st_mtime_ns == kept.stat().st_mtime_ns
    )


def _link(kept: Path, shown: Path) -> None:
    """Put a file in place under a name of its own first: what stands there may be a link to an original,
    and another process may be at the same work."""
    beside = shown.with_name(f".{secrets.token_hex(6)}.tmp")
    try:
        try:
            os.link(kept, beside)
        except OSError:
            shutil.copy2(kept, beside)
        beside.replace(shown)
    finally:
        beside.unlink(missing_ok=True)


def _prune(folder: Path, wanted: dict[Path, Path]) -> None:
    """Remove what the tree no longer shows, then folders left empty."""
    if folder.is_symlink() or not folder.is_dir():
        if folder not in wanted:
            folder.unlink(missing_ok=True)
        return
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in wanted:
            path.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
