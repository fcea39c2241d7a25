"""The page for the telephone: what an inspector sees there, and that it opens without a network."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from evidence.config import Workspace
from evidence.domain.identifiers import PersonId, VisitId
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import Week, local_date
from evidence.ledger.events import PlanFiled, VisitRecorded, VisitWithdrawn
from evidence.web.host import Host
from evidence.web.site.words import PHRASES
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.site_day import set_pin, unlock
from tests.support import sample

SCRIPTS = Path(__file__).parents[3] / "evidence/web/static/desk/site"
TODAY = local_date(sample.FRIDAY)


@pytest.fixture(scope="module", autouse=True)
def plan(workspace: Workspace) -> Plan:
    """This week's plan with one recheck of P1's and one of somebody else's."""
    view = workspace.ledger.view
    week = str(Week.of(TODAY))
    version = 1 + max((each.version for each in view.plans() if each.week == week), default=0)
    case = view.case(sample.HEAVY)
    other = view.case(sample.CHECKED)
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
    workspace.ledger.append("test", PlanFiled(plan=made), at=sample.FRIDAY)
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
    set_pin(page)
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
    unlock(phone)
    phone.get_by_role("button", name="督促").click()
    phone.get_by_role("button", name="到达", exact=True).click()
    phone.get_by_text("已存在本机").wait_for()
    kept = phone.get_by_label("到达时间").input_value()
    assert kept
    phone.reload()
    unlock(phone)
    phone.get_by_role("button", name="督促").click()
    assert phone.get_by_label("到达时间").input_value() == kept


# What comes back.


