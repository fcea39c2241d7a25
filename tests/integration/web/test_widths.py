"""The desk's pages at the widths people have: a telephone, a small laptop, a desk's screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.web.test_browser import PAGES
from tests.support.desk_fixture import UNKNOWN

WIDTHS = (360, 1024, 1440)
CUT = """() => [...document.querySelectorAll('form.card input:not([type=checkbox]):not([type=hidden])')]
  .filter(each => each.value && each.scrollWidth > each.clientWidth + 2).map(each => each.value)"""
BROKEN = """() => [...document.querySelectorAll('td')].filter(cell => {
  const size = parseFloat(getComputedStyle(cell).fontSize);
  return cell.textContent.trim().length > 3 && cell.clientWidth && cell.clientWidth < 5 * size;
}).map(cell => cell.textContent.trim())"""
TOUCHING = """() => [...document.querySelectorAll('form.row + form.row')].filter(form => {
  const above = form.previousElementSibling;
  return form.getBoundingClientRect().top < above.getBoundingClientRect().bottom + 4
    && form.getBoundingClientRect().left < above.getBoundingClientRect().right;
}).map(form => form.innerText)"""
LONG_NAME = "document.querySelectorAll('h1, h2').forEach(each => { each.append('0012347_'.repeat(9)) })"


def _box(locator: Any) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return dict(found)


@pytest.mark.parametrize("name", ["arrival", "case", "document", "enterprise"])
def test_a_long_name_of_a_file_is_broken_and_does_not_widen_the_page(
    open_page: Callable[..., Any], name: str
) -> None:
    page = open_page("lead", PAGES[name], 360)
    page.evaluate(LONG_NAME)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_fields_of_the_auditors_page_stay_in_their_frame(open_page: Callable[..., Any]) -> None:
    page = open_page("auditor", PAGES["auditor"], 360)
    frame = _box(page.locator(".drop"))
    for field in page.locator(".drop input[type=file]").all():
        assert _box(field)["x"] + _box(field)["width"] <= frame["x"] + frame["width"]


@pytest.mark.parametrize("width", WIDTHS)
def test_what_will_be_printed_is_read_whole_before_it_is_issued(
    open_page: Callable[..., Any], width: int
) -> None:
    page = open_page("lead", PAGES["issue"], width)
    assert page.evaluate(CUT) == []


def test_a_box_to_tick_stands_beside_its_words(open_page: Callable[..., Any]) -> None:
    page = open_page("lead", "/cases/WJB22-0002/issue/inspection-record/", 360)
    label = page.locator("label", has=page.locator("input[name=blank]"))
    tick, words = _box(page.locator("input[name=blank]")), _box(label)
    assert tick["width"] < 30
    assert words["height"] < 48
    assert tick["x"] < words["x"] + 20


@pytest.mark.parametrize("name", ["rates", "sign-ins", "cases", "accounts"])
def test_no_column_is_so_narrow_that_words_stand_on_end(open_page: Callable[..., Any], name: str) -> None:
    page = open_page("lead", PAGES[name], 360)
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("path", [PAGES["case"], f"/inbox/{UNKNOWN}/"])
@pytest.mark.parametrize("width", WIDTHS)
def test_forms_below_each_other_do_not_touch(open_page: Callable[..., Any], path: str, width: int) -> None:
    page = open_page("lead", path, width)
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    assert page.evaluate(TOUCHING) == []


def test_days_and_numbers_of_a_list_stand_on_one_line(open_page: Callable[..., Any]) -> None:
    page = open_page("lead", PAGES["hazards"], 1440)
    heights = page.locator("td.whole").evaluate_all("cells => cells.map(cell => cell.innerText.trim())")
    assert any(each.startswith("2022-") for each in heights)
    assert any(each.startswith("WJB22-") for each in heights)
    lines = page.locator("td.whole").evaluate_all(
        "cells => cells.filter(cell => { const r = document.createRange(); r.selectNodeContents(cell);"
        " return new Set([...r.getClientRects()].map(each => Math.round(each.bottom))).size > 1 }).length"
    )
    assert lines == 0


def test_the_number_of_an_issued_document_is_not_broken_on_a_telephone(open_page: Callable[..., Any]) -> None:
    page = open_page("lead", PAGES["forms"], 360)
    lines = page.locator("td a[href^='/documents/']").evaluate_all(
        "links => links.map(each => each.getClientRects().length)"
    )
    assert lines
    assert set(lines) == {1}
    assert page.locator("tbody th").first.bounding_box()["width"] > 240
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
