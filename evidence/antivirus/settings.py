"""`[antivirus]` of evidence.toml: whether files are scanned before anything else reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class AntivirusSettings:
    """Off while `clamd` is empty."""

    clamd: str = ""
    """Where ClamAV's daemon listens: path of its socket, e.g. `/run/clamav/clamd.ctl`, or `host:port`."""
    when_down: Literal["hold", "review"] = "hold"
    """What happens while it does not answer: files wait in the inbox, or are taken and marked unscanned."""
    limit_bytes: int = 100 * 1024**2
    """The least of the daemon's `StreamMaxLength`, `MaxFileSize` and `MaxScanSize`, in bytes: of a larger
    file it would see only a part and say nothing of it."""
    timeout_s: int = 120
    """Seconds without an answer after which it counts as down."""
