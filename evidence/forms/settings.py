"""What evidence.toml may say about forms, table `[forms]`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EachPage(StrEnum):
    """What each page of a record of several pages carries."""

    NOTHING = ""
    SIGNATURE = "signature"
    SEAM = "seam"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsSettings:
    """How forms are filled and rendered."""

    each_page: EachPage = EachPage.NOTHING
    """`signature` or `seam`: an optional line to sign, or place for the seam seal, on each page of records of
    several pages; never required."""
    letter_sign: str = ""
    """机关代字 of the agency's letters (`承安` in 承安〔2022〕1-1号); the contract's code when empty."""
    office: str = "soffice"
    """LibreOffice's command, looked up on PATH."""
    processes: int = 2
    """LibreOffice processes side by side in one batch."""
    start_seconds: int = 60
    """Time one LibreOffice process may take to start; exceeded together with the next it is ended."""
    document_seconds: int = 20
    """Further time for each document of a batch."""
    photo_pixels: int = 1400
    """Longest side of a photograph inside a form; the original is kept untouched."""
    photo_quality: int = 82
    """JPEG quality of photographs inside a form."""
