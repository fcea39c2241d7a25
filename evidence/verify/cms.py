"""CMS signatures and RFC 3161 tokens: are the bytes sound, and what do they say?

Trust is judged elsewhere (`trust`); nothing here decides whom to believe. Cryptography is pyHanko's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import new as new_hash

from asn1crypto import cms, core, tsp, x509
from pyhanko.sign.general import (
    CMSExtractionError,
    CMSStructuralError,
    MultivaluedAttributeError,
    NonexistentAttributeError,
    extract_certificate_info,
    extract_signer_info,
    find_cms_attribute_iter,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, validate_sig_integrity

from evidence.verify.model import Integrity

DigestOf = Callable[[str], bytes]
"""Name of a hash algorithm -> digest of the signed content."""

_STRONG = frozenset({"sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
_WEAK = frozenset({"md5", "sha1"})
_METHOD = re.compile(r"rsassa_pkcs1v15|rsassa_pss|\w+_(?:rsa|dsa|ecdsa)|ecdsa|dsa|ed25519|ed448")
_FOREIGN = {
    "1.2.156.10197.1.501": "SM2/SM3（国密）",
    "1.2.156.10197.1.301.1": "SM2（国密）",
    "1.2.156.10197.1.301": "SM2（国密）",
}
"""Algorithms that are sound but that no library here can check."""
_MALFORMED = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    CMSExtractionError,
    CMSStructuralError,
    MultivaluedAttributeError,
    NonexistentAttributeError,
    SignatureValidationError,
)
"""What parsing and checking hostile ASN.1 is known to raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One RFC 3161 time-stamp token."""

    sound: bool
    """Imprint and signature are right."""
    gen_time: datetime | None = None
    certificate: x509.Certificate | None = None
    certificates: tuple[x509.Certificate, ...] = ()
    problem: str = ""
    sub_indication: str = ""
    digest_algorithm: str = ""
    signature_algorithm: str = ""
    value: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One CMS SignedData over known content."""

    integrity: Integrity
    problem: str = ""
    sub_indication: str = ""
    certificate: x509.Certificate | None = None
    certificates: tuple[x509.Certificate, ...] = ()
    """Everything else that came with it."""
    claimed_at: datetime | None = None
    token: Token | None = None
    """First time stamp over the signature value; None when there is none."""
    weak: bool = False
    """Whether the digest algorithm is no longer good enough."""
    crls: tuple[bytes, ...] = field(default_factory=tuple)
    ocsps: tuple[bytes, ...] = field(default_factory=tuple)
    digest_algorithm: str = ""
    signature_algorithm: str = ""
    value: bytes = b""
    """Signature value."""


def load_signed_data(data: bytes, *, padded: bool = False) -> cms.SignedData:
    """The SignedData inside a DER ContentInfo.

    Args:
        data: DER; with `padded` followed by zero bytes only (a PDF's /Contents).

    Raises:
        ValueError: no SignedData, or other bytes follow.
    """
    if padded:
        length = _der_length(data)
        if data[length:].strip(b"\0"):
            raise ValueError("bytes after the signature")
        data = data[:length]
    info = cms.ContentInfo.load(data, strict=True)
    if info["content_type"].native != "signed_data":
        raise ValueError("not SignedData")
    signed: cms.SignedData = info["content"]
    return signed


def read_signature(signed: cms.SignedData, digest_of: DigestOf) -> Signed:
    """Check one signature over detached content; never raises on malformed input."""
    try:
        return _read_signature(signed, digest_of)
    except SignatureValidationError as error:
        sub = error.ades_subindication.standard_name if error.ades_subindication else "FORMAT_FAILURE"
        return Signed(integrity=Integrity.FAILED, problem="签名结构有误", sub_indication=sub)
    except _MALFORMED:
        return Signed(integrity=Integrity.FAILED, problem="签名数据无法解析", sub_indication="FORMAT_FAILURE")


def read_token(signed: cms.SignedData, imprint_of: DigestOf) -> Token:
    """Check one time-stamp token over known content; never raises on malformed input."""
    try:
        return _read_token(signed, imprint_of)
    except _MALFORMED:
        return Token(sound=False, problem="时间戳无法解析", sub_indication="FORMAT_FAILURE")


def hash_bytes(data: bytes) -> DigestOf:
    """Digest of bytes held in memory."""

    def digest(algorithm: str) -> bytes:
        return new_hash(_hash_name(algorithm), data, usedforsecurity=False).digest()

    return digest


def _hash_name(algorithm: str) -> str:
    return algorithm.replace("sha3_", "sha3-") if algorithm.startswith("sha3_") else algorithm


