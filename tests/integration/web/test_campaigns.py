"""The page of one special campaign: who of all is done, its term, the summary list, what the rules say."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import threading
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import html
from openpyxl import load_workbook

from evidence.config import open_workspace
from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId
from evidence.domain.parties import Campaign, CampaignKind
from evidence.ledger.events import CaseOpened, PartiesImported, VisitRecorded
from evidence.settings import SETTINGS_FILE
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication
from evidence.web.board import Board
from evidence.web.host import Host
from tests.integration.web.conftest import PEOPLE
from tests.support import sample
from tests.support.desk_client import DeskClient, signed_in
from tests.support.first_contract import SETTINGS_TEXT
from tests.support.handing_over import keys

CAMPAIGN = "ZX2022-01"
FIRST, SECOND, THIRD = sample.enterprises()[:3]
CASE = CaseId("WJB22-0009")


@pytest.fixture
def office(host: Host, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Three targets: one checked in a case of the campaign, one with an annual case only, one with none."""
    (tmp_path / SETTINGS_FILE).write_text(SETTINGS_TEXT, encoding="utf-8")
    workspace = open_workspace(tmp_path, clock=lambda: sample.FRIDAY)
    workspace.ledger.append(
        "test",
        PartiesImported(
            source=sample.digest("workbook"),
            enterprises=sample.enterprises(),
            people=sample.people(),
            campaigns=(
                Campaign(
                    id=CAMPAIGN, topic="有限空间作业", kind=CampaignKind.SPECIAL,
                    ordered_on=date(2022, 3, 1), due=date(2022, 4, 5),
                    targets=(FIRST.id, SECOND.id, THIRD.id),
                ),
                Campaign(
                    id="PC2022-01", topic="危化品使用", kind=CampaignKind.SURVEY,
                    ordered_on=date(2022, 3, 1),
                ),
            ),
        ),
        CaseOpened(
            case=Case(
                id=CASE, enterprise=FIRST.id, kind=CaseKind.SPECIAL, opened_on=date(2022, 3, 2),
                campaign=CAMPAIGN,
            )
        ),
        VisitRecorded(visit=sample.check_visit(CASE, date(2022, 3, 29))),
        CaseOpened(
            case=Case(
                id=CaseId("WJB22-0010"), enterprise=SECOND.id, kind=CaseKind.ANNUAL,
                opened_on=date(2022, 3, 2),
            )
        ),
    )  # fmt: skip
    monkeypatch.setattr(host, "workspace", workspace)
    monkeypatch.setattr(host, "board", Board(workspace))
    return workspace


@pytest.fixture
def clerk(office: Any) -> DeskClient:
    return signed_in("clerk")


def filled_in(page: str) -> dict[str, str]:
    """Fields of the register's form that open with a text, by name."""
    inputs = re.findall(r'<input id="(?:key|f-[^"]+)"[^>]*>', page)
    found = ((re.search(r'name="([^"]+)"', each), re.search(r'value="([^"]+)"', each)) for each in inputs)
    return {name[1]: value[1] for name, value in found if name and value}


def finished(host: Host, answer: Any) -> Any:
    assert answer.status_code == 302, answer.content.decode()
    identifier = answer["Location"].strip("/").rpartition("/")[2]
    for thread in threading.enumerate():
        if thread.name == f"job-{identifier}":
            thread.join(timeout=300)
    job = host.jobs.get(identifier)
    assert job is not None
    assert job.error is None, job.error
    return job


async def whole(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


def exported(client: DeskClient, query: str = "") -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(client.get(f"/campaigns/{CAMPAIGN}/export/{query}").content))
    return list(book.active.iter_rows(values_only=True))


def test_the_page_says_who_of_all_is_done_and_the_term(clerk: DeskClient) -> None:
    page = clerk.get(f"/campaigns/{CAMPAIGN}/").content.decode()
    assert "有限空间作业" in page
    assert "2022-04-05" in page
    assert "还有 4 天" in page
    assert [page.count(f'/enterprises/{one.id}/"') for one in (FIRST, SECOND, THIRD)] == [1, 1, 1]
    assert f'/cases/{CASE}/"' in page
    assert "/cases/WJB22-0010/" not in page, "an annual case is none of the campaign's"


