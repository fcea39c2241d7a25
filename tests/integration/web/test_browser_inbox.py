"""Arrivals at the desk in a real browser: told, confirmed, split, judged and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from evidence.domain.identifiers import ArrivalId
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, Suggestion, UnlinkedPage
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_fixture import CHECK_RECORD, HOSTILE, RECHECK_RECORD, UNKNOWN, page_picture

TODAY = "/?week=2022-W13"


def _arrive(host: Host, running: int, name: str) -> ArrivalId:
    workspace, arrival = host.workspace, ArrivalId(f"A-20220401-{running:04d}")
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path=name, sha256=workspace.originals.put_bytes(name.encode()), bytes=10,
            received_at=sample.FRIDAY - timedelta(minutes=5), media_type="image/jpeg",
        ),
        ArrivalJudged(
            arrival=arrival, outcome="unidentified", message="没有读到二维码，请看图归入。",
            unlinked=(
                UnlinkedPage(
                    index=0, reason="no_code", picture=workspace.previews.put(page_picture([name]), ".jpg")
                ),
            ),
        ),
        at=sample.FRIDAY - timedelta(minutes=5),
    )  # fmt: skip
    return arrival


def test_what_arrives_appears_without_reloading(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", TODAY)
    page.evaluate("window.stayed = true")
    _arrive(host, 200, "刚到的扫描件.jpg")
    page.get_by_role("link", name="刚到的扫描件.jpg").first.wait_for(timeout=2_000)
    assert page.evaluate("window.stayed") is True


def test_polling_leaves_the_keyboard_where_it_is(open_page: Callable[..., Any], host: Host) -> None:
    page = open_page("clerk", TODAY)
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
    assert last.actor == "desk:clerk（P5）"
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
            received_at=sample.FRIDAY, media_type="application/pdf",
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
        page.get_by_text("已收到").wait_for()
        page.goto(page.url)
    names = sorted(each.name for each in host.workspace.inbox.iterdir())
    assert names == ["扫描1 (2).pdf", "扫描1.pdf"]


def test_readers_see_no_buttons_to_decide(open_page: Callable[..., Any]) -> None:
    page = open_page("regulator", f"/inbox/{HOSTILE}/")
    assert page.get_by_role("button", name="就是这一页").count() == 0
    assert page.get_by_role("button", name="退回").count() == 0
    assert page.title().startswith("<img")
