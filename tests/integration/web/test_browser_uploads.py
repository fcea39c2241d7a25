"""Films on their way from a real browser: the line is cut, the page is left, and they go on from there."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from evidence.config import Workspace

BYTES = 20 * 1000 * 1000
SLOW = 60_000
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}


@pytest.fixture(autouse=True)
def tidy(workspace: Workspace) -> Iterator[None]:
    """The inbox belongs to every module's tests."""
    yield
    shutil.rmtree(workspace.root / "desk" / "uploads", ignore_errors=True)
    for each in workspace.inbox.glob("film-*"):
        each.unlink()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("card") / "film-1.mp4"
    path.write_bytes(random.Random(3).randbytes(BYTES))
    return path


@pytest.fixture
def page(browser: Any, states: Callable[[str], Any], address: str) -> Iterator[Any]:
    """A clerk's browser at 收件; whatever its scripts complain about fails the test."""
    context = browser.new_context(storage_state=states("clerk"), locale="zh-CN")
    opened, complaints = context.new_page(), []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.set_default_timeout(SLOW)
    opened.goto(f"{address}/inbox/")
    yield opened
    context.close()
    assert complaints == []


def _begins_behind_the_middle(request: Any) -> bool:
    found = _RANGE.match(request.headers.get("content-range", ""))
    return found is not None and int(found[1]) > BYTES // 2


class _Sent:
    """The parts that the server took; one of them may be stopped on its way."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.parts: list[tuple[int, int]] = []
        self.stop: Callable[[Any], None] | None = None
        """What becomes of the first part that begins behind the middle of the file; asked once."""
        page.route("**/inbox/uploads/**", self._on_its_way)
        page.on("response", self._taken)

    def _on_its_way(self, route: Any) -> None:
        if self.stop is not None and _begins_behind_the_middle(route.request):
            stop, self.stop = self.stop, None
            stop(route)
        else:
            route.continue_()

    def _taken(self, response: Any) -> None:
        found = _RANGE.match(response.request.headers.get("content-range", ""))
        if found is not None and response.ok:
            self.parts.append((int(found[1]), int(found[2]) + 1))

    @property
    def bytes(self) -> int:
        return sum(end - start for start, end in self.parts)


def _choose(page: Any, *paths: Path) -> None:
    page.get_by_label("把扫描件").set_input_files([*paths])
    page.get_by_role("button", name="放入收件夹").click()


def _line(page: Any, name: str) -> Any:
    return page.locator("#uploads li", has_text=name)


def test_a_film_goes_on_where_the_line_was_cut(page: Any, film: Path, workspace: Workspace) -> None:
    sent = _Sent(page)

    def cut(route: Any) -> None:
        page.context.set_offline(True)
        route.abort("internetdisconnected")

    sent.stop = cut
    _choose(page, film)
    line, banner = _line(page, film.name), page.locator("#cut")
    expect(line).to_contain_text("已中断，等待连接", timeout=SLOW)
    expect(banner).to_be_visible(timeout=SLOW)
    progress = line.get_by_role("progressbar", name=film.name)
    cut_at = int(progress.get_attribute("value") or "")
    assert 50 <= cut_at < 99
    assert not list(workspace.inbox.glob("film-*"))
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    page.context.set_offline(False)
    expect(line).to_contain_text("已收到", timeout=SLOW)
    expect(banner).to_be_hidden()
    expect(line.locator("[data-percent]")).to_have_text("100%")
    assert sent.bytes == BYTES, "no byte that had come through was sent again"
    assert (workspace.inbox / film.name).read_bytes() == film.read_bytes()


def test_a_page_that_is_left_asks_first_and_the_same_file_goes_on(
    page: Any, film: Path, workspace: Workspace
) -> None:
    asked: list[str] = []

    def leave(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    held: list[Any] = []
    sent = _Sent(page)
    sent.stop = held.append
    with page.expect_event("request", _begins_behind_the_middle):
        _choose(page, film)
    came = sent.bytes
    page.reload()
    assert asked == ["beforeunload"]
    left = page.locator(".begun li", has_text=film.name)
    expect(left.locator(".percent")).to_have_text(f"{100 * came // BYTES}%")
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    _choose(page, film)
    expect(_line(page, film.name)).to_contain_text("已收到", timeout=SLOW)
    expect(left).to_have_count(0)
    assert sent.parts[-1][1] == BYTES
    assert sent.bytes == BYTES, "no byte that had come through was sent again"
    assert (workspace.inbox / film.name).read_bytes() == film.read_bytes()
    page.reload()
    assert asked == ["beforeunload"], "what is received keeps nobody on the page"


def test_a_line_opened_on_a_page_of_its_own_sends_its_files_as_the_list_does(
    page: Any, film: Path, workspace: Workspace
) -> None:
    page.goto(page.url.replace("/inbox/", "/"))
    line = page.locator(".deed", has_text="补交全程录像").first
    page.goto(line.locator(".go").evaluate("each => each.href"))
    page.locator("#panel form[data-uploads] input[type=file]").set_input_files(film)
    page.locator("#panel form[data-uploads] button").click()
    expect(_line(page, film.name)).to_contain_text("已收到", timeout=SLOW)
    assert (workspace.inbox / film.name).read_bytes() == film.read_bytes()


def test_several_files_go_one_after_the_other_and_one_is_given_up(
    page: Any, film: Path, tmp_path: Path, workspace: Workspace
) -> None:
    scan, empty = tmp_path / "film-scan.pdf", tmp_path / "film-empty.pdf"
    scan.write_bytes(b"%PDF-1.7")
    empty.write_bytes(b"")
    held: list[Any] = []
    sent = _Sent(page)
    sent.stop = held.append
    with page.expect_event("request", _begins_behind_the_middle):
        _choose(page, film, scan, empty)
    expect(_line(page, scan.name)).to_contain_text("排队等候")
    expect(_line(page, empty.name)).to_contain_text("出错：文件是空的")
    _line(page, film.name).get_by_role("button", name="取消").click()
    expect(_line(page, film.name)).to_contain_text("已取消")
    expect(_line(page, scan.name)).to_contain_text("已收到", timeout=SLOW)
    assert [each.name for each in workspace.inbox.glob("film-*")] == [scan.name]
    assert list((workspace.root / "desk" / "uploads").glob("*/*.part")) == []
    _line(page, film.name).get_by_role("button", name="重试").click()
    expect(_line(page, film.name)).to_contain_text("已收到", timeout=SLOW)
    assert (workspace.inbox / film.name).read_bytes() == film.read_bytes()


def test_a_refusal_is_told_at_its_file_and_can_be_tried_again(
    page: Any, film: Path, workspace: Workspace
) -> None:
    answers = iter(
        [
            {"status": 507, "json": {"what": "服务器的磁盘满了，文件放不下。", "remedy": "请告诉管理员。"}},
            {"status": 413, "body": "<h1>413</h1>", "content_type": "text/html"},
        ]
    )
    _Sent(page).stop = lambda route: route.fulfill(**next(answers))
    line = _line(page, film.name)
    _choose(page, film)
    expect(line).to_contain_text("磁盘满了", timeout=SLOW)
    again = _Sent(page)
    again.stop = lambda route: route.fulfill(**next(answers))
    line.get_by_role("button", name="重试").click()
    expect(line).to_contain_text("代理不放行", timeout=SLOW)
    line.get_by_role("button", name="重试").click()
    expect(line).to_contain_text("已收到", timeout=SLOW)
    assert (workspace.inbox / film.name).read_bytes() == film.read_bytes()
