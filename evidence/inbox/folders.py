"""Sub-folders of the inbox that taking their files has emptied.

A folder goes only when this program emptied it, nobody else has touched it since, and nobody had for the
settling time before: whoever is just copying a folder in keeps it. Removing refuses by itself when
anything is left inside.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Emptied:
    quiet_ns: int
    """When anybody else last changed the folder, nanoseconds since the epoch."""
    ours_ns: int
    """Its time of change after our own last removal."""


class EmptiedFolders:
    """What is remembered of the folders below one inbox."""

    def __init__(self, inbox: Path, *, settle_s: float, keep: tuple[str, ...] = ()) -> None:
        """Args: `keep`: folders that always stay, relative to the inbox."""
        self._inbox = inbox
        self._settle_ns = int(settle_s * 1e9)
        self._keep = {inbox / name for name in keep}
        self._found: dict[Path, _Emptied] = {}

    @contextmanager
    def taking_from(self, folder: Path) -> Iterator[None]:
        """Around the removal of one entry of a folder."""
        before = _changed(folder)
        yield
        if folder == self._inbox or not folder.is_relative_to(self._inbox) or folder in self._keep:
            return
        known = self._found.get(folder)
        quiet = known.quiet_ns if known is not None and known.ours_ns == before else before
        self._found[folder] = _Emptied(quiet_ns=quiet, ours_ns=_changed(folder))

    def remove(self, wall: float) -> None:
        """Remove the folders that are ready, and those above them that became empty by it.

        Args:
            wall: now, in seconds since the epoch.
        """
        latest = int(wall * 1e9) - self._settle_ns
        seen: set[Path] = set()
        while ready := [folder for folder in self._found if folder not in seen]:
            folder = max(ready, key=lambda each: len(each.parts))  # those within first
            seen.add(folder)
            emptied, changed = self._found[folder], _changed(folder)
            if changed == emptied.ours_ns and emptied.quiet_ns > latest:
                continue  # not yet
            del self._found[folder]
            if changed == emptied.ours_ns:  # else somebody uses it
                with suppress(OSError), self.taking_from(folder.parent):
                    folder.rmdir()


def _changed(folder: Path) -> int:
    try:
        return os.lstat(folder).st_mtime_ns
    except OSError:
        return -1
