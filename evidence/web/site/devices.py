"""Telephones that took visits along: each has a token, so that it can ask whether it still may keep them."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from evidence.web.models import SiteDevice

HEADER = "X-Device"


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def token_for(request: Any) -> str:
    """A new token for a telephone that has none of this account yet; empty where it has one."""
    sent = request.headers.get(HEADER, "")
    if sent and SiteDevice.objects.filter(digest=_digest(sent), owner=request.user).exists():
        return ""
    token = secrets.token_urlsafe(24)
    SiteDevice.objects.create(owner=request.user, digest=_digest(token))
    return token


@require_safe  # type: ignore[untyped-decorator]
def device(request: Any) -> Any:
    """Whether a telephone has to forget what it keeps: only where its account was switched off.

    A token nobody knows says nothing: the accounts may have been made anew, and no draft is lost for that.
    """
    known = SiteDevice.objects.filter(digest=_digest(request.headers.get(HEADER, ""))).first()
    return JsonResponse({"ended": known is not None and not known.owner.is_active})
