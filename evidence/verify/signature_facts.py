"""Plain values that say what a verdict about one signature rested on; made in `signature_details`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any


class Proof(StrEnum):
    """What proves that a signature existed at an instant."""

    SIGNATURE_STAMP = "signature_time_stamp"
    DOCUMENT_STAMP = "document_time_stamp"
    PACKAGE_STAMP = "package_time_stamp"
    RENEWAL = "renewal"
    NOTHING = "verification_time"
    """Nothing but that it lies before us now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOfExistence:
    """The earliest instant at which a signature is known to have existed."""

    at: datetime
    by: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationData:
    """The freshest statement at hand about one certificate."""

    source: str
    """`CRL`, `OCSP`."""
    this_update: datetime
    next_update: datetime | None = None
    number: str = ""
    """Of a revocation list."""
    sha256: str
    revoked_at: datetime | None = None
    """When it says the certificate was revoked; None when it says it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """One certificate of a chain."""

    subject: str
    issuer: str
    serial: str
    """Hex."""
    sha256: str
    not_before: datetime
    not_after: datetime
    key: str
    """`RSA 3072`, `EC secp256r1`."""
    signature_algorithm: str
    anchor: bool
    """Named by `--trust`."""
    revocation: RevocationData | None = None
    """None: no list and no response about it was at hand."""
    der: bytes = b""

    def to_json(self) -> dict[str, Any]:
        """Everything but the certificate itself, which its digest names."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "der"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureDetails:
    """What a verdict about one signature rested on."""

    digest_algorithm: str = ""
    signature_algorithm: str = ""
    value: bytes = b""
    """Signature value."""
    chain: tuple[CertificateFacts, ...] = ()
    """The signer's certificate first, as far as issuers were at hand."""
    authority: tuple[CertificateFacts, ...] = ()
    """The same for the authority of its time stamp."""
    proof: ProofOfExistence | None = None


NO_DETAILS = SignatureDetails()
"""Of what could not be read."""
