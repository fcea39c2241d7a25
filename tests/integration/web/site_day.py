"""A day on site for the browser tests: three factories planned, inspectors with telephones, an office."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.test import override_settings
from PIL import Image

from evidence.config import Workspace, open_workspace
from evidence.demo.footage import clip_of
from evidence.demo.paperwork import scan_all
from evidence.demo.scan_files import write_pdf
from evidence.demo.standing import CLOSED, FRESH, HEAVY
from evidence.demo.story import DemoClock, Story
from evidence.domain.case import Visit, in_force
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import PersonId
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import local_instant
from evidence.new_workspace import create_workspace, sample_settings

DAY = date(2022, 3, 31)
FAST = timedelta(hours=3)
"""The telephone's clock is ahead by so much."""
BACK = local_instant(DAY, 15)
"""The inspectors are back, and the planned day is still there."""


def make_day(root: Path) -> Story:
    """Cases opened, nothing planned yet; it is the Friday before."""
    create_workspace(root, sample_settings(), evaluation_keys=True)
    with (root / "evidence.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[inbox]\nsettle_s = 0.2\n")
    clock = DemoClock(local_instant(date(2022, 3, 25), 15))
    desk = root.parent / "desk"
    desk.mkdir()
    story = Story(workspace=open_workspace(root, clock=clock), clock=clock, desk=desk)
    story.open_cases()
    return story


def plan_of_the_day() -> Plan:
    """Three checks on one day, all by P01; the dust factory with a second expert."""
    p01, p03 = PersonId("P01"), PersonId("P03")
    check = PlannedWork.CHECK
    return Plan(
        week="2022-W13",
        filed_on=date(2022, 3, 25),
        lines=(
            PlanLine(day=DAY, enterprise=CLOSED, work=check, experts=(p01,)),
            PlanLine(day=DAY, enterprise=FRESH, work=check, experts=(p01,)),
            PlanLine(day=DAY, enterprise=HEAVY, work=check, experts=(p01, p03), supervisor_needed=True),
        ),
    )


