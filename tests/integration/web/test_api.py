"""The interface for programs: fuzzed from its own description, by every role, and never beyond it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from evidence.config import Workspace
from evidence.domain.case import in_force
from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.domain.week import Week
from evidence.forms.people import Contact, EnterpriseContacts, store
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.events import PartiesImported
from evidence.ledger.facts import gather
from evidence.rules.judge import judge
from evidence.web.api.tokens import make_token, revoke_token
from evidence.web.host import Host
from evidence.web.roles import Act, Role, may
from tests.support import sample
from tests.support.desk_fixture import CHECK_RECORD

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def tokens(host: Host) -> dict[Role, str]:
    return {role: make_token(f"test-{role.value}", role.value) for role in Role}


@pytest.fixture
def ask(tokens: dict[Role, str]) -> Ask:
    client = Client(SERVER_NAME="127.0.0.1")

    def asked(path: str, role: Role | None = Role.AUDITOR, **given: Any) -> Any:
        headers = {} if role is None else {"Authorization": f"Bearer {tokens[role]}"}
        if "file" in given:
            return client.post(f"/api/{path}", {"file": given["file"]}, headers=headers)
        return client.get(f"/api/{path}", given, headers=headers)

    return asked


@pytest.fixture(scope="module", autouse=True)
def inbox_as_before(workspace: Workspace) -> Iterator[None]:
    """Other tests look at the same inbox."""
    before = set(workspace.inbox.rglob("*"))
    yield
    for path in set(workspace.inbox.rglob("*")) - before:
        path.unlink()


@pytest.fixture(scope="module")
def described(host: Host) -> schemathesis.BaseSchema:
    """The interface as it describes itself."""
    from django.core.wsgi import get_wsgi_application

    return schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())


@pytest.mark.parametrize("role", list(Role))
def test_no_request_made_from_the_description_breaks_the_program(
    described: schemathesis.BaseSchema, tokens: dict[Role, str], role: Role
) -> None:
    headers = {"Authorization": f"Bearer {tokens[role]}"}
    tried = 0
    for found in described.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def fuzz(case: schemathesis.Case) -> None:
            response = case.call(headers=headers)
            assert response.status_code < 500, (case.path, response.text)
            act = Act.SEE if case.method.upper() == "GET" else Act.UPLOAD
            assert response.status_code >= 400 or may(role, act), (case.path, "beyond the role")
            case.validate_response(response, checks=[response_schema_conformance, status_code_conformance])

        fuzz()
        tried += 1
    assert tried == 12


@pytest.fixture
def description(host: Host) -> dict[str, Any]:
    """What another program reads first."""
    described: dict[str, Any] = Client(SERVER_NAME="127.0.0.1").get("/api/openapi.json").json()
    return described


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            yield path, method, told


def whole(ask: Ask, path: str, **given: Any) -> list[dict[str, Any]]:
    """A list, fetched page by page as another program would."""
    rows: list[dict[str, Any]] = []
    while True:
        page = ask(path, offset=len(rows), limit=7, **given).json()
        rows += page["items"]
        if len(rows) >= page["count"] or not page["items"]:
            return rows


def test_the_description_tells_of_every_address_what_it_takes_who_may_and_how_it_refuses(
    description: dict[str, Any],
) -> None:
    found = list(operations(description))
    assert len(found) == 12
    assert description["openapi"].startswith("3.1")
    (scheme,) = description["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for path, method, told in found:
        assert method == "get" or path == "/api/arrivals", "one thing alone can be written"
        assert told["description"].strip(), path
        assert told["security"], path
        assert {"401", "403", "429"} <= told["responses"].keys(), path


def test_every_address_of_the_description_answers_each_role_as_the_table_of_roles_says(
    description: dict[str, Any], ask: Ask, workspace: Workspace
) -> None:
    view = workspace.ledger.view
    there = {
        "/api/enterprises/{id}": view.enterprises()[0].id,
        "/api/cases/{id}": view.cases()[0].id,
        "/api/documents/{number}": CHECK_RECORD,
        "/api/arrivals/{id}": view.arrivals()[0].id,
    }
    needed = {"/api/documents": {"case": view.cases()[0].id}}
    for path, method, _told in operations(description):
        act = Act.SEE if method == "get" else Act.UPLOAD
        plain = path.removeprefix("/api/").partition("{")[0] + there.get(path, "")
        assert "{" not in path or path in there, f"{path} is not walked"
        for role in Role:
            given = (
                {"file": SimpleUploadedFile(f"走-{role.value}.pdf", b"%PDF-1.4")} if method == "post" else {}
            )
            answer = ask(plain, role, **given, **needed.get(path, {}))
            expected = (200 if method == "get" else 202) if may(role, act) else 403
            assert answer.status_code == expected, (path, role, answer.content)
            if expected == 403:
                assert set(answer.json()) == {"what", "remedy"}, "a refusal tells nothing else"


def test_what_is_fetched_page_by_page_is_what_the_ledger_knows(ask: Ask, workspace: Workspace) -> None:
    view = workspace.ledger.view
    assert [row["id"] for row in whole(ask, "enterprises")] == [each.id for each in view.enterprises()]
    assert [row["arrival"] for row in whole(ask, "arrivals")] == [each.id for each in view.arrivals()]
    assert [row["id"] for row in whole(ask, "packages")] == [each.id for each in view.packages()]
    hazards = {(row["case"], row["id"]): row for row in whole(ask, "hazards")}
    known = {
        (case.id, hazard.id): hazard
        for case in view.cases()
        for visit in in_force(view.visits(case.id))
        for hazard in visit.hazards
    }
    assert hazards.keys() == known.keys()
    assert known
    for key, hazard in known.items():
        told = hazards[key]
        assert (told["description"], told["grade"]) == (hazard.description, hazard.grade.value)
        assert told["deadline"] == (None if hazard.deadline is None else hazard.deadline.isoformat())
    for case in view.cases():
        documents = whole(ask, "documents", case=case.id)
        assert [row["number"] for row in documents] == [each.form.number for each in view.documents(case.id)]
        for row in documents:
            assert ask(f"documents/{row['number']}").json() == row
        assert ask(f"cases/{case.id}").json() in whole(ask, "cases", enterprise=case.enterprise)
    findings = whole(ask, "findings", week="2022-W13")
    judged = judge(
        gather(view, week=Week(2022, 13), case=None, at=sample.FRIDAY),
        workspace.settings.parameters,
        sample.FRIDAY,
    )
    assert [(row["rule_id"], row["kind"], row["message"]) for row in findings] == [
        (each.rule_id, each.kind.value, each.message) for each in judged
    ]


def test_an_upload_is_an_arrival_of_the_same_bytes_once_the_inbox_was_looked_at(
    ask: Ask, workspace: Workspace
) -> None:
    content = b"%PDF-1.4 from a scanner"
    told = ask("arrivals", Role.CLERK, file=SimpleUploadedFile("扫描仪2.pdf", content)).json()
    assert told["bytes"] == len(content)
    assert (workspace.inbox / told["path"]).read_bytes() == content


def test_what_still_waits_is_found_by_the_outcome_it_is_shown_with(ask: Ask, workspace: Workspace) -> None:
    arrival = ArrivalId("A-20220401-0777")
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival,
            path="待读.pdf",
            sha256=Sha256("7" * 64),
            bytes=1,
            received_at=sample.FRIDAY,
            media_type="application/pdf",
        ),
    )
    (row,) = [each for each in whole(ask, "arrivals") if each["arrival"] == arrival]
    try:
        assert row in whole(ask, "arrivals", outcome=row["outcome"])
    finally:  # others look at the same ledger
        workspace.ledger.append("test", ArrivalJudged(arrival=arrival, outcome="duplicate"))


def test_without_a_token_with_a_wrong_one_and_with_a_revoked_one_nothing_is_said(ask: Ask) -> None:
    assert ask("cases", None).status_code == 401
    client = Client(SERVER_NAME="127.0.0.1")
    assert client.get("/api/cases", headers={"Authorization": "Bearer evd_wrong"}).status_code == 401
    secret = make_token("short", "auditor")
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/cases", headers=headers).status_code == 200
    assert revoke_token("short")
    assert client.get("/api/cases", headers=headers).status_code == 401


def test_what_the_desk_shows_is_answered(ask: Ask, workspace: Workspace) -> None:
    view = workspace.ledger.view
    cases = ask("cases").json()
    assert cases["count"] == len(view.cases())
    assert [row["id"] for row in cases["items"]] == [case.id for case in view.cases()]
    document = ask(f"documents/{CHECK_RECORD}").json()
    verdicts = {mark["role"]: mark["verdict"] for mark in document["marks"]}
    assert (verdicts["escort"], verdicts["principal"]) == ("absent", "undecided")
    waiting = ask("arrivals", outcome="unidentified", limit=1000).json()["items"]
    assert {row["arrival"] for row in waiting} == {each.id for each in view.arrivals("unidentified")}
    findings = ask("findings", week="2022-W13").json()
    assert findings["count"] > 50
    hazards = ask("hazards", limit=5).json()
    assert len(hazards["items"]) <= 5
    assert hazards["count"] >= len(hazards["items"])


@pytest.mark.parametrize("path", ["cases/WJB22-9999", "enterprises/none", "documents/x", "arrivals/A-1"])
def test_what_is_not_there_is_404_in_json(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert answer.status_code == 404
    assert answer.json()["what"]


def test_telephones_and_names_of_people_never_leave(ask: Ask, workspace: Workspace) -> None:
    ledger = workspace.ledger
    first = ledger.view.enterprises()[0]
    contacts = EnterpriseContacts(principal=Contact(name="钱多多", telephone="13800001234"))
    stored = store(workspace.originals, contacts)
    assert stored is not None
    told = replace(first, contacts=stored)
    ledger.append("test", PartiesImported(source=stored, enterprises=(told,)))
    for path in ("enterprises", f"enterprises/{first.id}", "cases", "hazards", "packages", "arrivals"):
        said = json.dumps(ask(path).json(), ensure_ascii=False)
        assert "13800001234" not in said
        assert "钱多多" not in said


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.CLERK, 202), (Role.LEAD, 202), (Role.AUDITOR, 403), (Role.REGULATOR, 403)],
)
def test_a_file_is_taken_from_whom_the_role_allows(
    ask: Ask, workspace: Workspace, role: Role, status: int
) -> None:
    name = f"扫描-{role.value}.pdf"
    answer = ask("arrivals", role, file=SimpleUploadedFile(name, b"%PDF-1.4"))
    assert answer.status_code == status
    assert (workspace.inbox / name).exists() is (status == 202)


def test_a_name_full_of_tricks_stays_within_the_inbox(ask: Ask, workspace: Workspace) -> None:
    answer = ask("arrivals", Role.CLERK, file=SimpleUploadedFile("../../evil.pdf", b"x"))
    assert answer.status_code == 202
    assert (workspace.inbox / answer.json()["path"]).parent == workspace.inbox


def test_too_many_requests_are_told_to_wait(host: Host, workspace: Workspace) -> None:
    before = workspace.settings
    slow = replace(before, api=replace(before.api, requests_per_minute=2))
    object.__setattr__(workspace, "settings", slow)
    secret = make_token("hasty", "auditor")
    client, headers = Client(SERVER_NAME="127.0.0.1"), {"Authorization": f"Bearer {secret}"}
    try:
        codes = [client.get("/api/cases", headers=headers).status_code for _ in range(4)]
    finally:
        object.__setattr__(workspace, "settings", before)
    assert codes == [200, 200, 429, 429]


def test_a_workspace_that_did_not_switch_it_on_has_no_interface(ask: Ask, workspace: Workspace) -> None:
    before = workspace.settings
    object.__setattr__(workspace, "settings", replace(before, api=replace(before.api, enabled=False)))
    try:
        assert ask("cases").status_code == 404
        assert Client(SERVER_NAME="127.0.0.1").get("/api/openapi.json").status_code == 404
    finally:
        object.__setattr__(workspace, "settings", before)
