"""The pack for a payment holds the documents that prove it, and is signed as a package is."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.bundles.signers import KeyUnusableError
from evidence.domain.identifiers import Number
from evidence.domain.week import Week
from evidence.errors import IncompleteError, UsageError
from evidence.handover.office import Office
from evidence.handover.payment_pack import SignedPack, sign_pack
from evidence.ledger.facts import gather_cases
from evidence.rules.instalments import Pack, pack
from tests import world
from tests.handing_over import keys, make_office

LISTS = {"企业闭环清单.xlsx": b"list", "资料包.json": b"{}"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    return make_office(folder / "office", keys(folder / "keys"))


def packed(office: Office) -> Pack:
    """The first half-year as it stood on the Friday."""
    view = office.ledger.view
    facts = gather_cases(view, [case.id for case in view.cases()], week=Week.of(world.FRIDAY.date()))
    return pack(facts, office.parameters, world.FRIDAY, 1)


@pytest.fixture(scope="module")
def written(office: Office, tmp_path_factory: pytest.TempPathFactory) -> SignedPack:
    out = tmp_path_factory.mktemp("out") / "第2期付款资料"
    return sign_pack(office, office.ledger.view, packed(office), LISTS, out)


def test_every_line_is_proven_by_its_records_and_their_originals(office: Office, written: SignedPack) -> None:
    named = {number for line in packed(office).chains for number in line.documents}
    assert named
    assert {path.stem for path in (written.folder / "data/企业").rglob("*.pdf")} == named
    originals = list((written.folder / "data/原件").iterdir())
    assert originals
    assert written.documents == len(named) + len(originals)
    for original in originals:
        assert hashlib.sha256(original.read_bytes()).hexdigest() == original.stem
    assert (written.folder / "data/企业闭环清单.xlsx").read_bytes() == b"list"


def test_its_manifests_agree_and_openssl_accepts_its_signature(office: Office, written: SignedPack) -> None:
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        for line in (written.folder / manifest).read_text(encoding="utf-8").splitlines():
            digest, _, name = line.partition("  ")
            assert hashlib.sha256((written.folder / name).read_bytes()).hexdigest() == digest
    chain = [office.root / name for name in office.signer.chain]
    told = subprocess.run(
        ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "tagmanifest-sha256.txt.p7s",
         "-content", "tagmanifest-sha256.txt", "-CAfile", str(chain[-1]),
         "-certfile", "certificates/signer-chain.pem", "-purpose", "any", "-out", "/dev/null"],
        cwd=written.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr


def test_a_folder_that_holds_something_is_left_alone(office: Office, written: SignedPack) -> None:
    before = (written.folder / "bag-info.txt").read_bytes()
    with pytest.raises(UsageError, match="不覆盖"):
        sign_pack(office, office.ledger.view, packed(office), LISTS, written.folder)
    assert (written.folder / "bag-info.txt").read_bytes() == before


def test_without_a_key_nothing_is_written(office: Office, tmp_path: Path) -> None:
    keyless = replace(office, signer=replace(office.signer, pkcs12="keys/nowhere.p12"))
    with pytest.raises(KeyUnusableError):
        sign_pack(keyless, office.ledger.view, packed(office), LISTS, tmp_path / "资料")
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_the_archive_has_lost_stops_it(office: Office, tmp_path: Path) -> None:
    number = next(number for line in packed(office).chains for number in line.documents)
    path = office.issued.pdf_path(Number(number))
    aside = path.rename(path.with_suffix(".aside"))
    try:
        with pytest.raises(IncompleteError, match="缺少"):
            sign_pack(office, office.ledger.view, packed(office), LISTS, tmp_path / "资料")
        assert list(tmp_path.iterdir()) == []
    finally:
        aside.rename(path)