def picture_of_12_megapixels(seed: int = 0) -> bytes:
    """A JPEG as a telephone's camera makes it, a few megabytes."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (300, 400, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize((4000, 3000), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


PIN = "260401"


def set_pin(page: Any) -> None:
    """The first time the page is opened on a telephone."""
    page.get_by_role("button", name="设定").wait_for()
    for field in page.locator("[name=pin]").all():
        field.fill(PIN)
    page.get_by_role("button", name="设定").click()
    page.locator("[name=pin]").first.wait_for(state="detached")


def unlock(page: Any) -> None:
    """Every later time: the last digit opens it."""
    page.locator("[name=pin]").fill(PIN)


class Telephone:
    """An inspector's hands on one visit's page."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def at(self, moment: datetime) -> None:
        """The telephone's own clock, which is wrong."""
        self.page.context.clock.set_fixed_time(moment + FAST)

    def open(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.page.get_by_role("button", name="到达", exact=True).wait_for()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def field(self, name: str) -> Any:
        return self.page.locator(f'[name="{name}"]')

    def write(self, field: str, text: str) -> None:
        self.field(field).fill(text)

    def tick(self, field: str, value: str) -> None:
        self.page.locator(f'[name="{field}"][value="{value}"]').check()

    def unfold(self) -> None:
        self.page.get_by_text("更多", exact=True).first.click()

    def photograph(self, row: int, *pictures: bytes) -> None:
        camera = self.page.locator("#hazards .card").nth(row).locator("input[type=file]")
        before = self.page.locator("#hazards .thumbnail").count()
        # from the disk, as a camera's file comes: bytes handed over in a call would lie in the page's memory
        with tempfile.TemporaryDirectory(prefix="camera-") as folder:
            paths = [Path(folder) / f"IMG_{n}.jpg" for n in range(len(pictures))]
            for path, data in zip(paths, pictures, strict=True):
                path.write_bytes(data)
            camera.set_input_files(paths)
            self.page.locator("#hazards .thumbnail").nth(before + len(pictures) - 1).wait_for(timeout=120_000)

    def photograph_refused(self, row: int, picture: bytes) -> None:
        camera = self.page.locator("#hazards .card").nth(row).locator("input[type=file]")
        camera.set_input_files([{"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": picture}])

    def finish(self) -> None:
        self.press("完成并送出")
        self.page.locator("main > .card").first.wait_for()


@contextmanager
def planned_day(root: Path, account: str, password: str) -> Iterator[Story]:
    """The desk over a planned day, with an account for the inspector who has all three visits."""
    made = make_day(root)
    made.file(plan_of_the_day())
    made.clock.now = BACK
    from evidence.web.accounts import create_account
    from evidence.web.host import Host

    create_account(username=account, person="赵启明", role="inspector", password=password, roster_id="P01")
    with override_settings(DESK_HOST=Host(workspace=made.workspace)):
        yield made


def sign_in(page: Any, account: str, password: str) -> None:
    """Fill in the login page that leads to the telephone's page."""
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/site/")


@contextmanager
def telephone_of(browser: Any, address: str, account: str, password: str) -> Iterator[Telephone]:
    """A telephone of its own, with the page taken along."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="zh-CN"
    )
    context.set_default_timeout(60_000)
    made = Telephone(context.new_page())
    made.at(BACK)
    made.page.goto(f"{address}/login/?next=/site/")
    sign_in(made.page, account, password)
    set_pin(made.page)
    made.page.get_by_role("button", name="金翎木业").wait_for()
    made.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yield made
    context.close()


def open_anew(phone: Telephone, address: str) -> None:
    """The tab dies, the page is opened again."""
    context = phone.page.context
    phone.page.close()
    phone.page = context.new_page()
    phone.page.goto(f"{address}/site/")
    unlock(phone.page)
    phone.page.get_by_role("button", name="金翎木业").wait_for()


def await_kept(phone: Telephone) -> None:
    """Until the page says that everything lies on the device."""
    phone.page.locator("#state", has_text="已存在本机").wait_for()


def check(phone: Telephone, name: str, arrived: datetime, minutes: int, places: str) -> None:
    """Whatever every check needs; hazards come afterwards."""
    phone.at(arrived)
    phone.open(name)
    phone.press("到达")
    phone.tick("head|出示工作证", "是")
    phone.tick("head|主要负责人到场", "是")
    phone.write("head|检查场所", places)
    phone.write("head|情况", "对照二十五项检查内容全面检查，已逐一向企业交底。")
    phone.press("全部合格")
    phone.at(arrived + timedelta(minutes=minutes))


def hazard(phone: Telephone, row: int, place: str, what: str, basis: str, advice: str) -> None:
    """One hazard, briefed; its grade and deadline are there already."""
    phone.press("＋ 隐患")
    phone.write(f"隐患|{row}|部位", place)
    phone.write(f"隐患|{row}|描述", what)
    phone.write(f"隐患|{row}|依据", basis)
    phone.write(f"隐患|{row}|整改建议", advice)
    phone.tick(f"隐患|{row}|已交底", "是")


def visits_of(workspace: Workspace) -> list[Visit]:
    """Every visit in force, in the order of arrival."""
    view = workspace.ledger.view
    found = [visit for case in view.cases() for visit in in_force(view.visits(case.id))]
    return sorted(found, key=lambda each: each.arrived_at)


def back_from_the_factories(story: Story, forms: Sequence[IssuedForm]) -> None:
    """Signed, sealed, through the scanner in one stack; recorders emptied; all taken in."""
    stack = [sheet for form in forms for sheet in story.sign(form)]
    write_pdf(scan_all(stack), story.workspace.inbox / "周四扫描.pdf")
    folder = story.workspace.inbox / "执法记录仪"
    folder.mkdir()
    for visit in visits_of(story.workspace):
        for device in visit.devices:
            clip_of(visit, device, folder)
    story.clock.now = local_instant(DAY, 17)
    story.ingest()
