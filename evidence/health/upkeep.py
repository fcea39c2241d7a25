"""What was done for the workspace's safety and when: backups, proven restores, the last time stamp.

None of it is evidence; it tells whoever watches the machine whether the routine still runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from evidence.archive.backup import PROOF
from evidence.durable import write_whole

FILE = Path("archive/upkeep.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A backup was restored, or read as a whole, and every file compared."""

    at: datetime
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What is known of the routine; None: never."""

    backup_at: datetime | None = None
    backup_place: str = ""
    restore_at: datetime | None = None
    """When a backup was last proven whole."""
    stamp_at: datetime | None = None
    """When the time-stamp authority was last asked."""
    stamp_error: str = ""
    """Why its answer was none; empty when it was good."""


def read_upkeep(root: Path) -> Upkeep:
    """What was noted, and what the last backup's folder proves of it, where that is within reach."""
    try:
        noted = msgspec.json.decode((root / FILE).read_bytes(), type=Upkeep)
    except (OSError, msgspec.MsgspecError):
        return Upkeep()
    if not noted.backup_place:
        return noted
    proof = _read_proof(Path(noted.backup_place))
    if proof is not None and proof.sound and (noted.restore_at is None or proof.at > noted.restore_at):
        return replace(noted, restore_at=proof.at)
    return noted


def note(root: Path, **changed: Any) -> None:
    """Remember what was just done.

    Raises:
        OSError: disk full or not writable.
    """
    known = replace(read_upkeep(root), **changed)
    write_whole(root / FILE, msgspec.json.format(msgspec.json.encode(known), indent=2))


def note_proof(backup: Path, proof: Proof) -> None:
    """Leave beside a backup that it was proven, for the workspace it came from.

    Raises:
        OSError: the medium cannot be written.
    """
    write_whole(backup / PROOF, msgspec.json.encode(proof))


def _read_proof(backup: Path) -> Proof | None:
    try:
        return msgspec.json.decode((backup / PROOF).read_bytes(), type=Proof)
    except (OSError, msgspec.MsgspecError):
        return None
