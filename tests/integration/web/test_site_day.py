"""A whole day on site, from the plan to the package: written at the factories without a network, never typed
again. The test counts and prints what the office presses and types.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import override_settings
from pypdf import PdfReader

from evidence.demo.plot import HANDOVER, WEEK
from evidence.demo.story import Story
from evidence.domain.week import local_instant
from evidence.rules.summary import blockers
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind
from evidence.web.host import Host
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.site_day import (
    DAY,
    Telephone,
    back_from_the_factories,
    check,
    hazard,
    make_day,
    picture_of_12_megapixels,
    plan_of_the_day,
    set_pin,
    unlock,
    visits_of,
)

pytestmark = [pytest.mark.office, pytest.mark.slow]
MOST = 20
PHOTOGRAPHS = [picture_of_12_megapixels(seed) for seed in range(2)]


class Office:
    """Counts what somebody in the office does."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.done: list[str] = []

    def press(self, target: Any) -> None:
        self.done.append(target.inner_text().strip().partition("\n")[0])
        target.click()


@pytest.fixture(scope="module")
def story(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    made = make_day(tmp_path_factory.mktemp("site") / "工作区")
    from evidence.web.accounts import create_account

    for name, role, person, roster in (
        ("zhao", "inspector", "赵启明", "P01"),
        ("office", "clerk", "周雅婷", "P05"),
    ):
        create_account(username=name, person=person, role=role, password=PASSWORD, roster_id=roster)
    with override_settings(DESK_HOST=Host(workspace=made.workspace)):
        yield made


def _signed_in(browser: Any, address: str, name: str, **context: Any) -> Any:
    page = browser.new_context(locale="zh-CN", **context).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/login/")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def test_three_factories_from_the_plan_to_the_package(
    browser: Any, address: str, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = story.workspace
    story.file(plan_of_the_day())
    story.clock.now = local_instant(DAY, 8)
    phone = _take_along(browser, address, story)
    _at_the_factories(phone)
    assert visits_of(workspace) == []
    page = _back_online(phone, address, story)
    _facts_are_right(story)
    number = _printed_from_the_telephone(page, address)

    office = Office(_signed_in(browser, address, "office", viewport={"width": 1280, "height": 800}))
    office.page.goto(f"{address}/plan/?week={WEEK}")
    forms = _printed_in_the_office(office, story, number)
    back_from_the_factories(story, forms)
    story.clock.now = HANDOVER
    assert [finding.message for finding in blockers(story.judge(WEEK))] == []
    _handed_over(office, address)
    (package,) = workspace.ledger.view.packages()
    built = next((workspace.archive / "handover").rglob(f"{package.id}.zip"))
    trust = [(workspace.root / "keys/ca.pem").read_bytes()]
    # the browser's driver keeps an event loop in this thread, and path validation wants one of its own
    with ThreadPoolExecutor(1) as apart:
        report = apart.submit(verify_path, built, trust=trust).result()
    assert package.complete
    assert [each.message for each in report.checks if each.kind in {CheckKind.FAIL, CheckKind.REVIEW}] == []
    assert report.indication == "TOTAL-PASSED"
    assert report.completeness.complete
    _dossier_tells(built)
    with capsys.disabled():
        pressed = "；".join(office.done)
        print(f"\nthree factories, in the office: {len(office.done)} presses, 0 fields: {pressed}", end=" ")
    assert len(office.done) <= MOST


def _dossier_tells(package: Path) -> None:
    """Under each photograph what the telephone said, in the first factory's dossier."""
    with ZipFile(package) as files:
        (name,) = [each for each in files.namelist() if each.endswith("卷宗.pdf") and "恒晟精密" in each]
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(files.read(name))).pages)
    plain = "".join(text.split())
    for photograph in PHOTOGRAPHS:
        assert f"相机原图SHA-256{hashlib.sha256(photograph).hexdigest()}" in plain
    assert "设备时间2022-03-31" in plain
    assert "手机按键时间到达12:00:00" in plain


def _take_along(browser: Any, address: str, story: Story) -> Telephone:
    """Opened once over breakfast, then no network at all."""
    context: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True,
        "has_touch": True,
    }  # fmt: skip
    page = _signed_in(browser, address, "zhao", **context)
    phone = Telephone(page)
    phone.at(story.clock.now)
    page.goto(f"{address}/site/")
    set_pin(page)
    page.get_by_role("button", name="金翎木业").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto(f"{address}/site/")
    unlock(page)
    return phone


