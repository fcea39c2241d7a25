"""Which films a browser can show, and which bytes of them it asks for; pure."""

from __future__ import annotations

import re
from pathlib import PurePath

from evidence.domain.recording import Recording

_PLAYABLE = frozenset({".mp4", ".mov", ".m4v"})
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def playable(recording: Recording) -> bool:
    """Whether browsers can show it: a film of a container they know, not a row of a station's list."""
    return (
        bool(recording.video)
        and not recording.described
        and PurePath(recording.name).suffix.lower() in _PLAYABLE
    )


def span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for (RFC 9110, 14.1.2); None when it cannot be satisfied.

    Args:
        header: `bytes=0-99`, `bytes=100-` or `bytes=-50`.
        size: of the file.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or not size or match[1] == match[2] == "":
        return None
    if not match[1]:
        return (max(0, size - int(match[2])), size - 1) if int(match[2]) else None
    first, last = int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)
    return (first, last) if first <= last else None
