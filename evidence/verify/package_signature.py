"""The signature over the tag manifest, which covers every byte of the package.

Its time stamp proves when the package existed; tokens added beside the package by `evidence renew`
carry that proof on after the first authority's certificate has expired (docs/package-format.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import ocsp as asn1_ocsp

from evidence.domain.week import SHANGHAI
from evidence.verify.algorithms import digest_of_bytes
from evidence.verify.bag import SIGNATURE, SMALL, TAGMANIFEST, TEXT_LIMIT
from evidence.verify.cms import Token, load_signed_data, read_signature
from evidence.verify.cms_form import form_problem
from evidence.verify.container import Container
from evidence.verify.model import Check, Integrity, SignatureRow, failed, note, passed, review
from evidence.verify.renewals import follow_renewals
from evidence.verify.signature_details import signature_details
from evidence.verify.signature_facts import Proof, ProofOfExistence
from evidence.verify.trust import Purpose, TrustStore, assess, assess_stamp
from evidence.verify.trust_files import describe, is_evaluation, read_pem_or_der

_CLOCKS_APART = timedelta(hours=1)
"""Difference between the signer's and the authority's clock that is worth a remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageProof:
    """What the package's own signature and stamps establish."""

    checks: tuple[Check, ...] = ()
    row: SignatureRow | None = None
    proven_at: datetime | None = None
    """Instant at which the package provably existed; None without a trusted stamp."""
    store: TrustStore = field(default_factory=TrustStore)
    """Anchors with the package's certificates and revocation data added."""
    evaluation_keys: bool = False
    signer: bytes = b""
    """DER of the signer's certificate."""
    certificates: tuple[bytes, ...] = ()


def gather_material(container: Container, store: TrustStore) -> TrustStore:
    """Certificates and revocation data from `certificates/`; unreadable files add nothing."""
    certificates: list[bytes] = []
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for path, extent in container.files.items():
        if not path.startswith("certificates/") or extent.size > SMALL:
            continue
        blob = extent.read(SMALL)
        if path.endswith(".ocsp"):
            try:
                asn1_ocsp.OCSPResponse.load(blob, strict=True)
            except (ValueError, TypeError, KeyError):
                continue
            ocsps.append(blob)
            continue
        for kind, der in read_pem_or_der(blob):
            (crls if kind == "X509 CRL" else certificates).append(der)
    return store.with_material(certificates=certificates, crls=crls, ocsps=ocsps)


