"""Lists that name other things than the bag holds, receipts withheld, facts of last week that vanish."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence.verify.model import CheckKind, Indication
from tests.custody.forging import (
    FACTS,
    certified,
    change_json,
    fallen,
    find,
    judge,
    judged_again,
    spoil,
)
from tests.custody.ten_weeks import Weeks
from tests.support.packing import Files

TABLE, LIST = "data/移交清单.xlsx", "data/移交清单.pdf"


def in_table(change: Callable[[str], str], part: str = "xl/worksheets/sheet1.xml") -> Callable[[Files], None]:
    """Edit one part of the table."""

    def spoilt(files: Files) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(files[TABLE])) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == part:
                    text = data.decode()
                    assert change(text) != text, "the forgery forges nothing"
                    data = change(text).encode()
                new.writestr(name, data)
        files[TABLE] = out.getvalue()

    return spoilt


def drop_a_row(text: str) -> str:
    return re.sub(r'<row r="3".*?</row>', "", text)


def more_pages(text: str) -> str:
    return re.sub(r'(<c r="H2" s="\d+"><v>)\d+', r"\g<1>9", text)


def another_digest(text: str) -> str:
    return re.sub(r"<t>([0-9a-f]{64})</t>", "<t>" + "ab" * 32 + "</t>", text, count=1)


def another_record(text: str) -> str:
    return text.replace("<t>WJB22-0002-JC-001</t>", "<t>WJB22-0002-JC-009</t>")


def another_file(text: str) -> str:
    return re.sub(r"<t>(企业/[^<]*/)原件/[^<]*</t>", r"<t>\1原件/A-20220401-0999-补充.tif</t>", text, count=1)


TABLES = (
    in_table(drop_a_row),
    in_table(more_pages),
    in_table(another_digest, "xl/sharedStrings.xml"),
    in_table(another_record, "xl/sharedStrings.xml"),
    in_table(another_file, "xl/sharedStrings.xml"),
)


@pytest.mark.parametrize(
    "change", TABLES, ids=["row dropped", "page count", "digest", "case number", "another file"]
)
def test_a_list_that_names_other_things_fails(
    weeks: Weeks, tmp_path: Path, change: Callable[[Files], None], as_zip: bool
) -> None:
    report = judge(weeks, spoil(weeks, "W13", change, tmp_path, as_zip=as_zip))
    assert report.indication is Indication.FAILED
    assert fallen(report) == {"material.list"}


def test_a_list_that_says_a_file_went_with_another_package_fails(
    weeks: Weeks, tmp_path: Path, as_zip: bool
) -> None:
    def earlier(text: str) -> str:
        return re.sub(r"<t>WJB-2022-W1\d(?:-S1)?</t>", "<t>WJB-2022-W14</t>", text, count=1)

    path = spoil(weeks, "W22", in_table(earlier, "xl/sharedStrings.xml"), tmp_path, as_zip=as_zip)
    assert "material.list" in fallen(judge(weeks, path))


def test_a_signed_list_without_the_rows_of_its_table_is_asked_about(
    weeks: Weeks, tmp_path: Path, as_zip: bool
) -> None:
    def change(files: Files) -> None:
        files[LIST] = certified("Package WJB-2022-W13, nothing else", weeks.agency)

    report = judge(weeks, spoil(weeks, "W13", change, tmp_path, as_zip=as_zip))
    assert report.indication is Indication.INDETERMINATE
    assert "material.list" in fallen(report, CheckKind.REVIEW)


def test_a_table_that_is_none_is_asked_about(weeks: Weeks, tmp_path: Path, as_zip: bool) -> None:
    report = judge(
        weeks, spoil(weeks, "W13", lambda files: files.update({TABLE: b"PK junk"}), tmp_path, as_zip=as_zip)
    )
    assert fallen(report, CheckKind.REVIEW) == {"material.list"}


@pytest.mark.parametrize("label", ["W15", "W17", "W20"])
def test_a_receipt_that_is_withheld_is_asked_about(
    weeks: Weeks, tmp_path: Path, label: str, as_zip: bool
) -> None:
    def change(files: Files) -> None:
        for path in [path for path in files if path.startswith("data/ledger/receipt")]:
            del files[path]
        files["data/ledger/receipts.json"] = b"[]"

    report = judge(weeks, spoil(weeks, label, change, tmp_path, as_zip=as_zip))
    assert report.indication is Indication.INDETERMINATE
    asked = [check.message for check in report.checks if check.kind is CheckKind.REVIEW]
    assert all("没有附上" in each for each in asked), asked
    assert not report.ledger.witnessed


def unsay(files: Files, about: Callable[[Any], bool], change: Callable[[Any], None]) -> None:
    """A fact and every earlier line that tells of it."""
    change_json(files, FACTS, lambda document: change(document["facts"]))
    judged_again(files)
    change_json(
        files,
        "data/ledger/earlier.json",
        lambda document: document.update(
            lines=[each for each in document["lines"] if not about(json.loads(each["line"]))]
        ),
    )


def forget_the_exception(files: Files) -> None:
    def change(facts: Any) -> None:
        for case in facts["cases"]:
            case["holds"] = []

    unsay(files, lambda line: line["kind"] == "hold.placed/1", change)


def forget_a_visit(files: Files) -> None:
    def change(facts: Any) -> None:
        case = next(each for each in facts["cases"] if each["case"]["id"] == "WJB22-0004")
        case["visits"] = [visit for visit in case["visits"] if visit["version"] == 1]

    unsay(
        files,
        lambda line: line["kind"] == "visit.recorded/1" and line["payload"]["visit"]["version"] == 2,
        change,
    )


def close_a_case(files: Files) -> None:
    def change(facts: Any) -> None:
        next(row for row in facts["services"] if not row["closed"])["closed"] = True

    unsay(files, lambda _line: False, change)


@pytest.mark.parametrize("change", [forget_the_exception, forget_a_visit, close_a_case])
def test_a_fact_left_out_with_its_lines_falls_before_whoever_kept_the_week_before(
    weeks: Weeks, tmp_path: Path, change: Callable[[Files], None], as_zip: bool
) -> None:
    path = spoil(weeks, "W21", change, tmp_path, as_zip=as_zip)
    report = judge(weeks, path, "W20")
    assert report.indication is Indication.FAILED
    assert "material.facts" in fallen(report)
    assert any("你所持的上一包“WJB-2022-W20”载有" in check.message for check in report.checks)


def test_a_folder_of_packages_may_be_kept(weeks: Weeks, tmp_path: Path) -> None:
    kept = tmp_path / "移交包"
    kept.mkdir()
    for label in ("W13", "W19"):
        shutil.copy(weeks.built[label], kept)
    report = judge(weeks, weeks.built["W20"], kept)
    assert {one.package for one in report.ledger.witnesses if one.what == "package"} == {
        "WJB-2022-W13",
        "WJB-2022-W19",
    }
    assert report.indication is Indication.PASSED


def test_the_dossier_of_a_case_is_no_list(weeks: Weeks, tmp_path: Path, as_zip: bool) -> None:
    def change(files: Files) -> None:
        files[LIST] = files[find(files, "卷宗.pdf")]

    report = judge(weeks, spoil(weeks, "W13", change, tmp_path, as_zip=as_zip))
    assert report.indication is not Indication.PASSED
    assert fallen(report) | fallen(report, CheckKind.REVIEW) & {"material.paper", "material.list"}
