"""The lists of the desk over a real ledger: shown, exported as shown, kept as views, acted upon."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import escape
from openpyxl import Workbook, load_workbook

from evidence.forms.content.checklist import item_titles
from evidence.ledger.facts import gather_cases
from evidence.reports.tables import hazards_table
from evidence.rules.facts_index import FactsIndex
from evidence.rules.figures.hazards import hazard_lines
from evidence.rules.known import known_at
from evidence.web.host import Host
from evidence.web.lists.lists import LISTINGS
from tests.support import sample
from tests.support.desk_client import DeskClient, signed_in
from tests.support.desk_fixture import CHECK_RECORD

PASSWORD = "gaoxin-2022-desk"


@pytest.fixture
def clerk(host: Host) -> DeskClient:
    return signed_in("clerk")


def sheet_of(response: Any) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(response.content))
    return list(book.active.iter_rows(values_only=True))


@pytest.mark.parametrize("listing", [each.key for each in LISTINGS])
def test_each_list_opens_sorts_by_each_column_and_exports(
    clerk: DeskClient, host: Host, listing: str
) -> None:
    from evidence.web.lists.known import known
    from evidence.web.lists.lists import BY_KEY

    held = known(host.workspace)
    for column in BY_KEY[listing].columns(held):
        page = clerk.get(f"/lists/{listing}/?sort=-{column.key}&show={column.key}")
        assert page.status_code == 200
        assert column.title in page.content.decode()
    rows = sheet_of(clerk.get(f"/lists/{listing}/export/"))
    assert len(rows) == 1 + len(BY_KEY[listing].rows(held))


def test_the_export_has_the_rows_and_columns_that_are_shown(clerk: DeskClient, host: Host) -> None:
    name = sample.enterprises()[0].name
    rows = sheet_of(clerk.get("/lists/enterprises/export/", {"q": name, "show": ["name", "class"]}))
    assert rows[0] == ("序号", "企业名称", "企业类别")
    assert [row[1] for row in rows[1:]] == [name]
    page = clerk.get("/lists/enterprises/", {"q": name}).content.decode()
    assert name in page
    assert sample.enterprises()[1].name not in page


def test_the_hazards_are_those_of_the_report(clerk: DeskClient, host: Host) -> None:
    workspace = host.workspace
    now = workspace.clock()
    view = workspace.ledger.view
    facts = known_at(gather_cases(view, [case.id for case in view.cases()], week=None), now)
    lines = hazard_lines(FactsIndex(facts, workspace.settings.parameters, now))
    expected = list(hazards_table(lines, item_titles(workspace.checklist_folder)).rows)
    assert expected
    keys = [
        "case", "hazard", "name", "code", "class", "street", "found", "at", "inspectors", "record",
        "location", "description", "item", "grade", "criterion", "basis", "first", "deadline", "completed",
        "closed", "status", "days", "overdue",
    ]  # fmt: skip
    rows = sheet_of(clerk.get("/lists/hazards/export/", {"show": keys}))[1:]
    assert [tuple(_plain(cell) for cell in row[1:]) for row in rows] == [
        tuple(_plain(cell) for cell in row) for row in expected
    ]
    assert f"隐患 {len(lines)} 项" in clerk.get("/rates/").content.decode()


def _plain(cell: Any) -> str:
    return "" if cell is None else str(cell)[:10] if hasattr(cell, "year") else str(cell)


def test_a_view_is_kept_for_its_owner_alone_and_dropped(clerk: DeskClient, host: Host) -> None:
    asked = {"name": "铸造企业", "address": "f.class=铸造&sort=-name&evil=1"}
    clerk.post("/lists/enterprises/views/", asked)
    page = clerk.get("/lists/enterprises/").content.decode()
    assert "铸造企业" in page
    assert "evil" not in page
    assert "铸造企业" not in signed_in("lead").get("/lists/enterprises/").content.decode()
    clerk.post("/lists/enterprises/views/", {"drop": "铸造企业", "address": ""})
    assert "铸造企业" not in clerk.get("/lists/enterprises/").content.decode()


def test_the_page_of_an_enterprise_has_its_cases_hazards_and_documents(clerk: DeskClient, host: Host) -> None:
    view = host.workspace.ledger.view
    case = view.case(sample.HEAVY)
    assert case is not None
    page = clerk.get(f"/enterprises/{case.enterprise}/").content.decode()
    assert case.id in page
    for document in view.documents(case.id):
        assert document.form.number in page
    for visit in view.visits(case.id):
        for hazard in visit.hazards:
            assert hazard.description in page
    assert clerk.get("/enterprises/nobody/").status_code == 404


def test_cases_are_opened_for_several_and_none_twice(clerk: DeskClient, host: Host) -> None:
    view = host.workspace.ledger.view
    before = len(view.cases())
    rows = [view.cases()[0].enterprise, view.cases()[1].enterprise]
    answer = clerk.post("/lists/enterprises/act/", {"act": "open", "row": rows}, follow=True)
    assert "已有同类案件" in answer.content.decode()
    assert len(host.workspace.ledger.view.cases()) == before
    nothing = clerk.post("/lists/enterprises/act/", {"act": "open"}, follow=True)
    assert "请勾选" in nothing.content.decode()


def test_readers_may_look_and_not_act(host: Host) -> None:
    auditor = signed_in("auditor")
    page = auditor.get("/lists/enterprises/")
    assert page.status_code == 200
    assert 'name="row"' not in page.content.decode()
    row = str(sample.enterprises()[0].id)
    assert auditor.post("/lists/enterprises/act/", {"act": "open", "row": [row]}).status_code == 403
    assert auditor.get("/lists/nothing/").status_code == 404


def test_a_number_leads_straight_to_its_document_or_case(clerk: DeskClient) -> None:
    for wanted in (CHECK_RECORD, CHECK_RECORD.lower(), f" {CHECK_RECORD} "):
        assert clerk.get("/search/", {"q": wanted}).headers["Location"] == f"/documents/{CHECK_RECORD}/"
    assert clerk.get("/search/", {"q": "ＷＪＢ22-0002"}).headers["Location"] == "/cases/WJB22-0002/"


def test_people_files_hazards_recorders_and_registers_are_found(clerk: DeskClient, host: Host) -> None:
    view = host.workspace.ledger.view
    hazard = next(each for visit in view.visits(sample.HEAVY) for each in visit.hazards)
    arrival = view.arrivals()[0]
    for wanted in (
        view.people()[0].name, hazard.description, arrival.path, view.devices()[0].serial,
        view.enterprises()[0].short_name,
    ):  # fmt: skip
        page = clerk.get("/search/", {"q": wanted}).content.decode()
        assert "没有找到" not in page
        assert escape(wanted) in page
    assert "没有找到" in clerk.get("/search/", {"q": "绝对没有的词"}).content.decode()
    entry = view.entries()[0]
    assert f"/registers/{entry.register}/" in clerk.get("/search/", {"q": entry.key}).content.decode()


def test_a_new_factory_is_shown_before_it_is_written(clerk: DeskClient, host: Host, tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    book = Workbook()
    sheet = book.active
    sheet.title = "企业"
    sheet.append(["企业名称", "统一社会信用代码", "企业类别", "地址", "主要负责人"])
    sheet.append(["常州周三新厂有限公司", "", "铸造", "常州市武进区湖塘镇1号", "周三"])
    book.save(path)
    before = host.workspace.ledger.view.head
    with path.open("rb") as file:
        page = clerk.post("/roster/", {"file": file}).content.decode()
    assert "新增 1，更改 0" in page
    assert "常州周三新厂有限公司" in page
    assert host.workspace.ledger.view.head == before
    kept = re.findall(r'name="kept" value="([^"]+)"', page)[0]
    head = re.findall(r'name="head" value="([^"]+)"', page)[0]
    stale = clerk.post("/roster/enter/", {"kept": kept, "head": "0" * 64})
    assert stale.status_code == 409
    assert host.workspace.ledger.view.head == before
    clerk.post("/roster/enter/", {"kept": kept, "head": head})
    found = [e for e in host.workspace.ledger.view.enterprises() if e.name == "常州周三新厂有限公司"]
    assert len(found) == 1
    assert "周三" in clerk.get(f"/enterprises/{found[0].id}/").content.decode()
    answer = clerk.post("/lists/enterprises/act/", {"act": "open", "row": [found[0].id]}, follow=True)
    assert "已开立 1 个案件" in answer.content.decode()
    (case,) = host.workspace.ledger.view.cases(found[0].id)
    assert case.kind.value == "annual"
    clerk.post(f"/cases/{case.id}/cancel/", {"why": "试开的案件，撤销"})
    assert clerk.post("/roster/enter/", {"kept": kept, "head": before.digest}).status_code == 404
    assert clerk.post("/roster/enter/", {"kept": "../x.xlsx", "head": ""}).status_code == 404
    assert signed_in("auditor").get("/roster/").status_code == 403
    assert load_workbook(io.BytesIO(clerk.get("/roster/empty/").content))["企业"]["A1"].value == "企业名称*"


def test_rows_are_ticked_where_something_is_done_with_several(clerk: DeskClient, host: Host) -> None:
    for listing, several in (("enterprises", True), ("documents", True), ("cases", False)):
        page = clerk.get(f"/lists/{listing}/").content.decode()
        assert ('name="row"' in page) is several
        assert ('name="act"' in page) is several
    found = clerk.get("/lists/documents/").content.decode()
    number = re.findall(r'name="row" value="([^"]+)"', found)[0]
    answer = clerk.post("/lists/documents/act/", {"act": "print", "row": [number]})
    assert answer.headers["Location"] == f"/print/?n={number}"
