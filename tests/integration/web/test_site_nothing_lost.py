"""Nothing that was written on the telephone is lost, whatever happens to tab, network, session or program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from evidence.demo.story import Story
from evidence.domain.week import local_instant
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.site_day import (
    DAY,
    Telephone,
    await_kept,
    check,
    hazard,
    open_anew,
    picture_of_12_megapixels,
    sign_in,
    unlock,
    visits_of,
)

pytestmark = [pytest.mark.office, pytest.mark.slow]
ACCOUNT = "sun"
_UNTIL_ONLY_NEW = """async () => {
  while ((await caches.keys()).join() !== "site-ffffffffffffffff") {
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
_FULL = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


def test_the_tab_may_die_after_every_step(phone: Telephone, address: str) -> None:
    phone.page.context.set_offline(True)
    steps: list[tuple[Callable[[], object], Callable[[], object]]] = [
        (lambda: phone.press("到达"), lambda: expect(phone.field("head|到达时间")).not_to_have_value("")),
        (lambda: phone.tick("head|出示工作证", "是"), lambda: expect(_box(phone)).to_be_checked()),
        (
            lambda: phone.write("head|情况", "逐项检查"),
            lambda: expect(phone.field("head|情况")).to_have_value("逐项检查"),
        ),
        (
            lambda: hazard(phone, 0, "配电间", "箱门未接地", "GB 50054", "补接地线"),
            lambda: expect(phone.field("隐患|0|部位")).to_have_value("配电间"),
        ),
        (
            lambda: phone.photograph(0, picture_of_12_megapixels(3)),
            lambda: expect(phone.page.locator("#hazards .thumbnail")).to_have_count(1),
        ),
        (lambda: phone.press("离开"), lambda: expect(phone.field("head|离开时间")).not_to_have_value("")),
    ]
    for number, (act, _seen) in enumerate(steps):
        phone.open("金翎木业")
        act()
        await_kept(phone)
        open_anew(phone, address)
        phone.open("金翎木业")
        for _done, seen in steps[: number + 1]:
            seen()
        phone.press("← 返回")


def _box(phone: Telephone) -> Any:
    return phone.page.locator('[name="head|出示工作证"][value="是"]')


def test_a_network_that_drops_every_second_request_delivers_once(phone: Telephone, story: Story) -> None:
    check(phone, "恒晟精密", local_instant(DAY, 9), 40, "机加工车间")
    hazard(phone, 0, "配电间", "箱门未接地", "GB 50054", "补接地线")
    phone.photograph(0, picture_of_12_megapixels(4), picture_of_12_megapixels(5))
    phone.press("离开")
    seen: list[str] = []

    def drop(route: Any) -> None:
        seen.append(route.request.url)
        if len(seen) % 2:
            route.abort()
        else:
            route.continue_()

    phone.page.route("**/site/**", drop)
    phone.finish()
    delivered = phone.page.locator(".card", has_text="已送达")
    for _attempt in range(30):
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(phone.page.locator("#state")).not_to_contain_text("正在", timeout=60_000)
        if delivered.count():
            break
    delivered.wait_for()
    phone.page.unroute("**/site/**")
    assert len(seen) > 8
    assert len(visits_of(story.workspace)) == 1


def test_an_expired_session_keeps_the_visit_until_somebody_signs_in_again(
    phone: Telephone, address: str, story: Story
) -> None:
    before = len(visits_of(story.workspace))
    check(phone, "润禾包装", local_instant(DAY, 10, 30), 35, "印刷车间")
    phone.press("离开")
    phone.page.context.clear_cookies()
    phone.finish()
    phone.page.get_by_text("登录已失效").wait_for()
    assert phone.page.get_by_text("待送", exact=True).count() == 1
    phone.page.goto(f"{address}/login/?next=/site/")
    sign_in(phone.page, ACCOUNT, PASSWORD)
    unlock(phone.page)
    phone.page.locator(".card", has_text="已送达").first.wait_for()
    assert len(visits_of(story.workspace)) == before + 1


def test_a_reset_password_is_said_with_the_way_to_change_it(phone: Telephone) -> None:
    from evidence.web.models import Seat

    own = Seat.objects.filter(user__username=ACCOUNT)
    own.update(must_change=True)
    try:
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(phone.page.locator("#state")).to_contain_text("请先更改密码", timeout=60_000)
        expect(phone.page.locator("#state a")).to_have_attribute("href", "/account/")
        expect(phone.page.locator("#state a")).to_have_text("更改密码")
    finally:
        own.update(must_change=False)
    with phone.page.expect_response(lambda told: told.url.endswith("/site/bundle.json") and told.ok):
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")


def test_a_new_version_of_the_program_in_between_loses_nothing(
    phone: Telephone, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.open("金翎木业")
    phone.write("head|情况", "更新之前写的")
    await_kept(phone)
    before = phone.page.evaluate("caches.keys()")
    monkeypatch.setattr("evidence.web.site.shell.version", lambda: "f" * 16)
    phone.page.evaluate("navigator.serviceWorker.ready.then((found) => found.update())")
    phone.page.evaluate(_UNTIL_ONLY_NEW)
    assert before != ["site-ffffffffffffffff"]
    open_anew(phone, address)
    phone.open("金翎木业")
    expect(phone.field("head|情况")).to_have_value("更新之前写的")


def test_a_second_tab_does_not_write_over_the_first(phone: Telephone, address: str) -> None:
    phone.open("金翎木业")
    other = phone.page.context.new_page()
    other.goto(f"{address}/site/")
    unlock(other)
    other.get_by_role("button", name="金翎木业").click()
    other.locator("#state", has_text="另一个窗口正在填写这次检查。").wait_for()
    assert other.get_by_role("button", name="到达", exact=True).count() == 0
    phone.press("← 返回")
    other.get_by_role("button", name="金翎木业").click()
    other.get_by_role("button", name="到达", exact=True).wait_for()


_SLOW_DECRYPTION = """() => {
  const real = crypto.subtle.decrypt.bind(crypto.subtle);
  const promised = () => { let done; return [new Promise((kept) => { done = kept; }), done]; };
  const [gate, openGate] = promised(), [asked, ask] = promised(), [drawn, draw] = promised();
  crypto.subtle.decrypt = async (...all) => {
    ask();
    await gate;
    const found = await real(...all);
    setTimeout(draw);
    return found;
  };
  Object.assign(window, { asked, drawn, openGate });
}"""


def test_a_list_that_was_still_being_read_is_not_drawn_over_a_visit_just_opened(phone: Telephone) -> None:
    """On a slow telephone the tap comes while the list is read anew for a network that is back."""
    page = phone.page
    phone.open("恒晟精密")
    phone.press("到达")
    await_kept(phone)
    page.get_by_role("button", name="返回").click()
    page.get_by_role("button", name="润禾包装").wait_for()
    page.context.set_offline(True)
    page.evaluate(_SLOW_DECRYPTION)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate("asked")
    phone.open("润禾包装")
    page.evaluate("openGate()")
    page.evaluate("drawn")
    assert page.get_by_role("button", name="到达", exact=True).is_visible()


def test_a_visit_that_does_not_open_leaves_the_list_as_it_was(phone: Telephone) -> None:
    page = phone.page
    page.evaluate("() => { navigator.locks.request = () => Promise.reject(new Error('no locks')); }")
    page.get_by_role("button", name="润禾包装").click()
    page.get_by_text("这次检查打不开").wait_for()
    page.evaluate("() => { delete navigator.locks.request; }")
    phone.open("润禾包装")


def test_what_a_chinese_keyboard_composes_is_kept_as_it_was_chosen(phone: Telephone, address: str) -> None:
    phone.open("金翎木业")
    phone.field("head|检查场所").focus()
    typing = phone.page.context.new_cdp_session(phone.page)
    for spelled in ("p", "pei", "pei dian jian"):
        typing.send("Input.imeSetComposition", {"text": spelled, "selectionStart": 1, "selectionEnd": 1})
    typing.send("Input.insertText", {"text": "配电间、“喷漆房”"})
    await_kept(phone)
    open_anew(phone, address)
    phone.open("金翎木业")
    expect(phone.field("head|检查场所")).to_have_value("配电间、“喷漆房”")


def test_a_full_device_is_said_and_what_was_kept_before_stays(phone: Telephone, address: str) -> None:
    phone.open("金翎木业")
    phone.write("head|情况", "还有地方时写的")
    await_kept(phone)
    phone.page.evaluate(_FULL)
    phone.press("＋ 隐患")
    phone.page.locator("#state", has_text="本机存储已满").wait_for()
    phone.photograph_refused(0, picture_of_12_megapixels(6))
    phone.page.locator("#state", has_text="本机存储已满").wait_for()
    open_anew(phone, address)
    phone.open("金翎木业")
    expect(phone.field("head|情况")).to_have_value("还有地方时写的")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.jpg", b"no picture", "这个文件不是照片，没有加入。"),
        ("x.jpg", bytes(100 * 1024 * 1024), "照片超过 60 MB，没有加入。"),
    ],
)
def test_what_is_no_photograph_is_refused_and_the_restawait_kept(
    phone: Telephone, tmp_path: Any, name: str, data: bytes, said: str
) -> None:
    phone.open("金翎木业")
    phone.press("＋ 隐患")
    path = tmp_path / name
    path.write_bytes(data)
    phone.page.locator("#hazards input[type=file]").first.set_input_files(path)
    phone.page.locator("#state", has_text=said).wait_for()
    assert phone.page.locator("#hazards .thumbnail").count() == 0
