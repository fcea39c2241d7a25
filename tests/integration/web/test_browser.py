"""The journeys of the desk in a real browser: what people see, by mouse, keyboard and screen reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_fixture import CHECK_RECORD, HOSTILE
from tests.support.inbox_fixture import real_pdf

PASSWORD = "gaoxin-2022-desk"
PAGES = {
    "today": "/?week=2022-W13",
    "inbox": "/inbox/",
    "arrival": f"/inbox/{HOSTILE}/",
    "cases": "/cases/?q=fhjx",
    "case": "/cases/WJB22-0002/",
    "forms": "/cases/WJB22-0002/issue/",
    "issue": "/cases/WJB22-0002/issue/interview-notice/",
    "escalation": "/cases/WJB22-0002/write/上报/",
    "document": f"/documents/{CHECK_RECORD}/",
    "friday": "/friday/?week=2022-W13",
    "plan": "/plan/?week=2022-W14",
    "numbers": "/numbers/?month=2022-03",
    "registers": "/registers/",
    "register": "/registers/training/",
    "enterprises": "/lists/enterprises/?f.class=铸造",
    "hazards": "/lists/hazards/",
    "enterprise": f"/enterprises/{sample.enterprises()[2].id}/",
    "rates": "/rates/",
    "search": "/search/?q=fhjx",
    "roster": "/roster/",
    "auditor": "/auditor/",
    "accounts": "/accounts/",
    "account": "/account/",
    "activity": "/activity/",
    "sign-ins": "/activity/sign-ins/",
}


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_accessible_and_fits(open_page: Callable[..., Any], name: str) -> None:
    page = open_page("lead", PAGES[name])
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()
    for width in (1440, 1280, 1024, 820, 390, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.querySelector('header').offsetHeight") <= 56
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_login_and_refusal_pages_are_accessible(browser: Any, address: str, open_page: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/login/")
    assert Axe().run(page).violations_count == 0
    context.close()


def test_a_cell_is_one_click_from_reason_clause_and_evidence(open_page: Callable[..., Any]) -> None:
    page = open_page("clerk", PAGES["today"])
    page.get_by_role("button", name="云泽包装 检查记录").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("未见第2页企业陪同人员签名").first.wait_for()
    assert dialog.get_by_text("附件六1(4)").first.is_visible()
    assert dialog.get_by_role("link", name="看图").first.is_visible()
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


def test_friday_lists_what_blocks_and_takes_an_exception(open_page: Callable[..., Any], host: Host) -> None:
    def exception() -> Any:
        page = open_page("lead", PAGES["friday"])
        assert page.get_by_role("button", name="声明不完整并制作、签名").is_visible()
        row = page.locator(".enterprise-row", has_text="补交全程录像")
        row.get_by_text("逐项看").click()
        row.locator("article:has-text('录像不完整') + details summary").click()
        form = row.locator("article:has-text('录像不完整') + details")
        form.get_by_label("原因").fill("记录仪电量耗尽")
        return page, form

    page, form = exception()
    form.get_by_text("登记例外").last.click()
    page.get_by_text("没有附监管部门的书面意见").wait_for()
    page, form = exception()
    letter = {"name": "意见.pdf", "mimeType": "application/pdf", "buffer": real_pdf()}
    form.locator("input[type=file]").set_input_files([letter])
    form.get_by_text("登记例外").last.click()
    page.get_by_text("已登记例外；").wait_for()
    assert page.locator(".enterprise-row", has_text="补交全程录像").count() <= 1
    (waiver,) = host.workspace.ledger.view.waivers(sample.HEAVY)
    assert waiver.why == "记录仪电量耗尽"


GOLDEN = Path(__file__).parents[2] / "golden/packages"


def test_a_dropped_file_is_judged_and_not_kept(open_page: Callable[..., Any]) -> None:
    page = open_page("auditor", "/auditor/")
    genuine = (GOLDEN / "WJB-2022-W12.zip").read_bytes()
    changed = genuine.replace(b"Payload-Oxum: 71820.9", b"Payload-Oxum: 71820.8")
    assert changed != genuine
    file = {"name": "假包.zip", "mimeType": "application/zip", "buffer": changed}
    page.get_by_label("移交包（ZIP）或 PDF").set_input_files([file])
    page.get_by_role("button", name="验证").click()
    page.get_by_role("heading", name="验证不通过").wait_for()
    assert Axe().run(page).violations_count == 0


def test_a_visit_is_drafted_entered_and_stands_in_the_case(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", "/cases/WJB22-0003/write/督促/")
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()
    page.get_by_label("到达时间").fill("2022-03-31T10:00")
    page.get_by_label("情况", exact=True).fill("电话了解整改进度")
    page.get_by_text("草稿已保存于").wait_for()
    page.reload()
    assert page.get_by_label("情况", exact=True).input_value() == "电话了解整改进度"
    page.get_by_label("离开时间").fill("2022-03-31T09:00")
    page.get_by_role("button", name="登记入账").click()
    page.get_by_text("离开时间早于到达时间").wait_for()
    assert page.get_by_label("到达时间").input_value() == "2022-03-31T10:00"
    page.get_by_label("离开时间").fill("2022-03-31T10:20")
    page.get_by_label("周晓岚").first.check()
    page.get_by_role("group", name="督促方式").get_by_label("电话").check()
    page.get_by_role("group", name="企业态度").get_by_label("积极", exact=True).check()
    page.get_by_label("其余全部“进行中”").check()
    page.get_by_role("button", name="登记入账").click()
    page.get_by_text("已登记入账").wait_for()
    visits = host.workspace.ledger.view.visits(sample.HEAVY)
    assert [visit.kind.value for visit in visits] == ["check", "urging"]
    assert visits[-1].summary == "电话了解整改进度"
    assert [each.hazard for each in visits[-1].progress] == ["H01", "H02"]


def test_a_report_to_the_regulator_is_entered_with_its_trigger(
    open_page: Callable[..., Any], host: Host
) -> None:
    page = open_page("clerk", "/cases/WJB22-0003/write/上报/")
    offered = page.get_by_role("group", name="上报情形").locator("label").all_inner_texts()
    assert [each.strip() for each in offered] == ["不积极整改", "逾期未全部整改到位", "重大事故隐患"]
    page.get_by_label("重大事故隐患").check()
    page.get_by_label("主管科室").check()
    page.get_by_label("上报时间").fill("2022-03-30T15:05")
    page.get_by_label("H02").uncheck()
    page.get_by_label("签收时间").fill("2022-03-30T16:20")
    page.get_by_role("button", name="登记入账").click()
    page.get_by_text("已登记入账").wait_for()
    report = host.workspace.ledger.view.escalations(sample.HEAVY)[-1]
    assert (report.trigger.value, report.recipient.value) == ("重大事故隐患", "主管科室")
    assert report.hazards == ("H01",)
    assert report.receipt_at == sample.instant("2022-03-30", 16, 20)


def test_a_register_is_kept_with_its_paper(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", "/registers/")
    page.get_by_role("link", name="保密承诺书").click()
    page.get_by_label("登记号 *").fill("P2-2022")
    page.get_by_role("group", name="人员").get_by_label("周晓岚").check()
    file = {"name": "承诺书.pdf", "mimeType": "application/pdf", "buffer": (paper := real_pdf())}
    page.get_by_label("扫描件").set_input_files([file])
    page.get_by_role("button", name="登记入账").click()
    page.get_by_text("已登记入账").wait_for()
    entries = {e.key: e for e in host.workspace.ledger.view.entries("confidentiality-undertaking")}
    entry = entries["P2-2022"]
    assert entry.person == "P2"
    assert entry.attachment is not None
    assert host.workspace.originals.read(entry.attachment) == paper
    assert list(host.workspace.ledger.entries())[-1].actor == "desk:clerk（P5）"


def test_a_form_that_needs_an_entry_first_leads_to_it(open_page: Callable[..., Any]) -> None:
    page = open_page("clerk", "/cases/WJB22-0001/issue/")
    page.get_by_role("link", name="签发 上报").click()
    page.get_by_text("还没有登记上报事项").wait_for()
    page.get_by_role("link", name="先录入 上报").click()
    page.get_by_role("heading", name="录入 上报").wait_for()


def test_the_trend_is_drawn_and_told(open_page: Callable[..., Any]) -> None:
    page = open_page("regulator", "/numbers/?month=2022-03")
    assert page.locator(".chart polyline").count() == 2
    page.get_by_text("逐周数字").click()
    assert page.locator(".chart ~ details").get_by_role("row", name="2022-W13").is_visible()
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="打印").is_visible()
    assert page.locator(".chart > svg").first.is_visible()


def test_a_planned_visit_moves_by_keyboard_alone(open_page: Callable[..., Any]) -> None:
    page = open_page("lead", "/plan/?week=2022-W13")
    visit = page.locator(".visit").first
    day = visit.locator("select").input_value()
    key = visit.get_attribute("data-key")
    visit.focus()
    page.keyboard.press("Alt+ArrowRight")
    moved = page.locator(f".visit[data-key='{key}']")
    assert moved.locator("select").input_value() > day
    assert page.evaluate("document.activeElement.dataset.key") == key
    page.keyboard.press("Alt+ArrowLeft")
    assert moved.locator("select").input_value() == day
    page.emulate_media(media="print")
    assert moved.is_visible()
    assert not moved.locator("select").is_visible()
    assert not page.get_by_role("navigation").is_visible()


def test_the_check_form_is_accessible_and_fills_the_rest(open_page: Callable[..., Any]) -> None:
    page = open_page("clerk", "/cases/WJB22-0002/write/检查/")
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert page.locator("[data-list='隐患'] fieldset.record").count() == 0
    page.get_by_label("到达时间").fill("2022-03-30T09:00")
    page.get_by_label("其余全部“合格”").check()
    page.get_by_role("group", name="3 结果", exact=True).get_by_label("不合格").check()
    hazard = page.locator("[data-list='隐患'] fieldset.record")
    assert hazard.count() == 1
    assert page.evaluate("document.activeElement.name") == "隐患|0|部位"
    assert hazard.get_by_label("整改期限").input_value() == "2022-04-14"
    assert hazard.locator("[name='隐患|0|检查项']").input_value() == "3"
    assert not hazard.get_by_label("判定条款").is_visible()
    hazard.get_by_label("重大", exact=True).check()
    assert hazard.get_by_label("判定条款").is_visible()
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="增加一项 隐患").click()
    assert hazard.count() == 2


def test_a_case_is_opened_for_a_company_found_by_initials(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", "/cases/")
    before = len(host.workspace.ledger.view.cases())
    page.get_by_label("新案件：企业").press_sequentially("fhjx", delay=20)
    page.locator("#companies option").first.wait_for(state="attached")
    page.get_by_label("新案件：企业").fill("常州市丰禾机械有限公司")
    page.get_by_label("类别").select_option("new-enterprise")
    page.get_by_role("button", name="开立案件").click()
    page.get_by_text("已开立案件").wait_for()
    assert len(host.workspace.ledger.view.cases()) == before + 1


def test_a_planned_visit_is_dragged_or_sent_by_its_box_to_another_day(open_page: Callable[..., Any]) -> None:
    page = open_page("lead", "/plan/?week=2022-W13")
    visit = page.locator(".visit").first
    name = visit.locator("strong").inner_text()
    target = page.locator(".day[data-day='2022-04-01']")
    visit.drag_to(target)
    assert target.locator(".visit strong").first.inner_text() == name
    assert target.locator("select").first.input_value() == "2022-04-01"
    target.locator("select").first.select_option("")
    assert page.locator(".day[data-day=''] .visit strong").first.inner_text() == name


def test_the_desk_speaks_english_when_asked(open_page: Callable[..., Any]) -> None:
    page = open_page("auditor", "/")
    page.get_by_text("审计员").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="This week's material").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_text("审计员").click()
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="本周材料").wait_for()
