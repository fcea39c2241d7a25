"""Where a certificate path may end: the reader's anchors, none exempt from validity and revocation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl as asn1_crl
from asn1crypto import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Certificates a path may end at, when it passes through a trusted one."""

    at: tuple[x509.Certificate, ...]
    through: tuple[x509.Certificate, ...]


def ends_of(
    *,
    anchors: Sequence[x509.Certificate],
    others: Sequence[x509.Certificate],
    lists: Sequence[asn1_crl.CertificateList],
    moment: datetime,
) -> tuple[Ends, ...]:
    """Where a path may end: at the roots that the reader trusts, or behind each certificate he pinned.

    A path that begins at its own anchor is never asked about revocation (RFC 5280, 6.1). A pinned
    certificate that another issued, of whoever signed or of an authority between, therefore steps back
    behind its issuer: whoever holds the key that signed it may revoke it, whether the reader trusts that
    issuer otherwise or not. Where the issuer is unknown nothing tells of revocation and no path ends there.
    An anchor outside its validity, or one that its issuer's list names, is none.
    """
    known = (*anchors, *others)
    standing = [each for each in anchors if _holds(each, known, lists, moment)]
    own = tuple(each for each in standing if each.self_issued)
    found = [Ends(at=own, through=own)] if own else []
    for pinned in standing:
        behind = () if pinned.self_issued else tuple(each for each in known if _signed_by(pinned, each))
        if behind:
            found.append(Ends(at=behind, through=(pinned,)))
    return tuple(found)


def _holds(
    anchor: x509.Certificate,
    known: Sequence[x509.Certificate],
    lists: Sequence[asn1_crl.CertificateList],
    moment: datetime,
) -> bool:
    if not anchor.not_valid_before <= moment <= anchor.not_valid_after:
        return False
    if anchor.self_issued or not anchor.ca:
        return True
    issuers = [each for each in known if _signed_by(anchor, each)]
    return not any(
        _names(listed, anchor, moment) and any(_list_signed_by(listed, issuer) for issuer in issuers)
        for listed in lists
    )


def _names(listed: asn1_crl.CertificateList, certificate: x509.Certificate, moment: datetime) -> bool:
    """Whether a list names the certificate as revoked at or before an instant."""
    return listed.issuer == certificate.issuer and any(
        entry["user_certificate"].native == certificate.serial_number
        and entry["revocation_date"].native <= moment
        for entry in listed["tbs_cert_list"]["revoked_certificates"] or ()
    )


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key made the certificate's signature."""
    if certificate.issuer != issuer.subject:
        return False
    try:
        load_der_x509_certificate(certificate.dump()).verify_directly_issued_by(
            load_der_x509_certificate(issuer.dump())
        )
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _list_signed_by(listed: asn1_crl.CertificateList, issuer: x509.Certificate) -> bool:
    """Whether the issuer's key made the revocation list's signature."""
    try:
        key = load_der_x509_certificate(issuer.dump()).public_key()
        return bool(load_der_x509_crl(listed.dump()).is_signature_valid(key))  # type: ignore[arg-type]
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
