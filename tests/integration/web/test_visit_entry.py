"""Entering a visit from the paper that came back: nobody is asked twice, nothing is silently corrected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from evidence.config import Workspace
from evidence.domain.identifiers import CaseId
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import DeskClient, signed_in
from tests.support.desk_fixture import HOSTILE

CALL = {
    "head|到达时间": "2022-03-24T10:00",
    "head|离开时间": "2022-03-24T10:05",
    "head|检查人员": "P2",
    "head|督促方式": "电话",
    "head|企业态度": "积极",
    "head|接洽人": "王芳",
}


@pytest.fixture
def clients(host: Host) -> Callable[[str], Client]:
    return signed_in


def _calls(workspace: Workspace) -> list[tuple[str, int]]:
    visits = workspace.ledger.view.visits(sample.CHECKED)
    return [(each.id, each.version) for each in visits if each.kind.value == "urging"]


def test_a_second_call_of_the_day_is_asked_about(
    clients: Callable[[str], Client], workspace: Workspace
) -> None:
    address = f"/cases/{sample.CHECKED}/write/督促/enter/"
    before = len(_calls(workspace))
    assert clients("clerk").post(address, CALL).status_code == 302
    later = {**CALL, "head|到达时间": "2022-03-24T15:00", "head|离开时间": "2022-03-24T15:04"}
    asked = clients("clerk").post(address, later)
    assert asked.status_code == 409
    assert "当天已登记过同类的一次" in asked.content.decode()
    assert "2022-03-24T15:00" in asked.content.decode()
    assert len(_calls(workspace)) == before + 1
    assert clients("clerk").post(address, {**later, "same_day": "another"}).status_code == 302
    assert len(_calls(workspace)) == before + 2
    first = _calls(workspace)[before][0]
    wordy = {**CALL, "head|情况": "催办两项", "same_day": first}
    assert clients("clerk").post(address, wordy).status_code == 302
    assert (first, 2) in _calls(workspace)
    for identifier in {each for each, _version in _calls(workspace)[before:]}:
        clients("clerk").post(f"/visits/{identifier}/withdraw/", {"why": "试录入"})


def test_a_mistake_stands_at_its_field(clients: Callable[[str], Client], workspace: Workspace) -> None:
    size = workspace.ledger.head.size
    answer = clients("clerk").post(
        f"/cases/{sample.CHECKED}/write/督促/enter/",
        {**CALL, "head|到达时间": "2092-03-24T10:00", "head|离开时间": "2092-03-24T09:00"},
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'id="head|离开时间-error">✕ 离开时间早于到达时间' in page
    assert "王芳" in page
    assert workspace.ledger.head.size == size


def test_a_correction_starts_from_what_is_there(
    clients: Callable[[str], Client], workspace: Workspace
) -> None:
    (check,) = [
        each for each in workspace.ledger.view.visits(CaseId(sample.HEAVY)) if each.kind.value == "check"
    ]
    page = clients("clerk").get(f"/cases/{sample.HEAVY}/write/检查/?correct={check.id}").content.decode()
    assert 'name="correcting"' in page
    for hazard in check.hazards:
        assert hazard.description in page
        assert f'value="{hazard.id}"' in page


def test_what_is_known_is_filled_in(clients: Callable[[str], Client], workspace: Workspace) -> None:
    (check,) = [
        each for each in workspace.ledger.view.visits(CaseId(sample.HEAVY)) if each.kind.value == "check"
    ]
    page = clients("lead").get(f"/cases/{sample.HEAVY}/write/复查/").content.decode()
    for person in check.experts:
        assert f'name="head|检查人员" value="{person}" checked' in page
    for device in check.devices:
        assert f'name="head|记录仪" value="{device}" checked' in page
    assert "上次登记" in page


def test_two_people_at_one_visit_see_each_other(
    clients: Callable[[str], Client], workspace: Workspace
) -> None:
    address = f"/cases/{sample.CHECKED}/write/指导/"
    clients("clerk").get(address)
    page = clients("lead").get(address).content.decode()
    assert "陆文静 也在录入这一份" in page


def test_after_a_lost_session_signing_in_leads_back(host: Host) -> None:
    stranger = DeskClient(SERVER_NAME="127.0.0.1")
    back = f"/cases/{sample.CHECKED}/write/督促/"
    answer = stranger.post(f"{back}enter/", CALL, headers={"Referer": f"http://127.0.0.1{back}"})
    assert answer.status_code == 302
    assert "enter" not in answer["Location"]
    assert answer["Location"].startswith("/login/?next=/cases/WJB22-")


def test_what_another_did_meanwhile_is_told_before_anything_is_decided(
    clients: Callable[[str], Client], workspace: Workspace
) -> None:
    address = f"/inbox/{HOSTILE}/decide/"
    seen = str(workspace.ledger.head.size)
    first = {"action": "reject", "why": "与前一件内容重复", "seen": seen}
    answer = clients("clerk").post(address, first)
    assert answer.status_code == 302, answer.content.decode()
    size = workspace.ledger.head.size
    answer = clients("lead").post(address, {"action": "retry", "why": "请再识别一次", "seen": seen})
    assert answer.status_code == 409
    assert "陆文静" in answer.content.decode()
    assert workspace.ledger.head.size == size
    undo = {"action": "undo", "seen": str(size)}
    assert clients("clerk").post(address, undo).status_code == 302


def test_an_entry_made_meanwhile_is_told_with_the_form(
    clients: Callable[[str], Client], workspace: Workspace
) -> None:
    address = f"/cases/{sample.CHECKED}/write/督促/enter/"
    seen = str(workspace.ledger.head.size)
    assert clients("clerk").post(address, CALL).status_code == 302
    (visit,) = [each for each in workspace.ledger.view.visits(sample.CHECKED) if each.kind.value == "urging"]
    other = {**CALL, "head|到达时间": "2022-03-25T10:00", "head|离开时间": "2022-03-25T10:05", "seen": seen}
    answer = clients("lead").post(address, other)
    assert answer.status_code == 409
    assert "陆文静" in answer.content.decode()
    assert "2022-03-25T10:00" in answer.content.decode()
    assert clients("clerk").post(f"/visits/{visit.id}/withdraw/", {"why": "试录入"}).status_code == 302


def test_a_blank_rectification_report_is_one_press(clients: Callable[[str], Client]) -> None:
    page = clients("clerk").get(f"/cases/{sample.HEAVY}/issue/rectification-report/")
    assert page.status_code == 409
    assert "签发列好隐患的空白整改报告" in page.content.decode()


def test_a_visit_leads_to_its_correction(clients: Callable[[str], Client], workspace: Workspace) -> None:
    (check,) = [
        each for each in workspace.ledger.view.visits(CaseId(sample.HEAVY)) if each.kind.value == "check"
    ]
    page = clients("clerk").get(f"/cases/{sample.HEAVY}/").content.decode()
    assert f"?correct={check.id}" in page