def test_its_lines_of_today_lead_to_its_page(clerk: DeskClient) -> None:
    page = html.fromstring(clerk.get("/").content.decode())
    lines = page.xpath('//li[@data-line][.//a[contains(., "看专项")]]')
    assert lines
    for line in lines:
        panel = clerk.get(f"/deeds/{line.get('data-line')}/").content.decode()
        assert f'href="/campaigns/{CAMPAIGN}/" data-first' in panel


def test_the_rules_verdict_stands_on_the_page(clerk: DeskClient) -> None:
    page = clerk.get(f"/campaigns/{CAMPAIGN}/").content.decode()
    assert "还有 3 家未完成" in page
    assert "汇总清单待报送" in page
    assert "危化品使用" not in page, "another campaign's verdict stands on its own page"


def test_a_state_narrows_the_targets_and_the_excel_is_what_is_shown(clerk: DeskClient) -> None:
    rows = exported(clerk)
    names = [SECOND.name, THIRD.name, FIRST.name]
    assert [row[1] for row in rows[1:]] == names, "those with nothing done come first"
    assert len(exported(clerk, "?state=未开案")) == 3
    assert [row[1] for row in exported(clerk, "?state=已检查")[1:]] == [FIRST.name]
    page = clerk.get(f"/campaigns/{CAMPAIGN}/?state=已检查").content.decode()
    assert f"/enterprises/{FIRST.id}/" in page
    assert f"/enterprises/{THIRD.id}/" not in page


def test_cases_are_opened_for_those_without_one(clerk: DeskClient, office: Any) -> None:
    answer = clerk.post(
        f"/campaigns/{CAMPAIGN}/act/", {"act": "open", "row": [SECOND.id, THIRD.id, FIRST.id]}, follow=True
    )
    shown = answer.content.decode()
    cases = [one for one in office.ledger.view.cases() if one.campaign == CAMPAIGN]
    assert [(one.enterprise, one.kind) for one in cases] == [
        (FIRST.id, CaseKind.SPECIAL), (SECOND.id, CaseKind.SPECIAL), (THIRD.id, CaseKind.SPECIAL),
    ]  # fmt: skip
    assert "已有" in shown
    assert FIRST.name in shown


def test_somebody_who_is_no_target_is_not_opened_for(clerk: DeskClient, office: Any) -> None:
    sent = {"act": "open", "row": [SECOND.id, "91320412MA1XDDDD0D"]}
    assert clerk.post(f"/campaigns/{CAMPAIGN}/act/", sent).status_code == 404
    assert len([one for one in office.ledger.view.cases() if one.campaign == CAMPAIGN]) == 1


@pytest.mark.office
def test_the_summary_list_is_issued_by_one_press_and_listed(
    clerk: DeskClient, host: Host, office: Any
) -> None:
    job = finished(host, clerk.post(f"/campaigns/{CAMPAIGN}/summary/"))
    assert job.result.label == "打印"
    (issued,) = [
        each.form for each in office.ledger.view.documents(None) if each.form.form == "campaign-summary"
    ]
    assert issued.number in clerk.get(f"/campaigns/{CAMPAIGN}/").content.decode()


def test_submitting_leads_to_the_register_with_what_is_known_filled_in(clerk: DeskClient) -> None:
    page = clerk.get(f"/campaigns/{CAMPAIGN}/").content.decode()
    address = f"/registers/campaign-pack/?key={CAMPAIGN}&amp;data%7Ctargets=1"
    assert address in page
    register = clerk.get(address.replace("&amp;", "&")).content.decode()
    assert filled_in(register) == {"key": CAMPAIGN, "data|targets": "1"}


def test_a_survey_has_its_page_without_a_summary_list(clerk: DeskClient) -> None:
    page = clerk.get("/campaigns/PC2022-01/").content.decode()
    assert "危化品使用" in page
    assert "没有登记完成期限" in page
    assert "没有登记检查对象" in page
    assert "/campaigns/PC2022-01/summary/" not in page
    assert clerk.post("/campaigns/PC2022-01/summary/").status_code == 404
    assert "/registers/survey-result/?key=PC2022-01" in page


