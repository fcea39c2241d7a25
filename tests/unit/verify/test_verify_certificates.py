"""Expired, revoked, not yet valid, weak and wrong-purpose certificates; stamps and renewals."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidence.bundles.keys import make_evaluation_keys
from evidence.domain.week import Week
from evidence.errors import InputError
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication, Report
from evidence.verify.pdf.signatures import judge_pdf
from evidence.verify.pdf.task import judge_task
from evidence.verify.trust import Purpose, TrustStore, assess
from evidence.verify.trust_files import read_pem_or_der, read_trust
from tests.support.packing import Files, Service, plain_pdf, sign_cms, sign_pdf, to_folder
from tests.support.pki import (
    Pki,
    days,
    make_authority,
    make_crl,
    make_identity,
    shared_pki,
)

NOON = datetime(2022, 4, 1, 7, tzinfo=UTC)
NOW = datetime(2022, 4, 2, tzinfo=UTC)
LATER = datetime(2031, 6, 1, tzinfo=UTC)


def with_signer(**options: object) -> Pki:
    pki = shared_pki()
    return replace(pki, signer=make_identity("特别签名人", issuer=pki.root, **options))  # type: ignore[arg-type]


def judge(
    pki: Pki, *, now: datetime = NOW, stamped: bool = True, crl: bytes | None = None
) -> tuple[str, str]:
    data = sign_pdf(plain_pdf(), pki, NOON, stamped=stamped)
    lists = (pki.crl if crl is None else crl,)
    store = TrustStore(anchors=(pki.root.der,), crls=lists if crl != b"" else ())
    verdict = judge_pdf(io.BytesIO(data), file="x.pdf", store=store, now=now)
    for kind in ("fail", "review"):
        for check in verdict.checks:
            if check.kind == kind:
                return kind, check.sub_indication
    return "pass", ""


WEAK_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  meant to be weak


def test_a_good_certificate_passes() -> None:
    assert judge(with_signer()) == ("pass", "")


def test_a_certificate_that_expired_after_the_stamped_signature_still_counts() -> None:
    signer = with_signer(end=datetime(2022, 4, 2, tzinfo=UTC))
    assert judge(signer, now=LATER) == ("pass", "")


@pytest.mark.parametrize(
    ("name", "options", "stamped", "expected"),
    [
        ("expired when signing", {"end": NOON - days(1)}, True, ("review", "EXPIRED")),
        ("expired, unproven time", {"end": NOON - days(1)}, False, ("review", "OUT_OF_BOUNDS_NO_POE")),
        ("not yet valid", {"start": NOON + days(0.1)}, True, ("fail", "NOT_YET_VALID")),
        ("weak key", {"key": WEAK_KEY}, True, ("review", "CRYPTO_CONSTRAINTS_FAILURE")),
        (
            "server certificate",
            {"extended": (ExtendedKeyUsageOID.SERVER_AUTH,)},
            True,
            ("review", "CHAIN_CONSTRAINTS_FAILURE"),
        ),
    ],
)
def test_unfit_certificates_never_pass(
    name: str, options: dict[str, object], stamped: bool, expected: tuple[str, str]
) -> None:
    assert judge(with_signer(**options), stamped=stamped) == expected, name


def test_revoked_before_a_proven_signature_fails_for_good() -> None:
    pki = with_signer()
    crl = make_crl(pki.root, revoked={pki.signer.certificate.serial_number: NOON - days(3)})
    assert judge(pki, crl=crl) == ("fail", "REVOKED")


def test_revoked_before_an_unproven_signature_stays_open() -> None:
    pki = with_signer()
    crl = make_crl(pki.root, revoked={pki.signer.certificate.serial_number: NOON - days(3)})
    assert judge(pki, crl=crl, stamped=False) == ("review", "REVOKED_NO_POE")


def test_revoked_after_a_proven_signature_still_passes() -> None:
    pki = with_signer()
    crl = make_crl(
        pki.root, revoked={pki.signer.certificate.serial_number: NOON + days(1)}, start=NOON + days(2)
    )
    assert judge(pki, crl=crl, now=LATER) == ("pass", "")


def test_missing_revocation_data_stays_open() -> None:
    assert judge(with_signer(), crl=b"") == ("review", "TRY_LATER")


def test_a_stale_revocation_list_stays_open() -> None:
    crl = make_crl(shared_pki().root, end=NOON - days(30))
    assert judge(with_signer(), crl=crl) == ("review", "TRY_LATER")


def test_an_authority_without_the_purpose_proves_no_time() -> None:
    pki = shared_pki()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    false = make_identity("假时间戳", issuer=pki.root, extended=(ExtendedKeyUsageOID.CODE_SIGNING,), key=key)
    kind, sub = judge(replace(pki, authority=false))
    assert (kind, sub) == ("review", "CHAIN_CONSTRAINTS_FAILURE")


def test_an_authority_revoked_after_it_stamped_proves_nothing_any_more() -> None:
    """Whoever has its key may have stamped anything with any date."""
    pki = shared_pki()
    revoked = {pki.authority.certificate.serial_number: NOON + days(5)}
    fresh = make_crl(pki.root, revoked=revoked, start=NOON + days(6))
    assert judge(pki, crl=fresh, now=NOON + days(10))[0] == "review"
    outdated = make_crl(pki.root, revoked=revoked, start=NOON + days(6), end=NOON + days(7))
    assert judge(pki, crl=outdated, now=NOON + days(10))[0] == "review"


def test_a_list_that_was_fresh_when_it_stamped_is_enough_for_an_authority_later() -> None:
    pki = shared_pki()
    crl = make_crl(pki.root, start=NOON - days(1), end=NOON + days(7))
    assert judge(pki, crl=crl, now=NOON + days(200)) == ("pass", "")


def test_a_stamp_from_the_future_proves_nothing() -> None:
    data = sign_pdf(plain_pdf(), shared_pki(), LATER)
    pki = shared_pki()
    store = TrustStore(anchors=(pki.root.der,), crls=(pki.crl,))
    verdict = judge_pdf(io.BytesIO(data), file="x.pdf", store=store, now=NOW)
    assert "TIMESTAMP_ORDER_FAILURE" in {check.sub_indication for check in verdict.checks}


def test_trusting_the_signers_own_certificate_is_enough_for_it_but_not_for_the_stamp() -> None:
    pki = shared_pki()
    standing = assess(
        TrustStore(anchors=(pki.signer.der,), certificates=(pki.root.der,), crls=(pki.crl,)),
        pki.signer.asn1,
        purpose=Purpose.SIGN,
        moment=NOON,
        proven=False,
    )
    assert standing.trusted
    other = assess(
        TrustStore(anchors=(pki.signer.der,)),
        pki.authority.asn1,
        purpose=Purpose.STAMP,
        moment=NOON,
        proven=False,
    )
    assert not other.trusted


@pytest.mark.parametrize(
    "blob", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_an_unreadable_trust_file_is_refused_with_a_remedy(blob: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_trust([blob])
    assert caught.value.remedy


def test_trust_files_may_be_der_and_carry_revocation_lists() -> None:
    pki = shared_pki()
    store = read_trust([pki.root.der, pki.crl])
    assert (store.anchors, store.crls) == ((pki.root.der,), (pki.crl,))


# --- renewals -------------------------------------------------------------------------------


def short_lived() -> Pki:
    """An authority whose certificate ends in 2024, signer's in 2023."""
    root = make_identity("长寿根", end=datetime(2045, 1, 1, tzinfo=UTC))
    return Pki(
        root=root,
        signer=make_identity("短寿签名人", issuer=root, end=datetime(2023, 1, 1, tzinfo=UTC)),
        authority=make_authority("短寿时间戳", root, end=datetime(2024, 1, 1, tzinfo=UTC)),
        crl=make_crl(root, end=datetime(2045, 1, 1, tzinfo=UTC)),
    )


