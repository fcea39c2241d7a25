"""Reports of a half-year, a year and the contract: one press each on 日历与统计."""

from __future__ import annotations

import asyncio
import io
import re
import threading
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from evidence.config import open_workspace
from evidence.settings import SETTINGS_FILE
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import DeskClient, signed_in
from tests.support.handing_over import make_office


def finish(job: str) -> None:
    for thread in threading.enumerate():
        if thread.name == f"job-{job}":
            thread.join(timeout=300)


def made(client: DeskClient, host: Host, address: str) -> Any:
    """What the job says when it is done."""
    job = client.post(address)
    assert job.status_code == 302, job.content.decode()
    identifier = job["Location"].strip("/").rpartition("/")[2]
    found = host.jobs.get(identifier)
    assert found is not None
    finish(identifier)
    assert found.error is None, found.error
    return client.get(job["Location"]).content.decode()


async def sent(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


def offered(client: DeskClient) -> list[str]:
    page = client.get("/numbers/").content.decode()
    return re.findall(r'action="(/reports/[^"]+)"', page)


def test_every_list_is_made_by_one_press(host: Host) -> None:
    clerk = signed_in("clerk")
    lists = [each for each in offered(clerk) if each.split("/")[2] in {"hazards", "statistics", "acceptance"}]
    assert len(lists) == 3
    for address in lists:
        shown = made(clerk, host, address)
        (link,) = re.findall(rf'href="({address}file/)"', shown)
        answer = clerk.get(link)
        assert ".xlsx" in answer["Content-Disposition"]
        book = openpyxl.load_workbook(io.BytesIO(asyncio.run(sent(answer.streaming_content))), read_only=True)
        assert all(sheet.max_row for sheet in book.worksheets)


def test_the_summaries_hold_their_plots(host: Host) -> None:
    lead = signed_in("lead")
    for name, title in (("half-year", "第1个半年服务总结"), ("year", "第1服务年度服务总结")):
        made(lead, host, f"/reports/{name}/1/")
        answer = lead.get(f"/reports/{name}/1/file/")
        with zipfile.ZipFile(io.BytesIO(asyncio.run(sent(answer.streaming_content)))) as word:
            assert title in word.read("word/document.xml").decode()
            assert any(each.startswith("word/media/") for each in word.namelist())


@pytest.mark.office
def test_a_summary_comes_as_pdf(host: Host) -> None:
    lead = signed_in("lead")
    made(lead, host, "/reports/year-pdf/1/")
    assert asyncio.run(sent(lead.get("/reports/year-pdf/1/file/").streaming_content)).startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["auditor", "regulator", "inspector"])
def test_who_makes_no_packages_makes_no_reports(host: Host, name: str) -> None:
    client = signed_in(name)
    assert client.post("/reports/hazards/0/").status_code == 403
    assert client.get("/reports/hazards/0/file/").status_code == 403


@pytest.mark.parametrize("address", ["/reports/nothing/1/", "/reports/hazards/7/", "/reports/half-year/0/"])
def test_what_is_not_offered_is_not_there(host: Host, address: str) -> None:
    assert signed_in("lead").post(address).status_code == 404


def test_a_half_year_the_contract_does_not_have_is_said(host: Host) -> None:
    lead = signed_in("lead")
    job = lead.post("/reports/half-year/99/")
    found = host.jobs.get(job["Location"].strip("/").rpartition("/")[2])
    assert found is not None
    finish(found.id)
    assert found.error is not None
    assert found.error.remedy
    assert 'href="/numbers/">返回' in lead.get(job["Location"]).content.decode()


def test_a_payment_pack_is_signed_and_judged_as_one(
    host: Host, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = tmp_path / "office"
    make_office(office, tmp_path_factory.mktemp("keys"))
    (office / SETTINGS_FILE).write_text('[contract]\ncode = "WJB"\n', encoding="utf-8")
    monkeypatch.setattr(host, "workspace", open_workspace(office, clock=lambda: sample.FRIDAY))
    clerk = signed_in("clerk")
    made(clerk, host, "/reports/instalment/1/")
    answer = clerk.get("/reports/instalment/1/file/")
    whole = tmp_path / "pack.zip"
    whole.write_bytes(asyncio.run(sent(answer.streaming_content)))
    with zipfile.ZipFile(whole) as pack:
        assert "data/企业闭环清单.xlsx" in pack.namelist()
    report = verify_path(whole, trust=[(office / "keys" / "ca.pem").read_bytes()])
    assert report.indication is not Indication.FAILED, report
    assert [path for path in (office / "desk" / "reports").iterdir() if path.name.startswith(".")] == []


def test_a_pack_without_a_key_says_what_to_do(host: Host) -> None:
    job = signed_in("lead").post("/reports/instalment/1/")
    found = host.jobs.get(job["Location"].strip("/").rpartition("/")[2])
    assert found is not None
    finish(found.id)
    assert found.error is not None
    assert found.error.remedy


def test_the_page_leads_to_the_file(open_page: Callable[..., Any]) -> None:
    page = open_page("clerk", "/numbers/")
    page.get_by_role("button", name="隐患台账 Excel").click()
    link = page.get_by_role("link", name="下载")
    link.wait_for(timeout=120_000)
    assert link.get_attribute("href") == "/reports/hazards/0/file/"
