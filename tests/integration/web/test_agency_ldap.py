"""Who comes in with the password of the agency's own directory, and who does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evidence.config import Workspace
from tests.support.agency_directories import HERE, account, by_ldap, stranger
from tests.support.desk_client import DeskClient, signed_in
from tests.support.ldap_server import PASSWORD, LdapServer


def test_by_ldap_with_the_password_of_the_agency(ldap: LdapServer) -> None:
    page = stranger().get("/login/?next=/cases/").content.decode()
    assert 'action="/login/ldap/"' in page
    client, answer = by_ldap(" ChenLiqun ", back="/cases/")
    assert answer["Location"] == "/cases/"
    made = account("chenliqun")
    assert (made.seat.person, made.seat.role, made.agency.way) == ("陈立群", "lead", "ldap")
    assert client.get("/accounts/").status_code == 200
    assert by_ldap("wuming")[1].status_code == 403
    assert by_ldap("chenliqun", back="//evil.example.cn")[1]["Location"] == "/"


@pytest.mark.parametrize(
    ("typed", "password"),
    [
        ("luwenjing", "falsch"),
        ("luwenjing", ""),
        ("*)(uid=*", PASSWORD),
        ("luwen\u00adjing", PASSWORD),
        ("luwen\ufe0fjing", PASSWORD),
        ("", PASSWORD),
    ],
)
def test_a_wrong_password_of_the_agency_says_so_and_counts(
    ldap: LdapServer, typed: str, password: str
) -> None:
    from axes.models import AccessAttempt

    from evidence.web.models import Access, AgencyAccount

    _client, answer = by_ldap(typed, password, back="/cases/")
    page = answer.content.decode()
    assert (answer.status_code, 'role="alert"' in page, "/cases/" in page) == (200, True, True)
    assert not AgencyAccount.objects.exists()
    assert AccessAttempt.objects.count() == 1
    assert password not in AccessAttempt.objects.get().post_data or not password
    assert (Access.objects.all()[0].what, Access.objects.all()[0].detail) == ("FAILED", "ldap")


def test_guessing_locks_as_at_the_desk_s_own_passwords_under_every_spelling(ldap: LdapServer) -> None:
    spellings = ["luwenjing", "LuWenJing", " luwenjing", "ｌｕｗｅｎｊｉｎｇ", "LUWENJING"]
    statuses = [by_ldap(typed, "falsch")[1].status_code for typed in spellings]
    assert statuses == [200, 200, 200, 200, 429]
    assert by_ldap("luwenjing")[1].status_code == 429, "the right one neither"
    assert by_ldap("luwenjing", address="10.0.0.9")[1].status_code == 302


def test_one_password_tried_on_everybody_is_stopped_across_both_kinds(ldap: LdapServer) -> None:
    from evidence.web.signing_in import FAILURES_OF_AN_ADDRESS

    client = stranger()
    for number in range(FAILURES_OF_AN_ADDRESS // 2):
        client.post("/login/", {"username": f"local{number}", "password": "gaoxin-2022"})
        client.post("/login/ldap/", {"account": f"agency{number}", "password": "gaoxin-2022"})
    assert by_ldap("luwenjing")[1].status_code == 429
    assert client.post("/login/", {"username": "clerk", "password": "x"}).status_code == 429


def test_a_success_forgets_the_own_failures_and_nobody_else_s(ldap: LdapServer) -> None:
    from axes.models import AccessAttempt

    by_ldap("luwenjing")
    for _each in range(2):
        by_ldap("luwenjing", "falsch")
        stranger().post("/login/", {"username": "clerk", "password": "falsch"})
    by_ldap("luwenjing")
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["clerk"]


def test_a_directory_that_is_down_has_a_page_and_counts_for_nobody(
    ldap: LdapServer, workspace: Workspace, set_up: Any
) -> None:
    from axes.models import AccessAttempt

    set_up(ldap=replace(workspace.settings.ldap, port=1))
    _client, answer = by_ldap("luwenjing")
    assert (answer.status_code, "没有应答" in answer.content.decode()) == (503, True)
    assert not AccessAttempt.objects.exists()
    (workspace.root / "ldap.password").unlink()
    set_up(ldap=replace(workspace.settings.ldap, port=ldap.port))
    assert by_ldap("luwenjing")[1].status_code == 503


def test_the_form_needs_its_own_page_s_token(ldap: LdapServer) -> None:
    client = DeskClient(enforce_csrf_checks=True, SERVER_NAME=HERE)
    assert client.post("/login/ldap/", {"account": "luwenjing", "password": PASSWORD}).status_code == 403
    assert client.get("/login/ldap/")["Location"] == "/login/"


def test_an_agency_account_has_no_password_here_and_gets_none(ldap: LdapServer) -> None:
    client, _answer = by_ldap("luwenjing")
    page = client.get("/account/").content.decode()
    assert "单位管理" in page
    assert 'name="old_password"' not in page
    fresh = {"old_password": "", "new_password1": "ein-neues-wort-9", "new_password2": "ein-neues-wort-9"}
    assert client.post("/account/password/", fresh)["Location"] == "/account/"
    assert client.post("/account/second-factor/", {"off": "1", "password": "x"})["Location"] == "/account/"
    lead = signed_in("lead")
    lead.post("/accounts/", {"reset": "luwenjing"})
    lead.post("/accounts/", {"change": "luwenjing", "person": "别人", "role": "lead", "roster_id": "P1"})
    made = account("luwenjing")
    assert not made.has_usable_password()
    assert (made.seat.person, made.seat.role, made.seat.roster_id) == ("陆文静", "clerk", "P1")
    by_ldap("luwenjing")
    assert account("luwenjing").seat.roster_id == "P1", "what the directory does not say stays the lead's"


def test_the_last_local_lead_keeps_the_door(ldap: LdapServer) -> None:
    """Whoever manages the directory cannot shut the agency out of its desk when it is down."""
    from evidence.web.accounts import create_account

    chief, _answer = by_ldap("chenliqun")
    for sent in ({"toggle": "lead"}, {"change": "lead", "person": "陈立群", "role": "clerk"}):
        page = chief.post("/accounts/", sent, follow=True).content.decode()
        assert "最后一个用本地密码登录的项目负责人" in page
        assert (account("lead").is_active, account("lead").seat.role) == (True, "lead")
    second = create_account(username="second", person="备用", role="lead", password="gaoxin-2022-desk")
    try:
        chief.post("/accounts/", {"toggle": "lead"})
        assert not account("lead").is_active
        chief.post("/accounts/", {"toggle": "second"})
        assert account("second").is_active
        chief.post("/accounts/", {"toggle": "lead"})
        assert account("lead").is_active
    finally:
        second.delete()


def test_the_page_of_accounts_says_who_comes_from_where(ldap: LdapServer) -> None:
    by_ldap("luwenjing")
    page = signed_in("lead").get("/accounts/").content.decode()
    assert "单位账号 luwenjing" in page
    assert 'name="reset" value="luwenjing"' not in page
    assert 'name="toggle" value="luwenjing"' in page
