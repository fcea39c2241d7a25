"""Times that cannot have been, signers who may not continue the ledger, witnesses who are none."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evidence.ledger.merkle import Frontier
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication
from tests.custody.forging import (
    FACTS,
    all_lines,
    change_json,
    fallen,
    judge,
    judged_again,
    read_files,
    rechained,
    sealed,
    slice_of,
    spoil,
    with_slice,
    write,
)
from tests.custody.ten_weeks import Weeks, make_pki, sign_text
from tests.support import sample
from tests.support.handing_over import NAMES
from tests.support.packing import Files
from tests.support.pki import Pki, days, make_crl, make_identity


@pytest.mark.parametrize(
    ("kind", "at", "said"),
    [
        ("case.opened/1", "2022-03-01T00:00:00Z", "账本时间倒退"),
        ("package.built/1", "2022-03-01T00:00:00Z", "之前就已记为做好"),
    ],
)
def test_times_that_cannot_have_been_are_asked_about(
    weeks: Weeks, tmp_path: Path, as_zip: bool, kind: str, at: str, said: str
) -> None:
    files = read_files(weeks.built["W15"])
    before = Frontier.from_json(json.loads(files["data/ledger/frontier.json"]))

    def change(_seq: int, fields: dict[str, object]) -> None:
        if fields["kind"] == kind:
            fields["at"] = at

    lines = rechained(slice_of(files), change, start=before.size)
    past = all_lines(weeks, "W14")
    forged = sealed(with_slice(files, lines, before=before, all_before=past), weeks.agency)
    report = judge(weeks, write(forged, "WJB-2022-W15", tmp_path, as_zip=as_zip))
    told = [check.message for check in report.checks if check.id == "ledger.order"]
    assert any(said in text for text in told), told
    assert report.indication is not Indication.PASSED


def test_a_package_judged_for_an_instant_after_it_was_journalled_is_asked_about(
    weeks: Weeks, tmp_path: Path, as_zip: bool
) -> None:
    """In a rising order: only the instant that the package claims was still to come."""
    files, later = read_files(weeks.built["W15"]), "2022-04-10T07:00:00Z"
    change_json(files, FACTS, lambda document: document["facts"]["packages"][-1].update(built_at=later))
    judged_again(files)
    before = Frontier.from_json(json.loads(files["data/ledger/frontier.json"]))

    def change(_seq: int, fields: dict[str, Any]) -> None:
        if fields["kind"] == "package.built/1":
            fields["payload"]["package"]["built_at"] = later

    lines = rechained(slice_of(files), change, start=before.size)
    forged = with_slice(files, lines, before=before, all_before=all_lines(weeks, "W14"))
    report = judge(weeks, write(sealed(forged, weeks.agency), "WJB-2022-W15", tmp_path, as_zip=as_zip))
    (asked,) = [check for check in report.checks if check.id == "ledger.order"]
    assert "之前就已记为做好" in asked.message
    assert (asked.kind, report.indication) == (CheckKind.REVIEW, Indication.INDETERMINATE)


def test_another_companys_signature_is_undecided_and_names_both(
    weeks: Weeks, tmp_path: Path, as_zip: bool
) -> None:
    other = make_pki("商贸", "镇江某某商贸有限公司")
    forged = sealed(_under(read_files(weeks.built["W14"]), other), other)
    report = judge(
        weeks, write(forged, "WJB-2022-W14", tmp_path, as_zip=as_zip), trust=[*weeks.trust, other.root.pem]
    )
    assert report.indication is Indication.INDETERMINATE
    said = " ".join(check.message for check in report.checks if check.id == "signature.identity")
    assert "镇江某某商贸有限公司" in said
    assert NAMES.agency in said
    assert weeks.agency.signer.asn1.sha256.hex() in said
    assert other.signer.asn1.sha256.hex() in said


@pytest.mark.parametrize("kept", [(), ("W16",)], ids=["alone", "with a package kept"])
def test_a_key_that_the_journal_does_not_know_is_undecided(
    weeks: Weeks, tmp_path: Path, as_zip: bool, kept: tuple[str, ...]
) -> None:
    namesake = make_pki("冒名", NAMES.agency)
    forged = sealed(_under(read_files(weeks.built["W17"]), namesake), namesake)
    report = judge(
        weeks,
        write(forged, "WJB-2022-W17", tmp_path, as_zip=as_zip),
        *kept,
        trust=[*weeks.trust, namesake.root.pem],
    )
    assert report.indication is Indication.INDETERMINATE
    assert "signature.identity" in fallen(report, CheckKind.REVIEW)


def _under(files: Files, pki: Pki) -> Files:
    """The same package with another signer's chain and PDFs."""
    changed = dict(files)
    changed["certificates/signer-chain.pem"] = pki.signer.pem + pki.root.pem
    changed["certificates/9-other.crl"] = pki.crl
    return changed


