"""What the archive must hold, and under which names people find it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence.domain.identifiers import ArrivalId
from evidence.ledger.arrival_events import ArrivalJudged
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.holdings import case_tree, holdings, original_place, safe_name
from evidence.ledger.ledger import Ledger
from tests.support.ledger_scenario import OWN, OWN_FORM, START, digest, every_kind, page, taken


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return EmbeddedLedger.open(tmp_path, clock=lambda: START)


def test_every_digest_of_the_story_that_names_a_stored_file_is_expected_once(ledger: Ledger) -> None:
    ledger.append("x", *every_kind())
    expected = {holding.place: holding for holding in holdings(ledger.entries())}
    for content in ("名册.xlsx", "contacts", "photo", "notice", "scan own", "scan both", "mp4", "receipt"):
        assert expected[original_place(digest(content))].sha256 == digest(content)
    assert expected[f"issued/{OWN}/{OWN_FORM}.pdf"].sha256 == digest(f"{OWN_FORM}.pdf")
    assert expected["issued/weekly/WJB22-0000-JH-001.docx"]
    assert expected["handover/WJB-2022-W13.zip"].instead[0][1] == digest("tag")
    assert original_place(digest("crop")) not in expected


def test_footage_registered_where_it_lies_is_not_expected_in_the_archive(ledger: Ledger) -> None:
    ledger.append("x", replace(taken(1, "a.mp4", "film"), by_reference="/nas/a.mp4"))
    assert holdings(ledger.entries()) == ()


def test_two_scans_of_one_record_have_names_of_their_own_with_their_endings(ledger: Ledger) -> None:
    ledger.append("x", *every_kind()[:5])
    for running, content in enumerate(("one", "two"), 1):
        scan = replace(taken(running, "同名.JPG", content), media_type="image/jpeg")
        ledger.append("x", scan)
        ledger.append(
            "x",
            ArrivalJudged(
                arrival=ArrivalId(scan.arrival),
                outcome="linked",
                pages=(page(OWN_FORM, content, quality=running),),
            ),
        )
    names = [leaf.path.rpartition("/")[2] for leaf in case_tree(ledger.view) if OWN_FORM in leaf.path]
    assert names == [
        "签发 WJB22-0012-JC-001.pdf",
        "扫描 第1页 A-20220314-0002 同名.JPG",
        "其他扫描 第1页 A-20220314-0001 同名.JPG",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc", "_.._etc"), ("a/b\\c:d", "a_b_c_d"), (" . ", "_"), ("", "_"), ("尾点.", "尾点"),
        ("换\n行\x00\u202e", "换_行__"), ("CON?*", "CON__"),
    ],
)  # fmt: skip
def test_names_are_safe_everywhere(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_long_name_is_cut_at_a_whole_character_with_room_for_its_ending() -> None:
    name = safe_name("检" * 100, reserve=5)
    assert len(name.encode()) <= 115
    assert set(name) == {"检"}


def test_what_a_person_filed_and_photographs_stand_in_the_tree(ledger: Ledger) -> None:
    ledger.append("x", *every_kind())
    photo = replace(taken(7, "微信/现场.JPG", "later"), media_type="image/jpeg")
    letter = taken(8, "函.pdf", "letter")
    ledger.append(
        "x",
        photo,
        ArrivalJudged(arrival=photo.arrival, outcome="linked", case=OWN, hazard="H01"),
        letter,
        ArrivalJudged(arrival=letter.arrival, outcome="linked", case=OWN),
    )
    paths = {leaf.path.partition("/")[2]: leaf.sha256 for leaf in case_tree(ledger.view)}
    assert paths[f"案件材料/案件材料 {letter.arrival} 函.pdf"] == digest("letter")
    assert paths[f"隐患照片/H01 {photo.arrival} 现场.JPG"] == digest("later")
    entered = [path for path, sha256 in paths.items() if sha256 == digest("photo")]
    assert entered, "photographs entered with the visit"
