"""What a virus scanner said of one file, and which scanner said it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ScanResult(StrEnum):
    """Clean is only what was looked at whole by a scanner that answered."""

    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"
    """The scanner refuses files of this size."""
    UNAVAILABLE = "unavailable"
    """The scanner did not answer, and the workspace takes files all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VirusScan:
    """One scan, as it is journalled with the arrival's outcome."""

    result: ScanResult
    engine: str = ""
    """E.g. `ClamAV 1.0.7`; empty when the scanner did not answer."""
    signatures: str = ""
    """Version and date of the signatures, as the scanner states them."""
    found: str = ""
    """Name of the signature that matched."""
    why: str = ""
    """Why there is no answer."""
