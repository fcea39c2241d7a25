"""The worklist's decision: which deed, for whom, in which group, what is folded, what stands first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import UNSET

from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId
from evidence.domain.register import PlanLine, PlannedWork
from evidence.rules.agenda import DueItem
from evidence.rules.clause import AppliedWaiver, Clause, Finding, Kind, Level, Subject
from evidence.web.deeds import Group, Panel
from evidence.web.worklist import Line, MajorHazard, Sources, Waiting, is_for, worklist
from tests import world

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
        waiver=told.get("waiver"),
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
        ("D02-major-reported", Kind.FAIL, Group.URGE, Panel.ENTRY),
        ("G02-confidentiality", Kind.FAIL, Group.SUPPLY, Panel.REGISTER),
        ("G07-weekly-handover", Kind.FAIL, Group.FRIDAY, Panel.FRIDAY),
        ("T01-plan-filed", Kind.FAIL, Group.FRIDAY, Panel.PLAN),
    ],
)
def test_each_finding_has_its_deed(rule: str, kind: Kind, group: Group, panel: Panel) -> None:
    (line,) = _lines(findings=[_finding(rule, kind)])
    assert (line.deed.group, line.deed.panel, line.name) == (group, panel, line.case and "恒晟精密")


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
        by="陈立群", why="经书面同意", at=world.FRIDAY, attachment=attachment, stated=stated
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
    assert sorted(len(line.messages) for line in _lines(findings=found)) == [1, 1]


def test_a_consequence_without_its_cause_keeps_a_line() -> None:
    (line,) = _lines(findings=[_finding("G07-handed-over-in-time", message="迟交 14 天。")])
    assert line.messages == ("迟交 14 天。",)


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