def _read_signature(signed: cms.SignedData, digest_of: DigestOf) -> Signed:
    signer = extract_signer_info(signed)
    if signed["encap_content_info"]["content"] is not core.VOID and len(
        bytes(signed["encap_content_info"]["content"])
    ):
        return Signed(integrity=Integrity.FAILED, problem="签名内另藏有内容", sub_indication="FORMAT_FAILURE")
    info = extract_certificate_info(signed)
    algorithm = signer["digest_algorithm"]["algorithm"].native
    method = signer["signature_algorithm"]["algorithm"].native
    if algorithm not in _STRONG | _WEAK or not _METHOD.fullmatch(method):
        return Signed(
            integrity=Integrity.INDETERMINATE,
            problem=f"本程序不能验证签名算法 {_FOREIGN.get(method, method)}",
            sub_indication="CRYPTO_CONSTRAINTS_FAILURE",
            certificate=info.signer_cert,
            digest_algorithm=algorithm,
            signature_algorithm=method,
            value=signer["signature"].native,
        )
    content_type = signed["encap_content_info"]["content_type"].native
    intact, valid = validate_sig_integrity(signer, info.signer_cert, content_type, digest_of(algorithm))
    problem, sub = "", ""
    if not intact:
        problem, sub = "被签内容已改变", "HASH_FAILURE"
    elif not valid:
        problem, sub = "签名值不对", "SIG_CRYPTO_FAILURE"
    crls, ocsps = _embedded_revocation(signer)
    return Signed(
        integrity=Integrity.FAILED if problem else Integrity.PASSED,
        problem=problem,
        sub_indication=sub,
        certificate=info.signer_cert,
        certificates=tuple(info.other_certs),
        claimed_at=extract_self_reported_ts(signer) if signer["signed_attrs"] else None,
        token=_first_token(signer),
        weak=algorithm not in _STRONG,
        crls=crls,
        ocsps=ocsps,
        digest_algorithm=algorithm,
        signature_algorithm=method,
        value=signer["signature"].native,
    )


def _first_token(signer: cms.SignerInfo) -> Token | None:
    """The first sound signature time stamp, else the first one."""
    value = signer["signature"].native
    first: Token | None = None
    for signed in token_values(signer):
        token = read_token(signed, hash_bytes(value))
        if token.sound:
            return token
        first = first or token
    return first


def token_values(signer: cms.SignerInfo) -> Iterator[cms.SignedData]:
    """Signature time stamps among the unsigned attributes."""
    try:
        found = list(find_cms_attribute_iter(signer["unsigned_attrs"], "signature_time_stamp_token"))
    except NonexistentAttributeError:
        return
    for value in found:
        yield value["content"]


def _read_token(signed: cms.SignedData, imprint_of: DigestOf) -> Token:
    content = signed["encap_content_info"]["content"]
    info = content.parsed
    if not isinstance(info, tsp.TSTInfo):
        return Token(sound=False, problem="时间戳里没有时间", sub_indication="FORMAT_FAILURE")
    signer = extract_signer_info(signed)
    certificates = extract_certificate_info(signed)
    algorithm = signer["digest_algorithm"]["algorithm"].native
    intact, valid = validate_sig_integrity(
        signer,
        certificates.signer_cert,
        "tst_info",
        hash_bytes(bytes(content))(algorithm),
    )
    gen_time = info["gen_time"].native
    imprint = info["message_imprint"]
    imprint_algorithm = imprint["hash_algorithm"]["algorithm"].native
    problem, sub = "", ""
    if not intact or not valid:
        problem, sub = "时间戳的签名不对", "SIG_CRYPTO_FAILURE"
    elif imprint_algorithm not in _STRONG or algorithm not in _STRONG:
        problem, sub = "时间戳的摘要算法强度不足", "CRYPTO_CONSTRAINTS_FAILURE"
    elif imprint_of(imprint_algorithm) != imprint["hashed_message"].native:
        problem, sub = "时间戳不是为这份内容加盖的", "HASH_FAILURE"
    elif signer["signed_attrs"] is core.VOID or not signer["signed_attrs"]:
        problem, sub = "时间戳缺少签名属性", "FORMAT_FAILURE"
    return Token(
        sound=not problem,
        gen_time=gen_time.astimezone(UTC),
        certificate=certificates.signer_cert,
        certificates=tuple(certificates.other_certs),
        problem=problem,
        sub_indication=sub,
        digest_algorithm=algorithm,
        signature_algorithm=signer["signature_algorithm"]["algorithm"].native,
        value=signer["signature"].native,
    )


def _embedded_revocation(signer: cms.SignerInfo) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """CRLs and OCSP responses in Adobe's signed attribute."""
    try:
        value = find_unique_cms_attribute(signer["signed_attrs"], "adobe_revocation_info_archival")
    except (NonexistentAttributeError, MultivaluedAttributeError):
        return (), ()
    crls = tuple(item.dump() for item in value["crl"] or ())
    ocsps = tuple(item.dump() for item in value["ocsp"] or ())
    return crls, ocsps


def _der_length(data: bytes) -> int:
    """Length of the first DER element.

    Raises:
        ValueError: not a definite length.
    """
    if len(data) < 2 or data[0] != 0x30 or data[1] == 0x80:
        raise ValueError("not a DER sequence")
    if data[1] < 0x80:
        return 2 + data[1]
    count = data[1] & 0x7F
    return 2 + count + int.from_bytes(data[2 : 2 + count], "big")
