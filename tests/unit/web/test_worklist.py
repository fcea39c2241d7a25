"""The worklist's decision: which deed, for whom, in which group, what is folded, what stands first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import UNSET

from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId
from evidence.domain.register import PlanLine, PlannedWork
from evidence.rules.clause import AppliedWaiver, Kind
from evidence.web.deeds import Group, Panel
from evidence.web.worklist import MajorHazard, Sources, Waiting, is_for, with_arrivals, worklist
from tests.support import sample
from tests.support.worklist_sources import CASE, OTHER, TODAY, due_item, finding, lines_of


@pytest.mark.parametrize(
    ("rule", "kind", "group", "panel"),
    [
        ("G06-escort-signature", Kind.FAIL, Group.SUPPLY, Panel.PAPER),
        ("G06-escort-signature", Kind.REVIEW, Group.LOOK, Panel.MARKS),
        ("G08-pages", Kind.FAIL, Group.SUPPLY, Panel.PAPER),
        ("G09-alterations", Kind.REVIEW, Group.LOOK, Panel.MARKS),
        ("V02-whole-visit", Kind.FAIL, Group.SUPPLY, Panel.FILM),
        ("V01-video-and-audio", Kind.REVIEW, Group.LOOK, Panel.FILM),
        ("G08-facts-entered", Kind.FAIL, Group.ENTER, Panel.ENTRY),
        ("G08-edocument", Kind.FAIL, Group.ENTER, Panel.MARKS),
        ("K01-items", Kind.FAIL, Group.ENTER, Panel.ENTRY),
        ("P03-urging-window", Kind.FAIL, Group.URGE, Panel.ENTRY),
        ("P10-versions-kept", Kind.FAIL, Group.URGE, Panel.ENTRY),
        ("P10-versions-kept", Kind.REVIEW, Group.URGE, Panel.ENTRY),
        ("D02-major-reported", Kind.FAIL, Group.URGE, Panel.ENTRY),
        ("G02-confidentiality", Kind.FAIL, Group.SUPPLY, Panel.REGISTER),
        ("G07-weekly-handover", Kind.FAIL, Group.FRIDAY, Panel.FRIDAY),
        ("T01-plan-filed", Kind.FAIL, Group.FRIDAY, Panel.PLAN),
    ],
)
def test_each_finding_has_its_deed(rule: str, kind: Kind, group: Group, panel: Panel) -> None:
    (line,) = lines_of(findings=[finding(rule, kind)])
    assert (line.deed.group, line.deed.panel, line.name) == (group, panel, line.case and "恒晟精密")


def test_a_version_without_a_review_is_reviewed_and_one_sent_back_is_asked_for_again() -> None:
    """Whether it is the last version is known when it was reviewed: one deed, whichever rule asks."""
    asked = [finding("P08-preliminary-review"), finding("P10-versions-kept", Kind.REVIEW)]
    for found in (asked, asked[1:]):
        (line,) = lines_of(findings=found)
        assert (line.deed.id, line.words, line.entry) == (
            "P08-preliminary-review", "初步审核整改报告", "整改报告",
        )  # fmt: skip
    again = due_item("P10-versions-kept", what="重新上报整改报告", who="企业", detail="第2版", overdue=True)
    (line,) = lines_of(findings=[finding("P10-versions-kept")], due=[again])
    assert (line.words, line.entry) == ("催企业改正后重新上报整改报告", "整改报告")


@pytest.mark.parametrize("kind", [Kind.PASS, Kind.OPEN, Kind.NOT_APPLICABLE])
def test_what_needs_nobody_makes_no_line(kind: Kind) -> None:
    assert lines_of(findings=[finding("G08-pages", kind)]) == ()


@pytest.mark.parametrize(
    ("attachment", "stated", "blocking", "lines"),
    [
        ("a" * 64, UNSET, False, 0),
        (None, UNSET, False, 1),
        ("a" * 64, True, False, 1),
        ("a" * 64, UNSET, True, 1),
    ],
)
def test_only_an_exception_that_lifts_takes_the_line_away(
    attachment: str | None, stated: Any, blocking: bool, lines: int
) -> None:
    waiver = AppliedWaiver(
        by="陈立群", why="经书面同意", at=sample.FRIDAY, attachment=attachment, stated=stated
    )
    found = [finding("V02-whole-visit", waiver=waiver, blocking=blocking)]
    assert len(lines_of(findings=found)) == lines


def test_one_missing_paper_is_one_line_however_many_findings() -> None:
    number = f"{CASE}-JC-001"
    rules = (
        "P01-inspection-record",
        "G06-enterprise-seal",
        "G06-escort-signature",
        "E04-principal-signature",
    )
    found = [finding(rule, document=number) for rule in rules]
    found += [finding("T10-archived-in-time"), finding("G05-every-service-archived", document=number)]
    (line,) = lines_of(findings=found)
    assert len(line.messages) == 6
    assert line.document == number
    assert line.words.startswith("检查记录")


def test_two_papers_of_a_case_are_two_lines() -> None:
    found = [finding("G08-pages", document=f"{CASE}-{code}-001") for code in ("JC", "FC")]
    assert len(lines_of(findings=found)) == 2


def test_one_undertaking_missing_in_ten_cases_is_one_line() -> None:
    found = [
        finding("G02-confidentiality", message="赵启明没有签保密承诺书。", case=f"WJB22-{n:04}")
        for n in range(10)
    ]
    found.append(finding("G02-confidentiality", message="李志远没有签保密承诺书。", case=OTHER))
    (line,) = lines_of(findings=found)
    assert line.words == "补签、补交保密承诺书"
    assert line.messages == ("赵启明没有签保密承诺书。", "李志远没有签保密承诺书。")
    assert (line.case, line.name) == ("", "")


def test_a_consequence_without_its_cause_keeps_a_line() -> None:
    (line,) = lines_of(findings=[finding("G07-handed-over-in-time", message="迟交 14 天。")])
    assert line.messages == ("迟交 14 天。",)


def test_consequences_of_one_case_are_one_line() -> None:
    rules = ("T10-archived-in-time", "G05-every-service-archived", "K03-chain-closed")
    (line,) = lines_of(findings=[finding(rule) for rule in rules])
    assert line.messages == rules
    assert (line.deed.panel, line.case) == (Panel.CASE, CASE)


def test_what_may_follow_for_the_agency_is_one_line() -> None:
    found = [finding(rule, case="", enterprise="") for rule in ("C15-lateness-risk", "W02-warning-risk")]
    (line,) = lines_of(findings=found)
    assert line.messages == ("C15-lateness-risk", "W02-warning-risk")


@pytest.mark.parametrize(
    ("document", "visit", "entry", "words"),
    [
        (f"{CASE}-DD-001", "", "督促", "录入收回的督促指导记录"),
        (f"{CASE}-FC-001", "V2", "复查", "录入收回的复查记录"),
        (f"{CASE}-ZG-001", "", "整改报告", "录入收回的整改报告"),
        ("", "V1", "督促", "录入收回的督促指导记录"),
        ("", "V9", "检查", "录入收回的记录"),
    ],
)
def test_entry_opens_the_record_that_has_the_gap(document: str, visit: str, entry: str, words: str) -> None:
    found = [finding("G08-facts-entered", document=document, visit=visit)]
    (line,) = lines_of(findings=found, visit_kinds={"V1": "urging", "V2": "recheck"})
    assert (line.entry, line.words) == (entry, words)


def test_gaps_in_two_records_of_a_case_are_two_lines() -> None:
    found = [
        finding("K01-items", visit="V1"),
        finding("G03-briefed", visit="V1"),
        finding("P04-urging-facts", visit="V2"),
    ]
    lines = lines_of(
        findings=found, visit_kinds={"V1": "check", "V2": "urging"}, visit_people={"V2": "李志远、赵启明"}
    )
    assert sorted((line.entry, line.who, len(line.messages)) for line in lines) == [
        ("检查", "检查人员", 2), ("督促", "李志远、赵启明", 1),
    ]  # fmt: skip


def test_who_went_last_urges_next() -> None:
    due = [due_item("P07-report-in-time", what="上报整改报告", who="企业")]
    (line,) = lines_of(due=due, visit_people={CASE: "李志远、赵启明"})
    assert (line.words, line.who) == ("催收整改报告", "李志远、赵启明")


def test_a_missed_week_is_one_line_though_two_sources_name_it() -> None:
    office: dict[str, Any] = {"case": "", "enterprise": ""}
    rule = "G07-weekly-handover"
    found = [finding(rule, message="以前各周：2022-W11 没有移交。", visit="", **office)]
    due = [
        due_item(rule, what="补做移交", overdue=True, last=-10, detail="2022-W11", who="资料员", **office),
        due_item(rule, what="移交本周资料", detail="2022-W13", who="资料员", **office),
    ]
    lines = lines_of(findings=found, due=due)
    assert [(line.words, line.who, line.overdue) for line in lines] == [
        ("补做移交", "资料员", True), ("移交本周资料", "资料员", False),
    ]  # fmt: skip
    assert lines[0].messages == ("以前各周：2022-W11 没有移交。",)


def test_a_receipt_that_is_late_joins_its_own_package() -> None:
    office: dict[str, Any] = {"case": "", "enterprise": ""}
    found = [
        finding("G07-receipt", message="W12 的回执未收回。", document="WJB-2022-W12", visit="", **office)
    ]
    due = [
        due_item("G07-receipt", what="取得回执", overdue=True, last=-3, detail="WJB-2022-W12", **office),
        due_item("G07-receipt", what="取得回执", detail="WJB-2022-W13", **office),
    ]
    assert [line.messages[0] for line in lines_of(findings=found, due=due)] == [
        "W12 的回执未收回。", "取得回执 WJB-2022-W13（附件五(二)1）",
    ]  # fmt: skip


def test_a_name_with_braces_is_only_a_name() -> None:
    (line,) = lines_of(waiting=[Waiting(id="A-1", path="{0}{path}.pdf", message="")])
    assert line.words == "认定到件：{0}{path}.pdf"
    (line,) = lines_of(findings=[finding("C22-signed-contract", message="{未登记}", case="")])
    assert line.words == "{未登记}"


def test_what_comes_later_is_filtered_like_the_lines() -> None:
    due = [due_item("P03-urging-window", first=2, who=who) for who in ("李志远", "陈立群")]
    made = worklist(Sources(today=TODAY, due=due))
    assert len(made.later) == 2
    assert [item.who for item in made.only("李志远", "资料员").later] == ["李志远"]


def test_findings_of_two_enterprises_are_never_one_line() -> None:
    found = [finding("G08-facts-entered"), finding("G08-facts-entered", case=OTHER, enterprise="E002")]
    assert [line.name for line in lines_of(findings=found)] == ["恒晟精密", "润禾包装"]


@pytest.mark.parametrize(
    ("first", "overdue", "shown"), [(0, False, True), (-2, False, True), (1, False, False), (1, True, True)]
)
def test_what_cannot_be_done_yet_waits_but_is_counted(first: int, overdue: bool, shown: bool) -> None:
    made = worklist(Sources(today=TODAY, due=[due_item("P03-urging-window", first=first, overdue=overdue)]))
    assert (len(made.lines), len(made.later)) == ((1, 0) if shown else (0, 1))


def test_a_due_day_joins_the_finding_of_the_same_deed() -> None:
    (line,) = lines_of(
        findings=[finding("P03-urging-window")], due=[due_item("P03-urging-window", last=-1, overdue=True)]
    )
    assert (line.overdue, line.who) == (True, "李志远")


def test_two_packages_without_a_receipt_are_two_lines() -> None:
    due = [due_item("G07-receipt", case="", enterprise="", detail=f"WJB-2022-W{week}") for week in (12, 13)]
    assert len(lines_of(due=due)) == 2


def test_a_major_hazard_is_a_banner_until_receipted() -> None:
    def major(reported: bool) -> MajorHazard:
        return MajorHazard(case=CASE, enterprise="E001", hazard="H01", words="除尘系统", reported=reported)

    for reported in (False, True):
        made = worklist(Sources(today=TODAY, majors=[major(reported)]))
        (line,) = made.banners
        assert line.due == TODAY
        assert ("签收" in line.words) is reported
    assert worklist(Sources(today=TODAY)).banners == ()


def test_a_major_hazard_stands_in_everybodys_list() -> None:
    one = MajorHazard(case=CASE, enterprise="E001", hazard="H01", words="除尘系统", reported=False)
    made = worklist(Sources(today=TODAY, majors=[one], findings=[finding("G08-facts-entered")]))
    assert [line.major for line in made.only("陈立群", "项目负责人").lines] == [True]


def _planned(day: int) -> PlanLine:
    return PlanLine(
        day=TODAY + timedelta(days=day), enterprise=EnterpriseId("E001"), work=PlannedWork.CHECK,
        case=CaseId(CASE), experts=(PersonId("P02"),),
    )  # fmt: skip


@pytest.mark.parametrize(("day", "group"), [(0, Group.VISIT), (-1, Group.URGE), (1, None)])
def test_a_planned_visit_is_for_its_day_and_a_deed_when_missed(day: int, group: Group | None) -> None:
    lines = lines_of(planned=[_planned(day)], people={"P02": "李志远"})
    assert [(line.deed.group, line.who, line.overdue) for line in lines] == (
        [(group, "李志远", day < 0)] if group else []
    )


def test_an_arrival_stands_under_what_must_be_seen() -> None:
    (line,) = lines_of(waiting=[Waiting(id="A-1", path="扫描.pdf", message="没有编号")])
    assert (line.deed.group, line.arrival) == (Group.LOOK, "A-1")


def test_the_gravest_of_a_group_stands_first() -> None:
    due = [
        due_item("P03-urging-window", case="WJB22-0003", last=2),
        due_item("P03-urging-window", case=OTHER, last=-3, overdue=True),
    ]
    one = MajorHazard(case=CASE, enterprise="E001", hazard="H01", words="除尘系统", reported=False)
    lines = lines_of(due=due, majors=[one])
    assert [line.case for line in lines] == [CASE, OTHER, "WJB22-0003"]


def test_after_a_decision_comes_the_next_line_and_never_the_same() -> None:
    made = worklist(
        Sources(today=TODAY, waiting=[Waiting(id=f"A-{n}", path=f"{n}.pdf", message="") for n in range(3)])
    )
    first, second, third = made.lines
    assert [line.arrival for line in made.lines] == ["A-0", "A-1", "A-2"]
    assert made.after(first.key) == second
    assert made.after(third.key) == first
    assert made.after("gone") == first
    assert worklist(Sources(today=TODAY)).after("gone") is None


@pytest.mark.parametrize(
    ("who", "mine"),
    [("李志远", True), ("钱文博、李志远", True), ("资料员", True), ("项目负责人", False), ("李志", False)],
)
def test_mine_is_my_name_or_my_role(who: str, mine: bool) -> None:
    assert is_for(who, "李志远", "资料员") is mine


@pytest.mark.parametrize(
    ("who", "role"), [("企业", "资料员"), ("甲方", "项目负责人"), ("检查人员", "资料员")]
)
def test_what_others_owe_is_somebodys_here_to_urge(who: str, role: str) -> None:
    assert is_for(who, "李志远", role)
    assert not is_for(who, "李志远", "审计人员")


def test_arrivals_added_later_stand_where_they_would_have_stood() -> None:
    found = [finding("G08-facts-entered"), finding("G06-escort-signature", Kind.REVIEW, document="x")]
    waiting = [Waiting(id=f"A-{n}", path=f"{n}.pdf", message="") for n in range(3)]
    whole = worklist(
        Sources(today=TODAY, findings=found, waiting=waiting, due=[due_item("T01-plan-filed", first=2)])
    )
    without = worklist(Sources(today=TODAY, findings=found, due=[due_item("T01-plan-filed", first=2)]))
    assert with_arrivals(without, waiting, {}) == whole
    assert with_arrivals(without, (), {}) is without
