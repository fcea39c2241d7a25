"""Parts of a package that do not speak of the same thing: originals, dossiers, lists, facts, earlier lines.

Each forgery is sound in itself: manifests, signature, stamp and hash chain are made right again.
"""

from __future__ import annotations

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
    random_pdf,
    read_files,
    spoil,
    with_info,
)
from tests.custody.ten_weeks import Weeks
from tests.support.packing import Files, plain_pdf

LIST = "data/移交清单.pdf"


def exchange_an_original(files: Files) -> None:
    files[find(files, ".tif", within="原件/")] = files[find(files, ".tif", within="WJB22-0002")]


def random_bytes_as_original(files: Files) -> None:
    files[find(files, ".tif", within="原件/")] = random_pdf()


def add_an_original(files: Files) -> None:
    folder = find(files, "卷宗.pdf").rpartition("/")[0]
    files[f"{folder}/原件/A-20220401-0999-补充.pdf"] = plain_pdf("never taken in")


def drop_an_original(files: Files) -> None:
    del files[find(files, ".tif", within="原件/")]


def another_cases_dossier(files: Files) -> None:
    files[find(files, "卷宗.pdf", within="WJB22-0002")] = files[find(files, "卷宗.pdf", within="WJB22-0001")]


def drop_the_dossiers(files: Files) -> None:
    for path in [path for path in files if path.endswith("卷宗.pdf")]:
        del files[path]


def empty_the_facts(files: Files) -> None:
    change_json(files, FACTS, lambda document: document["facts"].update(cases=[], moved=[], services=[]))
    judged_again(files)
    for path in [path for path in files if path.startswith("data/企业/")]:
        del files[path]
    files.update(with_info(files, Complete="yes", **{"Owed-This-Week": "0", "Incomplete-Why": ""}))


def drop_a_visit(files: Files) -> None:
    def change(document: Any) -> None:
        document["facts"]["cases"][0]["visits"].pop()

    change_json(files, FACTS, change)
    judged_again(files)


def move_a_page(files: Files) -> None:
    def change(
        document: dict[str, dict[str, list[dict[str, list[dict[str, list[dict[str, int]]]]]]]],
    ) -> None:
        document["facts"]["cases"][0]["documents"][0]["scans"][0]["index"] += 1

    change_json(files, FACTS, change)
    judged_again(files)


def another_form(files: Files) -> None:
    def change(document: Any) -> None:
        document["facts"]["cases"][0]["documents"][0]["form"]["pdf"] = "0" * 64

    change_json(files, FACTS, change)
    judged_again(files)


TOGETHER: list[tuple[Callable[[Files], None], str]] = [
    (exchange_an_original, "material.original"),
    (random_bytes_as_original, "material.original"),
    (add_an_original, "material.original"),
    (drop_an_original, "material.original"),
    (another_cases_dossier, "material.paper"),
    (drop_the_dossiers, "material.paper"),
    (empty_the_facts, "material.facts"),
    (drop_a_visit, "material.facts"),
    (move_a_page, "material.facts"),
    (another_form, "material.facts"),
]


@pytest.mark.parametrize(("change", "check"), TOGETHER, ids=[change.__name__ for change, _ in TOGETHER])
def test_parts_that_do_not_belong_together_fail(
    weeks: Weeks, tmp_path: Path, change: Callable[[Files], None], check: str, as_zip: bool
) -> None:
    report = judge(weeks, spoil(weeks, "W13", change, tmp_path, as_zip=as_zip))
    assert report.indication is Indication.FAILED
    assert check in fallen(report)
    assert not fallen(report) & {"bag.changed", "signature.cms", "judgement.recomputed"}, "sound in itself"


@pytest.mark.parametrize("paper", [LIST, "data/接收回执.pdf"])
def test_last_weeks_papers_fail(weeks: Weeks, tmp_path: Path, as_zip: bool, paper: str) -> None:
    last = read_files(weeks.built["W15"])[paper]
    report = judge(
        weeks, spoil(weeks, "W16", lambda files: files.update({paper: last}), tmp_path, as_zip=as_zip)
    )
    assert (report.indication, fallen(report)) == (Indication.FAILED, {"material.paper"})


def test_a_dossier_that_names_no_case_is_undecided(weeks: Weeks, tmp_path: Path, as_zip: bool) -> None:
    def change(files: Files) -> None:
        files[find(files, "卷宗.pdf", within="WJB22-0002")] = certified("卷宗", weeks.agency)

    report = judge(weeks, spoil(weeks, "W13", change, tmp_path, as_zip=as_zip))
    assert report.indication is Indication.INDETERMINATE
    assert "material.paper" in fallen(report, CheckKind.REVIEW)


@pytest.mark.parametrize("gone", ["all of it", "one line"])
def test_without_the_earlier_lines_it_is_undecided_and_named(
    weeks: Weeks, tmp_path: Path, as_zip: bool, gone: str
) -> None:
    def change(files: Files) -> None:
        if gone == "all of it":
            del files["data/ledger/earlier.json"]
        else:
            change_json(files, "data/ledger/earlier.json", lambda each: each["lines"].pop(1))

    report = judge(weeks, spoil(weeks, "W15-S1", change, tmp_path, as_zip=as_zip))
    assert report.indication is Indication.INDETERMINATE
    assert {check.location for check in report.checks if check.kind is CheckKind.REVIEW} <= {
        "data/ledger/earlier.json"
    }


def test_an_earlier_line_that_is_not_in_the_tree_fails(weeks: Weeks, tmp_path: Path, as_zip: bool) -> None:
    def change(document: Any) -> None:
        document["lines"][1]["line"] = document["lines"][1]["line"].replace(
            '"actor":"test"', '"actor":"text"'
        )

    path = spoil(
        weeks,
        "W15-S1",
        lambda files: change_json(files, "data/ledger/earlier.json", change),
        tmp_path,
        as_zip=as_zip,
    )
    assert "ledger.earlier" in fallen(judge(weeks, path))
