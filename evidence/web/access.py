"""Who signed in, and what was done to accounts: kept beside the accounts, never evidence.

What people did to the agency's material stands in the ledger.
"""

from __future__ import annotations

from typing import Any

from axes.helpers import get_client_ip_address
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils import timezone

from evidence.web.access_kinds import What
from evidence.web.models import Access


def note(request: Any, what: What, about: str = "", detail: str = "") -> None:
    """Write one line down: the account that acted, and on which account."""
    account = request.user.get_username() if request.user.is_authenticated else about
    _write(request, what, account, about, detail)


def _write(request: Any, what: What, account: str, about: str = "", detail: str = "") -> None:
    Access.objects.create(
        at=timezone.now(),
        account=account[:150],
        what=what.name,
        about=about[:150],
        detail=detail[:64],
        address=str(get_client_ip_address(request) or "")[:45] if request is not None else "",
    )


def listen() -> None:
    """Hear Django say who signs in and out; once, when the desk starts."""
    user_logged_in.connect(_entered, dispatch_uid="desk-in")
    user_logged_out.connect(_left, dispatch_uid="desk-out")
    user_login_failed.connect(_failed, dispatch_uid="desk-failed")


def _entered(request: Any, user: Any, **_more: Any) -> None:
    _write(request, What.IN, user.get_username(), detail=getattr(getattr(user, "agency", None), "way", ""))


def _left(request: Any, user: Any, **_more: Any) -> None:
    if user is not None:
        _write(request, What.LEFT, user.get_username())


def _failed(credentials: dict[str, Any], request: Any = None, **_more: Any) -> None:
    turned_away(request, str(credentials.get("username", "")), str(credentials.get("way", "")))


def turned_away(request: Any, account: str, way: str) -> None:
    """Somebody did not get in.

    Args:
        way: who was asked, see `access_kinds.WAYS`; empty for a password of the desk.
    """
    _write(request, What.FAILED, account, detail=way)
