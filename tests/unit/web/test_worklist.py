"""The worklist's decision: which deed, for whom, in which group, what is folded, what stands first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import UNSET

from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId
from evidence.domain.register import PlanLine, PlannedWork
from evidence.rules.clause import AppliedWaiver, Clause, Finding, Kind, Level, Subject
from evidence.rules.due_item import DueItem
from evidence.rules.returned import NOT_ENTERED
from evidence.web.deeds import Group, Panel
from evidence.web.worklist import Line, MajorHazard, Sources, Waiting, is_for, with_arrivals, worklist
from tests.support import sample

TODAY = date(2022, 4, 1)
CASE, OTHER = "WJB22-0001", "WJB22-0002"


def _finding(rule: str, kind: Kind = Kind.FAIL, message: str = "", **told: Any) -> Finding:
    subject = Subject(
        case=told.get("case", CASE),
        enterprise=told.get("enterprise", "E001"),
        visit=told.get("visit", f"{CASE}-V1"),
        document=told.get("document", ""),
    )
    return Finding(
        rule_id=rule, clause=Clause(number="附件六1(4)", text="完整的工作资料"), level=Level.ERROR, kind=kind,
        blocking=told.get("blocking", True), subject=subject, message=message or rule, due=told.get("due"),
        waiver=told.get("waiver"), observed=told.get("observed", ""),
    )  # fmt: skip


def _due(rule: str, *, first: int = 0, last: int = 3, overdue: bool = False, **told: Any) -> DueItem:
    return DueItem(
        what=told.get("what", "督促整改"), who=told.get("who", "李志远"), clause="附件五(二)1", rule_id=rule,
        due=TODAY + timedelta(days=last), first=TODAY + timedelta(days=first), overdue=overdue,
        case=told.get("case", CASE), enterprise=told.get("enterprise", "E001"), detail=told.get("detail", ""),
    )  # fmt: skip


def _lines(**sources: Any) -> tuple[Line, ...]:
    names = {"E001": "恒晟精密", "E002": "润禾包装"}
    return worklist(Sources(today=TODAY, enterprise_names=names, **sources)).lines


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
    (line,) = _lines(findings=[_finding(rule, kind)])
    assert (line.deed.group, line.deed.panel, line.name) == (group, panel, line.case and "恒晟精密")


def test_a_version_without_a_review_is_reviewed_and_one_sent_back_is_asked_for_again() -> None:
    """Whether it is the last version is known when it was reviewed: one deed, whichever rule asks."""
    asked = [_finding("P08-preliminary-review"), _finding("P10-versions-kept", Kind.REVIEW)]
    for found in (asked, asked[1:]):
        (line,) = _lines(findings=found)
        assert (line.deed.id, line.words, line.entry) == (
            "P08-preliminary-review", "初步审核整改报告", "整改报告",
        )  # fmt: skip
    again = _due("P10-versions-kept", what="重新上报整改报告", who="企业", detail="第2版", overdue=True)
    (line,) = _lines(findings=[_finding("P10-versions-kept")], due=[again])
    assert (line.words, line.entry) == ("催企业改正后重新上报整改报告", "整改报告")


@pytest.mark.parametrize("kind", [Kind.PASS, Kind.OPEN, Kind.NOT_APPLICABLE])
def test_what_needs_nobody_makes_no_line(kind: Kind) -> None:
    assert _lines(findings=[_finding("G08-pages", kind)]) == ()


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
    found = [_finding("V02-whole-visit", waiver=waiver, blocking=blocking)]
    assert len(_lines(findings=found)) == lines


def test_one_missing_paper_is_one_line_however_many_findings() -> None:
    number = f"{CASE}-JC-001"
    rules = (
        "P01-inspection-record",
        "G06-enterprise-seal",
        "G06-escort-signature",
        "E04-principal-signature",
    )
    found = [_finding(rule, document=number) for rule in rules]
    found += [_finding("T10-archived-in-time"), _finding("G05-every-service-archived", document=number)]
    (line,) = _lines(findings=found)
    assert len(line.messages) == 6
    assert line.document == number
    assert line.words.startswith("检查记录")


def test_two_papers_of_a_case_are_two_lines() -> None:
    found = [_finding("G08-pages", document=f"{CASE}-{code}-001") for code in ("JC", "FC")]
    assert len(_lines(findings=found)) == 2


def test_one_undertaking_missing_in_ten_cases_is_one_line() -> None:
    found = [
        _finding("G02-confidentiality", message="赵启明没有签保密承诺书。", case=f"WJB22-{n:04}")
        for n in range(10)
    ]
    found.append(_finding("G02-confidentiality", message="李志远没有签保密承诺书。", case=OTHER))
    (line,) = _lines(findings=found)
    assert line.words == "补签、补交保密承诺书"
    assert line.messages == ("赵启明没有签保密承诺书。", "李志远没有签保密承诺书。")
    assert (line.case, line.name) == ("", "")


def test_a_consequence_without_its_cause_keeps_a_line() -> None:
    (line,) = _lines(findings=[_finding("G07-handed-over-in-time", message="迟交 14 天。")])
    assert line.messages == ("迟交 14 天。",)


def test_consequences_of_one_case_are_one_line() -> None:
    rules = ("T10-archived-in-time", "G05-every-service-archived", "K03-chain-closed")
    (line,) = _lines(findings=[_finding(rule) for rule in rules])
    assert line.messages == rules
    assert (line.deed.panel, line.case) == (Panel.CASE, CASE)


def test_what_may_follow_for_the_agency_is_one_line() -> None:
    found = [_finding(rule, case="", enterprise="") for rule in ("C15-lateness-risk", "W02-warning-risk")]
    (line,) = _lines(findings=found)
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
    found = [_finding("G08-facts-entered", document=document, visit=visit)]
    (line,) = _lines(findings=found, visit_kinds={"V1": "urging", "V2": "recheck"})
    assert (line.entry, line.words) == (entry, words)


def test_gaps_in_two_records_of_a_case_are_two_lines() -> None:
    found = [
        _finding("K01-items", visit="V1"),
        _finding("G03-briefed", visit="V1"),
        _finding("P04-urging-facts", visit="V2"),
    ]
    lines = _lines(
        findings=found, visit_kinds={"V1": "check", "V2": "urging"}, visit_people={"V2": "李志远、赵启明"}
    )
    assert sorted((line.entry, line.who, len(line.messages)) for line in lines) == [
        ("检查", "检查人员", 2), ("督促", "李志远、赵启明", 1),
    ]  # fmt: skip


def test_who_went_last_urges_next() -> None:
    due = [_due("P07-report-in-time", what="上报整改报告", who="企业")]
    (line,) = _lines(due=due, visit_people={CASE: "李志远、赵启明"})
    assert (line.words, line.who) == ("催收整改报告", "李志远、赵启明")


def test_a_missed_week_is_one_line_though_two_sources_name_it() -> None:
    office: dict[str, Any] = {"case": "", "enterprise": ""}
    rule = "G07-weekly-handover"
    found = [_finding(rule, message="以前各周：2022-W11 没有移交。", visit="", **office)]
    due = [
        _due(rule, what="补做移交", overdue=True, last=-10, detail="2022-W11", who="资料员", **office),
        _due(rule, what="移交本周资料", detail="2022-W13", who="资料员", **office),
    ]
    lines = _lines(findings=found, due=due)
    assert [(line.words, line.who, line.overdue) for line in lines] == [
        ("补做移交", "资料员", True), ("移交本周资料", "资料员", False),
    ]  # fmt: skip
    assert lines[0].messages == ("以前各周：2022-W11 没有移交。",)


def test_a_receipt_that_is_late_joins_its_own_package() -> None:
    office: dict[str, Any] = {"case": "", "enterprise": ""}
    found = [
        _finding("G07-receipt", message="W12 的回执未收回。", document="WJB-2022-W12", visit="", **office)
    ]
    due = [
        _due("G07-receipt", what="取得回执", overdue=True, last=-3, detail="WJB-2022-W12", **office),
        _due("G07-receipt", what="取得回执", detail="WJB-2022-W13", **office),
    ]
    assert [line.messages[0] for line in _lines(findings=found, due=due)] == [
        "W12 的回执未收回。", "取得回执 WJB-2022-W13（附件五(二)1）",
    ]  # fmt: skip


def test_a_name_with_braces_is_only_a_name() -> None:
    (line,) = _lines(waiting=[Waiting(id="A-1", path="{0}{path}.pdf", message="")])
    assert line.words == "认定到件：{0}{path}.pdf"
    (line,) = _lines(findings=[_finding("C22-signed-contract", message="{未登记}", case="")])
    assert line.words == "{未登记}"


def test_what_comes_later_is_filtered_like_the_lines() -> None:
    due = [_due("P03-urging-window", first=2, who=who) for who in ("李志远", "陈立群")]
    made = worklist(Sources(today=TODAY, due=due))
    assert len(made.later) == 2
    assert [item.who for item in made.only("李志远", "资料员").later] == ["李志远"]


def test_findings_of_two_enterprises_are_never_one_line() -> None:
    found = [_finding("G08-facts-entered"), _finding("G08-facts-entered", case=OTHER, enterprise="E002")]
    assert [line.name for line in _lines(findings=found)] == ["恒晟精密", "润禾包装"]


@pytest.mark.parametrize(
    ("first", "overdue", "shown"), [(0, False, True), (-2, False, True), (1, False, False), (1, True, True)]
)
def test_what_cannot_be_done_yet_waits_but_is_counted(first: int, overdue: bool, shown: bool) -> None:
    made = worklist(Sources(today=TODAY, due=[_due("P03-urging-window", first=first, overdue=overdue)]))
    assert (len(made.lines), len(made.later)) == ((1, 0) if shown else (0, 1))


def test_a_due_day_joins_the_finding_of_the_same_deed() -> None:
    (line,) = _lines(
        findings=[_finding("P03-urging-window")], due=[_due("P03-urging-window", last=-1, overdue=True)]
    )
    assert (line.overdue, line.who) == (True, "李志远")


def test_two_packages_without_a_receipt_are_two_lines() -> None:
    due = [_due("G07-receipt", case="", enterprise="", detail=f"WJB-2022-W{week}") for week in (12, 13)]
    assert len(_lines(due=due)) == 2


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
    made = worklist(Sources(today=TODAY, majors=[one], findings=[_finding("G08-facts-entered")]))
    assert [line.major for line in made.only("陈立群", "项目负责人").lines] == [True]


def _planned(day: int) -> PlanLine:
    return PlanLine(
        day=TODAY + timedelta(days=day), enterprise=EnterpriseId("E001"), work=PlannedWork.CHECK,
        case=CaseId(CASE), experts=(PersonId("P02"),),
    )  # fmt: skip


@pytest.mark.parametrize(("day", "group"), [(0, Group.VISIT), (-1, Group.URGE), (1, None)])
def test_a_planned_visit_is_for_its_day_and_a_deed_when_missed(day: int, group: Group | None) -> None:
    lines = _lines(planned=[_planned(day)], people={"P02": "李志远"})
    assert [(line.deed.group, line.who, line.overdue) for line in lines] == (
        [(group, "李志远", day < 0)] if group else []
    )


def test_an_arrival_stands_under_what_must_be_seen() -> None:
    (line,) = _lines(waiting=[Waiting(id="A-1", path="扫描.pdf", message="没有编号")])
    assert (line.deed.group, line.arrival) == (Group.LOOK, "A-1")


def test_the_gravest_of_a_group_stands_first() -> None:
    due = [
        _due("P03-urging-window", case="WJB22-0003", last=2),
        _due("P03-urging-window", case=OTHER, last=-3, overdue=True),
    ]
    one = MajorHazard(case=CASE, enterprise="E001", hazard="H01", words="除尘系统", reported=False)
    lines = _lines(due=due, majors=[one])
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
    found = [_finding("G08-facts-entered"), _finding("G06-escort-signature", Kind.REVIEW, document="x")]
    waiting = [Waiting(id=f"A-{n}", path=f"{n}.pdf", message="") for n in range(3)]
    whole = worklist(
        Sources(today=TODAY, findings=found, waiting=waiting, due=[_due("T01-plan-filed", first=2)])
    )
    without = worklist(Sources(today=TODAY, findings=found, due=[_due("T01-plan-filed", first=2)]))
    assert with_arrivals(without, waiting, {}) == whole
    assert with_arrivals(without, (), {}) is without


def test_a_record_that_is_back_and_not_entered_is_one_line_with_all_that_waits_for_it() -> None:
    number = f"{CASE}-JC-001"
    told: dict[str, Any] = {"document": number, "visit": ""}
    unknown = [
        _finding(rule, Kind.REVIEW, observed=NOT_ENTERED, **told)
        for rule in ("T09-no-conflict", "G06-escort-signature", "G02-confidentiality", "P03-urging-window")
    ]
    found = [
        *unknown,
        _finding("V02-whole-visit", **told),
        _finding("G08-edocument", **told),
        _finding("G08-facts-entered", **told),
    ]
    (line,) = _lines(findings=found, due=[_due("G08-edocument", what="转录手写记录的电子文档")])
    assert (line.deed.group, line.entry, len(line.messages)) == (Group.ENTER, "检查", 7)
    # What the paper itself shows is looked at all the same.
    unclear = _finding("E04-principal-signature", Kind.REVIEW, observed="无法判定", **told)
    pages = _finding("G08-pages", **told)
    assert len(_lines(findings=[*found, unclear, pages])) == 3
    # And another record's gaps are another line.
    other = _finding(
        "T09-no-conflict", Kind.REVIEW, observed=NOT_ENTERED, document=f"{CASE}-FC-001", visit=""
    )
    assert len(_lines(findings=[*found, other])) == 2


def test_a_due_day_gives_a_paper_its_person_and_no_other_role() -> None:
    paper = _finding("G08-pages", document=f"{CASE}-JC-001")
    (line,) = _lines(findings=[paper], due=[_due("P01-inspection-record", who="项目负责人")])
    assert line.who == "资料员"
    (line,) = _lines(findings=[paper], due=[_due("P01-inspection-record", who="李志远")])
    assert line.who == "李志远"


def test_each_campaign_is_a_line_of_its_own_that_knows_its_page() -> None:
    """The finding about a campaign and its due day are one; another campaign's are another."""
    rule, office = "F05-campaign-summary", {"case": "", "enterprise": ""}
    lines = _lines(
        findings=[_finding(rule, message="汇总清单没有报送。", document="ZX2022-01", visit="", **office)],
        due=[
            _due(rule, what="报送专项汇总清单", detail="ZX2022-01", **office),
            _due(rule, what="报送专项汇总清单", detail="ZX2022-02", **office),
            _due("F04-campaign-coverage", what="专项检查", detail="ZX2022-02", **office),
        ],
    )
    found = sorted((line.campaign, line.deed.id[:3], line.deed.panel) for line in lines)
    assert found == [
        ("ZX2022-01", "F05", Panel.CAMPAIGN),
        ("ZX2022-02", "F04", Panel.CAMPAIGN),
        ("ZX2022-02", "F05", Panel.CAMPAIGN),
    ]
