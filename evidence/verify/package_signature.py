"""The signature over the tag manifest, which covers every byte of the package.

Its time stamp proves when the package existed; tokens added beside the package by `evidence renew`
carry that proof on after the first authority's certificate has expired (docs/package-format.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import cms, x509
from asn1crypto import ocsp as asn1_ocsp

from evidence.domain.week import SHANGHAI
from evidence.verify.algorithms import digest_of_bytes
from evidence.verify.bag import SIGNATURE, SMALL, TAGMANIFEST, TEXT_LIMIT
from evidence.verify.cms import Signed, Token, load_signed_data, read_signature
from evidence.verify.cms_form import form_problem
from evidence.verify.container import Container
from evidence.verify.model import Check, CheckKind, Integrity, SignatureRow, failed, note, passed, review
from evidence.verify.renewals import follow_renewals
from evidence.verify.signature_details import signature_details
from evidence.verify.signature_facts import Proof, ProofOfExistence
from evidence.verify.trust import Purpose, Standing, TrustStore, assess, assess_stamp
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
    """Judge the CMS over the tag manifest, its stamp, and the renewals beside the package.

    Signature and signer's certificate must be readable first; then every step of `_STEPS` is taken, whatever
    the one before it said.

    Args:
        container: the package.
        store: anchors, with what the package itself brings added.
        now: of the verification.
        renewals: folder of stamps added beside the package.
    """
    begun = _verify_cryptographically(container, store, now=now, renewals=renewals)
    if isinstance(begun, PackageProof):
        return begun
    checks = [check for step in _STEPS for check in step(begun)]
    return _proof(begun, checks)


_NOT_YET = Standing(trusted=False, sub_indication="GENERIC", reason="证书没有核对")


@dataclass(slots=True, kw_only=True)
class _Examination:
    """What is known of the signature; each step adds to it."""

    container: Container
    renewals: Path | None
    store: TrustStore
    now: datetime
    data: bytes
    """The file as it lies in the package."""
    signed_data: cms.SignedData
    signed: Signed
    certificate: x509.Certificate
    existed: datetime
    """Instant at which the signature is known to have existed; `now` until something proves more."""
    by: Proof = Proof.NOTHING
    renewed: tuple[Check, ...] = ()
    standing: Standing = _NOT_YET

    @property
    def token(self) -> Token | None:
        """The signature's own time stamp."""
        return self.signed.token


def _verify_cryptographically(
    container: Container, store: TrustStore, *, now: datetime, renewals: Path | None
) -> _Examination | PackageProof:
    """EN 319 102-1, 5.2.2, 5.2.3 and 5.2.7: readable, with its certificate, and right for these bytes."""
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
    signed = read_signature(signed_data, digest_of_bytes(manifest))
    if signed.integrity is Integrity.INDETERMINATE:
        check = review("signature.cms", f"{signed.problem}。", SIGNATURE, signed.sub_indication)
        return PackageProof(checks=(check,), store=store, row=_UNDECIDED)
    if signed.integrity is not Integrity.PASSED or signed.certificate is None:
        where = TAGMANIFEST if signed.sub_indication == "HASH_FAILURE" else SIGNATURE
        check = failed("signature.cms", f"包的签名无效：{signed.problem}。", where, signed.sub_indication)
        return PackageProof(checks=(check,), store=store, row=_UNREADABLE)
    return _Examination(
        container=container,
        renewals=renewals,
        store=store,
        now=now,
        data=data,
        signed_data=signed_data,
        signed=signed,
        certificate=signed.certificate,
        existed=now,
    )


def _check_form(about: _Examination) -> Iterator[Check]:
    try:
        irregular = form_problem(about.data, about.signed_data, frozenset(about.store.certificates))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        irregular = "结构无法核对"
    if irregular:
        text = f"签名文件的形式不合规定（{irregular}），可能被改动过。"
        yield review("signature.cms", text, SIGNATURE)
    else:
        yield passed("signature.cms", "包的签名有效，覆盖清单所列的每个文件。", SIGNATURE)


def _follow_renewals(about: _Examination) -> Iterator[Check]:
    """Says nothing yet: what its checks weigh depends on the signature's own stamp."""
    renewed = follow_renewals(about.container, about.renewals, about.store, about.now)
    about.store = about.store.with_material(certificates=renewed.certificates, crls=renewed.crls)
    about.existed, about.renewed = renewed.existed, renewed.checks
    if renewed.proven_at is not None:
        about.by = Proof.RENEWAL
    yield from ()


