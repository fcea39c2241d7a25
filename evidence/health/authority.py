"""Asking the time-stamp authority now and then, so that its failure is known before Friday."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from evidence.errors import EvidenceError
from evidence.health.upkeep import note, read_upkeep

if TYPE_CHECKING:
    from evidence.config import Workspace


def ask_authority(workspace: Workspace) -> str:
    """Have something stamped.

    Returns:
        Why the answer cannot be used; empty when it can, or when no authority is configured.
    """
    from evidence.bundles.timestamp import open_authority, stamp

    try:
        authority = open_authority(workspace.settings.timestamp, workspace.root)
        if authority is None:
            return ""
        stamp(authority, [b"health"])
        return ""
    except EvidenceError as error:
        return error.what


def ask_if_due(workspace: Workspace, now: datetime) -> None:
    """The same, remembered, at most as often as `[health] stamp_check_hours`: answers may cost money.

    Raises:
        OSError: what came of it cannot be written down.
    """
    hours = workspace.settings.health.stamp_check_hours
    last = read_upkeep(workspace.root).stamp_at
    if hours and (last is None or now - last >= timedelta(hours=hours)):
        note(workspace.root, stamp_at=now, stamp_error=ask_authority(workspace))