def test_a_day_after_the_term_the_page_says_how_late_it_is(
    host: Host, office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = open_workspace(office.root, clock=lambda: sample.instant("2022-04-06"))
    monkeypatch.setattr(host, "workspace", late)
    monkeypatch.setattr(host, "board", Board(late))
    page = signed_in("clerk").get(f"/campaigns/{CAMPAIGN}/").content.decode()
    assert "已过 1 天" in page
    assert "到期，3 家未完成" in page


@pytest.mark.parametrize("name", ["auditor", "regulator"])
def test_who_only_reads_sees_it_and_changes_nothing(office: Any, name: str) -> None:
    client = signed_in(name)
    page = client.get(f"/campaigns/{CAMPAIGN}/").content.decode()
    assert "有限空间作业" in page
    assert f"/campaigns/{CAMPAIGN}/act/" not in page
    assert client.post(f"/campaigns/{CAMPAIGN}/act/", {"act": "open"}).status_code == 403
    assert client.post(f"/campaigns/{CAMPAIGN}/summary/").status_code == 403


def test_a_campaign_nobody_ordered_has_no_page(clerk: DeskClient) -> None:
    assert clerk.get("/campaigns/ZX2099-01/").status_code == 404


def test_list_and_search_lead_to_the_page(clerk: DeskClient) -> None:
    assert f'href="/campaigns/{CAMPAIGN}/"' in clerk.get("/lists/campaigns/").content.decode()
    assert f"/campaigns/{CAMPAIGN}/" in clerk.get("/search/?q=有限空间").content.decode()


def test_the_pack_wants_a_summary_list_first(clerk: DeskClient, host: Host) -> None:
    assert clerk.get(f"/campaigns/{CAMPAIGN}/pack/file/").status_code == 404
    job = clerk.post(f"/campaigns/{CAMPAIGN}/pack/")
    found = host.jobs.get(job["Location"].strip("/").rpartition("/")[2])
    assert found is not None
    for thread in threading.enumerate():
        if thread.name == f"job-{found.id}":
            thread.join(timeout=300)
    assert found.error is not None
    assert "还没有签发汇总清单" in found.error.what
    assert f'href="/campaigns/{CAMPAIGN}/"' in clerk.get(job["Location"]).content.decode()


@pytest.mark.office
def test_the_pack_is_made_by_one_press_and_verifies(
    clerk: DeskClient, host: Host, office: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shutil.copytree(keys(tmp_path_factory.mktemp("keys")), office.root / "keys")
    finished(host, clerk.post(f"/campaigns/{CAMPAIGN}/summary/"))
    job = finished(host, clerk.post(f"/campaigns/{CAMPAIGN}/pack/"))
    assert job.result.url == f"/campaigns/{CAMPAIGN}/pack/file/"
    assert "下载最近一次做的" in clerk.get(f"/campaigns/{CAMPAIGN}/").content.decode()
    kept = tmp_path_factory.mktemp("pack") / "pack.zip"
    kept.write_bytes(asyncio.run(whole(clerk.get(job.result.url).streaming_content)))
    signer = host.workspace.settings.signer
    report = verify_path(kept, trust=[(office.root / signer.chain[-1]).read_bytes()])
    assert report.indication is not Indication.FAILED
    assert {"payment.lists"} <= {each.id for each in report.checks if each.kind is CheckKind.PASS}


def test_its_english_page_is_english(clerk: DeskClient, office: Any) -> None:
    clerk.cookies["desk_language"] = "en"
    page = html.fromstring(clerk.get(f"/campaigns/{CAMPAIGN}/").content.decode())
    for gone in page.xpath("//script | //*[starts-with(@lang, 'zh')]"):
        gone.drop_tree()
    data = (
        *PEOPLE.values(), *(each.name for each in sample.enterprises()), "有限空间作业",
        office.settings.agency.name, "经济发展局",
    )  # fmt: skip
    han = set(re.findall(r"[\u4e00-\u9fff]+", " ".join(page.itertext())))
    assert {each for each in han if each not in "".join(data)} == set()


def test_it_is_accessible_and_fits_every_width(office: Any, open_page: Any) -> None:
    page = open_page("clerk", f"/campaigns/{CAMPAIGN}/")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()
    for width in (1280, 820, 390, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
