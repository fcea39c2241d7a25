"""The `certificates/` folder: chains and revocation data of signer and time-stamp authority."""

from __future__ import annotations

from collections.abc import Iterator

from asn1crypto import crl, pem, x509

from evidence.bundles.names import component
from evidence.bundles.pades import PdfSigning


def certificate_files(signing: PdfSigning) -> Iterator[tuple[str, bytes]]:
    """File names and bytes; secrets never come near here."""
    yield "signer-chain.pem", armoured((signing.key.certificate, *signing.key.chain))
    stamping = signing.stamping_chain()
    if stamping:
        yield "tsa-chain.pem", armoured(stamping)
    for number, each in enumerate(signing.revocation.crls, 1):
        issuer = str(each.issuer.native.get("common_name", "issuer"))
        yield component(f"{number}-{issuer}", ".crl"), armoured_list(each)
    for number, answer in enumerate(signing.revocation.ocsps, 1):
        yield f"{number}.ocsp", answer.dump()


def armoured(certificates: tuple[x509.Certificate, ...]) -> bytes:
    """PEM text of some certificates, each once, in order."""
    unique = {each.sha256: each for each in certificates}
    text: bytes = b"".join(pem.armor("CERTIFICATE", each.dump()) for each in unique.values())
    return text


def armoured_list(each: crl.CertificateList) -> bytes:
    """PEM text of a revocation list: what `openssl … -CRLfile` reads."""
    text: bytes = pem.armor("X509 CRL", each.dump())
    return text
