"""Photographs on the telephone's page: what was found first stands beside the camera; none is drawn twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from evidence.demo.standing import CLOSED
from evidence.demo.story import Story
from evidence.domain.identifiers import PersonId
from evidence.domain.register import PlanLine, PlannedWork
from evidence.domain.week import local_instant
from evidence.ledger.events import PlanFiled
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.site_day import (
    DAY,
    Telephone,
    check,
    hazard,
    picture_of_12_megapixels,
    plan_of_the_day,
    telephone_of,
    unlock,
    visits_of,
)

pytestmark = [pytest.mark.office, pytest.mark.slow]
ACCOUNT = "pictures"
_MARK = "element => { element.dataset.seen = 'before'; }"
_WIDTH = "image => image.decode().then(() => image.naturalWidth)"


@pytest.fixture(scope="module")
def phone(browser: Any, address: str, story: Story) -> Iterator[Telephone]:
    with telephone_of(browser, address, ACCOUNT, PASSWORD) as made:
        yield made


def test_a_new_hazard_leaves_the_others_as_they_stand(phone: Telephone, story: Story) -> None:
    check(phone, "恒晟精密", local_instant(DAY, 9), 40, "机加工车间")
    hazard(phone, 0, "配电间", "箱门未接地", "GB 50054", "补接地线")
    phone.photograph(0, picture_of_12_megapixels(1))
    first = phone.page.locator("#hazards .card").first
    first.locator("img").evaluate(_MARK)
    hazard(phone, 1, "成品仓库", "堆垛过高", "GB 50016", "降低堆垛")
    phone.press("＋ 隐患")
    phone.page.get_by_role("button", name="删除这一行").nth(2).click()
    expect(phone.page.locator("#hazards .card")).to_have_count(2)
    expect(first.locator("img[data-seen=before]")).to_be_visible()
    expect(phone.page.locator('[name="head|计划复查日期"]')).not_to_have_value("")
    phone.press("离开")
    phone.finish()
    phone.page.locator(".card", has_text="已送达").wait_for()
    (visit,) = visits_of(story.workspace)
    assert [each.description for each in visit.hazards] == ["箱门未接地", "堆垛过高"]


def test_a_recheck_shows_the_first_photograph_no_larger_than_the_screen(
    phone: Telephone, story: Story, address: str
) -> None:
    (visit,) = visits_of(story.workspace)
    line = PlanLine(
        day=date(2022, 4, 1), enterprise=CLOSED, work=PlannedWork.RECHECK, case=visit.case,
        experts=(PersonId("P01"),),
    )  # fmt: skip
    plan = replace(plan_of_the_day(), version=2, lines=(*plan_of_the_day().lines, line))
    story.workspace.ledger.append("test", PlanFiled(plan=plan))
    phone.page.reload()
    unlock(phone.page)
    recheck = phone.page.get_by_role("button", name="2022-04-01")
    recheck.wait_for()
    phone.page.wait_for_load_state("networkidle")
    phone.page.context.set_offline(True)
    recheck.click()
    shown = phone.page.locator("figure", has_text="整改前").locator("img")
    expect(shown).to_have_count(1)
    assert 0 < shown.evaluate(_WIDTH) <= 960
    phone.page.context.set_offline(False)
