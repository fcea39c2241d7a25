"""The inspector's page on a slow telephone: open without a network, send photographs, keep memory small.

The telephone is Chromium with its processor slowed four times and an uplink of 20 Mbit/s. What it sends is
held against a plain upload of the same bytes to the same desk, in the same page and the same run.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import uvicorn
from playwright.sync_api import sync_playwright

from bench.result import Figure, figure
from evidence.domain.week import local_instant
from evidence.web import server
from tests.integration.web.site_day import (
    DAY,
    Telephone,
    check,
    hazard,
    make_day,
    picture_of_12_megapixels,
    plan_of_the_day,
    set_pin,
    unlock,
)

CHROMIUM = "/usr/bin/chromium-headless-shell"
SLOWER = 4
UPLINK = 20_000_000 // 8
"""Bytes a second."""
OPEN_S, SYNC_RATIO, MEMORY_MB = 1.0, 1.3, 300
PASSWORD = os.urandom(12).hex()
_WATCH = """
window.seen = {};
const note = (what) => {
  // when it can be seen: the frame it is drawn in is over
  if (!(what in window.seen)) {
    window.seen[what] = 0;
    requestAnimationFrame(() => setTimeout(() => { window.seen[what] = performance.now(); }));
  }
};
new MutationObserver(() => {
  const pin = document.querySelector("[name=pin]");
  if (pin) { note("pin"); pin.addEventListener("input", () => { window.seen.typed = performance.now(); }); }
  if (document.querySelector("button.visit")) note("visits");
}).observe(document, { subtree: true, childList: true });
"""
"""Milliseconds by the page's own clock; what the test's driver needs to notice something is not in them."""
_SEEN = """async () => {
  while (!window.seen.visits) await new Promise(requestAnimationFrame);
  return window.seen;
}"""
_TAKEN = """async () => {
  const database = await new Promise((done) => {
    const request = indexedDB.open("evidence-site");
    request.onsuccess = () => done(request.result);
  });
  const kept = await new Promise((done) => {
    const request = database.transaction("photographs").objectStore("photographs").getAll();
    request.onsuccess = () => done(request.result);
  });
  database.close();
  const blobs = kept.flatMap((each) => [each.copy, each.original]).filter(Boolean);
  const token = (await (await fetch("/site/bundle.json")).json()).token;
  const begun = performance.now();
  for (const body of blobs) {
    // an address nobody's bytes belong to: the desk reads everything and keeps nothing
    const headers = { "X-CSRFToken": token };
    await fetch(`/site/photographs/${"0".repeat(64)}/`, { method: "PUT", body, headers });
  }
  return [performance.now() - begun, blobs.reduce((sum, each) => sum + each.size, 0), blobs.length];
}"""


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    hazards, each = (4, 2) if quick else (40, 2)
    with tempfile.TemporaryDirectory(prefix="bench-site-") as name, _desk(Path(name)) as address:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            opened = _opened(browser, address, 3 if quick else 9)
            phone = Telephone(_page(browser))
            phone.at(local_instant(DAY, 15))
            _take_along(phone.page, address)
            memory = _photographed(browser, phone, hazards, each)
            sent = _sent(phone, hazards * each)
            browser.close()
        return [opened, memory, sent]


@contextmanager
def _desk(root: Path) -> Iterator[str]:
    """A desk with the day's plan; its address."""
    story = make_day(root / "工作区")
    story.file(plan_of_the_day())
    story.clock.now = local_instant(DAY, 15)
    server.prepare(story.workspace, server.Place())
    from evidence.web.accounts import create_account

    create_account(username="zhao", person="赵启明", role="inspector", password=PASSWORD, roster_id="P01")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        running = uvicorn.Server(uvicorn.Config(server.application(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        running.should_exit = True
        thread.join(timeout=10)


def _page(browser: Any) -> Any:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="zh-CN"
    )
    context.set_default_timeout(300_000)
    return context.new_page()


def _take_along(page: Any, address: str) -> None:
    page.goto(f"{address}/login/?next=/site/")
    page.get_by_label("账号").fill("zhao")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/site/")
    set_pin(page)
    page.get_by_role("button", name="金翎木业").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def _opened(browser: Any, address: str, rounds: int) -> Figure:
    """Seconds from the address to the PIN, and from its last digit to the day's visits, without a network."""
    page = _page(browser)
    _take_along(page, address)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(_WATCH)
    page.context.set_offline(True)
    took = []
    for _round in range(rounds):
        page.goto(f"{address}/site/")
        page.locator("[name=pin]").wait_for()
        unlock(page)
        page.get_by_role("button", name="金翎木业").wait_for()
        seen = page.evaluate(_SEEN)
        took.append((seen["pin"] / 1000, (seen["visits"] - seen["typed"]) / 1000))
    page.context.close()
    asked, opened = (median(each) for each in zip(*took, strict=True))
    return figure(
        "site: offline, address to the day's visits, processor 4 x slower", asked + opened, "s",
        target=f"<= {OPEN_S:g} s", met=asked + opened <= OPEN_S,
        note=f"to the PIN {asked:.2f} s, its 600,000 rounds and the list {opened:.2f} s; median of {rounds}",
    )  # fmt: skip


def _photographed(browser: Any, phone: Telephone, hazards: int, each: int) -> Figure:
    """The renderer's resident memory at its highest, while photographs of 12 megapixels are taken in."""
    phone.page.context.set_offline(True)
    check(phone, "恒晟精密", local_instant(DAY, 9), 40, "机加工车间")
    for row in range(hazards):
        hazard(phone, row, "配电间", f"第{row + 1}处箱门未接地", "GB 50054", "补接地线")
        phone.photograph(row, *(picture_of_12_megapixels(row * each + n) for n in range(each)))
    highest = max(_renderers(browser))
    return figure(
        f"site: renderer's memory, {hazards} hazards with {hazards * each} photographs of 12 megapixels",
        highest, "MB", target=f"<= {MEMORY_MB} MB", met=highest <= MEMORY_MB,
        note="VmHWM of the largest renderer process",
    )  # fmt: skip


def _renderers(browser: Any) -> Iterator[float]:
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    for process in told["processInfo"]:
        if process["type"] == "renderer":
            status = Path(f"/proc/{process['id']}/status").read_text(encoding="ascii")
            yield int(status.partition("VmHWM:")[2].split()[0]) / 1000


def _sent(phone: Telephone, count: int) -> Figure:
    """Seconds from the first photograph's question to the last one's answer, beside a plain upload."""
    page = phone.page
    page.context.set_offline(False)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 20, "downloadThroughput": UPLINK, "uploadThroughput": UPLINK},
    )
    floor_ms, size, blobs = page.evaluate(_TAKEN)
    seen: list[float] = []
    page.on("request", lambda one: seen.append(time.perf_counter()) if "/photographs/" in one.url else None)
    page.on(
        "requestfinished",
        lambda one: seen.append(time.perf_counter()) if "/photographs/" in one.url else None,
    )
    phone.press("离开")
    phone.finish()
    page.locator(".card", has_text="已送达").wait_for()
    took, floor = max(seen) - min(seen), floor_ms / 1000
    return figure(
        f"site: handing over {count} photographs, copies and camera's own files", took, "s",
        peer="plain upload of the same bytes", peer_value=floor,
        target=f"<= {SYNC_RATIO} x", met=took <= SYNC_RATIO * floor,
        note=f"{size / 1e6:.0f} MB in {blobs} parts, uplink 20 Mbit/s, latency 20 ms",
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(run(quick=True), ensure_ascii=False, indent=1))
