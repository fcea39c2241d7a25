"""Certificates and revocation lists as files, and how a report names a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from asn1crypto import crl as asn1_crl
from asn1crypto import pem, x509

from evidence.domain.organization import visible_name
from evidence.errors import InputError
from evidence.language import _
from evidence.verify.trust import TrustStore

EVALUATION = "EVALUATION ONLY"


def read_trust(blobs: Sequence[bytes]) -> TrustStore:
    """Anchors (and revocation lists) from PEM or DER files.

    Raises:
        InputError: a file holds neither a certificate nor a revocation list.
    """
    anchors: list[bytes] = []
    crls: list[bytes] = []
    for number, blob in enumerate(blobs, 1):
        found = False
        for kind, der in read_pem_or_der(blob):
            found = True
            (crls if kind == "X509 CRL" else anchors).append(der)
        if not found:
            raise InputError(
                _("信任文件里没有证书。"),
                where=_("--trust 第 {number} 个文件").format(number=number),
                remedy=_("请给出 PEM 或 DER 格式的证书（BEGIN CERTIFICATE）。"),
            )
    return TrustStore(anchors=tuple(dict.fromkeys(anchors)), crls=tuple(crls))


def read_pem_or_der(blob: bytes) -> list[tuple[str, bytes]]:
    """(`CERTIFICATE` or `X509 CRL`, DER) of every such object; unreadable ones are left out."""
    try:
        if pem.detect(blob):
            parts = [(kind, der) for kind, _, der in pem.unarmor(blob, multiple=True)]
        else:
            parts = [("CERTIFICATE", blob), ("X509 CRL", blob)]
    except ValueError:
        return []
    found: list[tuple[str, bytes]] = []
    for kind, der in parts:
        reader = {"CERTIFICATE": x509.Certificate, "X509 CRL": asn1_crl.CertificateList}.get(kind)
        if reader is None:
            continue
        try:
            signed = reader.load(der, strict=True)[0]
            signed["issuer"].native  # noqa: B018  forces the parse
            if kind == "CERTIFICATE":  # a revocation list parses so far too
                signed["subject_public_key_info"].native  # noqa: B018
        except (ValueError, TypeError, KeyError):
            continue
        found.append((kind, der))
    return found


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of the DER certificate in hex: what `openssl x509 -fingerprint -sha256` prints, plain."""
    return sha256(certificate).hexdigest()


def describe(certificate: x509.Certificate) -> str:
    """Common name and organisation, as the report shows a signer; a placeholder when unreadable."""
    try:
        names = certificate.subject.native
    except (ValueError, TypeError, KeyError):
        return "（证书主体读不出）"
    parts: list[str] = []
    for key in ("common_name", "organization_name"):
        value = names.get(key, "")
        text = "，".join(value) if isinstance(value, list) else str(value or "")
        if text and text not in parts:
            parts.append(text)
    return visible_name("，".join(parts)) or "（证书没有名称）"


def is_evaluation(certificate: x509.Certificate) -> bool:
    """Whether the subject carries EVALUATION ONLY."""
    return EVALUATION.encode() in certificate.subject.dump().upper()
