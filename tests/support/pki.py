"""A small certificate world in memory: roots, signers, time-stamp authorities, revocation lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

START = datetime(2022, 1, 1, tzinfo=UTC)
END = datetime(2032, 1, 1, tzinfo=UTC)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A key with its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self) -> asn1_keys.PrivateKeyInfo:
        return asn1_keys.PrivateKeyInfo.load(
            self.key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def make_identity(
    name: str,
    *,
    issuer: Identity | None = None,
    start: datetime = START,
    end: datetime = END,
    extended: tuple[x509.ObjectIdentifier, ...] = (),
    key: Key | None = None,
    organization: str = "测试机构",
    subject: x509.Name | None = None,
    responder: str = "",
    no_check: bool = False,
    authority: bool = False,
    issuer_key: bool = False,
) -> Identity:
    """A certificate; without issuer a self-signed root. `subject` stands instead of name and organisation.

    `responder`: where its OCSP answers come from; `no_check`: it answers itself (RFC 6960 4.2.2.2.1);
    `authority`: it issues certificates, though somebody issued it; `issuer_key`: it names its issuer's key.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = subject or x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    root = issuer is None or authority
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not root,
                content_commitment=not root,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=root,
                crl_sign=root,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=True)
    if no_check:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    if responder:
        place = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(responder)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([place]), critical=False)
    signing = key if issuer is None else issuer.key
    if issuer_key:
        named = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
        builder = builder.add_extension(named, critical=False)
    return Identity(key=key, certificate=builder.sign(signing, hashes.SHA256()))


@dataclass(frozen=True, kw_only=True)
class Pki:
    """One root with a signer, a time-stamp authority and a revocation list."""

    root: Identity
    signer: Identity
    authority: Identity
    crl: bytes

    def signing(self) -> SimpleSigner:
        return simple_signer(self.signer, self.root)

    def stamper(self, at: datetime) -> DummyTimeStamper:
        return DummyTimeStamper(
            tsa_cert=self.authority.asn1,
            tsa_key=self.authority.asn1_key,
            certs_to_embed=_store(self.root),
            fixed_dt=at,
        )


def simple_signer(identity: Identity, *chain: Identity) -> SimpleSigner:
    """pyHanko's signer for an identity."""
    return SimpleSigner(
        signing_cert=identity.asn1, signing_key=identity.asn1_key, cert_registry=_store(*chain)
    )


def _store(*identities: Identity) -> Any:
    store = SimpleCertificateStore()
    store.register_multiple([identity.asn1 for identity in identities])
    return store


def make_crl(
    root: Identity,
    *,
    revoked: dict[int, datetime] | None = None,
    start: datetime = START,
    end: datetime = END,
) -> bytes:
    """The root's revocation list, DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(start)
        .next_update(end)
    )
    for serial, moment in (revoked or {}).items():
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment).build()
        )
    return builder.sign(root.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@cache
def shared_pki(name: str = "甲") -> Pki:
    """The same small world for every test that bends nothing about it."""
    organization = "测试机构" if name == "甲" else f"{name}机构"
    root = make_identity(f"{name}根证书", organization=organization)
    return Pki(
        root=root,
        signer=make_identity(f"{name}签名人", issuer=root, organization=organization),
        authority=make_authority(f"{name}时间戳", root),
        crl=make_crl(root),
    )


def make_authority(name: str, root: Identity, *, start: datetime = START, end: datetime = END) -> Identity:
    """A time-stamp authority's certificate; RSA, because pyHanko's in-process authority is."""
    return make_identity(
        name,
        issuer=root,
        start=start,
        end=end,
        extended=(ExtendedKeyUsageOID.TIME_STAMPING,),
        key=rsa.generate_private_key(public_exponent=65537, key_size=2048),
    )


def days(count: float) -> timedelta:
    return timedelta(days=count)


def server_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate of a TLS server and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "server.pem").write_bytes(made.public_bytes(pem))
    (folder / "server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "server.pem", folder / "server.key"
