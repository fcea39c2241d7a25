"""Throw-away keys for trying things out: every subject says EVALUATION ONLY.

One root, one signing certificate (RSA-3072), one time-stamp authority for `openssl ts`, one CRL.
RFC 5280 profiles; the signer has no extended key usage so that `openssl cms -verify` takes it.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

EVALUATION = "EVALUATION ONLY"
MARKER = "EVALUATION-ONLY.txt"
_YEAR = timedelta(days=365)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_TSA_CONFIG = """\
[tsa]
default_tsa = evaluation
[evaluation]
serial = ./serial
signer_cert = ./tsa.pem
signer_key = ./tsa.key
certs = ./chain.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.13762.3
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def make_evaluation_keys(folder: Path, *, curve: bool = False, now: datetime | None = None) -> None:
    """Write `ca.pem`, `ca.crl`, `signer.p12`, `signer.password` and `tsa/` into a folder.

    Nothing is done when the folder holds a signer already, so that running it again is safe.

    Args:
        folder: made with mode 0700; key files get 0600.
        curve: P-256 instead of RSA-3072.
        now: real time; certificates never carry the demo clock.

    Raises:
        OSError: the folder cannot be written.
    """
    if (folder / "signer.p12").exists():
        return
    start = (now or datetime.now(UTC)) - timedelta(hours=1)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    root_key = _key(curve=curve)
    root = issue_certificate(f"{EVALUATION} 试用根证书", root_key, now=start, years=10)
    signer_key = _key(curve=curve)
    signer = issue_certificate(
        f"{EVALUATION} 试用签名人", signer_key, issuer=root, issuer_key=root_key, now=start, years=3
    )
    password = secrets.token_urlsafe(24)
    private(folder / "signer.password", password.encode() + b"\n")
    private(
        folder / "signer.p12",
        pkcs12.serialize_key_and_certificates(
            b"signer", signer_key, signer, [root], serialization.BestAvailableEncryption(password.encode())
        ),
    )
    (folder / "ca.pem").write_bytes(pem(root))
    (folder / "ca.crl").write_bytes(make_crl(root, root_key, now=start, years=10))
    make_local_authority(folder / "tsa", root, root_key, now=start)
    (folder / MARKER).write_text(
        "这里的证书和密钥仅供试用（EVALUATION ONLY），不得用于正式移交。\n"
        "These keys are for evaluation only and must not sign real packages.\n"
        f"signer-sha256 {signer.fingerprint(hashes.SHA256()).hex()}\n",
        encoding="utf-8",
    )


def make_local_authority(
    folder: Path, root: x509.Certificate, root_key: PrivateKey, *, now: datetime
) -> None:
    """A time-stamp authority for `openssl ts`: key, certificate, serial file and configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    certificate = issue_certificate(
        f"{EVALUATION} 试用时间戳", key, issuer=root, issuer_key=root_key, now=now, years=9, authority=True
    )
    private(
        folder / "tsa.key",
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    (folder / "tsa.pem").write_bytes(pem(certificate))
    (folder / "chain.pem").write_bytes(pem(root))
    (folder / "serial").write_text("1000\n", encoding="ascii")
    # openssl resolves no path against its configuration; "." is the folder it is started in
    (folder / "tsa.cnf").write_text(_TSA_CONFIG, encoding="ascii")


def issue_certificate(
    name: str,
    key: PrivateKey,
    *,
    issuer: x509.Certificate | None = None,
    issuer_key: PrivateKey | None = None,
    now: datetime,
    years: float,
    authority: bool = False,
    organization: str = EVALUATION,
) -> x509.Certificate:
    """A root (without issuer), an end-entity signing certificate, or a time-stamp authority's."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    is_root = issuer is None or issuer_key is None
    signing_key = key if is_root or issuer_key is None else issuer_key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + years * _YEAR)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False
        )
        .add_extension(key_usage(root=is_root, authority=authority), critical=True)
    )
    if authority:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return builder.sign(signing_key, hashes.SHA256())


def make_crl(
    root: x509.Certificate,
    root_key: PrivateKey,
    *,
    now: datetime,
    years: float,
    revoked: tuple[int, ...] = (),
) -> bytes:
    """The root's revocation list, DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now)
        .next_update(now + years * _YEAR)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
    )
    for serial in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
        )
    return builder.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def pem(certificate: x509.Certificate) -> bytes:
    """PEM text of a certificate."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def private(path: Path, data: bytes) -> None:
    """Write a secret that only its owner can read, from its first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _key(*, curve: bool) -> PrivateKey:
    if curve:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def key_usage(*, root: bool, authority: bool) -> x509.KeyUsage:
    """A root signs certificates, an authority answers its callers, anybody else signs papers."""
    return x509.KeyUsage(
        digital_signature=not root,
        content_commitment=not root and not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=root,
        crl_sign=root,
        encipher_only=False,
        decipher_only=False,
    )
