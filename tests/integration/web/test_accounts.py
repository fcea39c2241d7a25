"""Accounts: own passwords, a second factor, what the lead may do to others', and who guesses is stopped."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.management import call_command
from django.test import Client

from evidence.web.host import Host
from tests.support.desk_client import DeskClient, signed_in

PASSWORD = "gaoxin-2022-desk"
ANOTHER = "bai-ling-2022-xin"


@pytest.fixture
def anna(host: Host) -> Iterator[Any]:
    """A clerk's account that nobody else uses, and no failures of anybody."""
    from axes.models import AccessAttempt
    from django.contrib.auth import get_user_model

    from evidence.web.accounts import create_account

    made = create_account(username="anna", person="安娜", role="clerk", password=PASSWORD)
    yield made
    get_user_model().objects.filter(username="anna").delete()
    AccessAttempt.objects.all().delete()


def enter(password: str, name: str = "anna", address: str = "127.0.0.1") -> tuple[DeskClient, Any]:
    client = DeskClient(SERVER_NAME="127.0.0.1", REMOTE_ADDR=address)
    return client, client.post("/login/", {"username": name, "password": password})


def seat(user: Any) -> Any:
    user.seat.refresh_from_db()
    return user.seat


def test_a_person_changes_the_own_password_and_other_sign_ins_end(anna: Any) -> None:
    here, _ = enter(PASSWORD)
    elsewhere, _ = enter(PASSWORD)
    wrong = here.post(
        "/account/password/",
        {"old_password": "nicht", "new_password1": ANOTHER, "new_password2": ANOTHER},
    )
    assert wrong.status_code == 409
    assert 'role="alert"' in wrong.content.decode()
    right = here.post(
        "/account/password/",
        {"old_password": PASSWORD, "new_password1": ANOTHER, "new_password2": ANOTHER},
    )
    assert right["Location"] == "/"
    assert here.get("/inbox/").status_code == 200
    assert elsewhere.get("/inbox/").status_code == 302
    assert enter(PASSWORD)[1].status_code == 200
    assert enter(ANOTHER)[1]["Location"] == "/"


