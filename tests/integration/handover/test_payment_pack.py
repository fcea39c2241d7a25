"""The pack for a payment holds the documents that prove it, and is signed as a package is."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from evidence.bundles.settings import TimestampSettings
from evidence.bundles.unusable_key import KeyUnusableError
from evidence.domain.identifiers import Number
from evidence.domain.week import Week
from evidence.errors import IncompleteError, UsageError
from evidence.handover.handover_context import HandoverContext
from evidence.handover.signed_pack import SignedPack, sign_pack
from evidence.ledger.facts import gather_cases
from evidence.reports.payment_lists import write_lists
from evidence.rules.instalments import Pack, pack
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication, Report
from evidence.verify.report_content import Field
from evidence.verify.series import verify_series
from evidence.verify.series_content import series_lines, series_summary
from evidence.verify.wording import text_report
from tests.support import sample
from tests.support.handing_over import Friday, keys, make_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> HandoverContext:
    folder = tmp_path_factory.mktemp("office")
    return make_office(folder / "office", keys(folder / "keys"))


def packed(office: HandoverContext) -> Pack:
    """The first half-year as it stood on the Friday."""
    view = office.ledger.view
    facts = gather_cases(view, [case.id for case in view.cases()], week=Week.of(sample.FRIDAY.date()))
    return pack(facts, office.parameters, sample.FRIDAY, 1)


def lists_of(made: Pack, folder: Path) -> dict[str, bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    write_lists(made, folder)
    return {one.name: one.read_bytes() for one in folder.iterdir()}


@pytest.fixture(scope="module")
def lists(office: HandoverContext, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return lists_of(packed(office), tmp_path_factory.mktemp("lists"))


@pytest.fixture(scope="module")
def written(
    office: HandoverContext, lists: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> SignedPack:
    out = tmp_path_factory.mktemp("out") / "第2期付款资料"
    return sign_pack(office, office.ledger.view, packed(office), lists, out)


def test_every_line_is_proven_by_its_records_and_their_originals(
    office: HandoverContext, lists: dict[str, bytes], written: SignedPack
) -> None:
    named = {number for line in packed(office).chains for number in line.documents}
    assert named
    assert {path.stem for path in (written.folder / "data/企业").rglob("*.pdf")} == named
    originals = list((written.folder / "data/原件").iterdir())
    assert originals
    assert written.documents == len(named) + len(originals)
    for original in originals:
        assert hashlib.sha256(original.read_bytes()).hexdigest() == original.stem
    assert (written.folder / "data/企业闭环清单.xlsx").read_bytes() == lists["企业闭环清单.xlsx"]


def test_its_manifests_agree_and_openssl_accepts_its_signature(
    office: HandoverContext, written: SignedPack
) -> None:
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


def test_a_folder_that_holds_something_is_left_alone(office: HandoverContext, written: SignedPack) -> None:
    before = (written.folder / "bag-info.txt").read_bytes()
    with pytest.raises(UsageError, match="不覆盖"):
        sign_pack(office, office.ledger.view, packed(office), {}, written.folder)
    assert (written.folder / "bag-info.txt").read_bytes() == before


def test_without_a_key_nothing_is_written(office: HandoverContext, tmp_path: Path) -> None:
    keyless = replace(office, signer=replace(office.signer, pkcs12="keys/nowhere.p12"))
    with pytest.raises(KeyUnusableError):
        sign_pack(keyless, office.ledger.view, packed(office), {}, tmp_path / "资料")
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_the_archive_has_lost_stops_it(office: HandoverContext, tmp_path: Path) -> None:
    number = next(number for line in packed(office).chains for number in line.documents)
    path = office.issued.pdf_path(Number(number))
    aside = path.rename(path.with_suffix(".aside"))
    try:
        with pytest.raises(IncompleteError, match="缺少"):
            sign_pack(office, office.ledger.view, packed(office), {}, tmp_path / "资料")
        assert list(tmp_path.iterdir()) == []
    finally:
        aside.rename(path)


def test_a_signature_that_would_stay_undecided_is_said_when_it_is_made(
    office: HandoverContext, written: SignedPack, tmp_path: Path
) -> None:
    assert written.doubts == ()
    lists = office.root / "keys/ca.crl"
    aside = lists.rename(lists.with_suffix(".aside"))
    try:
        (doubt,) = sign_pack(office, office.ledger.view, packed(office), {}, tmp_path / "资料").doubts
    finally:
        aside.rename(lists)
    assert doubt.check == "signature.trust"
    unstamped = replace(office, timestamp=TimestampSettings(local=""))
    told = sign_pack(unstamped, office.ledger.view, packed(office), {}, tmp_path / "又一份").doubts
    assert "signature.timestamp" in {each.check for each in told}


def verified(office: HandoverContext, folder: Path) -> Report:
    return verify_path(folder, trust=[(office.root / office.signer.chain[-1]).read_bytes()])


def said(report: Report, *kinds: CheckKind) -> set[str]:
    return {one.id for one in report.checks if one.kind in kinds}


def test_verify_knows_it_and_says_what_it_proves(office: HandoverContext, written: SignedPack) -> None:
    report = verified(office, written.folder)
    assert report.what == "payment"
    assert not said(report, CheckKind.FAIL), [one.message for one in report.checks]
    assert said(report, CheckKind.PASS) >= {
        "bag.files", "signature.cms", "payment.documents", "payment.originals", "payment.lists"
    }  # fmt: skip
    assert report.indication is Indication.PASSED, [one.message for one in report.checks]
    text = "\n".join(text_report(report))
    assert "付款资料包" in text
    assert "移交包自称" not in text
    assert "检查点指纹" not in text


@pytest.fixture
def copied(written: SignedPack, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written.folder, tmp_path / "副本"))


def test_a_changed_record_fails(office: HandoverContext, copied: Path) -> None:
    record = next((copied / "data/企业").rglob("*.pdf"))
    record.write_bytes(record.read_bytes() + b"%")
    report = verified(office, copied)
    assert report.indication is Indication.FAILED
    assert "bag.changed" in said(report, CheckKind.FAIL)


def test_a_pack_without_its_signature_fails(office: HandoverContext, copied: Path) -> None:
    (copied / "tagmanifest-sha256.txt.p7s").unlink()
    assert verified(office, copied).indication is Indication.FAILED


def test_lists_that_say_different_things_fail_though_they_are_signed(
    office: HandoverContext, lists: dict[str, bytes], tmp_path: Path
) -> None:
    told = msgspec.json.decode(lists["资料包.json"])
    told["chains"][0]["lacking"] = ["缺复查"] if not told["chains"][0]["lacking"] else []
    told["chains"][0]["closed"] = True
    changed = {**lists, "资料包.json": msgspec.json.encode(told)}
    made = sign_pack(office, office.ledger.view, packed(office), changed, tmp_path / "资料")
    report = verified(office, made.folder)
    assert said(report, CheckKind.FAIL) == {"payment.lists"}


def put(field: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Change the first line of the lists for programs."""
    return lambda told: told["chains"][0].update({field: value})


