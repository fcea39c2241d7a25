"""A second factor when two ask at once: a code opens once, another sign-in puts none in its place."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.integration.web import test_accounts
from tests.integration.web.test_accounts import PASSWORD, code_for, enter, seat

anna, guarded = test_accounts.anna, test_accounts.guarded


def test_a_code_that_comes_twice_at_once_opens_once(guarded: tuple[Any, list[str]]) -> None:
    """Both are read before either is written down, as by two threads of the desk."""
    from evidence.web.models import Seat
    from evidence.web.second_factor import takes

    anna, spare = guarded
    for used in (code_for(anna, ahead=1), spare[0]):
        both = Seat.objects.get(user=anna), Seat.objects.get(user=anna)
        assert [takes(each, used, time.time()) for each in both] == [True, False]
    both = Seat.objects.get(user=anna), Seat.objects.get(user=anna)
    for each, used in zip(both, spare[1:], strict=False):
        takes(each, used, time.time())
    assert not takes(Seat.objects.get(user=anna), spare[1], time.time()), "another brings no used one back"


def test_another_sign_in_puts_no_factor_of_its_own_in_the_place_of_one(anna: Any) -> None:
    """Whoever was offered a secret before another was switched on may not answer with it afterwards."""
    from evidence.web.second_factor import _totp

    secrets = []
    sign_ins = [enter(PASSWORD)[0] for _each in range(2)]
    for client in sign_ins:
        secrets += re.findall(r"<code>([A-Z2-7]{32})</code>", client.get("/account/").content.decode())
    codes = [{"code": _totp(each).generate(int(time.time())).decode()} for each in secrets]
    assert sign_ins[0].post("/account/second-factor/", codes[0]).status_code == 200
    answer = sign_ins[1].post("/account/second-factor/", codes[1], follow=True).content.decode()
    assert "动态口令已经启用" in answer
    assert seat(anna).totp_secret == secrets[0]


@pytest.mark.parametrize(
    ("path", "guess"),
    [
        ("/account/second-factor/", {"off": "1", "password": "geraten-geraten"}),
        (
            "/account/password/",
            {"old_password": "geraten-geraten", "new_password1": "x", "new_password2": "x"},
        ),
    ],
)
def test_guessing_the_password_of_an_open_page_locks_like_guessing_at_the_sign_in(
    guarded: tuple[Any, list[str]], path: str, guess: dict[str, str]
) -> None:
    someone, spare = guarded
    client, _ = enter(PASSWORD)
    assert client.post("/login/code/", {"code": spare[0]})["Location"] == "/"
    statuses = [client.post(path, guess).status_code for _each in range(6)]
    assert statuses[-1] == 429
    right = {name: PASSWORD if "password" in name else text for name, text in guess.items()}
    assert client.post(path, right).status_code == 429
    assert seat(someone).totp_secret
