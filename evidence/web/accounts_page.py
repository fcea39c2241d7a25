"""The accounts, for whoever answers for them: make, rename, give a role, reset, unlock, switch off."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from axes.utils import reset as lift_locks
from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.shortcuts import redirect, render

from evidence.web.access import note
from evidence.web.access_kinds import What
from evidence.web.accounts import create_account, is_last_local_lead
from evidence.web.acting import roster_id
from evidence.web.agency_account import by_agency
from evidence.web.pages import page
from evidence.web.roles import ROLE_WORDS, Act, Role
from evidence.web.signing_in import locked_accounts
from evidence.web.speech import say

_FRESH = "fresh-password"
"""Session: account and password to be shown once."""
_LETTERS = "abcdefghkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for each other when read aloud."""


class AccountForm(forms.Form):  # type: ignore[misc]
    """One new account."""

    username = forms.CharField(label="账号", max_length=64, min_length=2)
    person = forms.CharField(label="姓名", max_length=64)
    role = forms.ChoiceField(
        label="角色", choices=[(role.value, words) for role, words in ROLE_WORDS.items()]
    )
    password = forms.CharField(
        label="密码（至少 10 个字符）",
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, say(words)) for role, words in ROLE_WORDS.items()]

    def clean_username(self) -> str:
        """Names are unique, in the spelling they are kept in: full-width letters are the same name."""
        name: str = get_user_model().normalize_username(self.cleaned_data["username"].strip())
        if get_user_model().objects.filter(username=name).exists():
            raise forms.ValidationError(say("这个账号已经有了。"))
        return name

    def clean_password(self) -> str:
        """Long enough, not a common one."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


def tied_to(request: Any, person: str) -> str:
    """Id of the roster's person of this name or id; empty for nobody."""
    return roster_id(request.desk.workspace.ledger.view, person)


@page(Act.ACCOUNTS, "GET", "POST")
def accounts(request: Any) -> Any:
    """Who has an account, and what can be done about it."""
    users = get_user_model().objects.select_related("seat", "agency").order_by("username")
    form = AccountForm()
    if request.method == "POST":
        for name, act in _ACTS.items():
            if name in request.POST:
                with transaction.atomic():  # of two at once, one sees what the other did
                    user = users.filter(username=request.POST[name]).first()
                    if user is not None:
                        act(request, user)
                return redirect("accounts")
        form = AccountForm(request.POST)
        if form.is_valid():
            made = form.cleaned_data
            create_account(**made, roster_id=tied_to(request, made["person"]), must_change=True)
            note(request, What.MADE, made["username"])
            messages.success(request, say("账号已建立。第一次登录时要换成自己的密码。"))
            return redirect("accounts")
    context = {
        "form": form,
        "users": users,
        "people": request.desk.workspace.ledger.view.people(),
        "roles": [(role.value, words) for role, words in ROLE_WORDS.items()],
        "locked": locked_accounts(),
        "fresh": request.session.pop(_FRESH, None),
    }
    return render(request, "desk/accounts.html", context)


def _change(request: Any, user: Any) -> None:
    """Name, role and person of the roster; one's own role and person are somebody else's to change."""
    seat = user.seat
    before = seat.person, seat.roster_id
    seat.roster_id = _wanted_person(request, user)
    if not by_agency(user):  # whose name and role are the directory's to say, at every sign-in
        seat.person = request.POST.get("person", "").strip()[:64] or seat.person
    role = request.POST.get("role", seat.role)
    if role != seat.role and _keeps_the_door(request, user):
        return
    if user.pk != request.user.pk and role in {each.value for each in Role} and not by_agency(user):
        if role != seat.role:
            note(request, What.ROLE, user.get_username(), role)
        seat.role = role
    after = seat.person, seat.roster_id
    for what, old, new in zip((What.NAME, What.PERSON), before, after, strict=True):
        if old != new:
            note(request, what, user.get_username(), f"{old[:30] or '—'} → {new[:30] or '—'}")
    seat.save(update_fields=["person", "role", "roster_id"])
    messages.success(request, say("账号 {name} 已更新。").format(name=user.get_username()))


def _wanted_person(request: Any, user: Any) -> str:
    """Whom of the roster the account belongs to from now on.

    Whoever made the first account before there was a roster ties it later, but only to the own name.
    """
    seat = user.seat
    wanted: str = request.POST.get("roster_id", seat.roster_id)
    if wanted and tied_to(request, wanted) != wanted:
        wanted = seat.roster_id
    own = user.pk == request.user.pk and wanted != seat.roster_id
    if own and (seat.roster_id or wanted != tied_to(request, seat.person)):
        words = say("本人的账号只能关联名册中与本人同名的人员；已经关联的，请另一位负责人更改。")
        messages.error(request, words)
        return str(seat.roster_id)
    return wanted


def _reset(request: Any, user: Any) -> None:
    """A password for one sign-in, told by the person who reset it; the second factor goes, too."""
    if user.pk == request.user.pk or by_agency(user):
        return
    fresh = "-".join("".join(secrets.choice(_LETTERS) for _each in range(4)) for _group in range(4))
    user.set_password(fresh)
    user.save(update_fields=["password"])
    seat = user.seat
    seat.must_change, seat.totp_secret, seat.spare_codes = True, "", []
    seat.save(update_fields=["must_change", "totp_secret", "spare_codes"])
    lift_locks(username=user.get_username())
    note(request, What.RESET, user.get_username())
    request.session[_FRESH] = [user.get_username(), fresh]


def _toggle(request: Any, user: Any) -> None:
    """Off ends every sign-in of the account at once."""
    if user.pk == request.user.pk or (user.is_active and _keeps_the_door(request, user)):
        return
    user.is_active = not user.is_active
    user.save(update_fields=["is_active"])
    note(request, What.ON if user.is_active else What.OFF, user.get_username())


def _keeps_the_door(request: Any, user: Any) -> bool:
    """Whether this is the last local lead, who stays as he is; says so."""
    if not is_last_local_lead(user):
        return False
    words = say(
        "这是最后一个用本地密码登录的项目负责人账号，不能停用，也不能改角色：单位的登录服务中断时要靠它进来。"
    )
    messages.error(request, words)
    return True


def _unlock(request: Any, user: Any) -> None:
    lift_locks(username=user.get_username())
    note(request, What.UNLOCKED, user.get_username())
    messages.success(request, say("账号 {name} 已解除锁定。").format(name=user.get_username()))


_ACTS: dict[str, Callable[[Any, Any], None]] = {
    "change": _change, "reset": _reset, "toggle": _toggle, "unlock": _unlock,
}  # fmt: skip
"""Name of the button -> what it does to an account."""
