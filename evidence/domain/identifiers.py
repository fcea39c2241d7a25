"""Identifiers of the contract's world, and the check digit of the unified social credit code."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NewType

EnterpriseId = NewType("EnterpriseId", str)
"""The 18-character 统一社会信用代码; an enterprise without one carries `X-<running>`."""
PersonId = NewType("PersonId", str)
CaseId = NewType("CaseId", str)
"""`<contract><yy>-<nnnn>`, e.g. `WJB22-0012`."""
VisitId = NewType("VisitId", str)
"""`<case>-V<n>`, e.g. `WJB22-0012-V1`."""
Number = NewType("Number", str)
"""Number of an issued form as people read it, e.g. `WJB22-0012-JC-001`."""
ArrivalId = NewType("ArrivalId", str)
"""`A-<yyyymmdd>-<running>`, e.g. `A-20220401-0007`."""
Sha256 = NewType("Sha256", str)
"""Lower-case hex SHA-256 of exact bytes."""

_NUMBER = re.compile(r"([A-Z]{3})(\d{2})-(\d{4})-([A-Z]{2})-(\d{3})")
_COMPACT = re.compile(r"([A-Z]{3})(\d{2})(\d{4})([A-Z]{2})(\d{3})")
_ARRIVAL = re.compile(r"A-(\d{4})(\d{2})(\d{2})-\d{4,}")
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))


def as_typed(text: str) -> str:
    """An identifier as it is kept, from what a person typed: full width, small letters, long dashes."""
    return unicodedata.normalize("NFKC", text).translate(_DASHES).strip().upper()


def make_case_id(contract: str, year: int, running: int) -> CaseId:
    """Case id from contract code, calendar year and running number (1..9999)."""
    return CaseId(f"{contract}{year % 100:02d}-{running:04d}")


def make_number(case: CaseId, form_code: str, running: int) -> Number:
    """Number of the `running`-th (1..999) form of one kind in one case."""
    return Number(f"{case}-{form_code}-{running:03d}")


def arrival_day(arrival: str) -> date | None:
    """The Shanghai day an arrival came in, which its id names; None for a text that is no such id."""
    match = _ARRIVAL.fullmatch(arrival)
    try:
        return None if match is None else date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def compact(number: Number) -> str:
    """The 14 characters that fit a page code: the number without separators."""
    return number.replace("-", "")


def expand(text: str) -> Number | None:
    """The number behind its compact or readable spelling, None when it is not in our grammar."""
    match = _COMPACT.fullmatch(text) or _NUMBER.fullmatch(text)
    if match is None:
        return None
    contract, year, case, form, running = match.groups()
    return Number(f"{contract}{year}-{case}-{form}-{running}")


def number_case(number: Number) -> CaseId:
    """The case a number belongs to."""
    return CaseId(number[:10])


def credit_code_check(code: str) -> bool | None:
    """Whether the last character of a credit code is right (GB 32100-2015).

    Returns None when the text has not 18 characters of the standard's alphabet. A False is a
    warning only: codes in real use fail the check.
    """
    if len(code) != 18 or any(character not in _CREDIT_ALPHABET for character in code):
        return None
    total = sum(
        _CREDIT_ALPHABET.index(character) * weight
        for character, weight in zip(code, _CREDIT_WEIGHTS, strict=False)
    )
    return _CREDIT_ALPHABET[(31 - total % 31) % 31] == code[17]
