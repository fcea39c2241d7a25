"""Virus scans before anything else reads a file: what they mean for its arrival."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from evidence.domain.identifiers import ArrivalId
from evidence.domain.virus_scan import ScanResult, VirusScan, remarked
from evidence.inbox.identify import quarantined
from evidence.inbox.understand import Understanding

Scan = Callable[[Path], VirusScan]
"""Asks the scanner. Raises `MissingPartError` when files are to wait for its answer."""

INFECTED = "infected"


def is_infected(scan: VirusScan | None) -> bool:
    """Whether nothing of ours may read these bytes any further."""
    return scan is not None and scan.result is ScanResult.INFECTED


def infected(arrival: ArrivalId, scan: VirusScan | None) -> Understanding:
    """The outcome of a file that is kept, and neither opened nor shown."""
    judged = quarantined(arrival, INFECTED, f"含有 {scan.found}" if scan and scan.found else "")
    return Understanding(judged=replace(judged, scan=scan))


def with_scan(understood: Understanding, scan: VirusScan | None) -> Understanding:
    """The same outcome with what the scanner said, in words where it did not look."""
    if scan is None:
        return understood
    message = remarked(understood.judged.message, scan)
    return replace(understood, judged=replace(understood.judged, scan=scan, message=message))
