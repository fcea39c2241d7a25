"""What a telephone brings beyond the plan: unplanned visits, cameras' own files, first photographs."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from evidence.config import Workspace
from evidence.domain.case import Visit, in_force
from evidence.domain.hazard import Capture
from evidence.domain.identifiers import CaseId, PersonId, VisitId
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import Week, local_date
from evidence.forms.visit_entry import record_visit_file
from evidence.ledger.events import PlanFiled, VisitRecorded, VisitWithdrawn
from evidence.ledger.holdings import digests_of
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import signed_in
from tests.support.forms_fixture import CASE, NOW, forms_fixture

TODAY = local_date(sample.FRIDAY)
KEY = "outside/5f0d2f7e-0000-4000-8000-000000000001"
TYPED = {
    "head|到达时间": ["2022-04-01T10:00"],
    "head|离开时间": ["2022-04-01T10:20"],
    "head|检查人员": ["P1"],
    "head|计划外说明": ["接到举报"],
    "隐患|0|部位": ["配电间"],
    "隐患|0|描述": ["箱门未接地"],
    "隐患|0|等级": ["一般"],
    "隐患|0|整改期限": ["2022-04-16"],
}


@pytest.fixture
def client(host: Host) -> Client:
    from django.contrib.auth import get_user_model

    made = Client(SERVER_NAME="127.0.0.1")
    user = get_user_model().objects.get(username="inspector")
    made.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return made


@pytest.fixture
def send(client: Client) -> Callable[..., Any]:
    def sent(**changed: Any) -> Any:
        typed = TYPED | changed.pop("typed", {})
        body = {"key": KEY, "kind": "检查", "enterprise": "丰禾机械", "typed": typed, **changed}
        return client.post("/site/visits/", json.dumps(body), content_type="application/json")

    return sent


@pytest.fixture(autouse=True)
def taken_back(workspace: Workspace) -> Iterator[None]:
    """What a test enters is withdrawn after it."""
    view = workspace.ledger.view
    before = {each.id for each in view.all_visits()}
    yield
    from evidence.web.models import SiteVisit

    SiteVisit.objects.all().delete()
    for identifier in {each.id for each in view.all_visits()} - before:
        workspace.ledger.append("test", VisitWithdrawn(visit=VisitId(identifier), why="试登记"))


def _visit(workspace: Workspace, receipt: dict[str, Any]) -> Visit:
    case = CaseId(receipt["visit"].rpartition("-V")[0])
    return next(each for each in in_force(workspace.ledger.view.visits(case)) if each.id == receipt["visit"])


def _jpeg(width: int, colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, width // 2), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_visit_outside_the_plan_is_entered_with_its_reason(
    send: Callable[..., Any], workspace: Workspace
) -> None:
    answer = send()
    assert answer.status_code == 200
    visit = _visit(workspace, answer.json()["receipt"])
    assert visit.change_note == "接到举报"
    case = workspace.ledger.view.case(visit.case)
    assert case is not None
    assert case.enterprise == sample.enterprises()[0].id
    assert send().json() == answer.json()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"typed": {"head|计划外说明": [" "]}}, "没有写明原因"),
        ({"enterprise": "没有这家"}, "没有企业"),
        ({"enterprise": ""}, ""),
        ({"typed": {"head|检查人员": ["P2"]}}, "不在您名下"),
        ({"kind": "督促"}, "不在您名下"),
    ],
)
def test_what_nobody_could_stand_for_is_refused_with_its_remedy(
    send: Callable[..., Any], workspace: Workspace, changed: dict[str, Any], said: str
) -> None:
    size = workspace.ledger.head.size
    answer = send(**changed)
    assert answer.status_code == 409
    assert said in answer.json()["what"]
    assert answer.json()["remedy"]
    assert workspace.ledger.head.size == size


def _photographed(client: Client, send: Callable[..., Any], **said: Any) -> Any:
    copy, original = _jpeg(64, "red"), _jpeg(128, "blue")
    digests = [hashlib.sha256(each).hexdigest() for each in (copy, original)]
    for digest, data in zip(digests, (copy, original), strict=True):
        assert client.put(f"/site/photographs/{digest}/", data, content_type="image/jpeg").status_code == 201
    told = {"captured_sha256": digests[1], "taken_ms": 1_648_778_400_000, "offset_ms": -5000, **said}
    answer = send(photographs={"隐患|0|照片": digests[:1]}, described={digests[0]: told})
    return digests, answer


def test_the_cameras_own_file_is_an_original_with_what_the_device_said(
    client: Client, send: Callable[..., Any], workspace: Workspace
) -> None:
    where = {"device": "Pixel 1a2b", "latitude_e6": 31_685_000, "longitude_e6": 119_953_000, "accuracy_m": 8}
    (copy, original), answer = _photographed(client, send, **where)
    (picture,) = _visit(workspace, answer.json()["receipt"]).pictures
    said = picture.captured
    assert picture.sha256 == copy
    assert said is not None
    assert said.original == original
    assert (said.device, said.ahead_ms, said.accuracy_m) == ("Pixel 1a2b", -5000, 8)
    assert said.device_time.isoformat() == "2022-04-01T02:00:00+00:00"
    assert original in workspace.originals
    last = workspace.ledger.entries(workspace.ledger.head.size - 1, workspace.ledger.head.size)
    assert {copy, original} <= {digest for entry in last for digest in digests_of(entry)}
    waiting = workspace.root / "desk/site"
    assert [path.name for path in waiting.rglob("*.jpg") if path.stem in {copy, original}] == []


def test_the_case_asks_after_the_manifest_of_the_cameras_own_file(
    client: Client, send: Callable[..., Any], workspace: Workspace
) -> None:
    (copy, original), answer = _photographed(client, send)
    visit = _visit(workspace, answer.json()["receipt"])
    page = signed_in("clerk").get(f"/cases/{visit.case}/").content.decode()
    assert f"/cases/{visit.case}/photographs/{copy}/" in page
    assert f"/cases/{visit.case}/credentials/{original}/" in page
    assert f"/credentials/{copy}/" not in page


def test_a_photograph_whose_original_did_not_come_keeps_the_visit_waiting(
    client: Client, send: Callable[..., Any], workspace: Workspace
) -> None:
    copy = _jpeg(66, "green")
    digest = hashlib.sha256(copy).hexdigest()
    client.put(f"/site/photographs/{digest}/", copy, content_type="image/jpeg")
    told = {"captured_sha256": "0" * 64, "taken_ms": 1, "offset_ms": 0}
    answer = send(photographs={"隐患|0|照片": [digest]}, described={digest: told})
    assert answer.status_code == 409
    assert answer.json()["what"] == "照片没有送到。"


def test_a_correction_at_the_desk_keeps_what_the_telephone_said(
    client: Client, send: Callable[..., Any], workspace: Workspace, tmp_path: Path
) -> None:
    (copy, original), answer = _photographed(client, send)
    visit = _visit(workspace, answer.json()["receipt"])
    (tmp_path / "again.jpg").write_bytes(workspace.originals.path(visit.hazards[0].photos[0]).read_bytes())
    row = {"部位": "配电间", "描述": "箱门未接地", "整改期限": "2022-04-16", "照片": "again.jpg"}
    content = {
        "类型": "检查", "到达时间": "2022-04-01 10:00", "检查人员": "P1", "计划外说明": "举报", "隐患": [row],
    }  # fmt: skip
    path = tmp_path / "登记.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    case = workspace.ledger.view.case(visit.case)
    assert case is not None
    record_visit_file(
        path, case=case, ledger=workspace.ledger, originals=workspace.originals, actor="t", visit=visit.id
    )
    (picture,) = _visit(workspace, {"visit": visit.id}).pictures
    assert isinstance(picture.captured, Capture)
    assert (picture.sha256, picture.captured.original) == (copy, original)


def test_another_accounts_photograph_cannot_be_fetched_from_the_archive_by_its_digest(
    client: Client, workspace: Workspace
) -> None:
    digest = workspace.originals.put_bytes(b"somebody else's")
    assert client.get(f"/site/photographs/{digest}/").status_code == 404
    assert client.get(f"/site/pictures/{digest}/").status_code == 404


def test_a_recheck_takes_the_first_photographs_along(
    client: Client, send: Callable[..., Any], workspace: Workspace
) -> None:
    (copy, _original), answer = _photographed(client, send)
    visit = _visit(workspace, answer.json()["receipt"])
    case = workspace.ledger.view.case(visit.case)
    assert case is not None
    week = str(Week.of(TODAY))
    version = 1 + max(
        (each.version for each in workspace.ledger.view.plans() if each.week == week), default=0
    )
    line = PlanLine(
        day=TODAY,
        enterprise=case.enterprise,
        work=PlannedWork.RECHECK,
        case=case.id,
        experts=(PersonId("P1"),),
    )
    filed = Plan(week=week, version=version, filed_on=TODAY, lines=(line,))
    workspace.ledger.append("test", PlanFiled(plan=filed), at=sample.FRIDAY)
    planned = [each for each in client.get("/site/bundle.json").json()["visits"] if each["kind"] == "复查"]
    (results,) = [rows for each in planned for rows in each["lists"] if rows["name"] == "复查结果"]
    (hazard,) = visit.hazards
    assert results["photographs"] == {hazard.id: [copy]}
    shown = client.get(f"/site/pictures/{copy}/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    workspace.ledger.append("test", PlanFiled(plan=replace(filed, version=version + 1, lines=())))


@pytest.mark.office
def test_a_record_asked_for_twice_at_once_is_issued_once(host: Host, tmp_path: Path) -> None:
    from evidence.web.site.records import record_of

    room = forms_fixture(tmp_path)
    visit = room.ledger.view.visits(CASE)[0]
    ready = Barrier(2)

    def pressed(_press: int) -> str:
        ready.wait()
        return record_of(visit, room.issuer, now=NOW, actor="P01").number

    def pressed_twice() -> set[str]:
        with ThreadPoolExecutor(2) as pool:
            return set(pool.map(pressed, range(2)))

    (first,) = pressed_twice()
    visit = replace(visit, version=2, scope="一号车间")
    room.ledger.append("test", VisitRecorded(visit=visit))
    (second,) = pressed_twice()
    issued = {each.form.number: bool(each.form.voided_why) for each in room.ledger.view.documents(CASE)}
    assert issued == {first: True, second: False}


def test_a_record_is_printed_only_for_the_own_visits(client: Client, workspace: Workspace) -> None:
    theirs = next(each for each in workspace.ledger.view.all_visits() if "P1" not in each.experts)
    body = json.dumps({"visit": theirs.id})
    assert client.post("/site/records/", body, content_type="application/json").status_code == 404
    for broken in ("", "[]", '{"visit": 1}', "{"):
        assert client.post("/site/records/", broken, content_type="application/json").status_code in (
            400,
            404,
        )
    documents = workspace.ledger.view.documents(theirs.case)
    number = next(each.form.number for each in documents if each.form.visit == theirs.id)
    assert client.get(f"/site/records/{number}/").status_code == 404