def _jpeg(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def send(signed_in: Callable[..., Client]) -> Callable[..., Any]:
    """Send one visit as the page does."""
    client = signed_in("inspector")
    bundle = client.get("/site/bundle.json").json()
    (planned,) = [each for each in bundle["visits"] if each["kind"] == "督促"]

    def sent(key: str = "", **changed: Any) -> Any:
        typed = {field["name"]: field["values"] for field in planned["head"] if field["values"]}
        typed |= CALL | changed.pop("typed", {})
        body = {
            "key": key or planned["key"],
            "kind": "督促",
            "case": planned["case"],
            "typed": typed,
            **changed,
        }
        return client.post("/site/visits/", json.dumps(body), content_type="application/json")

    return sent


CALL = {
    "head|到达时间": ["2022-04-01T10:00"],
    "head|离开时间": ["2022-04-01T10:05"],
    "head|督促方式": ["电话"],
    "head|企业态度": ["积极"],
    "head|接洽人": ["王芳"],
}


def _urgings(workspace: Workspace) -> list[tuple[str, int]]:
    visits = workspace.ledger.view.visits(sample.HEAVY)
    return [(each.id, each.version) for each in visits if each.kind.value == "urging"]


@pytest.fixture
def taken_back(workspace: Workspace) -> Iterator[None]:
    """Visits that a test enters are withdrawn after it, and telephones forget them."""
    before = set(_urgings(workspace))
    yield
    from evidence.web.models import SiteVisit

    SiteVisit.objects.all().delete()
    for identifier in {each for each, _version in set(_urgings(workspace)) - before}:
        workspace.ledger.append("test", VisitWithdrawn(visit=VisitId(identifier), why="试登记"))


@pytest.mark.usefixtures("taken_back")
def test_a_visit_sent_twice_is_entered_once(send: Callable[..., Any], workspace: Workspace) -> None:
    before = len(_urgings(workspace))
    first, second = send().json(), send().json()
    assert first["receipt"]["version"] == 1
    assert first == second
    assert len(_urgings(workspace)) == before + 1


@pytest.mark.usefixtures("taken_back")
def test_a_visit_sent_again_after_the_desk_forgot_it_is_entered_once(
    send: Callable[..., Any], workspace: Workspace
) -> None:
    from evidence.web.models import SiteVisit

    first = send().json()
    SiteVisit.objects.all().delete()
    size = workspace.ledger.head.size
    assert send().json()["receipt"] == first["receipt"]
    assert workspace.ledger.head.size == size


@pytest.mark.usefixtures("taken_back")
def test_a_refused_fact_is_named_and_the_rest_goes_through(
    send: Callable[..., Any], workspace: Workspace
) -> None:
    answer = send(typed={"head|通话分钟": ["很久"], "head|情况": ["已电话督促"]}).json()
    assert [each["field"] for each in answer["refused"]] == ["head|通话分钟"]
    assert answer["refused"][0]["what"]
    visits = workspace.ledger.view.visits(sample.HEAVY)
    assert [each.summary for each in visits if each.id == answer["receipt"]["visit"]] == ["已电话督促"]


@pytest.mark.usefixtures("taken_back")
def test_leaving_before_arrival_is_refused_at_its_field(send: Callable[..., Any]) -> None:
    answer = send(typed={"head|离开时间": ["2022-04-01T09:00"]}).json()
    assert [each["field"] for each in answer["refused"]] == ["head|离开时间"]
    assert answer["receipt"] is not None


@pytest.mark.usefixtures("taken_back")
def test_what_another_changed_meanwhile_is_not_overwritten(
    send: Callable[..., Any], workspace: Workspace
) -> None:
    first = send().json()["receipt"]
    stored = next(each for each in workspace.ledger.view.visits(sample.HEAVY) if each.id == first["visit"])
    corrected = replace(stored, version=2, summary="资料员更正")
    workspace.ledger.append("clerk", VisitRecorded(visit=corrected))
    size = workspace.ledger.head.size
    answer = send(typed={"head|情况": ["手机上的"]})
    assert answer.status_code == 409
    assert answer.json()["receipt"] is None
    assert "资料员更正" in json.dumps(answer.json(), ensure_ascii=False)
    assert workspace.ledger.head.size == size


@pytest.mark.usefixtures("taken_back")
def test_the_telephone_may_correct_what_it_sent(send: Callable[..., Any], workspace: Workspace) -> None:
    first = send().json()["receipt"]
    second = send(typed={"head|情况": ["补充说明"]}).json()["receipt"]
    assert second == {**first, "version": 2}


def test_a_visit_of_somebody_else_is_not_taken(
    send: Callable[..., Any], plan: Plan, workspace: Workspace
) -> None:
    size = workspace.ledger.head.size
    theirs = plan.lines[1]
    assert send(key=f"{theirs.enterprise}/督促/{TODAY}").status_code == 409
    assert send(case=theirs.case).status_code == 409
    assert workspace.ledger.head.size == size


@pytest.mark.parametrize(
    "broken",
    [
        {"photographs": {"隐患|0|照片": ["../../evidence"]}},
        {"typed": {"隐患|99999999|描述": ["x"]}},
        {"typed": {"检查项目|x|结果": ["合格"]}},
        {"typed": {"head|情况": "no list"}},
        {"key": "k" * 121},
    ],
)
def test_a_sending_of_another_shape_is_refused(send: Callable[..., Any], broken: dict[str, Any]) -> None:
    answer = send(**broken)
    assert answer.status_code == 400
    assert answer.json()["remedy"]


def test_a_sending_of_another_shape_comes_back_to_be_corrected(send: Callable[..., Any]) -> None:
    typed = {"head|情况": ["写了很久"]}
    answer = send(typed=typed, enterprise="名" * 201, page={"rows": {"隐患": 1}}, times=["no times"])
    assert answer.status_code == 400
    sent = answer.json()["sent"]
    assert sent["typed"]["head|情况"] == ["写了很久"]
    assert sent["page"] == {"rows": {"隐患": 1}}
    assert "times" not in sent


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "", b"\xff"])
def test_what_no_telephone_wrote_gives_nothing_back(
    signed_in: Callable[..., Client], body: str | bytes
) -> None:
    answer = signed_in("inspector").post("/site/visits/", body, content_type="application/json")
    assert answer.status_code == 400
    assert "sent" not in answer.json()


