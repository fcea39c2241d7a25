"""One's own account: another password, a second factor."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe

from evidence.web.access import note
from evidence.web.access_kinds import WAYS, What
from evidence.web.agency_account import by_agency
from evidence.web.notices.page import card
from evidence.web.pages import page
from evidence.web.second_factor import (
    address,
    digest_of,
    fitting_step,
    new_secret,
    picture,
    spare_codes,
)
from evidence.web.signing_in import refused
from evidence.web.speech import say

_OFFERED = "offered-secret"
"""Session: the secret whose first code has still to be shown."""


class OwnPasswordForm(PasswordChangeForm):  # type: ignore[misc]
    """The old password and a really new one: who reset it must not go on knowing it."""

    def clean_new_password1(self) -> str:
        """Another one than the present, which was checked before this field."""
        new: str = self.cleaned_data["new_password1"]
        if new == self.cleaned_data.get("old_password"):
            raise ValidationError(say("新密码与现在的密码相同，请换一个。"))
        return new


@page(None)
def account(request: Any) -> Any:
    """Who one is here, and the ways to more safety."""
    return _page(request, OwnPasswordForm(request.user))


@page(None, "POST")
def password(request: Any) -> Any:
    """Another password; every other sign-in of the account ends."""
    if by_agency(request.user):
        return _at_the_agency(request)
    if refused(request, request.user.get_username()):
        return render(request, "desk/locked.html", status=429)
    form = OwnPasswordForm(request.user, request.POST)
    if not form.is_valid():
        if form.has_error("old_password"):
            _guessed(request)
        return _page(request, form, status=409)
    form.save()
    update_session_auth_hash(request, request.user)
    request.user.seat.must_change = False
    request.user.seat.save(update_fields=["must_change"])
    note(request, What.PASSWORD)
    messages.success(request, say("密码已更改。其他地方的登录都已失效。"))
    return redirect("today")


@page(None, "POST")
def second_factor(request: Any) -> Any:
    """Switch the second factor on, with a first code as proof, or off, with the password."""
    seat = request.user.seat
    if by_agency(request.user):
        return _at_the_agency(request)
    if "off" in request.POST:
        if refused(request, request.user.get_username()):
            return render(request, "desk/locked.html", status=429)
        if not request.user.check_password(request.POST.get("password", "")):
            _guessed(request)
            messages.error(request, say("密码不对，动态口令仍然启用。"))
            return redirect("account")
        seat.totp_secret, seat.spare_codes = "", []
        seat.save(update_fields=["totp_secret", "spare_codes"])
        note(request, What.FACTOR_OFF)
        messages.success(request, say("动态口令已停用。"))
        return redirect("account")
    if seat.totp_secret:
        request.session.pop(_OFFERED, None)
        messages.error(request, say("动态口令已经启用；要换一个，请先停用。"))
        return redirect("account")
    secret = request.session.get(_OFFERED, "")
    step = fitting_step(secret, request.POST.get("code", "").strip(), time.time()) if secret else None
    if step is None:
        messages.error(request, say("口令不对。请核对手机时间，再输入应用里显示的六位数字。"))
        return redirect("account")
    spare = spare_codes()
    seat.totp_secret, seat.totp_step, seat.spare_codes = secret, step, [digest_of(each) for each in spare]
    seat.save(update_fields=["totp_secret", "totp_step", "spare_codes"])
    del request.session[_OFFERED]
    note(request, What.FACTOR_ON)
    return render(request, "desk/spare_codes.html", {"codes": spare})


def _at_the_agency(request: Any) -> Any:
    messages.error(request, say("这个账号由单位的登录服务管理，密码和动态口令都在单位那里更改。"))
    return redirect("account")


def _guessed(request: Any) -> None:
    """A wrong password counts as at the sign-in: who holds somebody's open page must not try them all."""
    credentials = {"username": request.user.get_username()}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def _page(request: Any, form: Any, *, status: int = 200) -> Any:
    context: dict[str, Any] = {"form": form, "seat": request.user.seat, **card(request)}
    way = by_agency(request.user)
    context["way"] = say(WAYS[way]) if way else ""
    if not request.user.seat.totp_secret and not way:
        secret = request.session.setdefault(_OFFERED, new_secret())
        uri = address(secret, request.user.get_username(), request.desk.workspace.settings.agency.name)
        # Our own drawing of an address that we made.
        context |= {"secret": secret, "qr": mark_safe(picture(uri))}  # noqa: S308
    return render(request, "desk/account.html", context, status=status)
