"""What the server did not take comes back to the telephone whole, and can be put right there."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from evidence.demo.story import Story
from evidence.domain.week import local_instant
from tests.integration.web.site_day import (
    DAY,
    Telephone,
    check,
    hazard,
    picture_of_12_megapixels,
    set_pin,
    unlock,
    visits_of,
)

pytestmark = [pytest.mark.office, pytest.mark.slow]
ACCOUNT = "refused"
MISSPELT = "恒晟精蜜"
_HASTE = """() => {
  const timeout = window.setTimeout;
  window.setTimeout = (act, ms, ...rest) => timeout(act, ms === 30_000 ? 500 : ms, ...rest);
}"""
"""The half-minute after which what waits is tried again lasts half a second."""


def _unplanned(phone: Telephone, name: str, hour: int) -> None:
    """Guidance that stands in no plan, ready to be sent."""
    phone.page.get_by_text("计划外检查").click()
    phone.write("enterprise", name)
    phone.press("现场指导")
    phone.write("head|到达时间", f"2022-03-31T{hour:02}:00")
    phone.write("head|离开时间", f"2022-03-31T{hour:02}:30")
    phone.write("head|计划外说明", "企业来电求助")


def _refused(phone: Telephone) -> Any:
    return phone.page.locator(".card", has_text="改正后再送")


def test_a_misspelt_enterprise_outside_the_plan_is_corrected_on_the_telephone(
    phone: Telephone, story: Story
) -> None:
    _unplanned(phone, MISSPELT, 9)
    phone.finish()
    _refused(phone).wait_for()
    phone.open(MISSPELT)
    phone.page.get_by_text("请在本机改正企业名称").wait_for()
    expect(phone.page.locator("[name=enterprise]")).to_have_value(MISSPELT)
    phone.write("enterprise", "")
    phone.press("完成并送出")
    phone.page.get_by_role("alert").get_by_text("请先写企业名称或统一社会信用代码。").wait_for()
    phone.write("enterprise", "恒晟精密")
    expect(phone.page.locator("article h2").first).to_contain_text("恒晟精密")
    phone.finish()
    phone.page.locator(".card", has_text="已送达").wait_for()
    (visit,) = visits_of(story.workspace)
    case = story.workspace.ledger.view.case(visit.case)
    assert case is not None
    enterprise = story.workspace.ledger.view.enterprise(case.enterprise)
    assert enterprise is not None
    assert "恒晟精密" in enterprise.name


def test_a_refused_visit_is_whole_again_although_its_pin_was_forgotten(
    phone: Telephone, address: str, story: Story
) -> None:
    _unplanned(phone, "润禾包庄", 13)
    hazard(phone, 0, "配电间", "箱门未接地", "GB 50054", "补接地线")
    phone.press("＋ 隐患")
    phone.page.get_by_role("button", name="删除这一行").nth(1).click()
    hazard(phone, 2, "成品仓库", "堆垛过高", "GB 50016", "降低堆垛")
    phone.page.context.set_offline(True)
    phone.finish()
    phone.page.goto(f"{address}/site/")
    phone.page.get_by_text("忘记 PIN").click()
    phone.page.get_by_role("button", name="确定重设").click()
    set_pin(phone.page)
    phone.page.context.set_offline(False)
    phone.page.reload()
    unlock(phone.page)
    _refused(phone).wait_for()
    phone.open("润禾包庄")
    expect(phone.page.locator("#hazards .card")).to_have_count(2)
    expect(phone.page.locator('[name="隐患|0|部位"]')).to_have_value("配电间")
    phone.write("enterprise", "润禾包装")
    hazard(phone, 3, "印刷车间", "通道堵塞", "GB 50016", "清理通道")
    phone.finish()
    phone.page.locator(".card", has_text="已送达").wait_for()
    found = visits_of(story.workspace)[-1].hazards
    assert [each.description for each in found] == ["箱门未接地", "堆垛过高", "通道堵塞"]


def test_a_photograph_with_a_very_long_name_is_delivered(phone: Telephone, story: Story) -> None:
    _unplanned(phone, "金翎木业", 14)
    hazard(phone, 0, "配电间", "箱门未接地", "GB 50054", "补接地线")
    name = "📷" * 199 + "照片.jpg"
    picture = {"name": name, "mimeType": "image/jpeg", "buffer": picture_of_12_megapixels(9)}
    phone.page.locator("#hazards .card input[type=file]").set_input_files([picture])
    phone.page.locator("#hazards .thumbnail").wait_for()
    phone.finish()
    phone.page.locator(".card", has_text="已送达").wait_for()
    (found,) = visits_of(story.workspace)[-1].hazards
    assert len(found.photos) == 1


def test_a_name_longer_than_the_server_takes_cannot_be_typed(phone: Telephone) -> None:
    phone.page.get_by_text("计划外检查").click()
    field = phone.page.locator("[name=enterprise]")
    field.press_sequentially("9" * 203)
    expect(field).to_have_value("9" * 200)


def test_a_server_in_trouble_is_tried_again_and_nothing_is_called_wrong(
    phone: Telephone, story: Story
) -> None:
    before = len(visits_of(story.workspace))
    check(phone, "金翎木业", local_instant(DAY, 10), 40, "机加工车间")
    phone.press("离开")
    page: dict[str, Any] = {"content_type": "text/html", "body": "<h1>Bad gateway</h1>"}
    answers: list[dict[str, Any]] = [{"status": 500, **page}]
    phone.page.route("**/site/visits/", lambda route: route.fulfill(**answers[0]))
    phone.page.evaluate(_HASTE)
    phone.finish()
    trouble = phone.page.locator("#state", has_text="服务器出错，稍后再送。")
    waiting = phone.page.locator(".card", has_text="待送")
    trouble.wait_for()
    waiting.wait_for()
    words = {"what": "照片没有送到。", "remedy": "手机会自动再送。"}
    for answer in ({"status": 409, "json": words}, {"status": 200, **page}):
        answers[0] = answer
        told = phone.page.locator("#state", has_text=words["what"]) if "json" in answer else trouble
        told.wait_for()
        expect(waiting).to_have_count(1)
        expect(_refused(phone)).to_have_count(0)
    assert len(visits_of(story.workspace)) == before
    phone.page.unroute("**/site/visits/")
    phone.page.locator(".card", has_text="已送达").wait_for()
    expect(phone.page.locator("#state")).to_have_text("已送达")
    assert len(visits_of(story.workspace)) == before + 1


def test_a_page_that_a_proxy_gives_for_the_week_is_not_kept_as_the_week(
    phone: Telephone, address: str
) -> None:
    answer = {"status": 200, "content_type": "text/html", "body": "<h1>Maintenance</h1>"}
    phone.page.route("**/site/bundle.json", lambda route: route.fulfill(**answer))
    for _opening in range(2):
        phone.page.goto(f"{address}/site/")
        unlock(phone.page)
        phone.page.locator("#state", has_text="服务器出错，稍后再送。").wait_for()
        phone.page.get_by_role("button", name="金翎木业").wait_for()
