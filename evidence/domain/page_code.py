"""The one grammar of printed page codes: 28 characters, QR alphanumeric, no separators.

`version 1 | number 14 | page 2 | pages 2 | corner 1 | check 8`; 30 characters would no longer
fit QR version 2-Q, whose 0.70 mm modules survive office scanners. The check is random Base32
drawn for the page at issue; it stops outsiders from inventing pages, not the agency itself.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

from evidence.domain.identifiers import Number, compact, expand

VERSION = "1"
MAX_PAYLOAD = 29
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PAYLOAD = re.compile(r"1([A-Z]{3}\d{6}[A-Z]{2}\d{3})(\d{2})(\d{2})([TB])([A-Z2-7]{8})")


class Corner(StrEnum):
    """Where on the page a code is printed."""

    TOP_RIGHT = "T"
    BOTTOM_LEFT = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCode:
    """What one printed code says."""

    number: Number
    page: int
    """1-based page."""
    pages: int
    """Pages of the whole form, 1..99."""
    corner: Corner
    check: str
    """Eight Base32 characters drawn at issue."""


def draw_check() -> str:
    """A fresh random page check (40 bits)."""
    return "".join(secrets.choice(_BASE32) for _ in range(8))


def encode(code: PageCode) -> str:
    """The payload of one code.

    Raises:
        ValueError: page and pages do not fit two digits.
    """
    if not 1 <= code.page <= code.pages <= 99:
        raise ValueError(f"page {code.page} of {code.pages} does not fit the page code")
    return f"{VERSION}{compact(code.number)}{code.page:02d}{code.pages:02d}{code.corner}{code.check}"


def decode(payload: str) -> PageCode | None:
    """The code behind a payload; None when it is not in our grammar (a foreign code)."""
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        return None
    number = expand(match[1])
    page, pages = int(match[2]), int(match[3])
    if number is None or not 1 <= page <= pages:
        return None
    return PageCode(number=number, page=page, pages=pages, corner=Corner(match[4]), check=match[5])
