"""Acts at the desk: by whom, once, and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evidence.config import Workspace
from evidence.domain.identifiers import ArrivalId, CaseId, Sha256, VisitId
from evidence.domain.week import SHANGHAI
from evidence.errors import InputError
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, RecordingAssigned
from evidence.ledger.events import WaiverGranted
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import CHECK_RECORD
from tests.support.inbox_fixture import real_pdf

CASE = "WJB22-0002"
ESCORT = {"rule": "G06-escort-signature", "case": CASE, "why": "陪同人员已调离", "week": "2022-W13"}


@pytest.fixture
def clients(host: Host) -> Callable[[str], Client]:
    return signed_in


@pytest.fixture
def untied(host: Host) -> Iterator[None]:
    """The lead's account belongs to nobody for a while."""
    from evidence.web.models import Seat

    seat = Seat.objects.get(user__username="lead")
    seat.roster_id = ""
    seat.save()
    yield
    seat.roster_id = "P1"
    seat.save()


def _letter(data: bytes) -> dict[str, SimpleUploadedFile]:
    return {"attachment": SimpleUploadedFile("意见.pdf", data)}


def _waivers(workspace: Workspace) -> list[WaiverGranted]:
    return [e.event for e in workspace.ledger.entries() if isinstance(e.event, WaiverGranted)]


@pytest.mark.parametrize(
    "data", [b"", b"x", real_pdf()[:400], bytes(9000)], ids=["empty", "text", "cut", "zeros"]
)
def test_what_the_inbox_refuses_lifts_nothing(
    clients: Callable[[str], Client], workspace: Workspace, data: bytes
) -> None:
    before = workspace.ledger.head.size
    response = clients("lead").post("/friday/waive/", {**ESCORT, **_letter(data)})
    assert response.status_code == 409
    assert workspace.ledger.head.size == before


def test_a_form_field_names_nobody(clients: Callable[[str], Client], workspace: Workspace) -> None:
    response = clients("lead").post("/friday/waive/", {**ESCORT, "by": "P4", **_letter(real_pdf())})
    assert response.status_code == 302
    waiver = _waivers(workspace)[-1].waiver
    assert (waiver.by, waiver.account, waiver.stated) == ("P1", "desk:lead", False)


def test_an_account_of_nobody_lifts_nothing(
    clients: Callable[[str], Client], workspace: Workspace, untied: None
) -> None:
    clients("lead").post("/friday/waive/", {**ESCORT, **_letter(real_pdf())})
    assert _waivers(workspace)[-1].waiver.stated
    mark = {"page": "2", "box": "escort", "verdict": "present", "why": "看过原件"}
    before = workspace.ledger.view.document(CHECK_RECORD)
    clients("lead").post(f"/documents/{CHECK_RECORD}/mark/", mark)
    assert workspace.ledger.view.document(CHECK_RECORD) == before


def test_four_clicks_make_one_case(clients: Callable[[str], Client], workspace: Workspace) -> None:
    page = clients("clerk").get("/cases/").content.decode()
    key = re.search(r'name="once" value="([^"]+)"', page)
    assert key is not None
    sent = {"enterprise": "常州市恒冶铸造有限公司", "kind": "new-enterprise", "once": key[1]}
    before = len(workspace.ledger.view.cases())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _n: clients("clerk").post("/cases/open/", sent), range(4)))
    assert len(workspace.ledger.view.cases()) == before + 1
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, answers[0]["Location"])}


def test_another_case_of_the_year_asks_why(clients: Callable[[str], Client], workspace: Workspace) -> None:
    sent = {"enterprise": "云泽包装", "kind": "new-enterprise"}
    assert clients("clerk").post("/cases/open/", sent).status_code == 302
    before = len(workspace.ledger.view.cases())
    asked = clients("clerk").post("/cases/open/", sent)
    assert asked.status_code == 409
    assert "again_why" in asked.content.decode()
    assert len(workspace.ledger.view.cases()) == before
    assert clients("clerk").post("/cases/open/", {**sent, "again_why": "另一厂区"}).status_code == 302
    mistaken = workspace.ledger.view.cases()[-1]
    assert clients("clerk").post(f"/cases/{mistaken.id}/cancel/", {"why": "误开"}).status_code == 302
    cancelled = workspace.ledger.view.case(mistaken.id)
    assert cancelled is not None
    assert cancelled.cancelled_why == "误开"


