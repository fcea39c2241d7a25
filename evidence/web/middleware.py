"""Attach the desk, the role and the language to each request; headers Django does not set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import override

from evidence.web import host as hosts
from evidence.web.problems import explained, language_of
from evidence.web.roles import Act, Role, may
from evidence.web.speech import speaking


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
            response = explained(request, get_response(request))
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response

    return handle


def desk_context(request: Any) -> dict[str, Any]:
    """What every template may use."""
    role = role_of(request)
    return {
        "role": role,
        "may": {act.name: may(role, act) for act in Act},
        "agency": request.desk.workspace.settings.agency.name,
        "language": request.language,
    }
