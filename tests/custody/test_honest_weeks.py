"""Ten honest weeks with every event verify without a wrong word, alone, together and in any company."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication, Report
from evidence.verify.series import verify_series
from evidence.verify.series_content import series_document
from tests.custody.forging import read_files
from tests.custody.ten_weeks import Weeks

LABELS = ("W13", "W14", "W15", "W15-S1", "W16", "W17", "W18", "W19", "W20", "W21", "W22")


def doubts(report: Report) -> list[str]:
    return [
        f"{check.id} {check.message} {check.location}"
        for check in report.checks
        if check.kind in (CheckKind.FAIL, CheckKind.REVIEW)
    ]


@pytest.mark.parametrize("label", LABELS)
def test_each_honest_week_passes_without_a_doubt(weeks: Weeks, label: str) -> None:
    report = verify_path(weeks.built[label], trust=weeks.trust, regulator=weeks.regulators)
    assert doubts(report) == []
    assert report.indication is Indication.PASSED
    assert report.ledger.continuous
    said = " ".join(check.message for check in report.checks)
    assert "没有登记上一包" not in said
    if label != "W13":
        assert "签名证书与账本所登记的相同" in said


def test_an_unpacked_package_is_judged_alike(weeks: Weeks, tmp_path: Path) -> None:
    with zipfile.ZipFile(weeks.built["W18"]) as archive:
        archive.extractall(tmp_path)
    report = verify_path(tmp_path / "WJB-2022-W18", trust=weeks.trust, regulator=weeks.regulators)
    assert doubts(report) == []


def test_a_change_of_key_that_the_old_key_signed_is_shown_and_passes(weeks: Weeks) -> None:
    report = verify_path(weeks.built["W18"], trust=weeks.trust, previous=weeks.built["W17"])
    (shown,) = [check.message for check in report.checks if "已更换" in check.message]
    assert "由旧密钥签字" in shown
    assert doubts(report) == []


def test_receipts_are_carried_however_late_and_witness_only_for_the_regulator_named(weeks: Weeks) -> None:
    told = {}
    for label in ("W15", "W17", "W20", "W21"):
        report = verify_path(weeks.built[label], trust=weeks.trust, regulator=weeks.regulators)
        told[label] = sorted(one.package for one in report.ledger.witnesses)
    assert told == {
        "W15": [],
        "W17": ["WJB-2022-W15", "WJB-2022-W16"],
        "W20": ["WJB-2022-W19"],
        "W21": ["WJB-2022-W20"],
    }
    scan = verify_path(weeks.built["W15"], trust=weeks.trust)
    assert any("WJB-2022-W13 的接收回执是扫描件" in check.message for check in scan.checks)
    alone = verify_path(weeks.built["W17"], trust=weeks.trust)
    assert not alone.ledger.witnessed
    assert alone.indication is Indication.PASSED


@pytest.mark.parametrize("kept", ["W13", "W15-S1", "W19", "W20", "W22"])
def test_any_package_kept_is_a_witness_and_none_makes_the_verdict_worse(weeks: Weeks, kept: str) -> None:
    report = verify_path(weeks.built["W20"], trust=weeks.trust, previous=weeks.built[kept])
    assert doubts(report) == []
    assert report.ledger.witnessed is (kept != "W20")


def test_all_packages_kept_together_agree(weeks: Weeks) -> None:
    others = [path for label, path in weeks.built.items() if label != "W22"]
    report = verify_path(weeks.built["W22"], trust=weeks.trust, previous=others)
    assert doubts(report) == []
    assert len(report.ledger.witnesses) == len(others)


def test_weeks_between_contract_and_first_package_are_counted(weeks: Weeks) -> None:
    report = verify_path(weeks.built["W13"], trust=weeks.trust)
    (said,) = [check.message for check in report.checks if "其间" in check.message]
    assert "2021-12-07" in said
    assert "16 周" in said


def test_originals_are_opened_and_what_was_not_is_said(weeks: Weeks) -> None:
    report = verify_path(weeks.built["W13"], trust=weeks.trust)
    assert any(check.id == "material.opened" and check.kind is CheckKind.PASS for check in report.checks)


def test_reasons_given_before_are_repeated_once_each_however_many_weeks_pass(weeks: Weeks) -> None:
    info = read_files(weeks.built["W22"])["bag-info.txt"].decode()
    (why,) = [line for line in info.splitlines() if line.startswith("Incomplete-Why: ")]
    parts = why.removeprefix("Incomplete-Why: ").split("；")
    assert parts[0] == "企业尚未上报，安监科知悉"
    assert len(parts) == len(set(parts)), "each package once"
    assert len(parts) > 2


@pytest.fixture(scope="module")
def folder(weeks: Weeks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every package in one folder, as an auditor files them."""
    folder = tmp_path_factory.mktemp("series") / "移交包"
    folder.mkdir()
    for path in weeks.built.values():
        (folder / path.name).hardlink_to(path)
    return folder


def test_a_folder_of_packages_is_judged_as_one_series(weeks: Weeks, folder: Path) -> None:
    series = verify_series(folder, trust=weeks.trust, regulator=weeks.regulators)
    assert [doubts(report) for report in series.packages] == [[]] * len(LABELS)
    assert (series.indication, series.missing_weeks, series.forks) == (Indication.PASSED, (), ())
    assert series_document(series)["series"]["indication"] == "TOTAL-PASSED"


def test_a_series_says_what_is_missing(weeks: Weeks, folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        if not path.stem.endswith(("W15-S1", "W17")):
            (tmp_path / path.name).hardlink_to(path)
    series = verify_series(tmp_path, trust=weeks.trust, regulator=weeks.regulators)
    assert series.missing_weeks == ("2022-W15-S1", "2022-W17")
    assert series.indication is Indication.INDETERMINATE
    assert all(report.indication is Indication.PASSED for report in series.packages)
