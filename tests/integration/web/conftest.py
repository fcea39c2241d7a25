"""One desk for the whole test run, in a real server on a free port, seen by a real browser."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from evidence.config import Workspace
from evidence.web import server
from evidence.web.host import Host
from tests.desk_world import make_workspace

PASSWORD = "gaoxin-2022-desk"
PEOPLE = {"lead": "陈立群", "clerk": "陆文静", "auditor": "审计员", "regulator": "吴海峰", "inspector": "P1"}
# Playwright keeps an event loop in the test thread; the tests still call Django one at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = "/usr/bin/chromium-headless-shell"


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("desk") / "工作区")


@pytest.fixture(scope="session")
def host(workspace: Workspace) -> Host:
    made = server.prepare(workspace, server.Place())
    from evidence.web.accounts import create_account
    from evidence.web.acting import roster_id

    for name, person in PEOPLE.items():
        tied = roster_id(workspace.ledger.view, person)
        create_account(username=name, person=person, role=name, password=PASSWORD, roster_id=tied)
    return made


@pytest.fixture(scope="session")
def address(host: Host) -> Iterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(server.application(), log_level="error", lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(timeout=10)
    listener.close()


@pytest.fixture(scope="module")  # Playwright's event loop would be in the way of other modules' tests
def browser() -> Iterator[object]:
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium-headless-shell is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def states(browser: Any, address: str) -> Callable[[str], Any]:
    """Signed-in browser state by account, made once through the login page."""
    known: dict[str, Any] = {}

    def state(name: str) -> Any:
        if name not in known:
            context = browser.new_context(locale="zh-CN")
            page = context.new_page()
            page.goto(f"{address}/login/")
            page.get_by_label("账号").fill(name)
            page.get_by_label("密码").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{address}/")
            known[name] = context.storage_state()
            context.close()
        return known[name]

    return state


@pytest.fixture
def open_page(browser: Any, address: str, states: Callable[[str], Any]) -> Iterator[Callable[..., Any]]:
    """A page of a signed-in account; anything the browser complains about fails the test."""
    contexts, complaints = [], []

    def opened(name: str, path: str, width: int = 1280) -> Any:
        context = browser.new_context(
            storage_state=states(name), viewport={"width": width, "height": 800}, locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if _complains(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith(address) else complaints.append(request.url),
        )
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _complains(message: Any) -> bool:
    """A refusal that a page explains is a 409; the browser remarks on it all the same."""
    return message.type == "error" and "409 (Conflict)" not in message.text
