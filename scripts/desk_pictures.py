"""The pictures of the documents from the demonstration: the desk's pages and one dossier. `make pictures`.

Beside each picture docs/pictures/seen.json keeps what it shows: the words on it and where they stand. A test
takes the pages anew and compares these, not pixels; a picture whose page says or places something else is
stale.

    python -m scripts.desk_pictures write WORKSPACE     pictures and seen.json anew
    python -m scripts.desk_pictures check WORKSPACE     name what is stale; exit 1 if anything is
"""

from __future__ import annotations

import secrets
import socket
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import uvicorn
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from evidence.config import Workspace, open_workspace
from evidence.web import server
from scripts.seen import LOOK, OUT, Seen, main, without_chance

CHROMIUM = "/usr/bin/chromium-headless-shell"
SEEN = OUT / "seen.json"
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
ONE_SHEET = "desk-page"
"""Shows the second sheet of its document alone."""
LEAD = "chenliqun"
SIZE = {"width": 1280, "height": 860}
VERDICT = "desk-verdict"
"""Tells real instants and digests, so that its figures are not compared."""
DOSSIER_CASE, DOSSIER_PAGES = "WJB22-0001", (4, 5, 9, 10)
"""The record as issued and its scan, in the dossier of that case."""


def look(root: Path, out: Path | None) -> Seen:
    """Everything the pictures show; with a folder the pictures are taken into it."""
    workspace = open_workspace(root, clock=lambda: FRIDAY)
    with served(workspace) as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
        page.set_default_timeout(120_000)  # of a busy machine
        sign_in(page, f"{address}/login/", LEAD, password)
        stack = max(
            workspace.ledger.view.arrivals(), key=lambda each: len(each.judged.pages) if each.judged else 0
        )
        pages = {**PAGES, "desk-sort": f"/inbox/{stack.id}/"}
        seen = {picture: _taken(page, picture, address + path, out) for picture, path in pages.items()}
        seen[VERDICT] = _verdict(page, address, root, out)
        browser.close()
    return {**seen, "dossier": _dossier(root, out)}


@contextmanager
def served(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """The desk on a free port, with a lead: its address, and the password."""
    server.prepare(workspace, server.Place())
    from django.contrib.auth import get_user_model

    from evidence.web.accounts import create_account

    password = secrets.token_urlsafe(16)
    if not get_user_model().objects.filter(username=LEAD).exists():
        create_account(username=LEAD, person="陈立群", role="lead", password=password)
    account = get_user_model().objects.get(username=LEAD)
    account.set_password(password)
    account.save()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        running = uvicorn.Server(uvicorn.Config(server.application(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", password
        running.should_exit = True
        thread.join(timeout=10)


def sign_in(page: Page, url: str, name: str, password: str) -> None:
    """Fill in the login page at an address."""
    page.goto(url)
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda now: "/login/" not in now)


def _verdict(page: Page, address: str, root: Path, out: Path | None) -> list[list[Any]]:
    """What an auditor sees who drops the week's package on the page."""
    [package] = (root / "archive" / "handover").glob("*.zip")
    page.goto(f"{address}/auditor/")
    page.locator("#package").set_input_files(package)
    page.locator("#trust").set_input_files(root / "keys" / "ca.pem")
    page.get_by_role("button", name="验证").click()
    page.get_by_text("TOTAL-PASSED").first.wait_for(timeout=120_000)
    seen = _shot(page, VERDICT, out)
    return without_chance(seen)


def _shot(page: Page, picture: str, out: Path | None) -> list[list[Any]]:
    if out is not None:
        page.screenshot(path=out / f"{picture}.png")
    found: list[list[Any]] = page.evaluate(LOOK, False)
    return found


def _taken(page: Page, picture: str, url: str, out: Path | None) -> list[list[Any]]:
    page.goto(url, wait_until="networkidle")
    if picture != ONE_SHEET:
        return _shot(page, picture, out)
    sheet = page.locator(".page").nth(1)
    sheet.scroll_into_view_if_needed()
    if out is not None:
        sheet.screenshot(path=out / f"{picture}.png")
    found: list[list[Any]] = page.evaluate(LOOK, True)
    return found


def _dossier(root: Path, out: Path | None) -> list[list[Any]]:
    """Pages of a dossier beside each other; what is printed on them."""
    [package] = (root / "archive" / "handover").glob("*.zip")
    with zipfile.ZipFile(package) as opened:
        [name] = [each for each in opened.namelist() if DOSSIER_CASE in each and each.endswith("卷宗.pdf")]
        document = pypdfium2.PdfDocument(opened.read(name))
    pages = [document[number - 1] for number in DOSSIER_PAGES]
    if out is not None:
        drawn = [page.render(scale=0.85).to_pil() for page in pages]
        gap, high = 10, max(each.height for each in drawn)
        sheet = Image.new("RGB", (sum(each.width + gap for each in drawn) + gap, high + 2 * gap), "#ddd")
        left = gap
        for each in drawn:
            sheet.paste(each, (left, gap))
            left += each.width + gap
        sheet.quantize(160).save(out / "dossier.png", optimize=True)
    told = [page.get_textpage().get_text_range().split() for page in pages]
    return [[word, number, 0] for number, words in zip(DOSSIER_PAGES, told, strict=True) for word in words]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    workspace_root = Path(sys.argv[2]).resolve()
    sys.exit(main(sys.argv[1], SEEN, lambda out: look(workspace_root, out)))
