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
from django.contrib.auth.hashers import Argon2PasswordHasher

from evidence.config import Workspace
from evidence.demo.story import Story
from evidence.web import server
from evidence.web.board import Board
from evidence.web.host import Host
from tests.integration.web.site_day import Telephone, planned_day, telephone_of
from tests.support.agency_directories import ldap, ldap_server, oidc_server, provider, set_up
from tests.support.demonstration import demo
from tests.support.desk_fixture import make_workspace

__all__ = ["demo", "ldap", "ldap_server", "oidc_server", "provider", "set_up"]

PASSWORD = "gaoxin-2022-desk"
PEOPLE = {"lead": "陈立群", "clerk": "陆文静", "auditor": "审计员", "regulator": "吴海峰", "inspector": "P1"}
# Playwright keeps an event loop in the test thread; the tests still call Django one at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = "/usr/bin/chromium-headless-shell"
# A password's full price, a hundred megabytes filled twice, is paid some hundred times and proves nothing.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("desk") / "工作区")


@pytest.fixture(scope="session")
def host(workspace: Workspace) -> Host:
    Board.patience_s = 600  # a busy machine must not show the page of the first seconds
    made = server.prepare(workspace, server.Place())
    from evidence.web.accounts import create_account
    from evidence.web.acting import roster_id

    for name, person in PEOPLE.items():
        tied = roster_id(workspace.ledger.view, person)
        create_account(username=name, person=person, role=name, password=PASSWORD, roster_id=tied)
    return made


@pytest.fixture(autouse=True)
def as_it_opens_first(request: pytest.FixtureRequest) -> Iterator[None]:
    """今天 opens with everybody's lines, nobody is locked out, nothing is being made any more."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("job-"):
            thread.join(timeout=300)
    if "host" in request.fixturenames:
        from axes.models import AccessAttempt

        from evidence.web.models import Seat

        AccessAttempt.objects.all().delete()
        Seat.objects.filter(own_lines=True).update(own_lines=False)


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


@pytest.fixture(scope="module")
def story(
    request: pytest.FixtureRequest, host: Host, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """A planned day at the desk; the module's `ACCOUNT` is the inspector's, since the desk is everybody's."""
    root = tmp_path_factory.mktemp("phone") / "工作区"
    with planned_day(root, request.module.ACCOUNT, PASSWORD) as made:
        yield made


@pytest.fixture
def phone(request: pytest.FixtureRequest, browser: Any, address: str, story: Story) -> Iterator[Telephone]:
    """That inspector's telephone."""
    with telephone_of(browser, address, request.module.ACCOUNT, PASSWORD) as made:
        yield made


_EXPECTED = ("409 (Conflict)", "ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
"""A refusal that a page explains, and what a page asks for by itself while a test has cut its line."""


def _complains(message: Any) -> bool:
    """The browser remarks on these all the same."""
    return message.type == "error" and not any(words in message.text for words in _EXPECTED)