@pytest.mark.parametrize("who", ["the agency's former key", "its manager", "a stranger"])
def test_nobody_but_the_regulator_witnesses(weeks: Weeks, tmp_path: Path, as_zip: bool, who: str) -> None:
    text = read_files(weeks.built["W20"])["data/ledger/checkpoint-2022-W20.txt"]
    root = weeks.second.root
    signer = {
        "the agency's former key": weeks.agency.signer,
        "its manager": make_identity("朱丽娟", issuer=root, organization=NAMES.agency),
        "a stranger": make_identity("路人", issuer=root, organization="某商贸公司"),
    }[who]
    data = sign_text(text, signer, root)

    def change(files: Files) -> None:
        record = json.loads(files["data/ledger/receipt.json"])
        record |= {"file": "receipt.p7s", "sha256": sha256(data).hexdigest()}
        files["data/ledger/receipt.json"] = json.dumps(record).encode()
        files["data/ledger/receipt.p7s"] = data

    path = spoil(weeks, "W21", change, tmp_path, as_zip=as_zip)
    assert not judge(weeks, path).ledger.witnessed
    assert not verify_path(path, trust=weeks.trust, regulator=weeks.regulators).ledger.witnessed
    # and an untrusted copy of the package before is no witness either
    assert not verify_path(path, trust=[weeks.agency.root.pem], previous=weeks.built["W20"]).ledger.witnessed


@pytest.mark.parametrize("same", [True, False], ids=["the same", "another"])
def test_a_second_signed_receipt_for_one_package_is_asked_about(
    weeks: Weeks, tmp_path: Path, as_zip: bool, same: bool
) -> None:
    files = read_files(weeks.built["W17"])
    before = Frontier.from_json(json.loads(files["data/ledger/frontier.json"]))
    lines = slice_of(files)
    first = next(json.loads(line) for line in lines if b'"receipt.received/1"' in line)["payload"]["receipt"]
    more = {**first, "source": first["source"] if same else "ab" * 32}
    change_json(files, FACTS, lambda document: document["facts"]["receipts"].append(more))
    judged_again(files)
    kinds = [json.loads(line) for line in lines]
    place = next(i for i, each in enumerate(kinds) if each["kind"] == "receipt.received/1") + 1
    second = {**kinds[place - 1], "payload": {"receipt": more}}
    raw = [json.dumps(each).encode() for each in (*kinds[:place], second, *kinds[place:])]
    forged = with_slice(
        files,
        rechained(raw, lambda _seq, _fields: None, start=before.size),
        before=before,
        all_before=all_lines(weeks, "W16"),
    )
    report = judge(weeks, write(sealed(forged, weeks.agency), "WJB-2022-W17", tmp_path, as_zip=as_zip))
    told = [check.message for check in report.checks if check.id == "ledger.receipt"]
    assert any("不同的签名回执" in each for each in told) is not same
    if not same:
        assert report.indication is Indication.INDETERMINATE


def test_a_revocation_that_is_known_counts_for_a_pinned_certificate(weeks: Weeks) -> None:
    pki = weeks.second
    crl = make_crl(pki.root, revoked={pki.signer.certificate.serial_number: sample.FRIDAY - days(30)})
    for trust in ([pki.signer.pem, pki.root.pem], [pki.signer.pem]):
        report = verify_path(weeks.built["W20"], trust=[*trust, pki.authority.pem, crl])
        assert report.indication is not Indication.PASSED
        assert "signature.trust" in fallen(report) | fallen(report, CheckKind.REVIEW)