def package(pki: Pki) -> Files:
    service = Service(pki=pki, first=Week(2022, 13))
    service.write(4)
    return service.pack(Week(2022, 13), long_term=False)


def renew(folder: Path, files: Files, pki: Pki, at: datetime, number: int) -> None:
    """One renewal as docs/package-format.md describes it."""
    step = folder / f"{number:03d}"
    step.mkdir(parents=True)
    names = {name: files[name] for name in ("tagmanifest-sha256.txt", "tagmanifest-sha256.txt.p7s")}
    if number > 1:
        before = f"{number - 1:03d}"
        for name in ("imprint.txt", "token.tst"):
            names[f"{before}/{name}"] = (folder / before / name).read_bytes()
    chain = pki.authority.pem + pki.root.pem
    names |= {"tsa-chain.pem": chain, "root.crl": pki.crl}
    imprint = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in names.items()).encode()
    token = asyncio.run(pki.stamper(at).async_timestamp(sha256(imprint).digest(), "sha256"))
    (step / "imprint.txt").write_bytes(imprint)
    (step / "token.tst").write_bytes(token.dump())
    (step / "tsa-chain.pem").write_bytes(chain)
    (step / "root.crl").write_bytes(pki.crl)


def verify(path: Path, pki: Pki, now: datetime) -> Report:
    return verify_path(
        path,
        trust=[pki.root.pem],
        at=now,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )


