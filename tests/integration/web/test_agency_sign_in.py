"""Who comes in by the agency's own OpenID Connect provider, as whom, and who does not."""

from __future__ import annotations

import re
import sys
import threading
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from evidence.config import Workspace
from evidence.web.host import Host
from tests.support.agency_directories import account, by_ldap, by_oidc, stranger
from tests.support.desk_client import signed_in
from tests.support.ldap_server import LdapServer
from tests.support.oidc_provider import Bent, OidcProvider


def test_nothing_is_offered_where_nothing_is_configured(host: Host) -> None:
    page = stranger().get("/login/").content.decode()
    assert "单位" not in page
    for path in ("/login/oidc/", "/login/oidc/back/", "/login/ldap/"):
        assert stranger().get(path).status_code == 404
    assert by_ldap("luwenjing")[1].status_code == 404


def test_the_first_sign_in_makes_the_account_and_later_ones_follow_the_directory(
    provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence.web.models import Access

    monkeypatch.setattr(provider, "person", {**provider.person, "employee": "P1"})
    page = stranger().get("/login/?next=/cases/").content.decode()
    assert "/login/oidc/?next=/cases/" in page
    client, answer = by_oidc(provider, "/cases/")
    assert answer["Location"] == "/cases/"
    assert client.get("/cases/").status_code == 200
    made = account("luwenjing")
    assert (made.seat.person, made.seat.role, made.seat.roster_id) == ("陆文静", "clerk", "P1")
    assert not made.has_usable_password()
    rows = [(row.account, row.what, row.detail) for row in Access.objects.all()[:2]]
    assert rows == [("luwenjing", "IN", "oidc"), ("luwenjing", "MADE", "oidc")]
    assert "单位登录服务" in signed_in("lead").get("/activity/sign-ins/").content.decode()

    monkeypatch.setattr(
        provider,
        "person",
        {**provider.person, "name": "陆静", "roles": ["clerks", "leads"], "employee": "P99"},
    )
    client, _answer = by_oidc(provider)
    again = account("luwenjing")
    assert (again.pk, again.seat.person, again.seat.role) == (made.pk, "陆静", "lead")
    assert again.seat.roster_id == "P1", "an id that the roster does not have ties nobody"
    assert client.get("/accounts/").status_code == 200


def test_a_name_that_somebody_has_already_is_not_taken_over(provider: OidcProvider) -> None:
    provider.bent.claims = {"preferred_username": "Lead", "sub": "u-99", "roles": ["clerks"]}
    by_oidc(provider)
    assert account("lead").seat.role == "lead"
    assert account("Lead-2").seat.role == "clerk"
    provider.bent.claims = {"preferred_username": "Lead", "sub": "u-100", "roles": ["clerks"]}
    by_oidc(provider)
    assert account("Lead-3").agency.subject == "u-100"


def test_nobody_without_a_mapped_role_comes_in(provider: OidcProvider) -> None:
    from evidence.web.models import Access, AgencyAccount

    provider.bent.claims = {"roles": ["kitchen"]}
    client, answer = by_oidc(provider)
    assert answer.status_code == 403
    assert "没有给您工作台的角色" in answer.content.decode()
    assert "/login/" in answer.content.decode()
    assert not AgencyAccount.objects.exists()
    assert client.get("/")["Location"].startswith("/login/")
    assert (Access.objects.all()[0].what, Access.objects.all()[0].account) == ("FAILED", "luwenjing")
    client.cookies["desk_language"] = "en"
    assert "no role at the desk" in by_oidc(provider, client=client)[1].content.decode()


def test_an_account_switched_off_here_stays_off(provider: OidcProvider) -> None:
    client, _answer = by_oidc(provider)
    signed_in("lead").post("/accounts/", {"toggle": "luwenjing"})
    assert client.get("/")["Location"].startswith("/login/")
    provider.bent.claims = {"name": "另一个"}
    again, answer = by_oidc(provider)
    assert (answer.status_code, "已停用" in answer.content.decode()) == (403, True)
    assert again.get("/")["Location"].startswith("/login/")
    assert account("luwenjing").seat.person == "陆文静"


@pytest.mark.parametrize("back", ["https://evil.example.cn/", "//evil.example.cn", "javascript:alert(1)", ""])
def test_signing_in_leads_to_own_pages_only(provider: OidcProvider, back: str) -> None:
    assert by_oidc(provider, back)[1]["Location"] == "/"


def test_an_answer_is_taken_once_and_only_by_the_browser_that_asked(provider: OidcProvider) -> None:
    client = stranger()
    coming = urlsplit(provider.authorize(client.get("/login/oidc/")["Location"]))
    path = f"{coming.path}?{coming.query}"
    assert stranger().get(path).status_code == 403, "somebody else's browser was given the address"
    assert "/token" not in provider.asked
    changed = f"{coming.path}?{coming.query.replace('state=', 'state=x')}"
    assert client.get(changed).status_code == 403
    assert client.get(path).status_code == 403, "what was begun ended with the wrong answer"


def test_a_sign_in_begun_long_ago_is_over(provider: OidcProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    from evidence.web import agency_signing_in

    monkeypatch.setattr(agency_signing_in, "_BACK_WITHIN_S", -1)
    assert by_oidc(provider)[1].status_code == 403


def test_wrong_answers_of_one_address_are_counted_strangers_links_are_not(provider: OidcProvider) -> None:
    from evidence.web.signing_in import FAILURES_OF_AN_ADDRESS, _failures

    def failures() -> int:
        from axes.models import AccessAttempt

        return _failures(AccessAttempt.objects.all())

    for _each in range(3):
        assert stranger().get("/login/oidc/back/?state=x&code=y").status_code == 403
    assert failures() == 0
    provider.bent.back = {"error": "access_denied", "code": ""}
    assert by_oidc(provider)[1].status_code == 403
    assert failures() == 0, "who cancels guesses nothing"
    provider.bent = Bent(algorithm="none")
    for _each in range(FAILURES_OF_AN_ADDRESS):
        by_oidc(provider)
    assert failures() == FAILURES_OF_AN_ADDRESS
    assert stranger().get("/login/oidc/").status_code == 429
    assert stranger().post("/login/", {"username": "clerk", "password": "x"}).status_code == 429
    assert stranger("10.0.0.9").get("/login/oidc/").status_code == 302


def test_what_is_written_of_a_failed_answer_holds_no_code(provider: OidcProvider) -> None:
    from axes.models import AccessAttempt

    provider.bent = Bent(algorithm="none")
    going = stranger()
    coming = urlsplit(provider.authorize(going.get("/login/oidc/")["Location"]))
    going.get(f"{coming.path}?{coming.query}")
    [kept] = AccessAttempt.objects.all()
    assert "code=***" in kept.get_data.replace("*" * 17, "")
    assert coming.query.partition("code=")[2].partition("&")[0] not in kept.get_data


def test_a_provider_that_is_down_has_a_page_with_a_way_back(
    provider: OidcProvider, workspace: Workspace, set_up: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = OidcProvider()
    gone.stop()
    set_up(oidc=replace(workspace.settings.oidc, issuer=gone.issuer))
    answer = stranger().get("/login/oidc/")
    assert answer.status_code == 503
    assert "单位的登录服务没有应答" in answer.content.decode()
    assert 'href="/login/"' in answer.content.decode()
    english = stranger()
    english.cookies["desk_language"] = "en"
    assert "does not answer" in english.get("/login/oidc/").content.decode()
    monkeypatch.setitem(sys.modules, "joserfc", None)
    assert stranger().get("/login/oidc/").status_code == 503


def test_a_slow_provider_takes_two_threads_and_no_more(
    provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence.web import agency_signing_in

    monkeypatch.setattr(agency_signing_in, "_ASKED_WITHIN_S", 0)
    asked, go_on = threading.Semaphore(0), threading.Event()

    def slow(handler: Any, path: str) -> bool:
        asked.release()
        go_on.wait(4)
        return False

    provider.bent.answer = slow
    several = [threading.Thread(target=lambda: stranger().get("/login/oidc/")) for _each in range(2)]
    for each in several:
        each.start()
    for _each in several:
        assert asked.acquire(timeout=10)
    answer = stranger().get("/login/oidc/")
    go_on.set()
    for each in several:
        each.join()
    assert (answer.status_code, "几秒钟" in answer.content.decode()) == (503, True)
    provider.bent.answer = None
    assert stranger().get("/login/oidc/").status_code == 302


def test_every_text_of_the_pages_is_in_the_reader_s_language(
    provider: OidcProvider, ldap: LdapServer
) -> None:
    client = stranger()
    client.cookies["desk_language"] = "en"
    by_ldap("luwenjing")
    inside, _answer = by_ldap("luwenjing")
    inside.cookies["desk_language"] = "en"
    for page in (client.get("/login/"), client.post("/login/ldap/", {"account": "x", "password": "y"})):
        text = re.sub(r"<[^>]+>", " ", page.content.decode()).replace("常州承安安全咨询服务有限公司", "")
        assert set(re.findall(r"[\u4e00-\u9fff]+", text)) <= {"中文"}
    card = inside.get("/account/").content.decode().partition("columns even")[2]
    assert "agency" in card
    local = signed_in("clerk")
    local.cookies["desk_language"] = "en"
    assert 'name="old_password"' in local.get("/account/").content.decode()
