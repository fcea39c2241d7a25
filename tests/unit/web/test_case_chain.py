"""The chain of a case shows everything that belongs to it, in the order it happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.case import Escalation, Recipient, ReviewResult, Trigger
from evidence.domain.facts import CaseFacts
from evidence.domain.hazard import Grade
from evidence.domain.identifiers import CaseId
from evidence.rules.judge import judge
from evidence.web.case_chain import chain_steps, closed
from tests.support import sample


def _case(facts: object, id: str) -> CaseFacts:
    return next(each for each in facts.cases if each.case.id == id)  # type: ignore[attr-defined]


def _findings(facts: object, id: str) -> list[object]:
    found = judge(facts, sample.PARAMETERS, sample.FRIDAY)  # type: ignore[arg-type]
    return [each for each in found if each.subject.case == id]


def test_a_report_its_receipt_and_its_hour_stand_in_the_chain() -> None:
    facts = sample.on_hazard(sample.week_facts(), "H01", case=sample.CHECKED, grade=Grade.MAJOR)
    case = _case(facts, sample.CHECKED)
    report = Escalation(
        id="E1", case=CaseId(sample.CHECKED), trigger=Trigger.MAJOR, recipient=Recipient.SAFETY_SECTION,
        reported_at=sample.instant("2022-03-29", 15, 5), receipt_at=sample.instant("2022-03-29", 16, 20),
        hazards=("H01",), outcome="停用",
    )  # fmt: skip
    steps = chain_steps(replace(case, escalations=(report,)), ())
    told = [(each.title, each.at and each.at.astimezone().strftime("%M"), each.note) for each in steps]
    assert [each[0] for each in told] == ["现场检查", "上报", "上报签收"]
    assert "重大 H01" in told[0][2]
    assert told[1][1:] == ("05", "重大事故隐患 · 主管科室 · H01")
    assert told[2][1:] == ("20", "重大事故隐患 · 停用")


def test_reviews_handovers_and_receipts_belong_to_it() -> None:
    facts = sample.week_facts()
    case = _case(facts, sample.CLOSED)
    package = sample.package("2022-W13", "2022-04-01", f"{sample.CLOSED}-FC-001")
    other = sample.package("2022-W14", "2022-04-08", f"{sample.CHECKED}-JC-001")
    receipt = sample.receipt(package.id, "2022-04-08")
    steps = chain_steps(case, (), [package, other], [receipt])
    titles = [each.title for each in steps]
    assert titles.count("移交") == 1
    assert (
        titles.index("整改报告") < titles.index("初步审核") < titles.index("移交") < titles.index("移交签收")
    )
    assert all(each.state == "present" for each in steps)
    days = [each.day for each in steps if each.day is not None]
    assert days == sorted(days)


def test_a_returned_report_says_how_the_enterprise_was_told() -> None:
    case = _case(sample.week_facts(), sample.CLOSED)
    report = replace(
        case.reports[0], review=ReviewResult.RETURNED, notified_on=date(2022, 3, 20), notified_by="电话"
    )
    steps = chain_steps(replace(case, reports=(report,)), ())
    assert any(each.title == "初步审核" and "电话" in each.note for each in steps)


def test_only_a_chain_that_is_whole_is_closed() -> None:
    facts = sample.week_facts()
    assert closed(_findings(facts, sample.CLOSED))  # type: ignore[arg-type]
    assert not closed(_findings(facts, sample.CHECKED))  # type: ignore[arg-type]
    assert not closed(())