def test_a_photograph_is_kept_under_its_digest_and_nothing_else(signed_in: Callable[..., Client]) -> None:
    client, picture = signed_in("inspector"), _jpeg()
    digest = hashlib.sha256(picture).hexdigest()
    address = f"/site/photographs/{digest}/"
    assert client.get(address).status_code == 404
    assert client.put(address, picture[:-1], content_type="image/jpeg").status_code == 400
    assert client.get(address).status_code == 404
    assert client.put(address, picture, content_type="image/jpeg").status_code == 201
    assert client.put(address, picture, content_type="image/jpeg").status_code == 201
    assert client.get(address).status_code == 200
    assert client.put("/site/photographs/..%2Fx/", picture).status_code in (400, 404)
    part = {"Content-Range": f"bytes 0-{len(picture) - 1}/{len(picture)}"}
    assert client.put(address, picture, content_type="image/jpeg", headers=part).status_code == 400


def test_nothing_is_taken_without_the_token(signed_in: Callable[..., Client]) -> None:
    client = signed_in("inspector", csrf=True)
    assert client.post("/site/visits/", "{}", content_type="application/json").status_code == 403
    assert client.put("/site/photographs/" + "0" * 64 + "/", b"x").status_code == 403


@pytest.mark.usefixtures("taken_back")
def test_a_call_written_without_a_network_is_delivered_when_there_is_one(
    phone: Any, address: str, workspace: Workspace
) -> None:
    before = len(_urgings(workspace))
    phone.get_by_role("button", name="督促").wait_for()
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="督促").click()
    phone.get_by_label("到达时间").fill("2022-04-01T14:00")
    phone.get_by_label("离开时间").fill("2022-04-01T14:05")
    phone.get_by_label("电话", exact=True).first.check()
    phone.get_by_label("积极", exact=True).check()
    phone.get_by_label("情况", exact=True).fill("已电话督促，企业正在整改。")
    phone.get_by_role("button", name="完成并送出").click()
    phone.get_by_text("待送").wait_for()
    assert len(_urgings(workspace)) == before
    phone.close()
    again = phone.context.new_page()
    phone.context.set_offline(False)
    again.goto(f"{address}/site/")
    unlock(again)
    again.locator("#state", has_text="已送达").wait_for()
    assert len(_urgings(workspace)) == before + 1
    again.reload()
    unlock(again)
    again.locator(".card", has_text="已送达").wait_for()
    assert len(_urgings(workspace)) == before + 1


@pytest.mark.usefixtures("taken_back")
def test_a_visit_outside_the_plan_asks_for_its_reason_and_goes_through(
    phone: Any, workspace: Workspace
) -> None:
    before = {each.id for each in workspace.ledger.view.all_visits()}
    phone.get_by_text("计划外检查").click()
    phone.locator("[name=enterprise]").fill("丰禾机械")
    phone.get_by_role("button", name="现场指导").click()
    phone.get_by_label("到达时间").fill("2022-04-01T09:00")
    phone.get_by_label("离开时间").fill("2022-04-01T09:30")
    phone.get_by_role("button", name="完成并送出").click()
    phone.get_by_role("alert").get_by_text("计划外的检查须在“计划外说明”写明原因。").wait_for()
    phone.get_by_label("计划外说明").fill("企业来电求助")
    phone.get_by_role("button", name="完成并送出").click()
    phone.locator("#state", has_text="已送达").wait_for()
    (made,) = [each for each in workspace.ledger.view.all_visits() if each.id not in before]
    assert (made.kind.value, made.change_note, made.experts) == ("guidance", "企业来电求助", ("P1",))
    workspace.ledger.append("test", VisitWithdrawn(visit=made.id, why="试登记"))
