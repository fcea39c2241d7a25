"""What comes later to a stored thing is a button on it: the receipt of a report, the review of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.test import override_settings

from evidence.config import Workspace
from evidence.domain.case import Escalation, Recipient, RectificationReport, ReviewResult, Trigger
from evidence.domain.hazard import Grade, HazardAnswer
from evidence.domain.identifiers import CaseId, PersonId
from evidence.ledger.events import EscalationRecorded, ReportRecorded, VisitRecorded
from evidence.rules.register_groups import GROUPS
from evidence.rules.registers import REGISTERS
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import DeskClient, signed_in
from tests.support.desk_fixture import make_workspace

CASE = CaseId(sample.CHECKED)
IN_PANEL = {"hx-request": "true", "hx-target": "panel"}


@pytest.fixture
def own(host: Host, tmp_path: Path) -> Iterator[Workspace]:
    """Another workspace with a major hazard that was reported at 13:30 and a report nobody reviewed."""
    workspace = make_workspace(tmp_path / "工作区")
    facts = sample.on_hazard(sample.week_facts(), "H01", case=sample.CHECKED, grade=Grade.MAJOR)
    case = next(each for each in facts.cases if each.case.id == sample.CHECKED)
    workspace.ledger.append("test", *(VisitRecorded(visit=replace(each, version=2)) for each in case.visits))
    workspace.ledger.append(
        "test",
        EscalationRecorded(
            escalation=Escalation(
                id="E1", case=CASE, trigger=Trigger.MAJOR, recipient=Recipient.SAFETY_SECTION,
                reported_at=sample.instant("2022-04-01", 13, 30),
            )
        ),
        ReportRecorded(
            report=RectificationReport(
                case=CASE, version=1, received_on=date(2022, 4, 1),
                answers=(HazardAnswer(hazard="H01", measure="加装光电保护"), HazardAnswer(hazard="H02")),
            )
        ),
    )  # fmt: skip
    with override_settings(DESK_HOST=Host(workspace=workspace)):
        yield workspace


@pytest.fixture
def clerk(own: Workspace) -> DeskClient:
    return signed_in("clerk")


def receipt(clerk: DeskClient, at: str, **more: str) -> int:
    sent = {"receipt_at": at, **more}
    return int(clerk.post(f"/cases/{CASE}/escalations/E1/receipt/", sent).status_code)


def test_the_banners_panel_takes_the_receipt_and_the_banner_goes(own: Workspace, clerk: DeskClient) -> None:
    page = clerk.get("/").content.decode()
    banner = page.split('<p class="banner"')[1].split("</p>")[0]
    assert "登记签收" in banner
    panel = clerk.get(banner.split('hx-get="')[1].split('"')[0], headers=IN_PANEL).content.decode()
    assert f'hx-post="/cases/{CASE}/escalations/E1/receipt/"' in panel
    assert 'value="2022-04-01T15:00"' in panel
    assert receipt(clerk, "2022-04-01T14:20", outcome="责令停用冲床") == 302
    (stored,) = own.ledger.view.escalations(CASE)
    assert stored.receipt_at == sample.instant("2022-04-01", 14, 20)
    assert (stored.outcome, stored.trigger, stored.id) == ("责令停用冲床", Trigger.MAJOR, "E1")
    with override_settings(DESK_HOST=Host(workspace=own)):
        assert '<p class="banner"' not in clerk.get("/").content.decode()


@pytest.mark.parametrize("at", ["2022-04-01T13:00", "2022-04-01T23:00", "gestern", ""])
def test_a_receipt_that_cannot_be_is_refused(own: Workspace, clerk: DeskClient, at: str) -> None:
    size = own.ledger.head.size
    assert receipt(clerk, at) == 409
    assert own.ledger.head.size == size


def test_the_same_receipt_twice_is_one_line(own: Workspace, clerk: DeskClient) -> None:
    receipt(clerk, "2022-04-01T14:20")
    size = own.ledger.head.size
    assert receipt(clerk, "2022-04-01T14:20") == 302
    assert own.ledger.head.size == size


def test_another_receipt_of_the_same_report_is_refused(own: Workspace, clerk: DeskClient) -> None:
    """A tab left open must not move the instant at which the regulator signed."""
    receipt(clerk, "2022-04-01T14:20")
    size = own.ledger.head.size
    assert receipt(clerk, "2022-04-01T14:50") == 409
    assert own.ledger.head.size == size


def test_a_finished_review_and_one_of_an_older_version_are_refused(own: Workspace, clerk: DeskClient) -> None:
    assert clerk.post(f"/cases/{CASE}/reports/1/review/", {"by": "P5"}).status_code == 302
    other = {"by": "P5", "wrong": "H02", "notified_by": "电话"}
    assert clerk.post(f"/cases/{CASE}/reports/1/review/", other).status_code == 409
    (reviewed,) = own.ledger.view.reports(CASE)
    newer = replace(reviewed, version=2, review=None, reviewed_on=None, reviewed_by=None)
    own.ledger.append("test", ReportRecorded(report=newer))
    assert clerk.post(f"/cases/{CASE}/reports/1/review/", other).status_code == 409
    assert clerk.post(f"/cases/{CASE}/reports/2/review/", other).status_code == 302


def test_what_is_not_ticked_conforms(own: Workspace, clerk: DeskClient) -> None:
    page = clerk.get(f"/cases/{CASE}/").content.decode()
    assert f'action="/cases/{CASE}/reports/1/review/"' in page
    assert "加装光电保护" in page
    assert clerk.post(f"/cases/{CASE}/reports/1/review/", {"by": "P5"}).status_code == 302
    (stored,) = own.ledger.view.reports(CASE)
    assert (stored.review, stored.reviewed_on, stored.reviewed_by) == (
        ReviewResult.ACCEPTED, date(2022, 4, 1), "P5",
    )  # fmt: skip
    assert [each.obviously_wrong for each in stored.answers] == [False, False]
    assert f'action="/cases/{CASE}/reports/1/review/"' not in clerk.get(f"/cases/{CASE}/").content.decode()


def test_one_tick_returns_the_report_with_how_the_enterprise_was_told(
    own: Workspace, clerk: DeskClient
) -> None:
    sent = {"by": "P5", "wrong": "H02", "on": "2022-04-01"}
    assert clerk.post(f"/cases/{CASE}/reports/1/review/", sent).status_code == 409
    assert clerk.post(f"/cases/{CASE}/reports/1/review/", {**sent, "notified_by": "电话"}).status_code == 302
    (stored,) = own.ledger.view.reports(CASE)
    assert (stored.review, stored.notified_on, stored.notified_by) == (
        ReviewResult.RETURNED, date(2022, 4, 1), "电话",
    )  # fmt: skip
    assert [each.obviously_wrong for each in stored.answers] == [False, True]


@pytest.fixture
def untold(own: Workspace) -> RectificationReport:
    """Somebody returned the report on 1 April and did not say that the enterprise was told."""
    (report,) = own.ledger.view.reports(CASE)
    returned = replace(
        report, review=ReviewResult.RETURNED, reviewed_on=date(2022, 4, 1), reviewed_by=PersonId("P5")
    )
    own.ledger.append("test", ReportRecorded(report=returned))
    return returned


@pytest.mark.usefixtures("untold")
def test_that_the_enterprise_was_told_is_a_line_of_today_with_its_button(
    own: Workspace, clerk: DeskClient
) -> None:
    page = clerk.get("/?mine=0").content.decode()
    (line,) = [each for each in page.split("<li")[1:] if "告知企业纠正整改报告" in each]
    panel = clerk.get(line.split('hx-get="')[1].split('"')[0], headers=IN_PANEL).content.decode()
    assert f'hx-post="/cases/{CASE}/reports/1/told/"' in panel
    assert f'action="/cases/{CASE}/reports/1/told/"' in clerk.get(f"/cases/{CASE}/").content.decode()
    assert clerk.post(f"/cases/{CASE}/reports/1/told/", {"notified_by": "电话"}).status_code == 302
    (stored,) = own.ledger.view.reports(CASE)
    assert (stored.notified_on, stored.notified_by) == (date(2022, 4, 1), "电话")
    assert stored.review is ReviewResult.RETURNED
    assert "/told/" not in clerk.get(f"/cases/{CASE}/").content.decode()


@pytest.mark.usefixtures("untold")
@pytest.mark.parametrize(
    "sent",
    [{}, {"notified_by": " "}, {"notified_by": "电话", "on": "2022-03-31"},
     {"notified_by": "电话", "on": "2023-01-01"}, {"notified_by": "电话", "on": "gestern"}],
)  # fmt: skip
def test_a_notice_that_cannot_be_is_refused(own: Workspace, clerk: DeskClient, sent: dict[str, str]) -> None:
    size = own.ledger.head.size
    assert clerk.post(f"/cases/{CASE}/reports/1/told/", sent).status_code == 409
    assert own.ledger.head.size == size


def test_nobody_is_told_of_a_report_that_was_not_returned_or_of_one_twice(
    own: Workspace, clerk: DeskClient
) -> None:
    told = {"notified_by": "电话"}
    assert clerk.post(f"/cases/{CASE}/reports/1/told/", told).status_code == 409
    sent = {"by": "P5", "wrong": "H02", "notified_by": "微信"}
    assert clerk.post(f"/cases/{CASE}/reports/1/review/", sent).status_code == 302
    assert clerk.post(f"/cases/{CASE}/reports/1/told/", told).status_code == 409
    assert clerk.post(f"/cases/{CASE}/reports/9/told/", told).status_code == 409


@pytest.mark.parametrize(
    "sent",
    [{}, {"by": "P99"}, {"by": "P5", "on": "2022-03-31"}, {"by": "P5", "on": "2023-01-01"},
     {"by": "P5", "wrong": "H09", "notified_by": "电话"}],
)  # fmt: skip
def test_a_review_that_cannot_be_is_refused(own: Workspace, clerk: DeskClient, sent: dict[str, str]) -> None:
    size = own.ledger.head.size
    assert clerk.post(f"/cases/{CASE}/reports/1/review/", sent).status_code == 409
    assert own.ledger.head.size == size


def test_who_only_reads_finds_no_button(own: Workspace) -> None:
    auditor = signed_in("auditor")
    assert "登记签收</button>" not in auditor.get(f"/cases/{CASE}/").content.decode()
    assert auditor.post(f"/cases/{CASE}/reports/1/review/", {"by": "P5"}).status_code == 403
    assert receipt(auditor, "2022-04-01T14:20") == 403


def test_what_is_not_there_is_not_settled(own: Workspace, clerk: DeskClient) -> None:
    assert clerk.post("/cases/WJB22-0999/reports/1/review/", {"by": "P5"}).status_code == 404
    assert clerk.post(f"/cases/{CASE}/reports/7/review/", {"by": "P5"}).status_code == 409
    sent = {"receipt_at": "2022-04-01T14:20"}
    assert clerk.post(f"/cases/{CASE}/escalations/E9/receipt/", sent).status_code == 409


def test_one_press_enters_an_undertaking_for_each_of_several_people(
    own: Workspace, clerk: DeskClient
) -> None:
    before = {each.key for each in own.ledger.view.entries("confidentiality-undertaking")}
    sent = {"key": "2022-04", "on": "2022-04-01", "person": ["P1", "P2", "P2"]}
    assert clerk.post("/registers/confidentiality-undertaking/enter/", sent).status_code == 302
    there = own.ledger.view.entries("confidentiality-undertaking")
    assert {(each.key, each.person) for each in there if each.key not in before} == {
        ("2022-04/P1", "P1"),
        ("2022-04/P2", "P2"),
    }
    one = {"key": "2022-05", "on": "2022-04-01", "person": ["P1"]}
    clerk.post("/registers/confidentiality-undertaking/enter/", one)
    assert "2022-05" in {each.key for each in own.ledger.view.entries("confidentiality-undertaking")}
    size = own.ledger.head.size
    nobody = clerk.post("/registers/confidentiality-undertaking/enter/", {"key": "2022-06"})
    stranger = {"key": "2022-06", "person": ["P1", "P99"]}
    assert nobody.status_code == 409
    assert clerk.post("/registers/confidentiality-undertaking/enter/", stranger).status_code == 409
    assert own.ledger.head.size == size, "nobody is entered where one of them is unknown"


def test_the_registers_stand_where_they_matter(own: Workspace, clerk: DeskClient) -> None:
    page = clerk.get("/registers/").content.decode()
    assert page.count("<h2>") == len(GROUPS)
    assert page.count('href="/registers/') - page.count('href="/registers/"') == len(REGISTERS)
