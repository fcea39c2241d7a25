"""One ledger has one history: supplements that disappear, ledgers begun anew, checkpoints told otherwise."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.domain.week import Week
from evidence.handover.package import Order, build_package
from evidence.ledger.events import PartiesImported
from evidence.verify.model import CheckKind, Indication
from tests.custody.forging import (
    fallen,
    judge,
    spoil,
    with_info,
)
from tests.custody.ten_weeks import Weeks
from tests.support import sample
from tests.support.handing_over import open_office
from tests.support.packing import Files
from tests.support.pki import days


@pytest.mark.parametrize(
    "kept", [(), ("W15",), ("W15-S1",)], ids=["alone", "with W15", "with the supplement"]
)
def test_a_supplement_that_disappears_is_found(
    weeks: Weeks, without_supplement: Path, kept: tuple[str, ...]
) -> None:
    report = judge(weeks, without_supplement, *kept)
    assert report.indication is Indication.FAILED
    assert "ledger.history" in fallen(report)
    if kept == ("W15-S1",):
        said = " ".join(check.message for check in report.checks if check.id == "ledger.previous")
        assert "WJB-2022-W16" in said
        assert "WJB-2022-W15-S1" in said


def test_a_ledger_begun_anew_is_a_second_history(weeks: Weeks, tmp_path: Path, as_zip: bool) -> None:
    root = tmp_path / "anew"
    root.mkdir()
    shutil.copytree(weeks.office.root / "keys", root / "keys")
    at = sample.FRIDAY + days(49)
    office = replace(
        open_office(root, clock=lambda: at), signer=weeks.office.signer, timestamp=weeks.office.timestamp
    )
    office.ledger.append("test", *_nothing_much(), at=at)
    order = Order(week=Week(2022, 20), at=at, allow_incomplete=True, why="试验", as_folder=not as_zip)
    built = build_package(office, order)
    alone = judge(weeks, built.path)
    assert any("其间 23 周没有移交包" in check.message for check in alone.checks)
    for kept in ("W13", "W19", "W20", "W22"):
        report = judge(weeks, built.path, kept)
        assert report.indication is Indication.FAILED, kept
        said = " ".join(check.message for check in report.checks if check.id == "ledger.previous")
        assert "两套历史" in said


def _nothing_much() -> list[PartiesImported]:
    facts = sample.week_facts()
    return [
        PartiesImported(source=sample.digest("workbook"), enterprises=facts.enterprises, people=facts.people)
    ]


@pytest.mark.parametrize("kept", ["W15-S1", "W13"])
def test_a_package_of_the_older_format_after_a_newer_one_is_asked_about(
    weeks: Weeks, tmp_path: Path, kept: str, as_zip: bool
) -> None:
    def change(files: Files) -> None:
        del files["data/ledger/earlier.json"]
        files.update(with_info(files, **{"Package-Format": "1"}))

    report = judge(weeks, spoil(weeks, "W16", change, tmp_path, as_zip=as_zip), kept)
    told = [check.message for check in report.checks if check.kind is CheckKind.REVIEW]
    assert any("包格式 1" in each and weeks.built[kept].stem in each for each in told), told
    assert report.indication is not Indication.PASSED


@pytest.mark.parametrize("kept", [(), ("W16",), ("W13",)], ids=["alone", "direct predecessor", "oldest"])
def test_old_checkpoints_told_otherwise_fail(
    weeks: Weeks, tmp_path: Path, as_zip: bool, kept: tuple[str, ...]
) -> None:
    def change(files: Files) -> None:
        path = "data/ledger/checkpoint-2022-W13.txt"
        lines = files[path].decode().split("\n")
        lines[2] = "A" * 43 + "="
        files[path] = "\n".join(lines).encode()

    report = judge(weeks, spoil(weeks, "W17", change, tmp_path, as_zip=as_zip), *kept)
    assert report.indication is Indication.FAILED
    assert fallen(report) & {"ledger.consistency", "ledger.previous"}
