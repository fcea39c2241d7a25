"""The watcher's sign of life as others read it; `inbox.service` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

FILE_NAME = "health.json"
"""In `archive/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What the watcher last said of itself."""

    at: datetime
    """Of its last look."""
    error: str | None = None
    """Why it could not take anything in."""


def read_heartbeat(archive: Path) -> Heartbeat | None:
    """The last sign of life; None when no watcher runs or its file cannot be read."""
    try:
        return msgspec.json.decode((archive / FILE_NAME).read_bytes(), type=Heartbeat)
    except (OSError, msgspec.MsgspecError):
        return None
