"""What is owed does not vanish: declared once, it stands in every later package until it is answered for."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from evidence.domain.identifiers import ArrivalId, PersonId
from evidence.domain.parties import Role
from evidence.domain.register import Gap
from evidence.domain.week import Week
from evidence.errors import IncompleteError, UsageError
from evidence.handover.handover_context import HandoverContext
from evidence.handover.incurable import declare_incurable
from evidence.handover.package import Built, Order, build_package
from evidence.ledger.facts import gather
from evidence.rules.judge import judge
from evidence.rules.owed import owing
from evidence.verify.examine import verify_path
from evidence.verify.model import Report
from tests.support import sample
from tests.support.handing_over import build, document_events, make_office, open_office, something_new
from tests.support.pdf_text import text_of

LOST = sample.number(sample.CLOSED, "FC")
GAPS = "5"
"""A page, and the four marks that should stand on it."""
PAGE_LOST = sample.without_page(sample.week_facts(), LOST, 2)


def friday_of(week: int) -> datetime:
    return sample.FRIDAY + timedelta(days=7 * (week - 13))


def pack(office: HandoverContext, week: int, **options: object) -> Built:
    """A week's package, made on its Friday by the journal's clock too."""
    order = Order(week=Week(2022, week), at=friday_of(week), **options)  # type: ignore[arg-type]
    return build_package(open_office(office.root, clock=lambda: friday_of(week)), order)


def read(built: Built, member: str) -> bytes:
    with zipfile.ZipFile(built.path) as archive:
        return archive.read(f"{built.package.id}/{member}")


def labels(built: Built) -> dict[str, str]:
    lines = read(built, "bag-info.txt").decode().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def judged(office: HandoverContext, built: Built, previous: Path | None = None) -> Report:
    trust = [(office.root / "keys/ca.pem").read_bytes()]
    return verify_path(built.path, trust=trust, previous=previous)


@pytest.fixture(scope="module")
def incomplete(key_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[HandoverContext, Built]:
    """W13 handed over without page 2 of a record, with its reason. Tests copy it before they go on."""
    office = make_office(tmp_path_factory.mktemp("owed"), key_home, PAGE_LOST)
    return office, build(office, allow_incomplete=True, why="第2页补扫中，安监科同意")


@pytest.fixture
def office(incomplete: tuple[HandoverContext, Built], tmp_path: Path) -> HandoverContext:
    shutil.copytree(incomplete[0].root, tmp_path / "ws")
    return open_office(tmp_path / "ws", clock=lambda: friday_of(14))


def test_the_next_week_owes_it_still_and_needs_no_second_reason(
    office: HandoverContext, incomplete: tuple[HandoverContext, Built]
) -> None:
    first = incomplete[1]
    later = pack(office, 14)
    assert later.package.cases == (), "nothing moved: the package carries nothing"
    assert not later.package.complete
    told = labels(later)
    assert (told["Complete"], told["Owed-This-Week"], told["Owed-Before"]) == ("no", "0", GAPS)
    assert told["Incomplete-Why"] == "WJB-2022-W13 已声明：第2页补扫中，安监科同意"
    facts = json.loads(read(later, "data/facts.json"))
    assert facts["completeness"] == {"complete": False, "this_week": 0, "owed_before": 5, "incurable": 0}
    findings = json.loads(read(later, "data/findings.json"))
    assert (findings["this_week"], findings["owed_before"]) == (0, 5)
    rows = [each for each in findings["findings"] if each.get("owed")]
    assert {(row["owed"], row["since"], row["subject"]["document"]) for row in rows} == {
        ("owed_before", "WJB-2022-W13", LOST)
    }
    report = judged(office, later, first.path)
    assert report.indication == "TOTAL-PASSED"
    assert (report.completeness.complete, report.completeness.owed_before) == (False, 5)
    assert report.completeness.recomputed == "equal"
    assert report.exit_code == 3
    assert any("逐项有交代" in check.message for check in report.checks)


def test_what_was_declared_counts_whenever_the_journal_heard_of_it(
    incomplete: tuple[HandoverContext, Built], tmp_path: Path
) -> None:
    """A package made for a past instant is journalled today: it stands before the next one all the same."""
    shutil.copytree(incomplete[0].root, tmp_path / "ws")
    office = open_office(tmp_path / "ws", clock=lambda: friday_of(200))
    pack(office, 14)
    pack(office, 15, allow_incomplete=True, why="企业停产")
    pack(office, 16, allow_incomplete=True, why="企业停产")
    told = labels(pack(office, 17))
    assert (told["Owed-This-Week"], told["Owed-Before"]) == ("0", "11")


def test_a_nil_week_with_open_duties_does_not_say_that_nothing_is_due(
    office: HandoverContext, tmp_path: Path
) -> None:
    (tmp_path / "list.pdf").write_bytes(read(pack(office, 14), "data/移交清单.pdf"))
    text = text_of(tmp_path / "list.pdf")
    assert "没有应移交的材料" not in text
    assert f"此前声明未移交的仍有{GAPS}项" in text
    assert "●合格" not in text, "of nothing no quality is claimed"


def test_it_stays_in_check_and_in_every_later_package(office: HandoverContext) -> None:
    for week in (14, 15):
        assert labels(pack(office, week, allow_incomplete=True, why="试验"))["Owed-Before"] >= "1"
    view = office.ledger.view
    facts = gather(view, week=Week(2022, 16), case=None, at=friday_of(16))
    owed = owing(facts, judge(facts, office.parameters, friday_of(16)))
    assert ("WJB-2022-W13", LOST) in {
        (each.since, each.finding.subject.document) for each in owed.owed_before
    }


def test_a_gap_of_the_new_week_still_needs_its_reason(office: HandoverContext) -> None:
    """Cases of week 13 fall due later: what nobody declared stops the package as it always did."""
    pack(office, 14)
    with pytest.raises(IncompleteError, match="4 项必备材料缺失") as refused:
        pack(office, 15)
    assert LOST not in refused.value.where
    told = labels(pack(office, 15, allow_incomplete=True, why="企业停产"))
    assert (told["Owed-This-Week"], told["Owed-Before"]) == ("4", GAPS)
    assert told["Incomplete-Why"] == "企业停产；WJB-2022-W13 已声明：第2页补扫中，安监科同意"
    pack(office, 16, allow_incomplete=True, why="企业停产")
    after = labels(pack(office, 17))
    assert (after["Complete"], after["Owed-This-Week"], after["Owed-Before"]) == ("no", "0", "11")


def test_delivered_late_it_is_off_the_list(office: HandoverContext) -> None:
    case = next(one for one in sample.week_facts().cases if one.case.id == sample.CLOSED)
    whole = next(one for one in case.documents if one.form.number == LOST)
    events = [*document_events(office, whole, ArrivalId("A-20220405-0001"))][1:]
    office.ledger.append("test", *events, at=friday_of(14))
    later = pack(office, 14)
    assert later.package.cases == (sample.CLOSED,)
    assert (labels(later)["Complete"], labels(later)["Owed-Before"]) == ("yes", "0")


def test_a_supplement_is_complete_for_what_it_carries_never_for_the_week(office: HandoverContext) -> None:
    something_new(office)
    supplement = pack(office, 13, supplement=True)
    told = labels(supplement)
    assert told["Complete"] == "yes"
    assert told["Owed-Before"] == GAPS, "what the week still owes is said all the same"
    report = judged(office, supplement)
    assert report.completeness.owed_before == 5
    assert any("不代表该周完整" in check.message for check in report.checks)
    after = pack(office, 14)
    assert labels(after)["Owed-Before"] == GAPS, "a supplement that did not bring it forgives nothing"


def leader(office: HandoverContext) -> PersonId:
    return next(one.id for one in office.ledger.view.people() if one.role is Role.LEADER)


def declare(office: HandoverContext, **changes: object) -> int:
    gap = Gap(rule_id="", case=sample.CLOSED, document=LOST)
    given: dict[str, object] = {"why": "原件毁于水灾，企业已注销", "by": leader(office), "at": friday_of(14)}
    acts = declare_incurable(
        office.ledger,
        gap,
        parameters=office.parameters,
        actor="test",
        **(given | changes),  # type: ignore[arg-type]
    )
    return len(acts)


def test_what_is_declared_incurable_is_stated_for_ever_and_counts_no_more(office: HandoverContext) -> None:
    assert declare(office) == 5
    for week, complete, code in ((14, "yes", 0), (15, "no", 3)):
        later = pack(office, week, allow_incomplete=True, why="企业停产")
        told = labels(later)
        assert (told["Complete"], told["Owed-Before"], told["Incurable"]) == (complete, "0", GAPS)
        rows = json.loads(read(later, "data/findings.json"))["findings"]
        stated = [each for each in rows if each.get("owed") == "incurable"]
        assert {(row["kind"], row["blocking"], row["incurable"]["why"]) for row in stated} == {
            ("fail", False, "原件毁于水灾，企业已注销")
        }
        report = judged(office, later)
        assert (report.indication, report.exit_code) == ("TOTAL-PASSED", code)
        assert any("已声明无法补正 5 项" in check.message for check in report.checks)


def test_only_a_leader_declares_and_only_what_was_declared_missing(office: HandoverContext) -> None:
    member = next(one.id for one in office.ledger.view.people() if one.role is not Role.LEADER)
    with pytest.raises(UsageError, match="项目负责人"):
        declare(office, by=member)
    with pytest.raises(UsageError, match="原因"):
        declare(office, why=" ")
    other = Gap(rule_id="G08-pages", case=sample.CHECKED)
    with pytest.raises(UsageError, match="没有这样一项"):
        declare_incurable(
            office.ledger, other, parameters=office.parameters,
            why="无法再补", by=leader(office), at=friday_of(14), actor="test",
        )  # fmt: skip


def test_an_old_incomplete_package_counts_although_it_listed_no_gaps(office: HandoverContext) -> None:
    """Packages of before say only that they were incomplete: every gap of their cases is theirs."""
    facts = gather(office.ledger.view, week=Week(2022, 14), case=None, at=friday_of(14))
    legacy = tuple(
        replace(one, owed=(Gap(rule_id="", case=sample.CLOSED, since=one.id),) if one.owed else None)
        for one in facts.packages
    )
    old = replace(facts, packages=legacy)
    owed = owing(old, judge(old, office.parameters, friday_of(14)))
    assert [each.since for each in owed.owed_before] == ["WJB-2022-W13"] * 5
