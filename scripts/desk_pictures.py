"""Pictures of the desk for the documentation, from a demonstration workspace.

evidence demo demo-workspace && python scripts/desk_pictures.py demo-workspace
"""

from __future__ import annotations

import secrets
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from evidence.config import open_workspace
from evidence.web import server

CHROMIUM = "/usr/bin/chromium-headless-shell"
OUT = Path(__file__).parent.parent / "docs/pictures"
FRIDAY = datetime(2022, 4, 1, 7, tzinfo=UTC)
PAGES = {
    "desk-today": "/?week=2022-W13",
    "desk-page": "/documents/WJB22-0003-JC-001/",
    "desk-case": "/cases/WJB22-0001/",
    "desk-friday": "/friday/?week=2022-W13",
    "desk-plan": "/plan/?week=2022-W14",
    "desk-numbers": "/numbers/?month=2022-03",
    "desk-issue": "/cases/WJB22-0002/issue/interview-notice/",
}
"""The page of each picture."""


def main(root: Path) -> None:
    """Serve the workspace, sign in, take the pictures."""
    workspace = open_workspace(root, clock=lambda: FRIDAY)
    server.prepare(workspace, server.Place())
    from evidence.web.accounts import create_account

    name, password = f"pictures-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    create_account(username=name, person="陈立群", role="lead", password=password)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        running = uvicorn.Server(uvicorn.Config(server.application(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.02)
        stack = max(
            workspace.ledger.view.arrivals(), key=lambda each: len(each.judged.pages) if each.judged else 0
        )
        _take(address, name, password, {**PAGES, "desk-sort": f"/inbox/{stack.id}/"})
        running.should_exit = True
        thread.join(timeout=10)


def _take(address: str, name: str, password: str, pages: dict[str, str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="zh-CN")
        page.goto(f"{address}/login/")
        page.get_by_label("账号").fill(name)
        page.get_by_label("密码").fill(password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        for picture, path in pages.items():
            page.goto(address + path, wait_until="networkidle")
            if picture == "desk-page":
                page.locator(".page").nth(1).scroll_into_view_if_needed()
                page.locator(".page").nth(1).screenshot(path=OUT / f"{picture}.png")
            else:
                page.screenshot(path=OUT / f"{picture}.png")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    OUT.mkdir(parents=True, exist_ok=True)
    main(Path(sys.argv[1]).resolve())