@pytest.mark.parametrize(
    "change",
    [
        put("name", "另一家"),
        put("checked_on", "2022-03-01"),
        put("lacking", ["缺另一份记录"]),
        lambda told: told["chains"][0]["documents"].pop(),
        lambda told: told["money"].pop(),
        lambda told: told["money"][0].update(kind="pass" if told["money"][0]["kind"] != "pass" else "fail"),
        lambda told: told["money"][0].update(message="已付清。"),
        lambda told: told["money"][0].update(due="2030-01-01"),
    ],
    ids=["name", "day", "what is lacking", "records", "a claim", "its verdict", "its words", "its day"],
)
def test_whatever_people_read_otherwise_than_programs_fails(
    office: HandoverContext,
    lists: dict[str, bytes],
    tmp_path: Path,
    change: Callable[[dict[str, Any]], None],
) -> None:
    report = signed_with(office, lists, tmp_path / "资料", change)
    assert "payment.lists" in said(report, CheckKind.FAIL)


def test_a_pack_without_its_list_of_payments_fails(
    office: HandoverContext, lists: dict[str, bytes], tmp_path: Path
) -> None:
    kept = {name: data for name, data in lists.items() if name != "付款与违约核对.xlsx"}
    made = sign_pack(office, office.ledger.view, packed(office), kept, tmp_path / "资料")
    assert verified(office, made.folder).indication is Indication.FAILED


def test_a_record_that_a_line_names_and_the_pack_lacks_fails(office: HandoverContext, tmp_path: Path) -> None:
    made = packed(office)
    line = next(one for one in made.chains if one.documents)
    more = replace(line, documents=(*line.documents, f"{line.case}-JC-009"))
    told = replace(made, chains=tuple(more if one is line else one for one in made.chains))
    made = sign_pack(office, office.ledger.view, made, lists_of(told, tmp_path / "lists"), tmp_path / "资料")
    report = verified(office, made.folder)
    assert said(report, CheckKind.FAIL) == {"payment.documents"}
    assert any("JC-009" in one.message for one in report.checks)


@pytest.fixture
def together(friday: Friday, written: SignedPack, tmp_path: Path) -> Path:
    """What Party A keeps in one folder: a week's package and the pack for a payment."""
    folder = tmp_path / "收到的"
    folder.mkdir()
    shutil.copy(friday.built.path, folder)
    shutil.copytree(written.folder, folder / "第2期付款资料")
    return folder


