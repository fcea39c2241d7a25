"""Sends whoever still uses a password that another person chose for him to the page for one of his own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.shortcuts import redirect
from django.urls import reverse

from evidence.web.middleware import role_of
from evidence.web.problems import refusal
from evidence.web.speech import say


def own_password_first(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Answer nothing else before; everybody whose password is his own goes on unasked."""

    def handle(request: Any) -> Any:
        return _asked_first(request) or get_response(request)

    return handle


def _asked_first(request: Any) -> Any:
    """To the page for another password, while somebody else knows this one; None for everybody else."""
    if not request.user.is_authenticated or role_of(request) is None or not request.user.seat.must_change:
        return None
    if request.path in {reverse(name) for name in ("account", "password", "logout", "language")}:
        return None
    if _asked_by_script(request.path):
        remedy = say("本机上的内容都还在，改过密码以后照常送出。")
        return refusal(403, say("请先更改密码：现在的密码是别人给您设的。"), remedy, page=reverse("account"))
    return redirect("account")


def _asked_by_script(path: str) -> bool:
    """Whether the telephone's script asks, which follows no redirect and shows no page."""
    pages = {reverse(name) for name in ("site", "site-trust", "site-root")}
    return path.startswith(reverse("site")) and path not in pages
