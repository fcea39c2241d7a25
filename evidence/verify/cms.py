"""CMS signatures and RFC 3161 tokens: are the bytes sound, and what do they say?

Trust is judged elsewhere (`trust`); nothing here decides whom to believe. Cryptography is pyHanko's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from asn1crypto import cms, core, parser, tsp, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.ades.report import AdESStatus
from pyhanko.sign.general import (
    CMSExtractionError,
    MultivaluedAttributeError,
    NonexistentAttributeError,
    extract_certificate_info,
    find_cms_attribute_iter,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, validate_sig_integrity
from pyhanko_certvalidator.errors import AlgorithmNotSupported, DSAParametersUnavailable

from evidence.verify.algorithms import (
    STRONG,
    WEAK,
    DigestOf,
    digest_of_bytes,
    is_chinese,
    key_problem,
    shown,
)
from evidence.verify.ber import definite
from evidence.verify.model import Integrity
from evidence.verify.signature_methods import MethodsOfOthers, TwoDigestsError, can_verify, digest_name

_METHODS = MethodsOfOthers()


class ForeignSignatureError(ValueError):
    """A signature of a kind that no library here reads: sound perhaps, undecided certainly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One RFC 3161 time-stamp token."""

    integrity: Integrity
    """Whether imprint and signature are right."""
    gen_time: datetime | None = None
    certificate: x509.Certificate | None = None
    certificates: tuple[x509.Certificate, ...] = ()
    problem: str = ""
    sub_indication: str = ""
    digest_algorithm: str = ""
    signature_algorithm: str = ""
    value: bytes = b""

    @property
    def sound(self) -> bool:
        """Whether its time can be relied on, whoever stamped."""
        return self.integrity is Integrity.PASSED and not self.problem


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


def load_signed_data(data: bytes) -> cms.SignedData:
    """The SignedData inside a ContentInfo that fills `data`.

    Raises:
        ForeignSignatureError: it is signed data of the Chinese standards.
        ValueError: no SignedData, or other bytes follow.
    """
    return _signed_data(cms.ContentInfo.load(data, strict=True))


def load_contents(data: bytes) -> tuple[cms.SignedData, int]:
    """The SignedData at the start of a PDF's /Contents, and how many bytes other than padding follow it.

    CMS is BER (RFC 5652, 10): lengths may be indefinite, so the parser finds the end.

    Raises:
        ForeignSignatureError: it is signed data of the Chinese standards.
        ValueError: no SignedData.
    """
    length = parser.peek(data)
    info = cms.ContentInfo.load(definite(data[:length]), strict=True)
    return _signed_data(info), len(data[length:].strip(b"\0"))


def _signed_data(info: cms.ContentInfo) -> cms.SignedData:
    kind = info["content_type"].native
    if is_chinese(kind):
        raise ForeignSignatureError(kind)
    if kind != "signed_data":
        raise ValueError("not SignedData")
    signed: cms.SignedData = info["content"]
    return signed


def read_signature(signed: cms.SignedData, digest_of: DigestOf) -> Signed:
    """Check one signature over detached content; never raises on malformed input."""
    try:
        return _read_signature(signed, digest_of)
    except Exception:  # hostile ASN.1 breaks in any way; nothing is concluded from that
        return Signed(
            integrity=Integrity.INDETERMINATE,
            problem="签名数据分析不出来",
            sub_indication="GENERIC",
        )


def read_token(signed: cms.SignedData, imprint_of: DigestOf) -> Token:
    """Check one time-stamp token over known content; never raises on malformed input."""
    try:
        return _read_token(signed, imprint_of)
    except Exception:  # as above
        return Token(
            integrity=Integrity.INDETERMINATE,
            problem="时间戳分析不出来",
            sub_indication="GENERIC",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """What checking one SignerInfo gave."""

    integrity: Integrity = Integrity.PASSED
    problem: str = ""
    sub_indication: str = ""
    certificate: x509.Certificate | None = None
    certificates: tuple[x509.Certificate, ...] = ()


def _read_signature(signed: cms.SignedData, digest_of: DigestOf) -> Signed:
    if len(signed["signer_infos"]) != 1:
        return Signed(
            integrity=Integrity.INDETERMINATE if len(signed["signer_infos"]) else Integrity.FAILED,
            problem=f"签名数据里有 {len(signed['signer_infos'])} 个签名人，应当只有一个",
            sub_indication="GENERIC" if len(signed["signer_infos"]) else "FORMAT_FAILURE",
        )
    signer = signed["signer_infos"][0]
    value = _check_value(signed, signer, digest_of)
    content = signed["encap_content_info"]["content"]
    if value.integrity is Integrity.PASSED and content is not core.VOID and len(bytes(content)):
        # readers disagree about what such a signature covers
        value = _open("签名内另藏有内容", "GENERIC")
    crls, ocsps = _embedded_revocation(signer)
    return Signed(
        integrity=value.integrity,
        problem=value.problem,
        sub_indication=value.sub_indication,
        certificate=value.certificate,
        certificates=value.certificates,
        claimed_at=_claimed_at(signer),
        token=_first_token(signer),
        weak=digest_name(signer) not in STRONG,
        crls=crls,
        ocsps=ocsps,
        digest_algorithm=digest_name(signer),
        signature_algorithm=signer["signature_algorithm"]["algorithm"].native,
        value=signer["signature"].native,
    )


def _has_attributes(signer: cms.SignerInfo) -> bool:
    return signer["signed_attrs"] is not core.VOID and len(signer["signed_attrs"]) > 0


def _check_value(signed: cms.SignedData, signer: cms.SignerInfo, digest_of: DigestOf) -> _Value:
    """The digest first, since it decides without certificate or algorithm; then the signature value."""
    name = digest_name(signer)
    try:
        actual = digest_of(name)
    except ValueError:  # hashlib does not know it
        return _unknown(f"本程序不能计算摘要算法 {shown(name)}")
    if _has_attributes(signer):
        try:
            stated = find_unique_cms_attribute(signer["signed_attrs"], "message_digest").native
        except (NonexistentAttributeError, MultivaluedAttributeError):
            return _broken("签名属性里没有内容的摘要", "FORMAT_FAILURE")
        if stated != actual:
            return _broken("被签内容已改变", "HASH_FAILURE")
    try:
        info = extract_certificate_info(signed)
    except (CMSExtractionError, TypeError):  # pyHanko iterates over an absent certificate field
        return _open("签名里没有签名人的证书", "NO_SIGNING_CERTIFICATE_FOUND")
    found = _Value(certificate=info.signer_cert, certificates=tuple(info.other_certs))
    method = signer["signature_algorithm"]["algorithm"].native
    if name not in STRONG | WEAK or not can_verify(method):
        unknown = method if not can_verify(method) else name
        return replace(_unknown(f"本程序不能验证签名算法 {shown(unknown)}"), certificate=info.signer_cert)
    problem = key_problem(info.signer_cert)
    if problem:
        return replace(_unknown(problem), certificate=info.signer_cert)
    return _verified(signed, signer, found, actual)


def _verified(signed: cms.SignedData, signer: cms.SignerInfo, found: _Value, digest: bytes) -> _Value:
    """The signature value itself, under a key and by a method that can be checked."""
    method = signer["signature_algorithm"]["algorithm"].native
    content_type = signed["encap_content_info"]["content_type"].native
    try:
        _, valid = validate_sig_integrity(
            signer, found.certificate, content_type, digest, sig_validator=_METHODS
        )
    except SignatureValidationError as error:
        sub = error.ades_subindication
        failed = sub is None or sub.status is AdESStatus.FAILED
        return replace(
            found,
            integrity=Integrity.FAILED if failed else Integrity.INDETERMINATE,
            problem="签名结构有误" if failed else "签名所指的签名人证书与所附证书不符",
            sub_indication=sub.standard_name if sub else "FORMAT_FAILURE",
        )
    except (UnsupportedAlgorithm, AlgorithmNotSupported, DSAParametersUnavailable):
        return replace(_unknown(f"本程序不能验证签名算法 {shown(method)}"), certificate=found.certificate)
    except TwoDigestsError as error:
        problem = f"签名方法写明的摘要与签名实际所用的（{shown(error.digest)}）不一致"
        return replace(_unknown(problem), certificate=found.certificate)
    if not valid:
        return replace(
            found,
            integrity=Integrity.FAILED,
            problem="签名值不对",
            sub_indication="SIG_CRYPTO_FAILURE",
        )
    return found


def _broken(problem: str, sub_indication: str) -> _Value:
    return _Value(integrity=Integrity.FAILED, problem=problem, sub_indication=sub_indication)


def _open(problem: str, sub_indication: str) -> _Value:
    return _Value(integrity=Integrity.INDETERMINATE, problem=problem, sub_indication=sub_indication)


def _unknown(problem: str) -> _Value:
    return _open(problem, "CRYPTO_CONSTRAINTS_FAILURE")


def _claimed_at(signer: cms.SignerInfo) -> datetime | None:
    try:
        return extract_self_reported_ts(signer) if _has_attributes(signer) else None
    except Exception:  # a claim that cannot be read is no claim; the signature itself stands
        return None


def _first_token(signer: cms.SignerInfo) -> Token | None:
    """The first sound signature time stamp, else the first one; one that cannot be read is undecided."""
    first: Token | None = None
    try:
        value = signer["signature"].native
        for signed in token_values(signer):
            token = read_token(signed, digest_of_bytes(value))
            if token.sound:
                return token
            first = first or token
    except Exception:  # as above
        return first or Token(
            integrity=Integrity.INDETERMINATE,
            problem="时间戳分析不出来",
            sub_indication="GENERIC",
        )
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
    if not isinstance(info, tsp.TSTInfo) or len(signed["signer_infos"]) != 1:
        return Token(integrity=Integrity.FAILED, problem="时间戳里没有时间", sub_indication="FORMAT_FAILURE")
    signer = signed["signer_infos"][0]
    value = _check_value(signed, signer, digest_of_bytes(bytes(content)))
    imprint = info["message_imprint"]
    hashed_by = imprint["hash_algorithm"]["algorithm"].native
    integrity, problem, sub = value.integrity, value.problem, value.sub_indication
    if integrity is Integrity.FAILED:
        problem, sub = "时间戳的签名不对", "SIG_CRYPTO_FAILURE"
    elif imprint_of(hashed_by) != imprint["hashed_message"].native:
        integrity, problem, sub = Integrity.FAILED, "时间戳不是为这份内容加盖的", "HASH_FAILURE"
    elif not _has_attributes(signer):
        integrity, problem, sub = Integrity.FAILED, "时间戳缺少签名属性", "FORMAT_FAILURE"
    elif not problem and {hashed_by, digest_name(signer)} - STRONG:
        problem, sub = "时间戳的摘要算法强度不足", "CRYPTO_CONSTRAINTS_FAILURE"
    return Token(
        integrity=integrity,
        gen_time=info["gen_time"].native.astimezone(UTC),
        certificate=value.certificate,
        certificates=value.certificates,
        problem=problem,
        sub_indication=sub,
        digest_algorithm=digest_name(signer),
        signature_algorithm=signer["signature_algorithm"]["algorithm"].native,
        value=signer["signature"].native,
    )


def _embedded_revocation(signer: cms.SignerInfo) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """CRLs and OCSP responses in Adobe's signed attribute; none when it cannot be read."""
    try:
        value = find_unique_cms_attribute(signer["signed_attrs"], "adobe_revocation_info_archival")
        crls = tuple(item.dump() for item in value["crl"] or ())
        return crls, tuple(item.dump() for item in value["ocsp"] or ())
    except Exception:  # material that may help, nothing more
        return (), ()
