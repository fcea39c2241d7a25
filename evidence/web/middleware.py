"""Attach the desk, the role and the language to each request; headers Django does not set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import override

from evidence.web import host as hosts
from evidence.web.problems import explained, language_of
from evidence.web.roles import Act, Role, may
from evidence.web.speech import say, speaking


def role_of(request: Any) -> Role | None:
    """The signed-in account's role; None for strangers and accounts without a seat."""
    known: Role | None = getattr(request, "desk_role", None)
    if known is None and request.user.is_authenticated:
        seat = getattr(request.user, "seat", None)
        known = Role(seat.role) if seat is not None else None
        request.desk_role = known
    return known


def desk_middleware(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Give views `request.desk`; answer in the reader's language; keep pages out of shared caches."""

    def handle(request: Any) -> Any:
        request.desk = hosts.current()
        request.language = language_of(request)
        with speaking(request.language), override("en" if request.language == "en" else "zh-hans"):
            response = explained(request, _own_password_first(request) or get_response(request))
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response

    return handle


def _own_password_first(request: Any) -> Any:
    """To the page for another password, while somebody else knows this one; None for everybody else."""
    if not request.user.is_authenticated or role_of(request) is None or not request.user.seat.must_change:
        return None
    if request.path in {reverse(name) for name in ("account", "password", "logout", "language")}:
        return None
    if _asked_by_script(request.path):
        from evidence.web.site.gate import refusal

        remedy = say("本机上的内容都还在，改过密码以后照常送出。")
        return refusal(403, say("请先更改密码：现在的密码是别人给您设的。"), remedy, page=reverse("account"))
    return redirect("account")


def _asked_by_script(path: str) -> bool:
    """Whether the telephone's script asks, which follows no redirect and shows no page."""
    pages = {reverse(name) for name in ("site", "site-trust", "site-root")}
    return path.startswith(reverse("site")) and path not in pages


def desk_context(request: Any) -> dict[str, Any]:
    """What every template may use."""
    role = role_of(request)
    return {
        "role": role,
        "may": {act.name: may(role, act) for act in Act},
        "agency": request.desk.workspace.settings.agency.name,
        "language": request.language,
    }
