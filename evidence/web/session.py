"""Signing in, the first account, accounts and the reader's language."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from evidence.web.accounts import create_account
from evidence.web.acting import roster_id
from evidence.web.pages import page
from evidence.web.problems import LANGUAGE_COOKIE
from evidence.web.roles import ROLE_WORDS, Act, Role
from evidence.web.speech import LANGUAGES, say


def _roster(request: Any, person: str) -> str:
    return roster_id(request.desk.workspace.ledger.view, person)


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
        """Names are unique."""
        name: str = self.cleaned_data["username"].strip()
        if get_user_model().objects.filter(username=name).exists():
            raise forms.ValidationError(say("这个账号已经有了。"))
        return name

    def clean_password(self) -> str:
        """Long enough, not a common one."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


def setup(request: Any, key: str) -> Any:
    """The first account: only while there is none, only with the key shown in the terminal."""
    users = get_user_model().objects
    if users.exists() or not secrets.compare_digest(key.encode(), request.desk.setup_key.encode()):
        raise Http404
    form = AccountForm(request.POST or None, initial={"role": Role.LEAD.value})
    if request.method == "POST" and form.is_valid():
        user = create_account(**form.cleaned_data, roster_id=_roster(request, form.cleaned_data["person"]))
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("today")
    return render(request, "desk/setup.html", {"form": form})


@page(Act.ACCOUNTS, "GET", "POST")
def accounts(request: Any) -> Any:
    """Who has an account; make one, switch one off or on."""
    users = get_user_model().objects.select_related("seat").order_by("username")
    form = AccountForm()
    if request.method == "POST" and "toggle" in request.POST:
        user = users.filter(username=request.POST["toggle"]).exclude(pk=request.user.pk).first()
        if user is not None:
            user.is_active = not user.is_active
            user.save(update_fields=["is_active"])
        return redirect("accounts")
    if request.method == "POST" and "tie" in request.POST:
        _tie(request, users.filter(username=request.POST["tie"]).first())
        return redirect("accounts")
    if request.method == "POST":
        form = AccountForm(request.POST)
        if form.is_valid():
            tied = _roster(request, form.cleaned_data["person"])
            create_account(**form.cleaned_data, roster_id=tied)
            messages.success(request, say("账号已建立。"))
            return redirect("accounts")
    people = request.desk.workspace.ledger.view.people()
    return render(request, "desk/accounts.html", {"form": form, "users": users, "people": people})


def _tie(request: Any, user: Any) -> None:
    """Tie an account to a person of the roster, or to nobody."""
    wanted = request.POST.get("roster_id", "")
    if user is None or (wanted and _roster(request, wanted) != wanted):
        return
    user.seat.roster_id = wanted
    user.seat.save(update_fields=["roster_id"])
    messages.success(request, say("账号 {name} 的人员关联已更新。").format(name=user.username))


@require_POST  # type: ignore[untyped-decorator]
def language(request: Any) -> Any:
    """Remember the reader's language in a cookie."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    wanted = request.POST.get("language", "zh")
    if wanted in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            wanted,
            max_age=365 * 86400,
            httponly=True,
            samesite="Lax",
            secure=request.desk.secure,
        )
    return response


def csrf_failure(request: Any, reason: str = "") -> Any:
    """A form without our token: stale page or foreign site."""
    return render(request, "desk/csrf.html", status=403)
