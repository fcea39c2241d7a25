"""Who else has the same form open: two people on one visit see each other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from evidence.web.models import Draft

_FRESH = timedelta(minutes=30)


def others_at(user: Any, case: str, kind: str) -> list[Draft]:
    """Drafts other people kept of the same visit lately, newest first; each names its owner."""
    fresh = Draft.objects.filter(case=case, kind=kind, saved_at__gte=timezone.now() - _FRESH)
    found = fresh.exclude(owner=user).select_related("owner__seat").order_by("-saved_at")
    return [each for each in found if each.owner.is_active]


def opened(user: Any, case: str, kind: str) -> None:
    """Somebody opened the form; an untouched draft of theirs says so to the others."""
    mine, new = Draft.objects.get_or_create(owner=user, case=case, kind=kind)
    if not new and not mine.data:
        mine.save(update_fields=["saved_at"])
