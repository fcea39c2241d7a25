"""The page for the telephone: what an inspector sees there, and that it opens without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from evidence.config import Workspace
from evidence.domain.identifiers import PersonId
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import Week, local_date
from evidence.ledger.events import PlanFiled
from evidence.web.host import Host
from evidence.web.site.words import PHRASES
from tests import world
from tests.integration.web.conftest import PASSWORD

SCRIPTS = Path(__file__).parents[3] / "evidence/web/static/desk/site"
TODAY = local_date(world.FRIDAY)


@pytest.fixture(scope="module", autouse=True)
def plan(workspace: Workspace) -> Plan:
    """This week's plan with one recheck of P1's and one of somebody else's."""
    view = workspace.ledger.view
    week = str(Week.of(TODAY))
    version = 1 + max((each.version for each in view.plans() if each.week == week), default=0)
    case = view.case(world.HEAVY)
    other = view.case(world.CHECKED)
    assert case is not None
    assert other is not None
    line = PlanLine(
        day=TODAY,
        enterprise=case.enterprise,
        work=PlannedWork.URGING,
        case=case.id,
        experts=(PersonId("P1"),),
    )
    theirs = replace(line, enterprise=other.enterprise, case=other.id, experts=(PersonId("P2"),))
    made = Plan(week=week, version=version, filed_on=TODAY, lines=(line, theirs))
    workspace.ledger.append("test", PlanFiled(plan=made), at=world.FRIDAY)
    return made


@pytest.fixture
def signed_in(host: Host) -> Callable[[str], Client]:
    def made(name: str, *, csrf: bool = False) -> Client:
        from django.contrib.auth import get_user_model

        client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=csrf)
        user = get_user_model().objects.get(username=name)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return made


@pytest.fixture
def phone(browser: Any, address: str) -> Iterator[Any]:
    """A signed-in telephone; whatever its scripts complain about fails the test."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True,
        locale="zh-CN",
    )  # fmt: skip
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/login/?next=/site/")
    page.get_by_label("账号").fill("inspector")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/site/")
    yield page
    context.close()
    assert complaints == []


def test_an_inspector_gets_the_own_visits_and_nobody_elses(
    signed_in: Callable[[str], Client], plan: Plan
) -> None:
    bundle = signed_in("inspector").get("/site/bundle.json").json()
    assert [each["enterprise"]["id"] for each in bundle["visits"]] == [plan.lines[0].enterprise]
    assert plan.lines[1].enterprise not in json.dumps(bundle)
    assert bundle["token"]


@pytest.mark.parametrize(("name", "status"), [("auditor", 403), ("regulator", 403)])
def test_readers_get_no_visits(signed_in: Callable[[str], Client], name: str, status: int) -> None:
    assert signed_in(name).get("/site/bundle.json").status_code == status


def test_strangers_get_the_empty_page_and_no_data(host: Host) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    assert client.get("/site/bundle.json").status_code == 401
    page = client.get("/site/")
    assert page.status_code == 200
    assert "camera=(self)" in page["Permissions-Policy"]
    assert "worker-src 'self'" in page["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/live/", "/cases/", "/inbox/", "/friday/", "/numbers/", "/registers/", "/plan/", "/accounts/"]
)
def test_an_inspector_reaches_no_page_of_the_desk(signed_in: Callable[[str], Client], path: str) -> None:
    answer = signed_in("inspector").get(path)
    assert answer.status_code == 403
    assert "worker-src" not in answer["Content-Security-Policy"]
    assert "camera=()" in answer["Permissions-Policy"]


def test_signing_in_leads_an_inspector_to_the_own_page(signed_in: Callable[[str], Client]) -> None:
    assert signed_in("inspector").get("/")["Location"] == "/site/"


def test_every_phrase_of_the_scripts_is_in_the_list() -> None:
    said = {
        phrase
        for path in SCRIPTS.glob("*.js")
        for phrase in re.findall(
            r"""(?:\bt|tell)\("([^"]+)"\)|"([^"\n]*[。：])\"""", path.read_text(encoding="utf-8")
        )
        for phrase in phrase
        if phrase
    }
    assert said - set(PHRASES) == set()


def test_every_script_says_what_it_is_for_and_stays_small() -> None:
    for path in SCRIPTS.glob("*.js"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("// ")
        assert len(lines) < 200


def test_the_page_opens_without_a_network_after_one_visit(phone: Any, address: str) -> None:
    phone.get_by_role("button", name="督促").wait_for()
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(True)
    phone.goto(f"{address}/site/")
    phone.get_by_role("button", name="督促").click()
    phone.get_by_role("button", name="到达", exact=True).click()
    phone.get_by_text("已存在本机").wait_for()
    kept = phone.get_by_label("到达时间").input_value()
    assert kept
    phone.reload()
    phone.get_by_role("button", name="督促").click()
    assert phone.get_by_label("到达时间").input_value() == kept
