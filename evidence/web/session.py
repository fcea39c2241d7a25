"""The first account, and the reader's language."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from evidence.web.accounts import create_account
from evidence.web.accounts_page import AccountForm, tied_to
from evidence.web.problems import LANGUAGE_COOKIE
from evidence.web.roles import Role
from evidence.web.speech import LANGUAGES


def setup(request: Any, key: str) -> Any:
    """The first account of the desk's own: only while there is none, with the key shown in the terminal."""
    users = get_user_model().objects.filter(agency__isnull=True)
    if users.exists() or not secrets.compare_digest(key.encode(), request.desk.setup_key.encode()):
        raise Http404
    form = AccountForm(request.POST or None, initial={"role": Role.LEAD.value})
    if request.method == "POST" and form.is_valid():
        user = create_account(**form.cleaned_data, roster_id=tied_to(request, form.cleaned_data["person"]))
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("today")
    return render(request, "desk/setup.html", {"form": form})


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
