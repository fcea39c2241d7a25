"""One PDF under examination: its signatures as they are read and judged, and what was found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pyhanko.sign.validation import EmbeddedPdfSignature

from evidence.verify.cms import Signed, Token
from evidence.verify.model import Check, SignatureRow
from evidence.verify.pdf.structure import ByteRange
from evidence.verify.trust import TrustStore

SUBFILTERS = {
    "/ETSI.CAdES.detached": "B",
    "/adbe.pkcs7.detached": "PKCS7",
    "/PBAD.PAdES": "PBAD",
    "/ETSI.RFC3161": "DocTimeStamp",
}
"""Signature formats that are judged -> the beginning of their level's name."""


@dataclass(slots=True, kw_only=True)
class Reading:
    """One signature while it is being judged."""

    embedded: EmbeddedPdfSignature
    is_stamp: bool
    range: ByteRange
    coverage: str = "unclear"
    modifications: str = "unknown"
    reason: str = ""
    """Chinese: what was changed, or why that cannot be said."""
    signed: Signed | None = None
    token: Token | None = None
    visible: bool = False


@dataclass(slots=True, kw_only=True)
class Examination:
    """What is known of one file so far."""

    file: str
    store: TrustStore
    now: datetime
    ours: bool
    checks: list[Check] = field(default_factory=list)
    rows: list[SignatureRow] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    signers: list[bytes] = field(default_factory=list)
    evaluation: bool = False


def where_of(pdf: Examination, reading: Reading) -> str:
    """File and field, as checks name them."""
    return f"{pdf.file} · {reading.embedded.field_name}"
