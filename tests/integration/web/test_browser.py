"""The journeys of the desk in a real browser: what people see, by mouse, keyboard and screen reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from evidence.domain.identifiers import ArrivalId
from evidence.ledger.events import ArrivalJudged, ArrivalTaken, Suggestion, UnlinkedPage
from evidence.web.host import Host
from tests import world
from tests.desk_world import CHECK_RECORD, HOSTILE, RECHECK_RECORD, UNKNOWN, page_picture

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
    "auditor": "/auditor/",
    "accounts": "/accounts/",
}


@pytest.fixture(scope="module")
def states(browser: Any, address: str) -> Callable[[str], Any]:
    """Signed-in browser state by account, made once through the login page."""
    known: dict[str, Any] = {}

    def state(name: str) -> Any:
        if name not in known:
            context = browser.new_context(locale="zh-CN")
            page = context.new_page()
            page.goto(f"{address}/login/")
            page.get_by_label("账号").fill(name)
            page.get_by_label("密码").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{address}/")
            known[name] = context.storage_state()
            context.close()
        return known[name]

    return state


@pytest.fixture
def open_page(browser: Any, address: str, states: Callable[[str], Any]) -> Iterator[Callable[..., Any]]:
    """A page of a signed-in account; anything the browser complains about fails the test."""
    contexts, complaints = [], []

    def opened(name: str, path: str, width: int = 1280) -> Any:
        context = browser.new_context(
            storage_state=states(name), viewport={"width": width, "height": 800}, locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if _complains(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith(address) else complaints.append(request.url),
        )
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _complains(message: Any) -> bool:
    """A refusal that a page explains is a 409; the browser remarks on it all the same."""
    return message.type == "error" and "409 (Conflict)" not in message.text


def _arrive(host: Host, running: int, name: str) -> ArrivalId:
    workspace, arrival = host.workspace, ArrivalId(f"A-20220401-{running:04d}")
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path=name, sha256=workspace.originals.put_bytes(name.encode()), bytes=10,
            received_at=world.FRIDAY - timedelta(minutes=5), media_type="image/jpeg",
        ),
        ArrivalJudged(
            arrival=arrival, outcome="unidentified", message="没有读到二维码，请看图归入。",
            unlinked=(
                UnlinkedPage(
                    index=0, reason="no_code", picture=workspace.previews.put(page_picture([name]), ".jpg")
                ),
            ),
        ),
        at=world.FRIDAY - timedelta(minutes=5),
    )  # fmt: skip
    return arrival


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_accessible_and_fits(open_page: Callable[..., Any], name: str) -> None:
    page = open_page("lead", PAGES[name])
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()
    for width in (1280, 820):
        page.set_viewport_size({"width": width, "height": 800})
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


def test_what_arrives_appears_without_reloading(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", PAGES["today"])
    page.evaluate("window.stayed = true")
    _arrive(host, 200, "刚到的扫描件.jpg")
    page.get_by_role("link", name="刚到的扫描件.jpg").first.wait_for(timeout=2_000)
    assert page.evaluate("window.stayed") is True


def test_polling_leaves_the_keyboard_where_it_is(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", PAGES["today"])
    button = page.get_by_role("button", name="云泽包装 检查记录")
    button.focus()
    _arrive(host, 201, "又一件.jpg")
    page.get_by_role("link", name="又一件.jpg").first.wait_for(timeout=2_500)
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("云泽包装 检查记录")


def test_the_suggestion_is_confirmed_by_keyboard_alone_and_taken_back(
    open_page: Callable[..., Any], host: Host
) -> None:
    page = open_page("clerk", f"/inbox/{UNKNOWN}/")
    for _press in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "就是这一页":
            break
    page.keyboard.press("Enter")
    page.get_by_text("已记入账本：陆文静").wait_for()
    found = host.workspace.ledger.view.arrival(UNKNOWN)
    assert found is not None
    assert found.outcome == "linked"
    assert found.decisions[-1].by == "陆文静"
    last = list(host.workspace.ledger.entries())[-2]
    assert last.actor == "desk:clerk"
    page.get_by_role("button", name="撤销上一决定").click()
    page.get_by_text("已记入账本").wait_for()
    found = host.workspace.ledger.view.arrival(UNKNOWN)
    assert found is not None
    assert found.outcome == "unidentified"
    assert [each.decision for each in found.decisions] == ["link", "undo"]


def test_another_home_is_found_by_initials(open_page: Callable[..., Any], host: Host) -> None:
    arrival = _arrive(host, 202, "手机照片.jpg")
    page = open_page("clerk", f"/inbox/{arrival}/")
    page.get_by_label("归入另一份文书").press_sequentially("yzbz", delay=20)
    option = page.locator("datalist option").first
    option.wait_for(state="attached")
    assert option.get_attribute("value") == CHECK_RECORD
    page.get_by_label("归入另一份文书").fill(CHECK_RECORD)
    page.get_by_label("第几页").fill("1")
    page.get_by_role("button", name="归入", exact=True).first.click()
    page.get_by_text("已记入账本").wait_for()
    found = host.workspace.ledger.view.arrival(arrival)
    assert found is not None
    assert found.outcome == "linked"


def test_a_wrong_number_says_what_to_do(open_page: Callable[..., Any], host: Host) -> None:
    arrival = _arrive(host, 203, "编号写错.jpg")
    page = open_page("clerk", f"/inbox/{arrival}/")
    page.get_by_label("归入另一份文书").fill("乱写")
    page.get_by_role("button", name="归入", exact=True).first.click(no_wait_after=True)
    page.get_by_text("编号形如 WJB22-0012-JC-001").wait_for()


def test_rejecting_takes_it_off_the_list(open_page: Callable[..., Any], host: Host) -> None:
    arrival = _arrive(host, 204, "猫.jpg")
    page = open_page("clerk", f"/inbox/{arrival}/")
    page.get_by_label("退回理由").fill("不是本项目材料")
    page.get_by_role("button", name="退回").click()
    page.get_by_text("已记入账本").wait_for()
    host.board.arrivals.follow()
    assert arrival not in {each.id for each in host.board.arrivals.waiting()}


def test_a_signature_is_judged_on_the_picture(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", f"/documents/{CHECK_RECORD}/")
    assert page.locator("svg .box").count() >= 4
    page.get_by_role("button", name="企业主要负责人签名 有").click()
    page.get_by_text("已记入账本").wait_for()
    document = host.workspace.ledger.view.document(CHECK_RECORD)
    assert document is not None
    mark = next(mark for mark in document.marks if mark.box == "principal")
    assert (mark.verdict.value, mark.decided_by) == ("present", "陆文静")
    # The same by pressing the box on the picture itself.
    page.locator(".box[data-box='escort']").click()
    page.locator("[data-verdicts]:visible").get_by_text("陪同人员签名").wait_for()
    page.locator("[data-verdicts]:visible").get_by_role("button", name="有").click()
    page.get_by_text("已记入账本").wait_for()
    document = host.workspace.ledger.view.document(CHECK_RECORD)
    assert document is not None
    assert {m.box: m.verdict.value for m in document.marks}["escort"] == "present"


def test_the_picture_zooms_and_turns_by_keyboard_and_button(open_page: Callable[..., Any]) -> None:
    page = open_page("auditor", f"/documents/{CHECK_RECORD}/")
    viewer = page.locator(".viewer").first
    viewer.focus()
    page.keyboard.press("+")
    assert "zoom1" in (viewer.get_attribute("class") or "")
    page.get_by_role("button", name="旋转").first.click()
    assert "turn1" in (viewer.get_attribute("class") or "")


def _stack(host: Host, running: int) -> ArrivalId:
    """A scan of three pages nobody could place."""
    workspace, arrival = host.workspace, ArrivalId(f"A-20220401-{running:04d}")
    digest = workspace.originals.put_bytes(arrival.encode())
    pages = tuple(
        UnlinkedPage(
            index=index,
            reason="no_code",
            picture=workspace.previews.put(page_picture([f"{running} PAGE {index}"]), ".jpg"),
            suggestions=(Suggestion(number=CHECK_RECORD, page=1, score=600, why="标题相符"),),
        )
        for index in range(3)
    )
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path="一叠扫描件.pdf", sha256=digest, bytes=10,
            received_at=world.FRIDAY, media_type="application/pdf",
        ),
        ArrivalJudged(arrival=arrival, outcome="unidentified", message="有 3 页待归入。", unlinked=pages),
    )  # fmt: skip
    return arrival


def test_a_stack_is_split_and_put_in_order_by_mouse(open_page: Callable[..., Any], host: Host) -> None:
    arrival = _stack(host, 210)
    page = open_page("clerk", f"/inbox/{arrival}/?doc={RECHECK_RECORD}")
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()
    page.set_viewport_size({"width": 1280, "height": 1400})
    for tile, slot in ((0, f"{CHECK_RECORD}/2"), (1, f"{CHECK_RECORD}/1"), (2, f"{RECHECK_RECORD}/1")):
        page.locator(f"[data-tile='{tile}']").drag_to(page.locator(f"[data-slot='{slot}']"))
    # On an occupied place they change places.
    page.locator("[data-tile='0']").drag_to(page.locator(f"[data-slot='{CHECK_RECORD}/1']"))
    assert page.locator("#slot-1").input_value() == f"{CHECK_RECORD}/2"
    page.get_by_role("button", name="按此归入").click()
    page.get_by_text("已记入账本").wait_for()
    found = host.workspace.ledger.view.arrival(arrival)
    assert found is not None
    assert found.judged is not None
    assert found.outcome == "linked"
    assert [(each.index, each.number, each.page) for each in found.judged.pages] == [
        (0, CHECK_RECORD, 1), (1, CHECK_RECORD, 2), (2, RECHECK_RECORD, 1),
    ]  # fmt: skip
    assert found.decisions[-1].decision == "split"
    page.get_by_role("button", name="撤销上一决定").click()
    page.get_by_text("已记入账本").wait_for()
    found = host.workspace.ledger.view.arrival(arrival)
    assert found is not None
    assert [each.decision for each in found.decisions] == ["split", "undo"]


def test_a_stack_is_put_in_order_by_keyboard_alone(open_page: Callable[..., Any], host: Host) -> None:
    arrival = _stack(host, 211)
    page = open_page("clerk", f"/inbox/{arrival}/")
    tile = page.locator("[data-tile='1']")
    tile.focus()
    for _press in range(2):
        page.keyboard.press("Alt+ArrowRight")
    assert page.locator("#slot-1").input_value() == f"{CHECK_RECORD}/2"
    assert "2" in page.locator("[data-said]").inner_text()
    for _press in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    assert page.locator("#slot-1").input_value() == f"{CHECK_RECORD}/1"
    assert tile.evaluate("each => each.closest('[data-slot]').dataset.slot") == f"{CHECK_RECORD}/1"


def test_files_dropped_go_into_the_inbox_under_their_names(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", "/inbox/")
    file = {"name": "扫描<1>.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    for _time in range(2):
        page.get_by_label("把扫描件").set_input_files([file])
        page.get_by_role("button", name="放入收件夹").click()
        page.get_by_text("已放入收件夹 1 个文件").wait_for()
        page.goto(page.url)
    names = sorted(each.name for each in host.workspace.inbox.iterdir())
    assert names == ["扫描1 (2).pdf", "扫描1.pdf"]


def test_readers_see_no_buttons_to_decide(open_page: Callable[..., Any]) -> None:
    page = open_page("regulator", f"/inbox/{HOSTILE}/")
    assert page.get_by_role("button", name="就是这一页").count() == 0
    assert page.get_by_role("button", name="退回").count() == 0
    assert page.title().startswith("<img")


def test_friday_lists_what_blocks_and_takes_an_exception(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("lead", PAGES["friday"])
    assert page.get_by_role("button", name="声明不完整并制作、签名").is_visible()
    blocked = page.locator("article", has_text="录像不完整")
    page.locator("article:has-text('录像不完整') + details summary").click()
    page.locator("article:has-text('录像不完整') + details").get_by_label("原因").fill("记录仪电量耗尽")
    page.locator("article:has-text('录像不完整') + details").get_by_text("登记例外").last.click()
    page.get_by_text("已登记例外；").wait_for()
    assert blocked.count() == 1
    (waiver,) = host.workspace.ledger.view.waivers(world.HEAVY)
    assert waiver.why == "记录仪电量耗尽"


def test_a_dropped_file_is_judged_and_not_kept(open_page: Callable[..., Any]) -> None:
    page = open_page("auditor", "/auditor/")
    file = {"name": "假包.zip", "mimeType": "application/zip", "buffer": b"PK\x05\x06" + b"\0" * 18}
    page.get_by_label("移交包（.zip）或 PDF").set_input_files([file])
    page.get_by_role("button", name="验证").click()
    page.get_by_role("heading", name="TOTAL-FAILED").wait_for()
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
    page.get_by_label("督促方式").select_option("电话")
    page.get_by_label("企业态度").select_option("积极")
    page.get_by_label("1 进度", exact=True).select_option("进行中")
    page.get_by_role("button", name="登记入账").click()
    page.get_by_text("已登记入账").wait_for()
    visits = host.workspace.ledger.view.visits(world.HEAVY)
    assert [visit.kind.value for visit in visits] == ["check", "urging"]
    assert visits[-1].summary == "电话了解整改进度"
    assert [each.hazard for each in visits[-1].progress] == ["H01"]


def test_a_report_to_the_regulator_is_entered_with_its_trigger(
    open_page: Callable[..., Any], host: Host
) -> None:
    page = open_page("clerk", "/cases/WJB22-0003/write/上报/")
    assert page.get_by_label("上报情形").locator("option").all_inner_texts()[1:] == [
        "不积极整改", "逾期未全部整改到位", "重大事故隐患",
    ]  # fmt: skip
    page.get_by_label("上报情形").select_option("重大事故隐患")
    page.get_by_label("收件单位").select_option("安监科")
    page.get_by_label("上报时间").fill("2022-03-30T15:05")
    page.get_by_label("H01").check()
    page.get_by_label("签收时间").fill("2022-03-30T16:20")
    page.get_by_role("button", name="登记入账").click()
    page.get_by_text("已登记入账").wait_for()
    report = host.workspace.ledger.view.escalations(world.HEAVY)[-1]
    assert (report.trigger.value, report.recipient.value) == ("重大事故隐患", "安监科")
    assert report.hazards == ("H01",)
    assert report.receipt_at == world.instant("2022-03-30", 16, 20)


def test_a_register_is_kept_with_its_paper(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", "/registers/")
    page.get_by_role("link", name="保密承诺书").click()
    page.get_by_label("登记号 *").fill("P2-2022")
    page.get_by_label("人员 *").select_option("P2")
    file = {"name": "承诺书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 signed"}
    page.get_by_label("扫描件").set_input_files([file])
    page.get_by_role("button", name="登记入账").click()
    page.get_by_text("已登记入账").wait_for()
    entries = {e.key: e for e in host.workspace.ledger.view.entries("confidentiality-undertaking")}
    entry = entries["P2-2022"]
    assert entry.person == "P2"
    assert entry.attachment is not None
    assert host.workspace.originals.read(entry.attachment) == b"%PDF-1.7 signed"
    assert list(host.workspace.ledger.entries())[-1].actor == "desk:clerk"


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
    page.get_by_label("3 结果", exact=True).select_option("不合格")
    page.get_by_role("button", name="未填的都填").click()
    assert page.get_by_label("4 结果", exact=True).input_value() == "合格"
    assert page.get_by_label("3 结果", exact=True).input_value() == "不合格"
    hazards = page.locator("section", has=page.get_by_role("heading", name="隐患", exact=True))
    assert hazards.locator("fieldset.record").count() == 2
    hazards.get_by_role("button", name="再加一行").click()
    assert hazards.locator("fieldset.record").count() == 3
    assert page.evaluate("document.activeElement.name") == "隐患|2|部位"


def test_a_case_is_opened_for_a_company_found_by_initials(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", "/cases/")
    page.get_by_label("新案件：企业").press_sequentially("fhjx", delay=20)
    page.locator("#companies option").first.wait_for(state="attached")
    page.get_by_label("新案件：企业").fill("常州市丰禾机械有限公司")
    page.get_by_role("button", name="开立案件").click()
    page.get_by_text("已开立案件").wait_for()
    assert len(host.workspace.ledger.view.cases()) == 4


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
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="This week's material").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="中文").click()
    page.get_by_role("heading", name="本周材料").wait_for()
