"""What a certificate says of its holder, as far as checks compare it."""

from __future__ import annotations

from asn1crypto import x509

from evidence.verify.trust_files import describe, fingerprint


def organizations(certificate: x509.Certificate) -> tuple[str, ...]:
    """Organisation names in the subject."""
    return _values(certificate, "organization_name")


def common_names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Common names in the subject."""
    return _values(certificate, "common_name")


def named(certificate: bytes) -> str:
    """`“name，organisation”（SHA-256 …）`: who, and which of his certificates."""
    try:
        who = describe(x509.Certificate.load(certificate))
    except (ValueError, TypeError, KeyError):
        who = "（读不出）"
    return f"“{who}”（SHA-256 {fingerprint(certificate)}）"


def _values(certificate: x509.Certificate, key: str) -> tuple[str, ...]:
    try:
        value = certificate.subject.native.get(key, "")
    except (ValueError, TypeError, KeyError):
        return ()
    return tuple(str(each) for each in value) if isinstance(value, list) else (str(value),) if value else ()
