"""From the scan stack to green: three factories' signed papers, entered by a clerk who presses and types as
little as the desk allows. The test counts and prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings
from playwright.sync_api import expect

from evidence.config import Workspace
from evidence.web.host import Host
from tests.support.returned_week import CASES, make_returned_week, number_of

PRESSES, TYPED = 45, 15


class Hand:
    """Counts what a person does."""

    def __init__(self) -> None:
        self.presses = 0
        self.typed = 0

    def press(self, target: Any) -> None:
        target.click()
        self.presses += 1

    def type(self, target: Any, text: str) -> None:
        target.fill(text)
        self.typed += 1


@pytest.fixture
def returned(host: Host, tmp_path: Path) -> Iterator[Workspace]:
    from evidence.web.models import Draft  # only once the desk is there

    workspace = make_returned_week(tmp_path / "工作区")
    Draft.objects.all().delete()  # other tests' drafts, of cases that have the same numbers
    with override_settings(DESK_HOST=Host(workspace=workspace)):
        yield workspace


def test_three_factories_from_the_scan_stack_to_entered_and_checked(
    open_page: Callable[..., Any], returned: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    hand, page = Hand(), open_page("clerk", "/")
    panel = page.locator("section#panel")
    # The signature nobody could read, then by itself the page without a code.
    hand.press(page.locator(".deed", has_text="看图认定").locator(".go"))
    hand.press(panel.get_by_role("button", name="企业主要负责人签名 有"))
    panel.get_by_role("heading", name="扫描0007.jpg").wait_for()
    hand.press(panel.get_by_role("button", name="就是这一页"))
    panel.get_by_text("刚才：扫描0007.jpg").wait_for()
    for factory in range(3):
        line = page.locator(".deed", has_text="录入收回的检查记录").first
        if factory == 0:
            hand.press(line.locator(".go"))
        hand.press(panel.get_by_role("link", name="对照录入"))
        _enter(page, hand, factory)
        expect(panel.locator("#visit")).to_have_count(0, timeout=120_000)
        panel.locator("[data-key]").wait_for()
    view = returned.ledger.view
    for case in CASES:
        (visit,) = view.visits(case)
        assert len(visit.items) == 25
        assert len(visit.hazards) == (case != CASES[2])
    document = view.document(number_of(2))
    assert document is not None
    assert document.missing_pages == ()
    page.reload()
    for done in ("录入收回的检查记录", "看图认定"):
        expect(page.locator(".deed", has_text=done)).to_have_count(0, timeout=30_000)
    board = Host(workspace=returned).board
    judged = board.judged(board.this_week(), fresh=True)
    assert judged.owing.this_week == ()
    for row in judged.rows:
        states = {cell.column.id: cell.state.sign for cell in row.cells}
        assert {states["check"], states["footage"], states["people"]} <= {"●", "○"}
    with capsys.disabled():
        print(f"\nthree factories: {hand.presses} presses and {hand.typed} fields typed", end=" ")
    assert hand.presses + hand.typed <= PRESSES
    assert hand.typed <= TYPED


def _enter(page: Any, hand: Hand, factory: int) -> None:
    """One hazard at the first two, none at the third; all else is known, offered or said in one press."""
    form = page.locator("#visit")
    form.wait_for()
    for name in ("到达时间", "离开时间"):
        field = form.locator(f"[data-heading='{name}']")
        hand.press(field.locator("[data-offer]").nth(_offer(field, factory)))
    hand.press(form.get_by_role("group", name="出示工作证").get_by_label("是"))
    hand.type(form.get_by_label("检查场所"), "车间、配电间、仓库")
    hand.type(form.get_by_label("情况", exact=True), "现场整体受控")
    hand.press(form.get_by_label("其余全部“合格”"))
    if factory < 2:
        hand.press(form.locator("[data-list='隐患'] [data-add]"))
        hazard = form.locator("[data-list='隐患'] [data-record]").last
        hand.type(hazard.get_by_label("部位"), "配电间")
        hand.type(hazard.get_by_label("描述"), "箱门未接地")
        hand.type(hazard.get_by_label("依据"), "GB 50054-2011 3.2.14")
        hand.type(hazard.get_by_label("整改建议"), "补接地线")
        hand.press(hazard.get_by_role("group", name="交底").get_by_label("是"))
    else:
        hand.press(form.get_by_text("更多（一般不用填）").first)
        hand.press(form.get_by_role("group", name="未发现隐患").get_by_label("是"))
    hand.press(form.locator("button[name=enter]"))


def _offer(field: Any, factory: int) -> int:
    """The film of the factory's own day."""
    words = field.locator("[data-offer]").all_inner_texts()
    return next(place for place, text in enumerate(words) if f"03-{28 + factory}" in text)


@pytest.mark.parametrize("width", [1280, 820, 390])
def test_the_entry_form_stands_in_the_side_panel_with_its_mistakes_and_waits_for_the_line(
    open_page: Callable[..., Any], returned: Workspace, width: int
) -> None:
    page = open_page("clerk", "/", width)
    panel = page.locator("section#panel")
    page.locator(".deed", has_text="录入收回的检查记录").first.locator(".go").click()
    panel.get_by_role("link", name="对照录入").click()
    form = panel.locator("#visit")
    form.wait_for()
    assert page.url.endswith("/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]})
    assert results.violations_count == 0, results.generate_report()
    form.get_by_label("检查场所").fill("车间")
    form.locator("button[name=enter]").click()
    panel.locator("[role=alert]", has_text="有几处需要改正").wait_for(timeout=60_000)
    assert form.get_by_label("检查场所").input_value() == "车间"
    assert panel.locator("[aria-invalid], .wrong").count() > 0
    page.context.set_offline(True)
    form.get_by_label("检查场所").fill("车间、仓库")
    form.locator("button[name=enter]").click()
    panel.get_by_text("连接中断。已填的内容存在本机").wait_for(timeout=30_000)
    sent = lambda answer: answer.request.method == "POST" and "/write/" in answer.url  # noqa: E731
    with page.expect_response(sent, timeout=60_000) as answered:
        page.context.set_offline(False)
    answered.value.finished()
    page.wait_for_function("!document.querySelector('.htmx-request')")
    expect(panel.locator("#offline")).to_be_hidden(timeout=60_000)
    expect(panel.locator("#visit").get_by_label("检查场所")).to_have_value("车间、仓库", timeout=60_000)
    panel.locator("[role=alert]", has_text="有几处需要改正").wait_for(timeout=60_000)
    panel.get_by_role("button", name="关闭").click()
    expect(panel).to_be_hidden()


def test_a_record_entered_on_a_page_of_the_line_s_own_waits_for_the_line_to_the_server(
    open_page: Callable[..., Any], returned: Workspace
) -> None:
    page = open_page("clerk", "/")
    line = page.locator(".deed", has_text="录入收回的检查记录").first
    page.goto(line.locator(".go").evaluate("each => each.href"))
    panel = page.locator("#panel")
    panel.get_by_role("link", name="对照录入").click()
    form = panel.locator("#visit")
    form.wait_for()
    page.context.set_offline(True)
    form.get_by_label("检查场所").fill("车间、仓库")
    form.locator("button[name=enter]").click()
    panel.get_by_text("连接中断。已填的内容存在本机").wait_for(timeout=30_000)
    page.context.set_offline(False)
    panel.locator("[role=alert]", has_text="有几处需要改正").wait_for(timeout=60_000)
    expect(panel.locator("#visit").get_by_label("检查场所")).to_have_value("车间、仓库")
