"""How far one receiver has been told: a small file; the notices themselves are jobs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from evidence.durable import write_whole
from evidence.webhooks.notices import Notice

_REMEMBERED = 2_000
"""Ids of notices; days of deadlines are numbered by no journal line."""


@dataclass(slots=True, kw_only=True)
class _Earlier:
    """A notice in a file of an earlier program."""

    notice: Notice


@dataclass(slots=True, kw_only=True)
class _Held:
    seq: int
    """Journal lines that were looked at."""
    known: list[str] = field(default_factory=list)
    waiting: list[_Earlier] = field(default_factory=list)
    dead: list[_Earlier] = field(default_factory=list)


class Progress:
    """What one receiver was handed. Kept after its jobs: a crash between hands the last ones on again."""

    def __init__(self, path: Path, start: int) -> None:
        """A receiver that is new begins at journal line `start`: it is told what happens from now on."""
        self._path = path
        try:
            self._held = msgspec.json.decode(path.read_bytes(), type=_Held)
        except (FileNotFoundError, msgspec.MsgspecError):
            self._held = _Held(seq=start)
            self._keep()

    @property
    def seq(self) -> int:
        """First journal line that was not looked at."""
        return self._held.seq

    @property
    def left_over(self) -> tuple[Notice, ...]:
        """What an earlier program had not delivered, or had given up: it kept notices in this file."""
        return tuple(each.notice for each in (*self._held.waiting, *self._held.dead))

    def fresh(self, notices: list[Notice]) -> list[Notice]:
        """Those that were not handed on before."""
        known = set(self._held.known)
        return [notice for notice in notices if notice.id not in known]

    def handed_on(self, notices: list[Notice], seq: int) -> None:
        """These are jobs now, and lines up to `seq` were looked at.

        Raises:
            OSError: disk full or folder not writable.
        """
        if not (notices or self.left_over) and seq == self._held.seq:
            return
        known = [*self._held.known, *(notice.id for notice in notices)][-_REMEMBERED:]
        self._held = _Held(seq=seq, known=known)
        self._keep()

    def _keep(self) -> None:
        write_whole(self._path, msgspec.json.encode(self._held))
