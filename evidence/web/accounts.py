"""Accounts, for the desk's pages and for `evidence serve --add-account`."""

from __future__ import annotations

from typing import Any

from evidence.web.roles import Role


def create_account(
    *,
    username: str,
    person: str,
    role: str,
    password: str | None,
    roster_id: str = "",
    must_change: bool = False,
) -> Any:
    """A new account with its role; the password is stored as an Argon2 hash.

    Args:
        password: None where somebody else says who it is; then none opens the account.
        roster_id: whom of the roster it belongs to; empty for nobody.
        must_change: somebody else chose the password.

    Raises:
        ValueError: unknown role.
    """
    from django.contrib.auth import get_user_model
    from django.db import transaction

    from evidence.web.models import Seat

    with transaction.atomic():
        user = get_user_model().objects.create_user(username=username, password=password)
        Seat.objects.create(
            user=user, role=Role(role).value, person=person, roster_id=roster_id, must_change=must_change
        )
    return user


def is_last_local_lead(user: Any) -> bool:
    """Whether only this lead can still come in when the agency's directory is down.

    Such an account is neither switched off nor given another role.
    """
    from django.contrib.auth import get_user_model

    leads = get_user_model().objects.filter(is_active=True, seat__role=Role.LEAD.value, agency__isnull=True)
    return set(leads.values_list("pk", flat=True)) == {user.pk}


def any_account() -> bool:
    """Whether anybody can sign in."""
    from django.contrib.auth import get_user_model

    return bool(get_user_model().objects.filter(is_active=True).exists())