def judge_signature(
    container: Container, store: TrustStore, *, now: datetime, renewals: Path | None
) -> PackageProof:
    """Judge the CMS over the tag manifest, its stamp, and the renewals beside the package."""
    extent, target = container.files.get(SIGNATURE), container.files.get(TAGMANIFEST)
    if extent is None or target is None:
        missing = SIGNATURE if extent is None else TAGMANIFEST
        check = failed("signature.cms", "缺少包的签名或被签清单。", missing, "SIGNED_DATA_NOT_FOUND")
        return PackageProof(checks=(check,), store=store)
    try:
        data = extent.read(SMALL)
        manifest = target.read(TEXT_LIMIT)
        signed_data = load_signed_data(data)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        check = failed("signature.cms", "包的签名无法解析。", SIGNATURE)
        return PackageProof(checks=(check,), store=store)
    checks: list[Check] = []
    signed = read_signature(signed_data, digest_of_bytes(manifest))
    if signed.integrity is Integrity.INDETERMINATE:
        checks.append(review("signature.cms", f"{signed.problem}。", SIGNATURE, signed.sub_indication))
        return PackageProof(checks=tuple(checks), store=store, row=_UNDECIDED)
    if signed.integrity is not Integrity.PASSED or signed.certificate is None:
        where = TAGMANIFEST if signed.sub_indication == "HASH_FAILURE" else SIGNATURE
        checks.append(
            failed("signature.cms", f"包的签名无效：{signed.problem}。", where, signed.sub_indication)
        )
        return PackageProof(checks=tuple(checks), store=store, row=_UNREADABLE)
    known = frozenset(store.certificates)
    try:
        irregular = form_problem(data, signed_data, known)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        irregular = "结构无法核对"
    if irregular:
        checks.append(
            review("signature.cms", f"签名文件的形式不合规定（{irregular}），可能被改动过。", SIGNATURE)
        )
    else:
        checks.append(passed("signature.cms", "包的签名有效，覆盖清单所列的每个文件。", SIGNATURE))
    token = signed.token
    renewed = follow_renewals(container, renewals, store, now)
    store = store.with_material(certificates=renewed.certificates, crls=renewed.crls)
    existed, proven_at = renewed.existed, renewed.proven_at
    by = Proof.NOTHING if proven_at is None else Proof.RENEWAL
    if token is None:
        checks.append(
            review("signature.timestamp", "包的签名没有时间戳，无法证明签署时间。", SIGNATURE, "NO_POE")
        )
    else:
        checks.append(_judge_stamp(store, token, existed, renewals))
        if checks[-1].kind == "pass" and token.gen_time is not None:
            by = Proof.SIGNATURE_STAMP
            existed = proven_at = min(existed, token.gen_time)
    if token is not None and token.sound and signed.claimed_at and token.gen_time:
        apart = abs(signed.claimed_at - token.gen_time)
        if apart > _CLOCKS_APART:
            text = f"签名人自述的签名时间与时间戳相差 {apart.total_seconds() / 3600:.0f} 小时。"
            checks.append(note("signature.timestamp", text, SIGNATURE))
    standing = assess(
        store, signed.certificate, purpose=Purpose.SIGN, moment=existed, proven=proven_at is not None
    )
    stands = by is Proof.SIGNATURE_STAMP and standing.trusted
    checks += [_without_weight(check) for check in renewed.checks] if stands else renewed.checks
    if signed.weak:
        checks.append(
            review("signature.trust", "摘要算法强度不足。", SIGNATURE, "CRYPTO_CONSTRAINTS_FAILURE")
        )
    elif standing.trusted:
        checks.append(
            passed("signature.trust", f"签名人“{describe(signed.certificate)}”的证书可信。", SIGNATURE)
        )
    else:
        make = failed if standing.fatal else review
        checks.append(
            make(
                "signature.trust",
                f"签名人证书未获信任：{standing.reason}。",
                SIGNATURE,
                standing.sub_indication,
            )
        )
    every = [signed.certificate, *signed.certificates]
    if token is not None and token.certificate is not None:
        every += [token.certificate, *token.certificates]
    row = SignatureRow(
        file=SIGNATURE,
        field="",
        signer=describe(signed.certificate),
        signed_at=signed.claimed_at,
        timestamp=token.gen_time if token is not None and token.sound else None,
        level="B-T" if token is not None and token.sound else "B-B",
        integrity=signed.integrity,
        coverage="entire_file",
        modifications="none",
        trusted=standing.trusted and not signed.weak,
        sub_indication="CRYPTO_CONSTRAINTS_FAILURE" if signed.weak else standing.sub_indication,
        details=signature_details(store, signed, ProofOfExistence(at=existed, by=by)),
    )
    return PackageProof(
        checks=tuple(checks),
        row=row,
        proven_at=proven_at,
        store=store,
        evaluation_keys=any(is_evaluation(certificate) for certificate in every),
        signer=signed.certificate.dump(),
        certificates=tuple(dict.fromkeys(certificate.dump() for certificate in every)),
    )


_UNREADABLE = SignatureRow(
    file=SIGNATURE,
    field="",
    signer="",
    signed_at=None,
    timestamp=None,
    level="",
    integrity=Integrity.FAILED,
    coverage="unclear",
    modifications="unknown",
    trusted=False,
)
_UNDECIDED = replace(_UNREADABLE, integrity=Integrity.INDETERMINATE)


def _without_weight(check: Check) -> Check:
    """What is wrong with a renewal where the verdict does not need it.

    Renewals lie beside the package, signed by nobody: whoever took this one away would have a better verdict.
    """
    if check.kind != "review":
        return check
    return note(check.id, f"{check.message}没有它，时间戳也仍然可信，不影响结论。", check.location)


def _judge_stamp(store: TrustStore, token: Token, existed: datetime, renewals: Path | None) -> Check:
    if not token.sound or token.certificate is None or token.gen_time is None:
        # an unsigned attribute, which anybody can exchange: it proves no instant (EN 319 102-1, 5.5.4)
        sub = "NO_POE" if token.integrity is Integrity.FAILED else token.sub_indication or "GENERIC"
        return review("signature.timestamp", f"时间戳不能采用：{token.problem}。", SIGNATURE, sub)
    standing = assess_stamp(store, token.certificate, gen_time=token.gen_time, existed=existed)
    if standing.trusted:
        text = f"时间戳可信：北京时间 {token.gen_time.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} 之前已签署。"
        return passed("signature.timestamp", text, SIGNATURE)
    text = f"时间戳未获信任：{standing.reason}。"
    if standing.sub_indication == "OUT_OF_BOUNDS_NO_POE" and renewals is not None:
        text += f"请向保管单位取得它到期之前续加的时间戳（{renewals.name} 文件夹），与包放在一起再验证。"
    return review("signature.timestamp", text, SIGNATURE, standing.sub_indication)
