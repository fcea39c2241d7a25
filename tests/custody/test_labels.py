"""Labels that contradict the package, receipts told otherwise, changes of key and witnesses that are none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import to_builtins

from evidence.contracts.contract import shipped_contract
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication
from evidence.verify.series import verify_series
from tests.custody.forging import (
    FACTS,
    change_json,
    fallen,
    judge,
    judged_again,
    read_files,
    sealed,
    spoil,
    with_info,
    write,
)
from tests.custody.ten_weeks import Weeks
from tests.support.packing import Files


@pytest.mark.parametrize(
    ("label", "changed", "value"),
    [
        ("W15", "As-Of", "2022-04-16T07:00:00Z"),
        ("W15", "As-Of", "2022-04-14T07:00:00Z"),
        ("W15", "Bagging-Date", "2022-04-01"),
        ("W15", "Week", "2022-W14"),
        ("W15", "External-Identifier", "WJB-2022-W14"),
        ("W15", "Bag-Group-Identifier", "ABC"),
        ("W20", "Service-Weeks", "2022-W15/2022-W20"),
        ("W20", "Service-Weeks", ""),
        ("W20", "Checkpoint-Fingerprint", "A" * 16),
        ("W15-S1", "Supplement-Of", ""),
        ("W20", "Owed-Before", "0"),
        ("W22", "Incurable", "0"),
        ("W20", "Previous-Package", ""),
    ],
)
def test_a_label_that_contradicts_the_package_fails(
    weeks: Weeks, tmp_path: Path, as_zip: bool, label: str, changed: str, value: str
) -> None:
    def change(files: Files) -> None:
        files.update(with_info(files, **{changed: value}))

    report = judge(weeks, spoil(weeks, label, change, tmp_path, as_zip=as_zip))
    assert report.indication is Indication.FAILED
    assert not fallen(report) & {"bag.changed", "signature.cms"}, "sound in itself"


def test_a_package_made_long_after_says_so_even_without_the_label(
    weeks: Weeks, tmp_path: Path, as_zip: bool
) -> None:
    def change(files: Files) -> None:
        files.update(with_info(files, **{"Real-Time": ""}))

    report = judge(weeks, spoil(weeks, "W15", change, tmp_path, as_zip=as_zip))
    (said,) = [check.message for check in report.checks if check.id == "bag.time"]
    assert "相差一天以上" in said


def test_an_unknown_format_is_undecided(weeks: Weeks, tmp_path: Path, as_zip: bool) -> None:
    for value in ("3", ""):

        def change(files: Files, value: str = value) -> None:
            files.update(with_info(files, **{"Package-Format": value}))

        report = judge(weeks, spoil(weeks, "W20", change, tmp_path / f"format{value}", as_zip=as_zip))
        assert report.indication is Indication.INDETERMINATE, value


def of_receipt(name: str, **values: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        document = json.loads(files[name])
        for each in document if isinstance(document, list) else [document]:
            each.update(values)
        files[name] = json.dumps(document).encode()

    return change


@pytest.mark.parametrize(
    ("label", "change"),
    [
        ("W17", of_receipt("data/ledger/receipt.json", package="WJB-2022-W15")),
        ("W17", of_receipt("data/ledger/receipts.json", package="WJB-2022-W14")),
        ("W17", of_receipt("data/ledger/receipt.json", manner="scan")),
        ("W15", of_receipt("data/ledger/receipts.json", manner="signature")),
    ],
    ids=["another's as this one's", "a late one's as another's", "signature as scan", "scan as signature"],
)
def test_a_receipt_that_the_journal_tells_otherwise_fails(
    weeks: Weeks, tmp_path: Path, as_zip: bool, label: str, change: Callable[[Files], None]
) -> None:
    report = judge(weeks, spoil(weeks, label, change, tmp_path, as_zip=as_zip))
    assert report.indication is Indication.FAILED
    assert "ledger.receipt" in fallen(report)


def test_the_old_key_after_the_change_is_asked_about(weeks: Weeks, tmp_path: Path, as_zip: bool) -> None:
    forged = sealed(read_files(weeks.built["W19"]), weeks.agency)
    report = judge(weeks, write(forged, "WJB-2022-W19", tmp_path, as_zip=as_zip))
    assert report.indication is Indication.INDETERMINATE
    assert "signature.identity" in fallen(report, CheckKind.REVIEW)


def test_a_change_of_key_for_another_contract_is_none(weeks: Weeks) -> None:
    """The old key signed it, but for a contract that is not this one."""
    from evidence.verify.identity import read_change
    from evidence.verify.trust_files import read_trust
    from evidence.verify.witness import read_regulator

    lines = [
        json.loads(line) for line in read_files(weeks.built["W18"])["data/ledger/journal.jsonl"].splitlines()
    ]
    (payload,) = [line["payload"]["change"] for line in lines if line["kind"] == "signer.changed/1"]
    nobody = read_regulator([], read_trust(weeks.trust))
    assert read_change(payload, nobody, "WJB") is not None
    assert read_change(payload, nobody, "ABC") is None


@pytest.mark.parametrize(
    "who", ["agency's root", "agency's signer", "agency's later root", "leaf without its list"]
)
def test_a_certificate_named_as_the_regulators_makes_no_witness_of_others(weeks: Weeks, who: str) -> None:
    given = {
        "agency's root": weeks.agency.root.pem,
        "agency's signer": weeks.agency.signer.pem,
        "agency's later root": weeks.second.root.pem,
        "leaf without its list": weeks.regulator.signer.pem,
    }[who]
    report = verify_path(weeks.built["W17"], trust=weeks.trust, regulator=[given])
    assert not report.ledger.witnessed
    assert report.indication is Indication.PASSED


@pytest.mark.parametrize("kept", [("W13", "W22", "W19"), ("W22", "W13"), ("W19", "W19", "W20")])
def test_packages_kept_in_any_order_and_twice_take_nothing_away(weeks: Weeks, kept: tuple[str, ...]) -> None:
    report = judge(weeks, weeks.built["W20"], *kept)
    assert report.indication is Indication.PASSED
    assert report.ledger.witnessed


@pytest.mark.parametrize("damage", ["changed byte", "cut", "empty", "no zip"])
def test_a_damaged_package_kept_takes_nothing_away(weeks: Weeks, tmp_path: Path, damage: str) -> None:
    data = bytearray(weeks.built["W19"].read_bytes())
    if damage == "changed byte":
        data[len(data) // 2] ^= 1
    kept = tmp_path / "WJB-2022-W19.zip"
    kept.write_bytes(
        {"cut": bytes(data[:-500]), "empty": b"", "no zip": b"PK\x03\x04 junk"}.get(damage, bytes(data))
    )
    report = judge(weeks, weeks.built["W20"], kept, "W13")
    assert report.indication is Indication.PASSED
    assert {one.package for one in report.ledger.witnesses if one.what == "package"} == {"WJB-2022-W13"}


def test_two_contracts_in_one_folder_lack_their_own_weeks(weeks: Weeks, tmp_path: Path) -> None:
    from tests.support.packing import to_zip, two_weeks

    for label in ("W13", "W15"):
        shutil.copy(weeks.built[label], tmp_path)
    files = {
        name: data.replace(b"WJB-2022", b"ABC-2022").replace(b"Identifier: WJB", b"Identifier: ABC")
        for name, data in two_weeks()[1].items()
        if name == "bag-info.txt"
    }
    (tmp_path / "ABC-2022-W13.zip").write_bytes(to_zip({**two_weeks()[1], **files}, "ABC-2022-W13"))
    series = verify_series(tmp_path, trust=weeks.trust)
    assert set(series.missing_weeks) == {"WJB-2022-W14", "ABC-2022-W12"}


def test_parameters_of_the_judgement_that_changed_are_said(
    weeks: Weeks, tmp_path: Path, as_zip: bool
) -> None:
    def change(files: Files) -> None:
        change_json(files, FACTS, lambda document: document["parameters"].update(recheck_days=60))
        judged_again(files)

    path = spoil(weeks, "W20", change, tmp_path, as_zip=as_zip)
    told = [check.message for check in judge(weeks, path).checks if check.id == "judgement.parameters"]
    assert any("recheck_days" in each for each in told)
    assert not any("judge_client" in each for each in told), "how a package is meant is no number"
    told = [check.message for check in judge(weeks, path, "W19").checks if check.id == "judgement.parameters"]
    assert any("WJB-2022-W19" in each and "recheck_days" in each for each in told)


def test_a_rule_struck_out_since_the_last_package_is_said(weeks: Weeks, tmp_path: Path, as_zip: bool) -> None:
    """Its findings are gone from both sides of the recomputation, so nothing else would tell."""
    text = to_builtins(replace(shipped_contract().text, without_rules=("V02-whole-visit",)))

    def change(files: Files) -> None:
        change_json(files, FACTS, lambda document: document["parameters"].update(text=text))
        judged_again(files)

    path = spoil(weeks, "W20", change, tmp_path, as_zip=as_zip)
    told = [check.message for check in judge(weeks, path, "W19").checks if check.id == "judgement.parameters"]
    assert any("WJB-2022-W19" in each and "不再判断 V02-whole-visit" in each for each in told)