@pytest.mark.parametrize("new", ["kurz", "1234567890", "password123"])
def test_a_weak_password_is_refused_with_the_reason_at_its_field(anna: Any, new: str) -> None:
    client, _ = enter(PASSWORD)
    answer = client.post(
        "/account/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    assert answer.status_code == 409
    assert answer.content.decode().count('role="alert"') >= 1
    assert enter(PASSWORD)[1].status_code == 302


def test_a_reset_password_opens_only_the_page_that_changes_it(anna: Any) -> None:
    lead = signed_in("lead")
    assert lead.post("/accounts/", {"reset": "anna"}).status_code == 302
    shown = lead.get("/accounts/").content.decode()
    (fresh,) = re.findall(r"<code>([a-z0-9-]{19})</code>", shown)
    assert fresh not in lead.get("/accounts/").content.decode(), "shown once"
    assert enter(PASSWORD)[1].status_code == 200, "the old password is gone"
    client, answer = enter(fresh)
    assert answer.status_code == 302
    for address in ("/", "/inbox/", "/site/", "/live/"):
        assert client.get(address)["Location"] == "/account/"
    assert client.post("/cases/open/", {"enterprise": "丰禾机械"})["Location"] == "/account/"
    client.post(
        "/account/password/", {"old_password": fresh, "new_password1": ANOTHER, "new_password2": ANOTHER}
    )
    assert client.get("/inbox/").status_code == 200


@pytest.mark.parametrize("path", ["bundle.json", "device/", "pictures/0/", "words.json"])
def test_the_telephones_script_is_told_that_the_password_comes_first(anna: Any, path: str) -> None:
    """It asks without following redirects: led to a page, it could say nothing."""
    client, _ = enter(PASSWORD)
    anna.seat.must_change = True
    anna.seat.save()
    answer = client.get(f"/site/{path}")
    assert answer.status_code == 403
    assert answer.json()["what"].startswith("请先更改密码")
    assert answer.json()["page"] == "/account/"
    assert client.get("/site/trust/")["Location"] == "/account/"


def test_the_password_that_the_lead_knows_is_no_new_one(anna: Any) -> None:
    lead = signed_in("lead")
    lead.post("/accounts/", {"reset": "anna"})
    (fresh,) = re.findall(r"<code>([a-z0-9-]{19})</code>", lead.get("/accounts/").content.decode())
    client, _ = enter(fresh)
    same = client.post(
        "/account/password/", {"old_password": fresh, "new_password1": fresh, "new_password2": fresh}
    )
    assert same.status_code == 409
    assert "新密码与现在的密码相同" in same.content.decode()
    assert seat(anna).must_change
    assert client.get("/inbox/")["Location"] == "/account/"


def test_the_lead_renames_and_gives_another_role_but_never_to_himself(anna: Any) -> None:
    lead = signed_in("lead")
    lead.post("/accounts/", {"change": "anna", "person": "安娜李", "role": "auditor", "roster_id": "P2"})
    assert (seat(anna).person, seat(anna).role, seat(anna).roster_id) == ("安娜李", "auditor", "P2")
    before = lead.get("/accounts/")
    lead.post("/accounts/", {"change": "lead", "person": "陈立群", "role": "clerk", "roster_id": "P1"})
    assert before.status_code == lead.get("/accounts/").status_code == 200
    client, _ = enter(PASSWORD)
    assert client.post("/cases/open/", {"enterprise": "丰禾机械"}).status_code == 403


def test_another_name_and_another_person_are_written_down_from_what_to_what(anna: Any) -> None:
    from evidence.web.models import Access

    Access.objects.all().delete()
    lead = signed_in("lead")
    change = {"change": "anna", "person": "安娜李", "role": "clerk", "roster_id": "P2"}
    lead.post("/accounts/", change)
    lead.post("/accounts/", change)
    lead.post("/accounts/", {**change, "roster_id": ""})
    told = [(each.account, each.about, each.what, each.detail) for each in Access.objects.order_by("id")]
    assert [each for each in told if each[1]] == [
        ("lead", "anna", "NAME", "安娜 → 安娜李"), ("lead", "anna", "PERSON", "— → P2"),
        ("lead", "anna", "PERSON", "P2 → —"),
    ]  # fmt: skip
    assert "P2 → —" in lead.get("/activity/sign-ins/").content.decode()


def test_whom_of_the_roster_one_is_somebody_else_says(host: Host) -> None:
    from django.contrib.auth import get_user_model

    own = get_user_model().objects.get(username="lead")
    before = seat(own).roster_id
    assert before
    lead = signed_in("lead")
    try:
        for wanted in ("P2", ""):
            lead.post("/accounts/", {"change": "lead", "person": own.seat.person, "roster_id": wanted})
            assert seat(own).roster_id == before
        own.seat.roster_id = ""  # made before the roster was there: the lead's guide has him choose himself
        own.seat.save()
        refused = lead.post(
            "/accounts/", {"change": "lead", "person": own.seat.person, "roster_id": "P2"}, follow=True
        )
        assert "本人的账号只能关联名册中与本人同名的人员" in refused.content.decode()
        assert seat(own).roster_id == ""
        lead.post("/accounts/", {"change": "lead", "person": own.seat.person, "roster_id": before})
        assert seat(own).roster_id == before
    finally:
        own.seat.roster_id = before
        own.seat.save()


@pytest.mark.parametrize("act", ["reset", "toggle"])
def test_nobody_locks_himself_out(host: Host, act: str) -> None:
    lead = signed_in("lead")
    lead.post("/accounts/", {act: "lead"})
    assert lead.get("/accounts/").status_code == 200


def code_for(user: Any, ahead: int = 0) -> str:
    from evidence.web.second_factor import STEP_S, _totp

    return _totp(seat(user).totp_secret).generate(int(time.time()) + ahead * STEP_S).decode()


@pytest.fixture
def guarded(anna: Any) -> tuple[Any, list[str]]:
    """Anna with a second factor, and her spare codes."""
    from evidence.web.second_factor import _totp

    client, _ = enter(PASSWORD)
    page = client.get("/account/").content.decode()
    assert "<svg" in page
    (secret,) = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    refused = client.post("/account/second-factor/", {"code": "000000"}, follow=True)
    assert seat(anna).totp_secret == ""
    assert "口令不对" in refused.content.decode()
    shown = client.post(
        "/account/second-factor/", {"code": _totp(secret).generate(int(time.time())).decode()}
    ).content.decode()
    assert seat(anna).totp_secret == secret
    return anna, re.findall(r"<code>([0-9a-f]{6}-[0-9a-f]{6})</code>", shown)


def test_with_a_second_factor_the_password_alone_opens_nothing(guarded: tuple[Any, list[str]]) -> None:
    anna, spare = guarded
    client, answer = enter(PASSWORD)
    assert answer["Location"] == "/login/code/"
    assert client.get("/inbox/").status_code == 302
    wrong = client.post("/login/code/", {"code": "000000"})
    assert "口令不对" in wrong.content.decode()
    assert client.get("/inbox/").status_code == 302
    code = code_for(anna, ahead=1)  # the code of now was taken when the factor was switched on
    assert client.post("/login/code/", {"code": code})["Location"] == "/"
    assert client.get("/inbox/").status_code == 200
    again, _ = enter(PASSWORD)
    assert again.post("/login/code/", {"code": code}).status_code == 200, "no code opens twice"
    assert again.post("/login/code/", {"code": spare[0]})["Location"] == "/"
    third, _ = enter(PASSWORD)
    assert third.post("/login/code/", {"code": spare[0]}).status_code == 200, "a spare code opens once"
    assert len(spare) == 8


def test_with_a_second_factor_the_way_back_keeps_its_whole_query(guarded: tuple[Any, list[str]]) -> None:
    _anna, spare = guarded
    back = "/lists/cases/?year=2022&q=丰禾&sort=-opened"
    client = DeskClient(SERVER_NAME="127.0.0.1")
    asked = client.post("/login/", {"username": "anna", "password": PASSWORD, "next": back})
    page = client.get(asked["Location"]).content.decode()
    (shown,) = re.findall(r'name="next" value="([^"]*)"', page)
    shown = html.unescape(shown)
    assert shown == back
    assert unquote(client.post("/login/code/", {"code": spare[0], "next": shown})["Location"]) == back


def empty_key_code() -> str:
    """What anybody can reckon for an account without a secret."""
    from evidence.web.second_factor import STEP_S, _totp

    return _totp("").generate(int(time.time()) + STEP_S).decode()


def test_without_a_secret_no_code_opens_anything(anna: Any) -> None:
    from evidence.web.second_factor import takes

    assert not takes(seat(anna), empty_key_code(), time.time())


@pytest.mark.parametrize("again", [False, True])
def test_a_password_given_before_a_reset_waits_for_no_code_any_more(
    guarded: tuple[Any, list[str]], again: bool
) -> None:
    """Neither with a code of the empty key, nor with one of the secret that was set up afterwards."""
    anna, _spare = guarded
    client, answer = enter(PASSWORD)
    assert answer["Location"] == "/login/code/"
    signed_in("lead").post("/accounts/", {"reset": "anna"})
    code = empty_key_code()
    if again:
        anna.seat.refresh_from_db()
        anna.seat.totp_secret, anna.seat.totp_step = "A" * 32, 0
        anna.seat.save()
        code = code_for(anna)
    assert client.post("/login/code/", {"code": code})["Location"] == "/login/"
    assert client.get("/inbox/")["Location"].startswith("/login/")


def test_a_factor_switched_off_meanwhile_leads_back_to_the_password(guarded: tuple[Any, list[str]]) -> None:
    anna, spare = guarded
    waiting, _ = enter(PASSWORD)
    here, _ = enter(PASSWORD)
    here.post("/login/code/", {"code": spare[0]})
    here.post("/account/second-factor/", {"off": "1", "password": PASSWORD})
    assert seat(anna).totp_secret == ""
    assert waiting.post("/login/code/", {"code": empty_key_code()})["Location"] == "/login/"
    assert waiting.get("/inbox/")["Location"].startswith("/login/")


def test_only_the_password_switches_the_second_factor_off(guarded: tuple[Any, list[str]]) -> None:
    anna, spare = guarded
    client, _ = enter(PASSWORD)
    client.post("/login/code/", {"code": spare[1]})
    client.post("/account/second-factor/", {"off": "1", "password": "falsch"})
    assert seat(anna).totp_secret
    client.post("/account/second-factor/", {"off": "1", "password": PASSWORD})
    assert seat(anna).totp_secret == ""


def test_guessing_codes_locks_like_guessing_passwords(guarded: tuple[Any, list[str]]) -> None:
    _anna, spare = guarded
    client, _ = enter(PASSWORD)
    statuses = [client.post("/login/code/", {"code": "000000"}).status_code for _each in range(5)]
    assert statuses[-1] == 429
    assert enter(PASSWORD)[1].status_code == 429
    assert client.post("/login/code/", {"code": spare[2]}).status_code == 302
    assert client.get("/inbox/").status_code == 302


def test_a_lead_lifts_a_lock(anna: Any) -> None:
    for _each in range(5):
        enter("falsch")
    assert enter(PASSWORD)[1].status_code == 429
    lead = signed_in("lead")
    assert 'name="unlock"' in lead.get("/accounts/").content.decode()
    lead.post("/accounts/", {"unlock": "anna"})
    assert enter(PASSWORD)[1].status_code == 302
    assert 'name="unlock"' not in lead.get("/accounts/").content.decode()


def test_one_password_tried_on_everybody_stops_the_address(anna: Any) -> None:
    from evidence.web.signing_in import FAILURES_OF_AN_ADDRESS

    for number in range(FAILURES_OF_AN_ADDRESS):
        enter("sommer-2022", name=f"person{number}", address="10.9.8.7")
    assert enter(PASSWORD, address="10.9.8.7")[1].status_code == 429
    assert enter(PASSWORD, address="10.9.8.6")[1].status_code == 302


def test_one_account_tried_from_everywhere_is_locked_and_can_be_unlocked(anna: Any) -> None:
    from evidence.web.signing_in import FAILURES_OF_AN_ACCOUNT

    for number in range(FAILURES_OF_AN_ACCOUNT):
        enter("sommer-2022", address=f"10.1.1.{number + 1}")
    assert enter(PASSWORD, address="10.2.2.2")[1].status_code == 429
    signed_in("lead").post("/accounts/", {"unlock": "anna"})
    assert enter(PASSWORD, address="10.2.2.2")[1].status_code == 302


def test_a_locked_account_is_locked_in_every_spelling_that_signs_in(anna: Any) -> None:
    """Full-width letters are the same name to the sign-in."""
    from evidence.web.signing_in import FAILURES_OF_AN_ACCOUNT

    assert enter(PASSWORD, name="ａｎｎａ")[1].status_code == 302
    for number in range(FAILURES_OF_AN_ACCOUNT):
        enter("sommer-2022", name="ａｎｎａ", address=f"10.1.2.{number + 1}")
    assert enter(PASSWORD, name="ａｎｎａ", address="10.2.2.3")[1].status_code == 429


def test_an_account_that_is_there_in_another_spelling_is_refused_at_its_field(anna: Any) -> None:
    answer = signed_in("lead").post(
        "/accounts/",
        {"username": "ａｎｎａ", "person": "安", "role": "clerk", "password": ANOTHER},
    )
    assert answer.status_code == 200
    assert "这个账号已经有了" in answer.content.decode()


def test_sign_ins_and_what_is_done_to_accounts_are_written_down(anna: Any) -> None:
    from evidence.web.models import Access

    Access.objects.all().delete()
    enter("falsch")
    client, _ = enter(PASSWORD, address="10.0.0.9")
    client.post("/logout/")
    lead = signed_in("lead")
    lead.post("/accounts/", {"toggle": "anna"})
    lead.post("/accounts/", {"toggle": "anna"})
    lines = [(each.account, each.what, each.about) for each in Access.objects.order_by("id")]
    assert [each for each in lines if each[0] == "anna"] == [
        ("anna", "FAILED", ""), ("anna", "IN", ""), ("anna", "LEFT", ""),
    ]  # fmt: skip
    assert [each for each in lines if each[2] == "anna"] == [("lead", "OFF", "anna"), ("lead", "ON", "anna")]
    assert Access.objects.get(what="IN", account="anna").address == "10.0.0.9"


def test_a_switched_off_account_is_out_at_once(anna: Any) -> None:
    client, _ = enter(PASSWORD)
    signed_in("lead").post("/accounts/", {"toggle": "anna"})
    assert client.get("/inbox/").status_code == 302
    assert enter(PASSWORD)[1].status_code == 200


@pytest.mark.parametrize("name", ["clerk", "auditor", "regulator"])
def test_only_the_lead_reaches_the_accounts(host: Host, name: str) -> None:
    client = signed_in(name)
    assert client.get("/accounts/").status_code == 403
    assert client.post("/accounts/", {"reset": "lead"}).status_code == 403
    assert client.get("/account/").status_code == 200


def test_where_one_was_led_after_signing_in_stays_here(host: Host) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    answer = client.post("/login/?next=//evil.example/", {"username": "clerk", "password": PASSWORD})
    assert answer["Location"] == "/"


def test_the_desks_own_tables_are_as_its_migrations_make_them(host: Host) -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
