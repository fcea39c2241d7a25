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

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.generic_cms import validate_cert_usage
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager

from evidence.domain.week import SHANGHAI
from evidence.verify.anchors import Ends, ends_of
from evidence.verify.paths import PathsThrough

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # its findings are ours to report, in Chinese
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


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
    """DER certificates; a pinned one is as subject to revocation and validity as any other."""
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


_SIGN_USAGE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)
_STAMP_USAGE = KeyUsageConstraints(extd_key_usage={"time_stamping"}, explicit_extd_key_usage_required=True)
_FOREIGN_PURPOSES = {"server_auth", "time_stamping", "ocsp_signing", "code_signing"}
_REVOKED = frozenset({"REVOKED_NO_POE", "REVOKED_CA_NO_POE"})
_MOST_LISTS = 8
_CLOCK_TOLERANCE = timedelta(minutes=5)
_NO_CHAIN = "NO_CERTIFICATE_CHAIN_FOUND"
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
        need_revocation: whether missing or outdated revocation data counts against it; a revocation that is
            known counts always.
    """
    try:
        return _assess(store, certificate, purpose, moment, proven=proven, need_revocation=need_revocation)
    except Exception:  # other people's certificates break libraries in any way: undecided
        return _standing("CERTIFICATE_CHAIN_GENERAL_FAILURE", reason="证书或证书链分析不出来")


def _assess(
    store: TrustStore,
    certificate: x509.Certificate,
    purpose: Purpose,
    moment: datetime,
    *,
    proven: bool,
    need_revocation: bool,
) -> Standing:
    local = _local_standing(certificate, purpose, moment, proven=proven)
    if local is not None:
        return local
    if not store.anchors:
        return _standing("NO_CERTIFICATE_CHAIN_FOUND", reason="没有给出信任证书（--trust）")
    sub = _run_path_validation(store, certificate, purpose, moment)
    if sub and sub not in _REVOKED and not need_revocation:
        sub = _run_path_validation(store, certificate, purpose, moment, revocation="none")
    if not sub:
        return Standing(trusted=True)
    if proven and sub == "REVOKED_NO_POE":
        return _standing("REVOKED", reason="签名时证书已被吊销", fatal=True)
    pinned = any(not each.self_issued for each in parsed_material(store).anchors)
    undecided = sub == "CERTIFICATE_CHAIN_GENERAL_FAILURE" or (pinned and sub not in _REVOKED)
    if need_revocation and undecided:
        without = _run_path_validation(store, certificate, purpose, moment, revocation="none")
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
    for moment in _moments_since(store, certificate, gen_time, existed):
        since = assess(
            store, certificate, purpose=Purpose.STAMP, moment=moment, proven=False, need_revocation=False
        )
        if not since.trusted:
            return since
    return then


def _moments_since(
    store: TrustStore, certificate: x509.Certificate, gen_time: datetime, existed: datetime
) -> list[datetime]:
    """Until when it has to hold, and the days of its issuer's lists before: revoked stays revoked."""
    issued = [
        each["tbs_cert_list"]["this_update"].native
        for each in parsed_material(store).crls
        if each.issuer == certificate.issuer
    ]
    known = sorted({moment for moment in issued if gen_time < moment < existed})
    return [*known[-_MOST_LISTS:], max(gen_time, existed)]


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
            "EXPIRED" if proven else "OUT_OF_BOUNDS_NO_POE",
            reason=(
                "签名时证书已过有效期"
                if proven
                else f"证书已于 {certificate.not_valid_after.astimezone(SHANGHAI):%Y-%m-%d} 到期，"
                "需要到期之前的可信时间戳证明它当时已经存在"
            ),
        )
    key = certificate.public_key
    # asn1crypto knows no size for Edwards curves
    bits = int(key.bit_size or 0) if key.algorithm in ("rsa", "rsassa_pss", "ec") else 0
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
class ParsedMaterial:
    """A trust store, parsed."""

    anchors: list[x509.Certificate]
    certificates: list[x509.Certificate]
    crls: list[asn1_crl.CertificateList]
    ocsps: list[asn1_ocsp.OCSPResponse]


@lru_cache(maxsize=8)
def parsed_material(store: TrustStore) -> ParsedMaterial:
    """Parsed once for the many certificates judged against the same material."""
    return ParsedMaterial(
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
    revocation: str = "require",
) -> str:
    """Empty when a valid path exists, else the AdES sub-indication; `revocation`: `require` or `none`."""
    try:
        material = parsed_material(store)
        every = Ends(at=tuple(material.anchors), through=tuple(material.anchors))
        found = [
            asyncio.run(_validate(_context(material, ends, moment, revocation), certificate, purpose, ends))
            for ends in (
                (every,)
                if revocation == "none"
                else ends_of(
                    anchors=material.anchors,
                    others=material.certificates,
                    lists=material.crls,
                    moment=moment,
                )
            )
        ]
    except (ValueError, TypeError, KeyError, OverflowError):
        return "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    return _best(found)


def _best(found: Sequence[str]) -> str:
    """One way that holds is enough, unless another says that something was revoked."""
    revoked = [sub for sub in found if sub in _REVOKED]
    if revoked or "" in found:
        return revoked[0] if revoked else ""
    telling = [sub for sub in found if sub != _NO_CHAIN]
    return telling[0] if telling else _NO_CHAIN


def _context(material: ParsedMaterial, ends: Ends, moment: datetime, revocation: str) -> ValidationContext:
    return ValidationContext(
        trust_manager=SimpleTrustManager.build(trust_roots=ends.at),
        other_certs=material.certificates,
        crls=material.crls,
        ocsps=material.ocsps,
        moment=moment,
        allow_fetching=False,
        revocation_mode=revocation,
        # lists published after the instant still tell what was revoked before it
        retroactive_revinfo=True,
    )


async def _validate(
    context: ValidationContext, certificate: x509.Certificate, purpose: Purpose, ends: Ends
) -> str:
    result = await validate_cert_usage(
        certificate,
        context,
        key_usage_settings=_SIGN_USAGE if purpose is Purpose.SIGN else _STAMP_USAGE,
        paths=PathsThrough(context.path_builder.async_build_paths_lazy(certificate), ends.through),
    )
    if result.success_result is not None:
        return ""
    indication = result.error_subindic or AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE
    name: str = indication.standard_name
    return name
