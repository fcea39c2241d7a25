"""A telephone that is lost: nobody reads what lies on it, an account switched off takes its key."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from evidence.demo.story import Story
from evidence.domain.week import local_instant
from tests.integration.web.site_day import (
    DAY,
    Telephone,
    await_kept,
    check,
    hazard,
    picture_of_12_megapixels,
    set_pin,
    unlock,
    visits_of,
)

pytestmark = [pytest.mark.office, pytest.mark.slow]
ACCOUNT = "lost"
SECRET = "箱门未接地且无人看管"
_EVERYTHING = """async () => {
  const database = await new Promise((done) => {
    const request = indexedDB.open("evidence-site");
    request.onsuccess = () => done(request.result);
  });
  const found = [];
  const text = async (value) => {
    if (value instanceof Blob) return text(await value.arrayBuffer());
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
    if (value && typeof value === "object") {
      const each = Object.entries(value).map(async ([name, inner]) => name + await text(inner));
      return (await Promise.all(each)).join();
    }
    return String(value);
  };
  for (const store of database.objectStoreNames) {
    const values = await new Promise((done) => {
      const request = database.transaction(store).objectStore(store).getAll();
      request.onsuccess = () => done(request.result);
    });
    for (const value of values) found.push(await text(value));
  }
  database.close();
  return found.join();
}"""


def _written(phone: Telephone, name: str) -> None:
    check(phone, name, local_instant(DAY, 9), 40, "机加工车间")
    hazard(phone, 0, "配电间", SECRET, "GB 50054", "补接地线")
    phone.photograph(0, picture_of_12_megapixels(7))


def test_nothing_on_the_device_is_readable_by_whoever_finds_it(phone: Telephone) -> None:
    _written(phone, "恒晟精密")
    await_kept(phone)
    kept = phone.page.evaluate(_EVERYTHING)
    for said in (SECRET, "机加工车间", "恒晟精密", "顾明芳", "JFIF"):
        assert said not in kept
    phone.press("离开")
    phone.page.context.set_offline(True)
    phone.finish()
    phone.page.get_by_text("待送", exact=True).wait_for()
    kept = phone.page.evaluate(_EVERYTHING)
    for said in (SECRET, "机加工车间", "JFIF"):
        assert said not in kept
    phone.page.get_by_role("button", name="恒晟精密").click()
    phone.page.locator("#state", has_text="只有服务器能打开").wait_for()


def test_a_wrong_pin_opens_nothing(phone: Telephone, address: str) -> None:
    phone.page.goto(f"{address}/site/")
    phone.page.locator("[name=pin]").fill("000000")
    phone.press("打开")
    phone.page.locator("#state", has_text="PIN 不对。").wait_for()
    assert phone.page.get_by_role("button", name="金翎木业").count() == 0


def test_who_forgot_the_pin_loses_drafts_and_no_finished_visit(
    phone: Telephone, address: str, story: Story
) -> None:
    phone.page.context.set_offline(True)
    _written(phone, "恒晟精密")
    phone.press("离开")
    phone.finish()
    phone.open("润禾包装")
    phone.write("head|情况", "还没写完")
    await_kept(phone)
    phone.page.goto(f"{address}/site/")
    phone.page.get_by_text("忘记 PIN").click()
    phone.page.get_by_role("button", name="确定重设").click()
    set_pin(phone.page)
    phone.page.context.set_offline(False)
    phone.page.reload()
    unlock(phone.page)
    phone.page.locator("#state", has_text="已送达").wait_for()
    (visit,) = visits_of(story.workspace)
    assert visit.hazards[0].description == SECRET
    assert len(visit.hazards[0].photos) == 1
    phone.open("润禾包装")
    expect(phone.field("head|情况")).to_have_value("")


def test_what_the_server_refused_comes_back_to_be_corrected(phone: Telephone, story: Story) -> None:
    phone.open("润禾包装")
    phone.write("head|到达时间", "2022-03-31T10:30")
    phone.write("head|离开时间", "2022-03-31T11:00")
    phone.write("head|情况", "第一次写的")
    phone.press("＋ 隐患")
    phone.write("隐患|0|部位", "成品仓库")
    phone.photograph(0, picture_of_12_megapixels(8))
    phone.finish()
    phone.page.get_by_text("改正后再送", exact=True).first.wait_for()
    phone.open("润禾包装")
    expect(phone.field("head|情况")).to_have_value("第一次写的")
    expect(phone.field("隐患|0|部位")).to_have_value("成品仓库")
    phone.write("隐患|0|描述", "堆垛过高")
    phone.finish()
    phone.page.locator(".card", has_text="已送达").last.wait_for()
    visit = visits_of(story.workspace)[-1]
    assert visit.hazards[0].description == "堆垛过高"
    assert len(visit.hazards[0].photos) == 1
    assert visit.pictures[0].captured is not None


def test_an_account_that_is_switched_off_takes_the_key_of_its_telephones(
    phone: Telephone, address: str
) -> None:
    from django.contrib.auth import get_user_model

    phone.open("金翎木业")
    phone.write("head|情况", SECRET)
    await_kept(phone)
    users = get_user_model().objects.filter(username=ACCOUNT)
    users.update(is_active=False)
    try:
        phone.page.goto(f"{address}/site/")
        unlock(phone.page)
        phone.page.locator("#state", has_text="本机已被停用").wait_for()
        phone.page.reload()
        phone.page.get_by_role("button", name="设定").wait_for()
    finally:
        users.update(is_active=True)
