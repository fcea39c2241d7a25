"""The agency's signing certificate is replaced by another: who says so, and what exactly was signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from evidence.domain.identifiers import Sha256

_HEAD = "evidence signer change 1"


class Consent(StrEnum):
    """Whose key signed the statement of a change."""

    OLD_KEY = "old-key"
    """The key that is given up: the ordinary renewal."""
    REGULATOR = "regulator"
    """The regulator's, when the old key is lost or its certificate revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerChange:
    """One change of the signing certificate, with the signature that ties the new key to the old."""

    contract: str
    """Contract code."""
    before: Sha256
    """SHA-256 of the DER certificate that is given up."""
    after: Sha256
    """SHA-256 of the DER certificate that takes its place."""
    at: datetime
    """Instant of the statement."""
    why: str
    certificate: str
    """The new certificate, DER in Base64."""
    replaced: str
    """The old certificate, DER in Base64."""
    consent: Consent
    signature: str
    """CMS (RFC 5652), detached over `statement`, DER in Base64."""

    @property
    def statement(self) -> str:
        """Exactly what was signed."""
        return statement(self.contract, self.before, self.after, self.at)


def statement(contract: str, before: str, after: str, at: datetime) -> str:
    """The text to sign for a change of certificate; the same fields always give the same bytes."""
    instant = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"{_HEAD}\ncontract {contract}\nfrom {before}\nto {after}\nat {instant}\n"
