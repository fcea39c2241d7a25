"""The worklist's lines about papers and campaigns: what joins one line, and whose it is."""

from __future__ import annotations

from typing import Any

from evidence.rules.clause import Kind
from evidence.rules.returned import NOT_ENTERED
from evidence.web.deeds import Group, Panel
from tests.support.worklist_sources import CASE, due_item, finding, lines_of


def test_a_record_that_is_back_and_not_entered_is_one_line_with_all_that_waits_for_it() -> None:
    number = f"{CASE}-JC-001"
    told: dict[str, Any] = {"document": number, "visit": ""}
    unknown = [
        finding(rule, Kind.REVIEW, observed=NOT_ENTERED, **told)
        for rule in ("T09-no-conflict", "G06-escort-signature", "G02-confidentiality", "P03-urging-window")
    ]
    found = [
        *unknown,
        finding("V02-whole-visit", **told),
        finding("G08-edocument", **told),
        finding("G08-facts-entered", **told),
    ]
    (line,) = lines_of(findings=found, due=[due_item("G08-edocument", what="转录手写记录的电子文档")])
    assert (line.deed.group, line.entry, len(line.messages)) == (Group.ENTER, "检查", 7)
    # What the paper itself shows is looked at all the same.
    unclear = finding("E04-principal-signature", Kind.REVIEW, observed="无法判定", **told)
    pages = finding("G08-pages", **told)
    assert len(lines_of(findings=[*found, unclear, pages])) == 3
    # And another record's gaps are another line.
    other = finding("T09-no-conflict", Kind.REVIEW, observed=NOT_ENTERED, document=f"{CASE}-FC-001", visit="")
    assert len(lines_of(findings=[*found, other])) == 2


def test_a_due_day_gives_a_paper_its_person_and_no_other_role() -> None:
    paper = finding("G08-pages", document=f"{CASE}-JC-001")
    (line,) = lines_of(findings=[paper], due=[due_item("P01-inspection-record", who="项目负责人")])
    assert line.who == "资料员"
    (line,) = lines_of(findings=[paper], due=[due_item("P01-inspection-record", who="李志远")])
    assert line.who == "李志远"


def test_each_campaign_is_a_line_of_its_own_that_knows_its_page() -> None:
    """The finding about a campaign and its due day are one; another campaign's are another."""
    rule, office = "F05-campaign-summary", {"case": "", "enterprise": ""}
    lines = lines_of(
        findings=[finding(rule, message="汇总清单没有报送。", document="ZX2022-01", visit="", **office)],
        due=[
            due_item(rule, what="报送专项汇总清单", detail="ZX2022-01", **office),
            due_item(rule, what="报送专项汇总清单", detail="ZX2022-02", **office),
            due_item("F04-campaign-coverage", what="专项检查", detail="ZX2022-02", **office),
        ],
    )
    found = sorted((line.campaign, line.deed.id[:3], line.deed.panel) for line in lines)
    assert found == [
        ("ZX2022-01", "F05", Panel.CAMPAIGN),
        ("ZX2022-02", "F04", Panel.CAMPAIGN),
        ("ZX2022-02", "F05", Panel.CAMPAIGN),
    ]
