"""今天 in a real browser: a line's deed done in the side panel, by keyboard alone, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from evidence.domain.document import MarkVerdict
from evidence.domain.identifiers import ArrivalId
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, MarkDecided, Suggestion, UnlinkedPage
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_fixture import CHECK_RECORD, page_picture

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}
PANEL = "section#panel"


def _mark(host: Host, box: str) -> str:
    document = host.workspace.ledger.view.document(CHECK_RECORD)
    assert document is not None
    return next(mark.verdict.value for mark in document.marks if mark.box == box)


def _undecided(host: Host, *boxes: str) -> None:
    """As recognition left them, whatever other tests decided."""
    for box in boxes:
        host.workspace.ledger.append(
            "test",
            MarkDecided(
                number=CHECK_RECORD, page=2, box=box, verdict=MarkVerdict.UNDECIDED, by="试验", why="试验"
            ),
        )
    host.board.judged(host.board.this_week(), fresh=True)


def _arrive(host: Host, *running: int) -> None:
    workspace = host.workspace
    for number in running:
        arrival, name = ArrivalId(f"A-20220401-{number:04d}"), f"今天{number}.jpg"
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
                        index=0, reason="no_code",
                        picture=workspace.previews.put(page_picture([name]), ".jpg"),
                        suggestions=(Suggestion(number=CHECK_RECORD, page=1, score=700, why="标题相符"),),
                    ),
                ),
            ),
        )  # fmt: skip


def test_a_mark_is_judged_by_keyboard_and_the_next_line_comes_by_itself(
    open_page: Callable[..., Any], host: Host
) -> None:
    _undecided(host, "principal")
    page = open_page("clerk", "/")
    line = page.locator(".deed", has_text="看图认定签名、盖章")
    for _press in range(40):
        page.keyboard.press("j")
        if line.evaluate("each => each.contains(document.activeElement)"):
            break
    page.keyboard.press("Enter")
    panel = page.locator(PANEL)
    panel.get_by_role("button", name="企业主要负责人签名 有").wait_for()
    assert panel.locator("svg.crop, img.crop").count() >= 1
    page.wait_for_function("document.activeElement.value === 'present'")
    first = panel.locator("[data-key]").get_attribute("data-key")
    page.keyboard.press("Enter")
    panel.get_by_text("刚才：云泽包装 企业主要负责人签名").wait_for()
    assert _mark(host, "principal") == "present"
    assert panel.locator("[data-key]").get_attribute("data-key") != first
    assert Axe().run(page, options=RULES).violations_count == 0
    # U takes it back, and the line is there again.
    page.keyboard.press("u")
    panel.get_by_role("button", name="企业主要负责人签名 有").wait_for()
    assert _mark(host, "principal") == "undecided"
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")


def test_two_arrivals_are_placed_one_after_the_other(open_page: Callable[..., Any], host: Host) -> None:
    _arrive(host, 230, 231)
    page = open_page("clerk", "/?group=look")
    page.locator(".deed", has_text="今天230.jpg").locator(".go").click()
    panel = page.locator(PANEL)
    panel.get_by_role("heading", name="今天230.jpg").wait_for()
    panel.get_by_role("button", name="就是这一页").click()
    panel.get_by_text("已记入账本：陆文静").wait_for()
    panel.get_by_role("heading", name="今天231.jpg").wait_for()
    panel.get_by_role("button", name="就是这一页").click()
    panel.get_by_text(f"刚才：今天231.jpg → {CHECK_RECORD}").wait_for()
    for number in (230, 231):
        found = host.workspace.ledger.view.arrival(ArrivalId(f"A-20220401-{number:04d}"))
        assert found is not None
        assert found.outcome == "linked"


def test_what_another_decided_meanwhile_answers_409_in_the_panel(
    open_page: Callable[..., Any], host: Host
) -> None:
    _undecided(host, "principal")
    page = open_page("clerk", "/")
    page.locator(".deed", has_text="看图认定签名、盖章").locator(".go").click()
    panel = page.locator(PANEL)
    button = panel.get_by_role("button", name="企业主要负责人签名 有")
    button.wait_for()
    host.workspace.ledger.append(
        "desk:lead（P1）",
        MarkDecided(
            number=CHECK_RECORD, page=2, box="principal", verdict=MarkVerdict.ABSENT, by="陈立群", why="未签"
        ),
    )
    with page.expect_response(lambda response: "/mark/" in response.url) as answered:
        button.click()
    assert answered.value.status == 409
    panel.get_by_role("heading", name="其间有人办理过").wait_for()
    assert panel.get_by_text("陈立群").is_visible()
    assert _mark(host, "principal") == "absent"
    panel.get_by_role("button", name="已了解，仍按我的提交办理").click()
    panel.get_by_text("已记入账本：陆文静").wait_for()
    assert _mark(host, "principal") == "present"


@pytest.mark.parametrize("path", ["/inbox/", "/lists/enterprises/", "/friday/"])
def test_keys_move_on_every_page_and_a_question_mark_shows_them(
    open_page: Callable[..., Any], path: str
) -> None:
    page = open_page("clerk", path)
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.href")
    assert first
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "A"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.href") == first
    page.keyboard.press("?")
    page.get_by_role("heading", name="按键").wait_for()
    assert Axe().run(page, options=RULES).violations_count == 0
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    assert page.locator("#q").input_value() == "jk?"


@pytest.mark.parametrize("width", [1280, 820, 390])
def test_the_panel_fits_and_the_matrix_stays_where_there_is_room(
    open_page: Callable[..., Any], host: Host, width: int
) -> None:
    _undecided(host, "principal")
    page = open_page("clerk", "/", width=width)
    page.locator(".deed", has_text="看图认定签名、盖章").locator(".go").click()
    page.locator(PANEL).get_by_role("button", name="企业主要负责人签名 有").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.evaluate(
        """() => { const box = document.getElementById('matrix-title').getBoundingClientRect();
        return box.top >= 0 && box.bottom <= innerHeight }"""
    )
    assert shown or width < 1280


def test_readers_get_the_panel_without_buttons_to_decide(open_page: Callable[..., Any], host: Host) -> None:
    _undecided(host, "principal")
    page = open_page("regulator", "/")
    page.locator(".deed", has_text="看图认定签名、盖章").locator(".go").click()
    panel = page.locator(PANEL)
    panel.get_by_role("heading", name="看图认定").wait_for()
    assert panel.locator("form").count() == 0


def test_a_line_that_answers_late_does_not_open_the_panel_that_was_closed_meanwhile(
    open_page: Callable[..., Any], host: Host
) -> None:
    _undecided(host, "principal")
    page = open_page("clerk", "/")
    panel = page.locator(PANEL)
    page.locator(".deed", has_text="看图认定签名、盖章").locator(".go").click()
    expect(panel).to_be_visible()
    held: list[Any] = []
    page.route("**/deeds/**", lambda route: held.append(route))
    with page.expect_request("**/deeds/**"):
        panel.locator("[data-skip]").click()
    panel.get_by_role("button", name="关闭").click()
    expect(panel).to_be_hidden()
    with page.expect_response("**/deeds/**") as answered:
        for route in held:
            route.continue_()
    answered.value.finished()
    page.wait_for_function("!document.querySelector('.htmx-request')")
    assert panel.is_hidden()
