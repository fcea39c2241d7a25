"""The desk against strangers and accounts that want more than they may."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client

from evidence.web.host import Host
from tests.integration.web.conftest import PASSWORD
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import CHECK_RECORD, UNKNOWN

pytestmark = pytest.mark.usefixtures("host")
PAGES = [
    "/",
    "/live/",
    "/inbox/",
    f"/inbox/{UNKNOWN}/",
    "/cases/",
    "/cases/WJB22-0002/",
    f"/documents/{CHECK_RECORD}/",
    "/registers/",
    "/registers/training/",
    "/friday/",
    "/plan/",
    "/numbers/",
    "/auditor/",
    "/cell/2022-W13/WJB22-0002/check/",
]
WRITING = [
    "/cases/WJB22-0002/issue/", "/cases/WJB22-0002/issue/interview-notice/", "/cases/WJB22-0002/write/上报/",
]  # fmt: skip
DECISIONS = [
    ("/inbox/upload/", {}),
    (f"/inbox/{UNKNOWN}/decide/", {"action": "reject", "why": "试验"}),
    (f"/documents/{CHECK_RECORD}/mark/", {"page": "2", "box": "escort", "verdict": "present"}),
    ("/friday/waive/", {"rule": "V02-whole-visit", "case": "WJB22-0003", "why": "试验", "by": "P1"}),
    ("/friday/build/", {"week": "2022-W13"}),
    ("/accounts/", {"username": "x"}),
    ("/plan/file/", {"week": "2022-W14", "lines": "0"}),
    ("/cases/open/", {"enterprise": "丰禾机械"}),
    ("/cases/WJB22-0002/write/检查/enter/", {"head|到达时间": "2022-03-14T09:00"}),
    ("/cases/WJB22-0002/write/检查/draft/", {"head|情况": "x"}),
    ("/cases/WJB22-0002/issue/interview-notice/", {"value|约谈地点": "x"}),
    (f"/documents/{CHECK_RECORD}/withdraw/", {"action": "void", "why": "试验"}),
    ("/registers/training/enter/", {"key": "T1", "person": "P1"}),
    ("/plan/forms/", {"week": "2022-W14", "day": "2022-04-06"}),
    (f"/documents/{CHECK_RECORD}/transcribe/", {}),
    ("/visits/WJB22-0002-V1/withdraw/", {"why": "试验"}),
    ("/cases/WJB22-0002/cancel/", {"why": "试验"}),
    ("/registers/training/withdraw/", {"key": "2022-01/P1", "why": "试验"}),
]


@pytest.mark.parametrize("path", [*PAGES, "/accounts/"])
def test_strangers_are_sent_to_the_login(host: Host, path: str) -> None:
    response = Client(SERVER_NAME="127.0.0.1").get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("role", ["lead", "clerk", "auditor", "regulator"])
@pytest.mark.parametrize("path", PAGES)
def test_every_role_may_read(role: str, path: str) -> None:
    assert signed_in(role).get(path).status_code in {200, 204}


@pytest.mark.parametrize("path", WRITING)
@pytest.mark.parametrize(("role", "status"), [("clerk", 200), ("auditor", 403), ("regulator", 403)])
def test_only_those_who_write_see_the_forms(role: str, status: int, path: str) -> None:
    assert signed_in(role).get(path).status_code == status


@pytest.mark.parametrize(("path", "data"), DECISIONS)
@pytest.mark.parametrize("role", ["auditor", "regulator"])
def test_readers_decide_nothing(host: Host, role: str, path: str, data: dict[str, str]) -> None:
    before = host.workspace.ledger.head.size
    assert signed_in(role).post(path, data).status_code == 403
    assert host.workspace.ledger.head.size == before


@pytest.mark.parametrize(("path", "data"), [DECISIONS[3], DECISIONS[5]])
def test_a_clerk_grants_no_exceptions_and_makes_no_accounts(path: str, data: dict[str, str]) -> None:
    assert signed_in("clerk").post(path, data).status_code == 403


def test_a_clerk_declares_nothing_incomplete() -> None:
    data = {"week": "2022-W13", "incomplete": "1", "why": "试验"}
    assert signed_in("clerk").post("/friday/build/", data).status_code == 403


@pytest.mark.parametrize(("path", "data"), DECISIONS)
def test_without_our_token_nothing_is_done(host: Host, path: str, data: dict[str, str]) -> None:
    before = host.workspace.ledger.head.size
    assert signed_in("lead", csrf=True).post(path, data).status_code == 403
    assert host.workspace.ledger.head.size == before


@pytest.mark.parametrize(
    ("path", "_data"),
    [
        each
        for each in DECISIONS
        if each[0] not in {"/accounts/", "/cases/WJB22-0002/issue/interview-notice/"}
    ],
)
def test_decisions_are_no_links(path: str, _data: dict[str, str]) -> None:
    assert signed_in("lead").get(path).status_code == 405


def test_every_page_carries_the_strict_headers() -> None:
    response = signed_in("lead").get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy.replace("https", "http").split("script-src")[1].split(";")[0]
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cache-Control"] == "no-store"
    assert "style=" not in re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.DOTALL)


def test_other_host_names_are_refused(host: Host) -> None:
    assert Client(SERVER_NAME="evil.example").get("/login/").status_code == 400


def test_signing_in_changes_the_session(host: Host) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    client.get("/login/")
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    client.cookies["desk_session"] = before
    client.post("/login/", {"username": "clerk", "password": PASSWORD})
    after = client.cookies["desk_session"].value
    assert after != before
    assert client.cookies["desk_session"]["httponly"]
    assert client.cookies["desk_session"]["samesite"] == "Lax"


def test_five_wrong_passwords_lock_the_account(host: Host) -> None:
    from evidence.web.accounts import create_account

    create_account(username="locked", person="某", role="clerk", password=PASSWORD)
    client = Client(SERVER_NAME="127.0.0.1")
    for _attempt in range(5):
        client.post("/login/", {"username": "locked", "password": "wrong"})
    response = client.post("/login/", {"username": "locked", "password": PASSWORD})
    assert response.status_code == 429
    assert "十五分钟" in response.content.decode()


def test_passwords_are_argon2(host: Host) -> None:
    from django.contrib.auth import get_user_model

    assert get_user_model().objects.get(username="lead").password.startswith("argon2$argon2id$")


def test_the_first_account_page_closes_behind_the_first(host: Host) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    assert client.get(f"/setup/{host.setup_key}/").status_code == 404
    assert client.get("/setup/guess/").status_code == 404


def test_people_of_the_agencys_directory_do_not_close_the_first_account_page(host: Host) -> None:
    """Else the desk would have no lead of its own for the day on which the directory is down."""
    from django.contrib.auth import get_user_model

    from evidence.web.models import AgencyAccount

    client = Client(SERVER_NAME="127.0.0.1")
    with transaction.atomic():
        users = get_user_model().objects
        users.all().delete()
        made = users.create_user(username="from-the-directory")
        AgencyAccount.objects.create(user=made, way="ldap", issuer="ldaps://one", subject="1", account="one")
        status = client.get(f"/setup/{host.setup_key}/").status_code
        transaction.set_rollback(True)
    assert status == 200


def test_an_account_without_a_role_may_nothing(host: Host) -> None:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.create_user(username="seatless", password=PASSWORD)
    try:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/").status_code == 403
    finally:
        user.delete()


def test_the_language_page_leads_nowhere_else(host: Host) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    response = client.post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert response["Location"] == "/"