def test_a_register_entry_that_cannot_be_is_refused_and_a_wrong_one_taken_back(
    clients: Callable[[str], Client], workspace: Workspace
) -> None:
    before = workspace.ledger.head.size
    for sent in (
        {"key": "1", "on": "2099-01-01", "person": "P1"},
        {"key": "1", "on": "1800-01-01", "person": "P1"},
        {"key": "x" * 5000, "on": "2022-03-01", "person": "P1"},
    ):
        assert clients("clerk").post("/registers/assessment/enter/", sent).status_code == 409
    assert workspace.ledger.head.size == before
    sent = {"key": "P1/2022", "on": "2022-03-01", "person": "P1"}
    assert clients("clerk").post("/registers/assessment/enter/", sent).status_code == 302
    gone = {"key": "P1/2022", "why": "登错人"}
    assert clients("clerk").post("/registers/assessment/withdraw/", gone).status_code == 302
    assert [each.key for each in workspace.ledger.view.entries("assessment")] == []


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/cases/open/", {"enterprise": "云泽包装", "kind": "new-enterprise"}),
        (f"/documents/{CHECK_RECORD}/mark/", {"page": "2", "box": "escort", "verdict": "present"}),
        ("/friday/build/", {"week": "2022-W13"}),
        ("/accounts/", {"username": "neu"}),
    ],
)
@pytest.mark.parametrize("key", [{}, {"once": ""}, {"once": "  "}], ids=["none", "empty", "blank"])
def test_a_form_without_a_key_is_refused_in_words(
    clients: Callable[[str], Client],
    workspace: Workspace,
    path: str,
    sent: dict[str, str],
    key: dict[str, str],
) -> None:
    before = workspace.ledger.head.size
    answer = Client.post(clients("lead"), path, {**sent, **key})
    assert answer.status_code == 400
    assert "一次性编号" in answer.content.decode()
    assert workspace.ledger.head.size == before


def test_log_in_language_and_the_auditors_form_need_no_key(clients: Callable[[str], Client]) -> None:
    for path, status in (("/login/", 200), ("/language/", 302), ("/auditor/", 409)):
        assert Client.post(clients("lead"), path, {}).status_code == status


def test_every_form_that_acts_carries_a_key() -> None:
    folder = Path(__file__).parents[3] / "evidence/web/templates/desk"
    harmless = {"login.html", "_agency_ways.html", "code.html", "base.html", "auditor.html"}
    for page in folder.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        if page.name not in harmless:
            assert text.count("{% csrf_token %}") == text.count("{% once %}"), page.name


def test_a_device_whose_clock_runs_ahead_is_asked_with_the_corrected_time(
    clients: Callable[[str], Client], workspace: Workspace
) -> None:
    ahead = timedelta(minutes=40)
    late = (sample.FRIDAY + timedelta(minutes=30)).astimezone(SHANGHAI)
    sent = {
        "head|到达时间": late.strftime("%Y-%m-%dT%H:%M"),
        "head|督促方式": "电话",
        "device_now": str(int((datetime.now(UTC) + ahead).timestamp() * 1000)),
    }
    before = workspace.ledger.head.size
    asked = clients("clerk").post(f"/cases/{CASE}/write/督促/enter/", sent)
    assert asked.status_code == 409
    assert (late - ahead).strftime("%Y-%m-%dT%H:%M") in asked.content.decode()
    assert "40" in asked.content.decode()
    plain = clients("clerk").post(f"/cases/{CASE}/write/督促/enter/", {**sent, "device_now": ""})
    assert plain.status_code == 409
    assert "到达时间" in plain.content.decode()
    assert workspace.ledger.head.size == before


