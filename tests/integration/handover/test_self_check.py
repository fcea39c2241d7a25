"""A package is judged by its auditor's code before it gets its name, and told beforehand what it would be."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from evidence.bundles.unusable_key import KeyUnusableError
from evidence.domain.document import MarkVerdict
from evidence.errors import ExitCode, IncompleteError, UndecidedError, UsageError
from evidence.handover.dry_run import survey_package
from evidence.handover.filling import fill_bag
from evidence.handover.handover_context import HandoverContext
from evidence.handover.self_check import OwnPackageFailedError, OwnPackageUndecidedError
from evidence.verify.examine import verify_path
from tests.support import sample
from tests.support.handing_over import build, make_office, order


def everything(root: Path) -> dict[str, tuple[int, str]]:
    """Every file below a folder with its time and digest."""
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in root.rglob("*")
        if path.is_file()
    }


def stale_list(office: HandoverContext) -> None:
    """The revocation list of three months ago."""
    folder = office.root / "keys"
    key = pkcs12.load_pkcs12(
        (folder / "signer.p12").read_bytes(), (folder / "signer.password").read_bytes().strip()
    )
    assert key.key is not None
    root = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    old = datetime.now(UTC) - timedelta(days=90)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(old)
        .next_update(old + timedelta(days=30))
        .sign(key.key, hashes.SHA256())  # type: ignore[arg-type]
    )
    (folder / "ca.crl").write_bytes(made.public_bytes(Encoding.PEM))


def unbuilt(office: HandoverContext) -> bool:
    return not office.ledger.view.packages() and not list(office.folder.glob("WJB*"))


def test_without_a_time_stamp_nothing_is_signed_until_a_person_takes_it_upon_himself(
    key_home: Path, tmp_path: Path
) -> None:
    office = make_office(tmp_path, key_home, stamped=False)
    with pytest.raises(OwnPackageUndecidedError, match="没有签名") as refused:
        build(office)
    assert "没有时间戳" in str(refused.value.where)
    assert refused.value.exit_code is ExitCode.UNDECIDED
    assert unbuilt(office)
    with pytest.raises(UsageError, match="必须说明原因"):
        build(office, accept_indeterminate=True)
    built = build(office, accept_indeterminate=True, why="时间戳服务停机")
    trust = [(office.root / "keys/ca.pem").read_bytes()]
    assert verify_path(built.path, trust=trust).indication == "INDETERMINATE"


def test_a_stale_revocation_list_is_said_before_signing(
    key_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office(tmp_path, key_home)
    stale_list(office)
    signed: list[object] = []
    monkeypatch.setattr("evidence.handover.package.fill_bag", lambda bench: signed.append(bench))
    with pytest.raises(OwnPackageUndecidedError) as refused:
        build(office)
    assert "吊销列表" in str(refused.value.where)
    assert not signed
    survey = survey_package(office, order())
    assert [each.check for each in survey.doubts] == ["signature.trust"]
    assert survey.refused is not None
    assert survey.refused.exit_code is ExitCode.UNDECIDED


def test_a_package_that_fails_is_kept_aside_with_the_failing_check(
    key_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office(tmp_path, key_home)

    def spoil(bench: object) -> object:
        papers = fill_bag(bench)  # type: ignore[arg-type]
        bench.bag.add_bytes("data/ledger/checkpoint-2022-W12.txt", b"no checkpoint")  # type: ignore[attr-defined]
        return papers

    monkeypatch.setattr("evidence.handover.package.fill_bag", spoil)
    with pytest.raises(OwnPackageFailedError) as refused:
        build(office)
    assert refused.value.exit_code is ExitCode.VERIFICATION_FAILED
    assert "ledger.checkpoint" in str(refused.value.where)
    assert unbuilt(office)
    (kept,) = [path for path in (office.root / "archive/quarantine").iterdir() if path.name.startswith("WJB")]
    assert (kept / "WJB-2022-W13/data/移交清单.pdf").is_file()
    assert "ledger.checkpoint" in (kept / "原因.txt").read_text(encoding="utf-8-sig")
    monkeypatch.undo()
    assert build(office).package.complete, "the next one is made as if nothing had been"


@pytest.mark.parametrize(
    ("verdict", "error", "code"),
    [(MarkVerdict.ABSENT, IncompleteError, 3), (MarkVerdict.UNDECIDED, UndecidedError, 5)],
)
def test_a_dry_run_ends_as_building_would(
    key_home: Path, tmp_path: Path, verdict: MarkVerdict, error: type[Exception], code: int
) -> None:
    facts = sample.with_mark(sample.week_facts(), "WJB22-0002-JC-001", "escort", verdict)
    office = make_office(tmp_path, key_home, facts)
    before = everything(tmp_path)
    survey = survey_package(office, order())
    assert isinstance(survey.refused, error)
    assert int(survey.refused.exit_code) == code
    assert everything(tmp_path) == before
    with pytest.raises(error):
        build(office)
    assert survey_package(office, order(allow_incomplete=True, why="等补签")).refused is None


def test_a_dry_run_shows_what_building_then_packs_and_writes_nothing(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home)
    before = everything(tmp_path)
    survey = survey_package(office, order())
    assert everything(tmp_path) == before
    assert survey.refused is None
    assert not survey.gaps
    assert not survey.doubts
    built = build(office)
    assert survey.package == built.package.id
    assert [each.case.case.id for each in survey.cases] == list(built.package.cases)
    planned = {each.original.sha256 for case in survey.cases for each in case.files if not each.package}
    assert planned == set(built.package.originals)
    assert survey.bytes == sum(office.originals.path(digest).stat().st_size for digest in planned)


def test_without_a_key_the_dry_run_says_so_as_building_does(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home)
    (tmp_path / "keys/signer.p12").unlink()
    survey = survey_package(office, order())
    assert isinstance(survey.refused, KeyUnusableError)
    assert survey.cases
    with pytest.raises(KeyUnusableError):
        build(office)
