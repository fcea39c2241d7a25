"""What evidence.toml may say about forms, table `[forms]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsSettings:
    """How forms are filled and rendered."""

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