def _at_the_factories(phone: Telephone) -> None:
    check(phone, "恒晟精密", local_instant(DAY, 9), 40, "机加工车间、配电间、危废暂存间")
    hazard(phone, 0, "配电间", "配电箱箱门未关闭", "GB 2894-2008 第4.2条", "关闭并锁好箱门")
    phone.photograph(0, *PHOTOGRAPHS)
    phone.press("离开")
    phone.finish()
    check(phone, "润禾包装", local_instant(DAY, 10, 30), 35, "印刷车间、模切车间、成品仓库")
    hazard(phone, 0, "成品仓库", "纸箱堆垛距灯具不足0.5米", "XF 1131-2014 第8.4条", "调整堆垛，保持间距")
    phone.press("离开")
    phone.finish()
    check(phone, "金翎木业", local_instant(DAY, 13, 30), 45, "砂光车间、除尘系统、喷漆房")
    hazard(phone, 0, "砂光车间", "清扫记录缺三日", "GB 15577-2018 第9.1条", "按班次清扫并记录")
    phone.unfold()
    phone.tick("head|监管人员", "G01")
    phone.tick("head|深度检查", "是")
    phone.press("离开")
    phone.finish()
    assert phone.page.get_by_text("待送", exact=True).count() == 3


def _back_online(phone: Telephone, address: str, story: Story) -> Any:
    """The page is closed, the telephone is opened again in the car."""
    context = phone.page.context
    phone.page.close()
    page = context.new_page()
    page.set_default_timeout(120_000)
    story.clock.now = local_instant(DAY, 15)
    context.clock.set_fixed_time(story.clock.now + timedelta(hours=3))
    context.set_offline(False)
    page.goto(f"{address}/site/")
    unlock(page)
    page.locator(".card", has_text="已送达").nth(2).wait_for()
    return page


def _facts_are_right(story: Story) -> None:
    """Times by the server's clock although the telephone's was wrong; the camera's own files are kept."""
    first, second, third = visits_of(story.workspace)
    assert first.left_at is not None
    assert (first.arrived_at, first.left_at) == (local_instant(DAY, 9), local_instant(DAY, 9, 40))
    assert (third.arrived_at, third.left_at) == (local_instant(DAY, 13, 30), local_instant(DAY, 14, 15))
    assert second.planned_recheck is not None
    pressed = [
        (each.what, each.device_time + timedelta(milliseconds=each.ahead_ms)) for each in first.clocked
    ]
    assert [(what, round(at.timestamp() / 60)) for what, at in pressed] == [
        ("arrived", round(first.arrived_at.timestamp() / 60)),
        ("left", round(first.left_at.timestamp() / 60)),
    ]
    (found,) = first.hazards
    assert len(found.photos) == len(PHOTOGRAPHS)
    kept = {each.captured.original: each.captured for each in first.pictures if each.captured}
    assert set(kept) == {hashlib.sha256(each).hexdigest() for each in PHOTOGRAPHS}
    assert all(digest in story.workspace.originals for digest in kept)
    assert {round(each.ahead_ms / 60_000) for each in kept.values()} == {-180}


def _printed_from_the_telephone(page: Any, address: str) -> str:
    """The first record comes out of the printer at hand."""
    card = page.locator(".card", has_text="恒晟精密")
    card.get_by_role("button", name="签发并打印记录").click()
    paper = card.locator("a.paper")
    paper.wait_for()
    answer = page.request.get(address + str(paper.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf"
    return paper.inner_text().split()[-1]


def _printed_in_the_office(office: Office, story: Story, number: str) -> list[Any]:
    """The other two are issued in one press and come out together with the first."""
    office.press(office.page.get_by_role("button", name="3 份"))
    printed = office.page.get_by_role("link", name="打印")
    printed.wait_for()
    office.press(printed)
    view = story.workspace.ledger.view
    documents = [each for case in view.cases() for each in view.documents(case.id)]
    forms = [each.form for each in documents if each.form.form == "inspection-record"]
    assert len(forms) == 3
    assert number in {form.number for form in forms}
    assert not any(form.blank for form in forms)
    return forms


def _handed_over(office: Office, address: str) -> None:
    """Next week's plan is filed, the package is built."""
    page = office.page
    page.goto(f"{address}/")
    office.press(page.get_by_role("link", name="下周计划", exact=True))
    office.press(page.get_by_role("button", name="报备计划并签发计划表"))
    page.get_by_role("link", name="打印").wait_for()
    office.press(page.get_by_role("link", name="打印"))
    office.press(page.get_by_role("link", name="每周移交", exact=True))
    office.press(page.get_by_role("button", name="制作并签名移交包"))
    page.get_by_role("link", name="下载").wait_for(timeout=180_000)
    office.press(page.get_by_role("link", name="下载"))