def test_renewals_carry_the_proof_past_the_first_authoritys_end(tmp_path: Path) -> None:
    first = short_lived()
    files = package(first)
    path = to_folder(files, tmp_path / "WJB-2022-W13")
    year = datetime(2035, 1, 1, tzinfo=UTC)
    assert verify(path, first, datetime(2023, 6, 1, tzinfo=UTC)).indication is Indication.PASSED
    assert verify(path, first, year).indication is Indication.INDETERMINATE
    beside = tmp_path / "WJB-2022-W13.renewals"
    second = replace(
        first,
        authority=make_authority(
            "第二时间戳",
            first.root,
            start=datetime(2023, 1, 1, tzinfo=UTC),
            end=datetime(2030, 1, 1, tzinfo=UTC),
        ),
    )
    third = replace(
        first,
        authority=make_authority(
            "第三时间戳",
            first.root,
            start=datetime(2029, 1, 1, tzinfo=UTC),
            end=datetime(2040, 1, 1, tzinfo=UTC),
        ),
    )
    renew(beside, files, second, datetime(2023, 12, 1, tzinfo=UTC), 1)
    renew(beside, files, third, datetime(2029, 12, 1, tzinfo=UTC), 2)
    report = verify(path, first, year)
    assert report.indication is Indication.PASSED, [c for c in report.checks if c.kind != "pass"]
    assert [check.kind for check in report.checks if check.id == "renewal.chain"] == ["pass", "pass"]
    (beside / "001/token.tst").write_bytes((beside / "002/token.tst").read_bytes())
    assert verify(path, first, year).indication is not Indication.PASSED


def test_a_renewal_of_another_package_proves_nothing(tmp_path: Path) -> None:
    pki = short_lived()
    files = package(pki)
    path = to_folder(files, tmp_path / "WJB-2022-W13")
    other = {**files, "tagmanifest-sha256.txt": b"other"}
    renewing = replace(pki, authority=make_authority("新时间戳", pki.root))
    renew(tmp_path / "WJB-2022-W13.renewals", other, renewing, datetime(2023, 12, 1, tzinfo=UTC), 1)
    report = verify(path, pki, datetime(2025, 1, 1, tzinfo=UTC))
    assert report.indication is Indication.INDETERMINATE
    assert any(check.id == "renewal.chain" and check.kind == "review" for check in report.checks)


# --- receipts -------------------------------------------------------------------------------


def receipted(signer: Pki, text: str | None, *, manner: str = "signature") -> Files:
    import json

    service = Service()
    service.write(4)
    service.pack(Week(2022, 12))
    checkpoint = service.checkpoints["2022-W12"]
    data = sign_cms((text if text is not None else checkpoint).encode(), signer, None)
    service.write(4)
    record = {
        "package": "WJB-2022-W12",
        "at": "2022-03-28T02:00:00Z",
        "manner": manner,
        "signer": "",
        "file": "receipt.p7s",
        "sha256": sha256(data).hexdigest(),
    }
    return service.pack(
        Week(2022, 13),
        extra={
            "data/ledger/receipt.json": json.dumps(record).encode(),
            "data/ledger/receipt.p7s": data,
        },
    )


def verify_both(path: Path, *others: Pki) -> Report:
    return verify_path(
        path,
        trust=[shared_pki().root.pem, *(other.crl for other in others)],
        regulator=[other.root.pem for other in others],
        at=NOW,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )


def test_a_receipt_signed_by_the_regulators_trusted_key_is_a_witness(tmp_path: Path) -> None:
    regulator = shared_pki("监管")
    path = to_folder(receipted(regulator, None), tmp_path / "WJB-2022-W13")
    report = verify_both(path, regulator)
    assert (report.indication, report.ledger.witnessed) == (Indication.PASSED, True), report.checks
    assert not verify_both(path).ledger.witnessed


def test_the_agency_cannot_witness_itself(tmp_path: Path) -> None:
    path = to_folder(receipted(shared_pki(), None), tmp_path / "WJB-2022-W13")
    report = verify_both(path)
    assert not report.ledger.witnessed
    assert any(check.id == "ledger.receipt" and "自己的密钥" in check.message for check in report.checks)


def test_a_receipt_over_another_checkpoint_fails(tmp_path: Path) -> None:
    regulator = shared_pki("监管")
    path = to_folder(receipted(regulator, "something else\n"), tmp_path / "WJB-2022-W13")
    assert verify_both(path, regulator).indication is Indication.FAILED


def test_a_scanned_receipt_is_only_stated(tmp_path: Path) -> None:
    regulator = shared_pki("监管")
    path = to_folder(receipted(regulator, None, manner="scan"), tmp_path / "WJB-2022-W13")
    report = verify_both(path, regulator)
    assert (report.indication, report.ledger.witnessed) == (Indication.PASSED, False)
    assert any("由机构陈述" in check.message for check in report.checks)


def test_a_revocation_list_is_never_taken_for_a_certificate(tmp_path):
    make_evaluation_keys(tmp_path)
    armoured = (tmp_path / "ca.crl").read_bytes()
    der = pem.unarmor(armoured)[2] if pem.detect(armoured) else armoured
    assert [kind for kind, _der in read_pem_or_der(der)] == ["X509 CRL"]
