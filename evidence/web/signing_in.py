"""Signing in: a password, then a code where the account asks for one; who guesses is kept waiting.

django-axes counts the failures of an account from one address. Two more sums stand beside it: those of
one address over all accounts (one password tried on everybody) and those of one account over all
addresses (everybody tried on one account).
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import LoginView
from django.db.models import Sum
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from evidence.web.second_factor import takes
from evidence.web.speech import say

FAILURES_OF_AN_ADDRESS = 30
"""A whole office may sit behind one address; who tries its accounts one after the other is stopped here."""
FAILURES_OF_AN_ACCOUNT = 15
_PENDING = "waits-for-code"
_CODE_WITHIN_S = 300
BACKEND = "django.contrib.auth.backends.ModelBackend"


def guessing(request: Any, username: str) -> bool:
    """Whether this address or this account failed too often in the last quarter of an hour."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    recent = AccessAttempt.objects.filter(attempt_time__gte=since)
    here = recent.filter(ip_address=get_client_ip_address(request))
    return _failures(here) >= FAILURES_OF_AN_ADDRESS or (
        bool(username) and _failures(recent.filter(username=username)) >= FAILURES_OF_AN_ACCOUNT
    )


def refused(request: Any, username: str) -> bool:
    """Whether axes refuses this account from this address, or somebody is guessing."""
    allowed = AxesProxyHandler.is_allowed(request, {"username": username})
    return not allowed or guessing(request, username)


def _failures(attempts: Any) -> int:
    return int(attempts.aggregate(sum=Sum("failures_since_start"))["sum"] or 0)


def locked_accounts() -> set[str]:
    """Accounts on which somebody failed so often that signing in is refused somewhere."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    recent = AccessAttempt.objects.filter(attempt_time__gte=since)
    rows = recent.values("username").annotate(sum=Sum("failures_since_start"))
    many = {row["username"] for row in rows if row["sum"] >= FAILURES_OF_AN_ACCOUNT}
    one = recent.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT)
    return many | {each.username for each in one}


def to_own(request: Any, back: str) -> Any:
    """To where somebody wanted to go, if that is ours, else to 今天."""
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(back)
    return redirect("today")


def ways(request: Any) -> dict[str, str]:
    """What the page offers beside a password of the desk: each way's own words, empty where there is none."""
    settings = request.desk.workspace.settings
    return {
        "oidc_way": say(settings.oidc.label) if settings.oidc.issuer else "",
        "ldap_way": say(settings.ldap.label) if settings.ldap.host else "",
    }


class SignIn(LoginView):  # type: ignore[misc]
    """The page for account and password."""

    template_name = "desk/login.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """With the ways of the agency's own."""
        return {**super().get_context_data(**more), **ways(self.request)}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse who guesses before any password is looked at."""
        # spelt as the form and the counting of failures spell it: full-width letters are no other account
        name = get_user_model().normalize_username(request.POST.get("username", "").strip())
        if guessing(request, name):
            return render(request, "desk/locked.html", status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> Any:
        """With a second factor the password only opens the page that asks for the code."""
        user = form.get_user()
        seat = getattr(user, "seat", None)
        if seat is None or not seat.totp_secret:
            return super().form_valid(form)
        self.request.session[_PENDING] = {
            "user": user.pk, "password": user.get_session_auth_hash(), "at": time.time(),
        }  # fmt: skip
        back = self.get_redirect_url()
        return HttpResponseRedirect(reverse("code") + (f"?{urlencode({'next': back})}" if back else ""))


def _waiting(pending: dict[str, Any]) -> Any:
    """The account whose password was given a moment ago; None once another password or no code counts."""
    user = get_user_model().objects.filter(pk=pending.get("user"), is_active=True).first()
    if user is None or time.time() - float(pending.get("at", 0)) > _CODE_WITHIN_S:
        return None
    same = constant_time_compare(pending.get("password", ""), user.get_session_auth_hash())
    return user if same and user.seat.totp_secret else None


def code(request: Any) -> Any:
    """The page for the six digits; five wrong ones count like five wrong passwords."""
    user = _waiting(request.session.get(_PENDING, {}))
    if user is None:
        request.session.pop(_PENDING, None)
        return redirect("login")
    back = request.POST.get("next", request.GET.get("next", ""))
    context: dict[str, Any] = {"next": back}
    if request.method == "POST":
        if refused(request, user.get_username()):
            return render(request, "desk/locked.html", status=429)
        if takes(user.seat, request.POST.get("code", ""), time.time()):
            login(request, user, backend=BACKEND)
            return to_own(request, back)
        user_login_failed.send(
            sender=__name__, credentials={"username": user.get_username()}, request=request
        )
        if refused(request, user.get_username()):
            request.session.pop(_PENDING, None)
            return render(request, "desk/locked.html", status=429)
        context["wrong"] = True
    return render(request, "desk/code.html", context)
