"""What a virus scanner said of one file, and which scanner said it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evidence.domain.identifiers import ArrivalId, Sha256


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

    @property
    def settled(self) -> bool:
        """Whether the scanner saw the whole file and answered."""
        return self.result in (ScanResult.CLEAN, ScanResult.INFECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScan:
    """What a scanner said of the bytes that an arrival brought; there is none where no scanner was asked."""

    arrival: ArrivalId
    sha256: Sha256
    result: ScanResult


def in_force(judged: VirusScan | None, later: VirusScan | None) -> VirusScan | None:
    """Of the scan that came with a judgement and a later one of the same bytes, the one that answers."""
    if later is None or (judged is not None and judged.settled):
        return judged
    return later


_REMARKS = {
    ScanResult.NOT_SCANNED: "（未经病毒扫描：文件超过扫描程序的上限。）",
    ScanResult.UNAVAILABLE: "（未经病毒扫描：扫描程序没有应答。）",
}


def remarked(message: str, scan: VirusScan | None) -> str:
    """A message to the clerk that says of a file which nobody looked at that this is so, and of no other."""
    for remark in _REMARKS.values():
        message = message.replace(remark, "")
    return message + (_REMARKS.get(scan.result, "") if scan is not None else "")