def test_a_folder_with_a_week_and_a_pack_judges_each_by_its_own_layout(
    friday: Friday, office: HandoverContext, together: Path
) -> None:
    trust = [(each.root / each.signer.chain[-1]).read_bytes() for each in (friday.office, office)]
    series = verify_series(together, trust=trust)
    assert {(each.what, each.indication) for each in series.packages} == {
        ("package", Indication.PASSED), ("payment", Indication.PASSED)
    }, series_lines(series)  # fmt: skip
    assert (series.indication, series.missing_weeks, series.forks) == (Indication.PASSED, (), ())
    pages = "\n".join(
        part.value
        for part in series_summary(series).parts
        if isinstance(part, Field) and part.label == "验证对象"
    )
    assert "1 个移交包、1 个付款资料包" in pages
    record = next((together / "第2期付款资料/data/企业").rglob("*.pdf"))
    record.write_bytes(record.read_bytes() + b"%")
    assert verify_series(together, trust=trust).indication is Indication.FAILED


def test_a_sound_pack_that_was_kept_is_no_witness_and_not_called_damaged(
    friday: Friday, written: SignedPack
) -> None:
    report = verify_path(friday.built.path, trust=[], previous=written.folder)
    (told,) = [one for one in report.checks if one.location.startswith(written.folder.name)]
    assert told.kind is CheckKind.NOTE
    assert "付款资料包没有账本" in told.message


def test_a_folder_of_packs_alone_names_no_week(
    office: HandoverContext, written: SignedPack, tmp_path: Path
) -> None:
    shutil.copytree(written.folder, tmp_path / "第2期付款资料")
    series = verify_series(tmp_path, trust=[(office.root / office.signer.chain[-1]).read_bytes()])
    assert series.indication is Indication.PASSED
    labels = {part.label for part in series_summary(series).parts if isinstance(part, Field)}
    assert not labels & {"周次", "合同代号", "缺周"}
    assert "没有缺周" not in series_lines(series)[0]


def signed_with(
    office: HandoverContext, lists: dict[str, bytes], out: Path, change: Callable[[dict[str, Any]], None]
) -> Report:
    """A pack whose lists for programs were changed before the agency signed them."""
    told = msgspec.json.decode(lists["资料包.json"])
    change(told)
    changed = {**lists, "资料包.json": msgspec.json.encode(told)}
    return verified(office, sign_pack(office, office.ledger.view, packed(office), changed, out).folder)


def first_record(told: dict[str, Any]) -> dict[str, Any]:
    return next(record for one in told["chains"] for record in one["records"])  # type: ignore[no-any-return]


def test_a_record_of_other_bytes_than_its_line_states_fails(
    office: HandoverContext, lists: dict[str, bytes], tmp_path: Path
) -> None:
    report = signed_with(
        office, lists, tmp_path / "资料", lambda told: first_record(told).update(pdf="ab" * 32)
    )
    assert said(report, CheckKind.FAIL) == {"payment.documents"}


def test_an_original_that_a_line_states_and_the_pack_lacks_fails(
    office: HandoverContext, lists: dict[str, bytes], tmp_path: Path
) -> None:
    report = signed_with(
        office, lists, tmp_path / "资料", lambda told: first_record(told)["scans"].append("ab" * 32)
    )
    assert said(report, CheckKind.FAIL) == {"payment.originals"}


def test_an_original_that_no_line_states_is_asked_about(
    office: HandoverContext, lists: dict[str, bytes], tmp_path: Path
) -> None:
    report = signed_with(office, lists, tmp_path / "资料", lambda told: first_record(told)["scans"].clear())
    assert said(report, CheckKind.REVIEW) == {"payment.originals"}
    assert report.indication is Indication.INDETERMINATE


def test_a_pack_made_before_its_lists_told_digests_passes_by_its_names(
    office: HandoverContext, lists: dict[str, bytes], tmp_path: Path
) -> None:
    def older(told: dict[str, Any]) -> None:
        for one in told["chains"]:
            del one["records"]

    assert signed_with(office, lists, tmp_path / "资料", older).indication is Indication.PASSED


@pytest.mark.parametrize("bare", [False, True], ids=["no originals", "no records either"])
def test_a_pack_that_proves_its_lines_with_nothing_does_not_pass(
    office: HandoverContext, tmp_path: Path, *, bare: bool
) -> None:
    made = packed(office)
    bared = replace(made, chains=tuple(replace(one, documents=()) for one in made.chains))
    lists = lists_of(bared if bare else made, tmp_path / "lists")
    told = msgspec.json.decode(lists["资料包.json"])
    for one in told["chains"]:
        del one["records"]
    changed = {**lists, "资料包.json": msgspec.json.encode(told)}
    without = sign_pack(
        office,
        SimpleNamespace(  # type: ignore[arg-type]
            documents=lambda case: [replace(each, scans=()) for each in office.ledger.view.documents(case)]
        ),
        replace(made, chains=()) if bare else made,
        changed,
        tmp_path / "资料",
    )
    report = verified(office, without.folder)
    asked = {"payment.originals", "payment.documents"} if bare else {"payment.originals"}
    assert said(report, CheckKind.REVIEW) == asked
    assert report.indication is Indication.INDETERMINATE
