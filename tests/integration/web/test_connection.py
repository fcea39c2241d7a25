"""Whenever the line to the server is cut the page says so; what is pressed meanwhile is sent afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

CUT = "连接中断"


@pytest.fixture
def page(browser: Any, states: Callable[[str], Any]) -> Iterator[Any]:
    """A clerk's browser; one without a line complains on its console."""
    context = browser.new_context(storage_state=states("clerk"), locale="zh-CN")
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    context.close()
    from evidence.web.models import NoticeWish

    NoticeWish.objects.all().delete()


def test_a_form_that_is_pressed_while_the_line_is_cut_is_sent_when_it_is_back(
    page: Any, address: str
) -> None:
    page.goto(f"{address}/account/")
    banner = page.locator("#cut")
    expect(banner).to_be_hidden()
    page.context.set_offline(True)
    expect(banner).to_contain_text(CUT, timeout=60_000)
    expect(banner).to_be_visible()
    page.get_by_label("要催").select_option("at_once")
    page.get_by_role("button", name="保存").click()
    expect(banner).to_be_visible()
    expect(page).to_have_url(f"{address}/account/")
    page.context.set_offline(False)
    expect(page.get_by_text("通知方式已更新。")).to_be_visible(timeout=60_000)
    expect(page.get_by_label("要催")).to_have_value("at_once")
    expect(banner).to_be_hidden()


def test_a_server_that_stopped_is_noticed_by_a_page_that_asks_now_and_then(page: Any, address: str) -> None:
    page.goto(f"{address}/?week=2022-W13")
    banner = page.locator("#cut")
    for gone in ("**/live/**", "**/mark.svg"):
        page.route(gone, lambda route: route.abort())
    expect(banner).to_be_visible(timeout=60_000)
    for gone in ("**/live/**", "**/mark.svg"):
        page.unroute(gone)
    expect(banner).to_be_hidden(timeout=60_000)


def test_the_form_of_a_visit_keeps_its_own_banner(page: Any, address: str) -> None:
    page.goto(f"{address}/cases/WJB22-0002/write/检查/")
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible(timeout=60_000)
    expect(page.locator("#cut")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden(timeout=60_000)