def test_a_hazard_photograph_is_added_later(clients: Callable[[str], Client], workspace: Workspace) -> None:
    arrival = ArrivalId("A-20220401-0094")
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path="护罩.jpg", sha256=Sha256("e" * 64), bytes=1, received_at=sample.FRIDAY,
            media_type="image/jpeg",
        ),
        ArrivalJudged(arrival=arrival, outcome="unidentified", message="没有读到二维码。"),
        at=sample.FRIDAY,
    )  # fmt: skip
    hazard = next(one.id for visit in workspace.ledger.view.visits(CaseId(CASE)) for one in visit.hazards)
    sent = {"action": "case", "case": CASE, "hazard": "H99", "why": "现场照片补充"}
    decide = f"/inbox/{arrival}/decide/"
    before = workspace.ledger.head.size
    assert clients("clerk").post(decide, sent).status_code == 409
    assert workspace.ledger.head.size == before
    assert clients("clerk").post(decide, {**sent, "hazard": hazard.lower()}).status_code == 302
    filed = [each for each in workspace.ledger.view.materials(CaseId(CASE)) if each.arrival == arrival]
    assert [each.hazard for each in filed] == [hazard]
    assert clients("clerk").post(decide, {"action": "undo", "why": "归错了案件"}).status_code == 302
    assert all(each.arrival != arrival for each in workspace.ledger.view.materials(CaseId(CASE)))


def test_a_film_is_taken_from_its_visit_at_the_desk(
    clients: Callable[[str], Client], workspace: Workspace
) -> None:
    arrival = ArrivalId("A-20220401-0093")
    film = replace(
        workspace.ledger.view.recordings(CaseId(CASE))[0], sha256=Sha256("f" * 64), arrival=arrival
    )
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path="补录.mp4", sha256=film.sha256, bytes=1, received_at=sample.FRIDAY,
            media_type="video/mp4",
        ),
        ArrivalJudged(arrival=arrival, outcome="linked", message="已归入", recordings=(film,)),
        RecordingAssigned(sha256=film.sha256, visit=VisitId(f"{CASE}-V1"), by="陆文静", why="看过画面内容"),
        at=sample.FRIDAY,
    )  # fmt: skip
    page = clients("clerk").get(f"/inbox/{arrival}/").content.decode()
    assert f'name="recording" value="{film.sha256}"' in page
    sent = {"action": "release", "recording": film.sha256, "why": "画面是另一家企业"}
    decide = f"/inbox/{arrival}/decide/"
    assert clients("clerk").post(decide, {**sent, "recording": "0" * 64}).status_code == 404
    assert clients("clerk").post(decide, {**sent, "why": ""}).status_code == 409
    assert clients("clerk").post(decide, sent).status_code == 302
    released = workspace.ledger.view.recording(film.sha256)
    assert released is not None
    assert not released.visit


def test_friday_previews_without_writing(clients: Callable[[str], Client], workspace: Workspace) -> None:
    before = workspace.ledger.head.size
    packages = sorted((workspace.root / "archive").rglob("*.zip"))
    shown = clients("clerk").post("/friday/build/", {"week": "2022-W13", "preview": "1"})
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "尚未制作" in page
    assert CHECK_RECORD in page
    assert "✕" in page
    assert workspace.ledger.head.size == before
    assert sorted((workspace.root / "archive").rglob("*.zip")) == packages


@pytest.mark.parametrize(
    ("name", "why", "status"),
    [("clerk", "时间戳服务停机", 403), ("lead", "", 409), ("lead", "。。。。", 409)],
)
def test_an_undecided_package_needs_the_lead_and_a_reason(
    clients: Callable[[str], Client], name: str, why: str, status: int
) -> None:
    sent = {"week": "2022-W13", "accept_indeterminate": "on", "why": why}
    assert clients(name).post("/friday/build/", sent).status_code == status


def test_the_lead_accepts_an_undecided_package_with_a_reason(
    clients: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence.handover import package

    asked: SimpleQueue[package.Order] = SimpleQueue()

    def instead(_office: object, order: package.Order, **_others: object) -> None:
        asked.put(order)
        raise InputError("enough")

    monkeypatch.setattr(package, "build_package", instead)
    sent = {"week": "2022-W13", "accept_indeterminate": "on", "why": "时间戳服务停机"}
    assert clients("lead").post("/friday/build/", sent).status_code == 302
    order = asked.get(timeout=20)
    assert (order.accept_indeterminate, order.allow_incomplete, order.why) == (True, False, "时间戳服务停机")