def _judge_stamp(about: _Examination) -> Iterator[Check]:
    token = about.token
    if token is None:
        yield review("signature.timestamp", "包的签名没有时间戳，无法证明签署时间。", SIGNATURE, "NO_POE")
        return
    check = _stamp(about.store, token, about.existed, about.renewals)
    if check.kind == CheckKind.PASS and token.gen_time is not None:
        about.by, about.existed = Proof.SIGNATURE_STAMP, min(about.existed, token.gen_time)
    yield check


def _compare_clocks(about: _Examination) -> Iterator[Check]:
    token, claimed = about.token, about.signed.claimed_at
    if token is None or not token.sound or claimed is None or token.gen_time is None:
        return
    apart = abs(claimed - token.gen_time)
    if apart > _CLOCKS_APART:
        text = f"签名人自述的签名时间与时间戳相差 {apart.total_seconds() / 3600:.0f} 小时。"
        yield note("signature.timestamp", text, SIGNATURE)


def _validate_certificate(about: _Examination) -> Iterator[Check]:
    """The signer's; gives what the renewals said, with the weight that is now known."""
    about.standing = assess(
        about.store,
        about.certificate,
        purpose=Purpose.SIGN,
        moment=about.existed,
        proven=about.by is not Proof.NOTHING,
    )
    stands = about.by is Proof.SIGNATURE_STAMP and about.standing.trusted
    yield from (_without_weight(check) if stands else check for check in about.renewed)


def _accept(about: _Examination) -> Iterator[Check]:
    standing = about.standing
    if about.signed.weak:
        yield review("signature.trust", "摘要算法强度不足。", SIGNATURE, "CRYPTO_CONSTRAINTS_FAILURE")
    elif standing.trusted:
        text = f"签名人“{describe(about.certificate)}”的证书可信。"
        yield passed("signature.trust", text, SIGNATURE)
    else:
        make = failed if standing.fatal else review
        text = f"签名人证书未获信任：{standing.reason}。"
        yield make("signature.trust", text, SIGNATURE, standing.sub_indication)


_STEPS: tuple[Callable[[_Examination], Iterator[Check]], ...] = (
    _check_form,  # 5.2.2 format checking, and the one form our own packages have
    _follow_renewals,  # 5.6.2.3 proofs of existence
    _judge_stamp,  # 5.4 time-stamp validation
    _compare_clocks,
    _validate_certificate,  # 5.2.6 X.509 certificate validation, at the proven instant (5.6.2.4)
    _accept,  # 5.2.8 signature acceptance: algorithms, and the outcome
)
"""In the order in which each needs what the ones before found; clauses of ETSI EN 319 102-1."""


def _proof(about: _Examination, checks: Sequence[Check]) -> PackageProof:
    signed, token, standing = about.signed, about.token, about.standing
    trusted = standing.trusted and not signed.weak
    every = [about.certificate, *signed.certificates]
    if token is not None and token.certificate is not None:
        every += [token.certificate, *token.certificates]
    row = SignatureRow(
        file=SIGNATURE,
        field="",
        signer=describe(about.certificate),
        signed_at=signed.claimed_at,
        timestamp=token.gen_time if token is not None and token.sound else None,
        level="B-T" if token is not None and token.sound else "B-B",
        integrity=signed.integrity,
        coverage="entire_file",
        modifications="none",
        trusted=trusted,
        sub_indication="CRYPTO_CONSTRAINTS_FAILURE" if signed.weak else standing.sub_indication,
        details=signature_details(about.store, signed, ProofOfExistence(at=about.existed, by=about.by)),
    )
    return PackageProof(
        checks=tuple(checks),
        row=row,
        proven_at=None if about.by is Proof.NOTHING else about.existed,
        store=about.store,
        evaluation_keys=any(is_evaluation(certificate) for certificate in every),
        signer=about.certificate.dump(),
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
    if check.kind != CheckKind.REVIEW:
        return check
    return note(check.id, f"{check.message}没有它，时间戳也仍然可信，不影响结论。", check.location)


def _stamp(store: TrustStore, token: Token, existed: datetime, renewals: Path | None) -> Check:
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
