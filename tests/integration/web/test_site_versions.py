"""A visit that the desk and a telephone changed: both versions side by side, and what was chosen stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from evidence.demo.story import Story
from evidence.domain.week import local_instant
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.site_day import (
    DAY,
    Telephone,
    check,
    hazard,
    picture_of_12_megapixels,
    telephone_of,
    visits_of,
)

pytestmark = [pytest.mark.office, pytest.mark.slow]
ACCOUNT, CLERK = "versions", "versions-clerk"


@pytest.fixture(scope="module")
def story(story: Story) -> Story:
    from evidence.web.accounts import create_account

    create_account(username=CLERK, person="陆文静", role="clerk", password=PASSWORD, roster_id="P05")
    return story


@pytest.fixture
def clerk(browser: Any, address: str, story: Story) -> Iterator[Any]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{address}/login/?next=/cases/")
    page.get_by_label("账号").fill(CLERK)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/")
    yield page
    context.close()


def test_both_versions_are_chosen_from_field_by_field(
    phone: Telephone, clerk: Any, story: Story, address: str
) -> None:
    check(phone, "恒晟精密", local_instant(DAY, 9), 40, "机加工车间")
    hazard(phone, 0, "配电间", "箱门未接地", "GB 50054", "补接地线")
    phone.press("离开")
    phone.finish()
    phone.page.locator(".card", has_text="已送达").wait_for()
    (first,) = visits_of(story.workspace)
    _correct(clerk, address, first.case, "资料员按纸质记录更正")
    # another of his telephones knows nothing of that
    with telephone_of(phone.page.context.browser, address, ACCOUNT, PASSWORD) as other:
        check(other, "恒晟精密", local_instant(DAY, 9), 40, "装配车间")
        hazard(other, 0, "配电间", "箱门未接地", "GB 50054", "更换箱门")
        other.photograph(0, picture_of_12_megapixels(5))
        hazard(other, 1, "仓库", "通道堵塞", "GB 50016", "清理通道")
        other.press("离开")
        other.finish()
        other.page.locator(".card", has_text="改正后再送").wait_for()
        assert len(visits_of(story.workspace)) == 1
        clerk.goto(f"{address}/cases/{first.case}/")
        clerk.locator(".notice", has_text="手机送来的内容与工作台的不同").get_by_role("link").click()
        _choose(clerk, "情况", "资料员按纸质记录更正")
        _choose(clerk, "检查场所", "装配车间")
        _choose(clerk, "整改建议", "补接地线")
        _choose(clerk, "照片", "1 张照片")
        _choose(clerk, "整行", "通道堵塞")
        left = clerk.locator("fieldset:not(:has(:checked)) [value=desk]")
        while left.count():
            left.first.check()
        clerk.get_by_role("button", name="按选定的内容登记").click()
        clerk.get_by_text("已按选定的内容登记。").wait_for()
        (visit,) = visits_of(story.workspace)
        assert (visit.summary, visit.scope) == ("资料员按纸质记录更正", "装配车间")
        assert [(each.description, each.advice, len(each.photos)) for each in visit.hazards] == [
            ("箱门未接地", "补接地线", 1),
            ("通道堵塞", "清理通道", 0),
        ]
        assert visit.hazards[0].id == first.hazards[0].id
        assert [each.captured is not None for each in visit.pictures] == [True]
        assert not clerk.locator(".notice", has_text="手机送来的内容与工作台的不同").count()
        other.page.reload()
        other.page.locator("[name=pin]").fill("260401")
        other.page.locator(".card", has_text="已送达").wait_for()
        expect(other.page.locator(".card", has_text="改正后再送")).to_have_count(0)


def _correct(clerk: Any, address: str, case: str, words: str) -> None:
    """The office corrects what stands."""
    clerk.goto(f"{address}/cases/{case}/write/检查/?correct={case}-V1")
    clerk.locator('[name="head|情况"]').fill(words)
    clerk.get_by_role("button", name="登记", exact=False).first.click()
    clerk.get_by_text("已登记入账。").first.wait_for()


def _choose(clerk: Any, legend: str, words: str) -> None:
    group = clerk.locator("fieldset", has=clerk.locator("legend", has_text=legend))
    group.locator("label", has_text=words).locator("input").check()
