"""Whether a certificate could be relied on at an instant: chain, validity, purpose, revocation.

Only certificates named by `--trust` are a reason to trust; everything in the package (chains, CRL,
OCSP) is material. Path validation is RFC 5280 through pyhanko-certvalidator, always offline.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import pem, x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.generic_cms import validate_cert_usage
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager

from evidence.errors import InputError
from evidence.language import _

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # its findings are ours to report, in Chinese
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

EVALUATION = "EVALUATION ONLY"


class Purpose(StrEnum):
    """What a certificate was used for."""

    SIGN = "sign"
    STAMP = "stamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What can be said of a certificate at an instant."""

    trusted: bool
    sub_indication: str = ""
    """ETSI EN 319 102-1 name of the reason when not trusted."""
    reason: str = ""
    """The same in Chinese."""
    fatal: bool = False
    """Whether the reason fails the signature for good, given a proven instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustStore:
    """Anchors chosen by the reader, and material that came along."""

    anchors: tuple[bytes, ...] = ()
    """DER certificates."""
    certificates: tuple[bytes, ...] = ()
    """DER, to build chains with; no reason to trust."""
    crls: tuple[bytes, ...] = ()
    """DER revocation lists."""
    ocsps: tuple[bytes, ...] = ()
    """DER OCSPResponse."""

    def with_material(
        self,
        *,
        certificates: Iterable[bytes] = (),
        crls: Iterable[bytes] = (),
        ocsps: Iterable[bytes] = (),
    ) -> TrustStore:
        """The same anchors with more material."""
        return replace(
            self,
            certificates=tuple(dict.fromkeys((*self.certificates, *certificates))),
            crls=tuple(dict.fromkeys((*self.crls, *crls))),
            ocsps=tuple(dict.fromkeys((*self.ocsps, *ocsps))),
        )


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
                where=f"--trust 第 {number} 个文件",
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
    return "，".join(parts) or "（证书没有名称）"


def is_evaluation(certificate: x509.Certificate) -> bool:
    """Whether the subject carries EVALUATION ONLY."""
    return EVALUATION.encode() in certificate.subject.dump().upper()


_SIGN_USAGE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)
_STAMP_USAGE = KeyUsageConstraints(extd_key_usage={"time_stamping"}, explicit_extd_key_usage_required=True)
_FOREIGN_PURPOSES = {"server_auth", "time_stamping", "ocsp_signing", "code_signing"}
_CLOCK_TOLERANCE = timedelta(minutes=5)
_WEAK = {"md2", "md5", "sha1"}

_REASONS: dict[str, str] = {
    "NO_CERTIFICATE_CHAIN_FOUND": "证书不在所给的信任证书之下",
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": "证书链无法成立，或没有可用的吊销信息",
    "CHAIN_CONSTRAINTS_FAILURE": "证书用途不符",
    "CRYPTO_CONSTRAINTS_FAILURE": "算法或密钥强度不足",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": "算法强度已不足",
    "REVOKED_NO_POE": "证书已被吊销",
    "REVOKED_CA_NO_POE": "上级证书已被吊销",
    "OUT_OF_BOUNDS_NO_POE": "证书已过有效期",
    "NOT_YET_VALID": "证书当时尚未生效",
    "TRY_LATER": "吊销信息已过期，请取得新的吊销列表",
    "NO_POE": "无法证明当时的吊销状态",
}


def assess(
    store: TrustStore,
    certificate: x509.Certificate,
    *,
    purpose: Purpose,
    moment: datetime,
    proven: bool,
    need_revocation: bool = True,
) -> Standing:
    """Judge a certificate as of `moment`.

    Args:
        store: anchors and material.
        certificate: the end entity.
        purpose: signing documents or stamping time.
        moment: the instant at which it was used, aware.
        proven: whether a trusted time stamp proves that instant; then revocation and not-yet-valid
            are final, otherwise they leave the verdict open.
        need_revocation: whether missing revocation data counts against it.
    """
    local = _local_standing(certificate, purpose, moment, proven=proven)
    if local is not None:
        return local
    if not store.anchors:
        return _standing("NO_CERTIFICATE_CHAIN_FOUND", reason="没有给出信任证书（--trust）")
    sub = _run_path_validation(store, certificate, purpose, moment, need_revocation=need_revocation)
    if not sub:
        return Standing(trusted=True)
    if proven and sub == "REVOKED_NO_POE":
        return _standing("REVOKED", reason="签名时证书已被吊销", fatal=True)
    if sub == "CERTIFICATE_CHAIN_GENERAL_FAILURE" and need_revocation:
        without = _run_path_validation(store, certificate, purpose, moment, need_revocation=False)
        if not without:
            return _standing("TRY_LATER", reason="没有可用的吊销信息（CRL 或 OCSP）")
    return _standing(sub)


def assess_stamp(
    store: TrustStore, certificate: x509.Certificate, *, gen_time: datetime, existed: datetime
) -> Standing:
    """Judge a time-stamp authority: in order when it stamped, and not known bad since.

    Args:
        store: anchors and material.
        certificate: the authority's.
        gen_time: instant in the token.
        existed: instant at which the token is known to have existed, from a later trusted stamp, or now.
    """
    if gen_time > existed + _CLOCK_TOLERANCE:
        return _standing("TIMESTAMP_ORDER_FAILURE", reason="时间戳的时间晚于它存在的时间")
    then = assess(store, certificate, purpose=Purpose.STAMP, moment=gen_time, proven=False)
    if not then.trusted:
        return then
    return assess(
        store,
        certificate,
        purpose=Purpose.STAMP,
        moment=max(gen_time, existed),
        proven=False,
        need_revocation=False,
    )


def _standing(sub: str, *, reason: str = "", fatal: bool = False) -> Standing:
    return Standing(
        trusted=False, sub_indication=sub, reason=reason or _REASONS.get(sub, "证书未获信任"), fatal=fatal
    )


def _local_standing(
    certificate: x509.Certificate, purpose: Purpose, moment: datetime, *, proven: bool
) -> Standing | None:
    """What the certificate itself says against its use; None when nothing does."""
    if moment < certificate.not_valid_before:
        return _standing("NOT_YET_VALID", fatal=proven)
    if moment > certificate.not_valid_after:
        return _standing(
            "EXPIRED" if proven else "OUT_OF_BOUNDS_NO_POE", reason="签名时证书已过有效期" if proven else ""
        )
    key = certificate.public_key
    bits = int(key.bit_size or 0)
    if (key.algorithm in ("rsa", "rsassa_pss") and bits < 2048) or (key.algorithm == "ec" and bits < 224):
        return _standing("CRYPTO_CONSTRAINTS_FAILURE", reason=f"密钥只有 {bits} 位，强度不足")
    if key.algorithm == "dsa" or certificate.hash_algo in _WEAK:
        return _standing("CRYPTO_CONSTRAINTS_FAILURE")
    extended = certificate.extended_key_usage_value
    uses = set(extended.native) if extended is not None else set()
    if purpose is Purpose.SIGN and uses and uses <= _FOREIGN_PURPOSES:
        return _standing("CHAIN_CONSTRAINTS_FAILURE", reason="证书用途不符：不是签署文件用的证书")
    if purpose is Purpose.STAMP and "time_stamping" not in uses:
        return _standing("CHAIN_CONSTRAINTS_FAILURE", reason="证书用途不符：不是时间戳机构的证书")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    """A trust store, parsed."""

    anchors: list[x509.Certificate]
    certificates: list[x509.Certificate]
    crls: list[asn1_crl.CertificateList]
    ocsps: list[asn1_ocsp.OCSPResponse]


@lru_cache(maxsize=8)
def _parse(store: TrustStore) -> _Material:
    """Parsed once for the many certificates judged against the same material."""
    return _Material(
        anchors=[x509.Certificate.load(der) for der in store.anchors],
        certificates=[x509.Certificate.load(der) for der in store.certificates],
        crls=[asn1_crl.CertificateList.load(der) for der in store.crls],
        ocsps=[asn1_ocsp.OCSPResponse.load(der) for der in store.ocsps],
    )


def _run_path_validation(
    store: TrustStore,
    certificate: x509.Certificate,
    purpose: Purpose,
    moment: datetime,
    *,
    need_revocation: bool,
) -> str:
    """Empty when a valid path exists, else the AdES sub-indication."""
    try:
        material = _parse(store)
        context = ValidationContext(
            trust_manager=SimpleTrustManager.build(trust_roots=material.anchors),
            other_certs=material.certificates,
            crls=material.crls,
            ocsps=material.ocsps,
            moment=moment,
            allow_fetching=False,
            revocation_mode="require" if need_revocation else "soft-fail",
            # lists published after the instant still tell what was revoked before it
            retroactive_revinfo=True,
        )
        result = asyncio.run(_validate(context, certificate, purpose))
    except (ValueError, TypeError, KeyError, OverflowError):
        return "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    return result


async def _validate(context: ValidationContext, certificate: x509.Certificate, purpose: Purpose) -> str:
    result = await validate_cert_usage(
        certificate,
        context,
        key_usage_settings=_SIGN_USAGE if purpose is Purpose.SIGN else _STAMP_USAGE,
        paths=context.path_builder.async_build_paths_lazy(certificate),
    )
    if result.success_result is not None:
        return ""
    indication = result.error_subindic or AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE
    name: str = indication.standard_name
    return name
