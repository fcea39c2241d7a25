"""Pictures of the telephone's page for the inspectors' guide, from a day at three enterprises.

`make pictures` takes them; as of the desk, docs/pictures/seen-site.json keeps what they show.

    python -m scripts.site_pictures write     pictures and seen-site.json anew
    python -m scripts.site_pictures check     name what is stale; exit 1 if anything is
"""

from __future__ import annotations

import io
import os
import secrets
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from evidence.config import utc_now
from evidence.demo.story import Story
from evidence.domain.week import local_instant
from evidence.service.tls import make_certificate, tls_files
from evidence.web import server
from scripts.desk_pictures import CHROMIUM
from scripts.seen import LOOK, OUT, Seen, main, without_chance
from tests.integration.web.site_day import (
    DAY,
    Telephone,
    check,
    hazard,
    make_day,
    plan_of_the_day,
    set_pin,
)

VIEW = {"width": 390, "height": 844}
SEEN = OUT / "seen-site.json"
TRUST = "site-trust"
"""Shows the fingerprint of a certificate made for the picture."""


def look(out: Path | None) -> Seen:
    """Serve the day, walk through one visit; what is shown, and with a folder the pictures of it."""
    seen: Seen = {}
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with tempfile.TemporaryDirectory(prefix="site-pictures-") as folder, socket.socket() as listener:
        story = make_day(Path(folder) / "工作区")
        story.file(plan_of_the_day())
        story.clock.now = local_instant(DAY, 8)
        names = ("desk.example.lan", "192.168.1.20")
        make_certificate(
            tls_files(story.workspace.root), names, agency="常州承安安全咨询服务有限公司", now=utc_now()
        )
        server.prepare(story.workspace, server.Place())
        from evidence.web.accounts import create_account

        password = secrets.token_urlsafe(16)
        create_account(username="zhao", person="赵启明", role="inspector", password=password, roster_id="P01")
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        running = uvicorn.Server(uvicorn.Config(server.application(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.02)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--lang=zh-CN"]
            )
            context = browser.new_context(
                viewport=VIEW, device_scale_factor=2, is_mobile=True, has_touch=True, locale="zh-CN"
            )
            page = context.new_page()
            page.set_default_timeout(120_000)
            page.goto(f"{address}/login/?next=/site/")
            page.get_by_label("账号").fill("zhao")
            page.get_by_label("密码").fill(password)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{address}/site/")
            _walk(page, Telephone(page), address, story, lambda name: _take(page, name, out, seen))
            browser.close()
        running.should_exit = True
        thread.join(timeout=10)
    return seen


def _walk(page: Any, phone: Telephone, address: str, story: Story, take: Callable[[str], None]) -> None:
    phone.at(local_instant(DAY, 8))
    page.goto(f"{address}/site/")
    set_pin(page)
    page.get_by_role("button", name="金翎木业").wait_for()
    take("site-list")
    check(phone, "恒晟精密", local_instant(DAY, 9), 40, "机加工车间、配电间")
    page.evaluate("window.scrollTo(0, 0)")
    take("site-arrival")
    page.locator(".item").nth(2).scroll_into_view_if_needed()
    take("site-items")
    hazard(phone, 0, "配电间", "配电箱箱门未关闭", "GB 2894-2008 第4.2条", "关闭并锁好箱门")
    phone.photograph(0, _cabinet())
    page.locator("#hazards .card").scroll_into_view_if_needed()
    take("site-hazard")
    phone.press("离开")
    story.clock.now = local_instant(DAY, 10)
    phone.finish()
    page.locator(".card", has_text="已送达").wait_for(timeout=60_000)
    page.get_by_role("button", name="签发并打印记录").wait_for()
    take("site-sent")
    page.goto(f"{address}/site/trust/")
    take("site-trust")


def _cabinet() -> bytes:
    """A switch cabinet whose door stands open."""
    picture = Image.new("RGB", (1600, 1200), "#b8b2a6")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((500, 150, 1000, 1050), fill="#5d6670", outline="#2d3338", width=12)
    draw.polygon(
        [(1000, 150), (1350, 60), (1350, 1140), (1000, 1050)], fill="#8a949e", outline="#2d3338", width=12
    )
    for row in range(4):
        draw.rectangle(
            (560, 230 + 200 * row, 940, 340 + 200 * row), fill="#22272b", outline="#c9a227", width=6
        )
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _take(page: Any, name: str, out: Path | None, seen: Seen) -> None:
    if out is not None:
        page.screenshot(path=out / f"{name}.png")
    words = page.evaluate(LOOK, False)
    seen[name] = without_chance(words) if name == TRUST else words


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1], SEEN, look))
