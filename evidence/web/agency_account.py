"""The desk's account of a person whom the agency's own directory vouches for.

Made at the first sign-in, followed at later ones: name and role are the directory's to say. Whether the
account is switched off is the desk's.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from evidence.identity.identity import Identity
from evidence.web.access import note
from evidence.web.access_kinds import What
from evidence.web.accounts import create_account
from evidence.web.acting import roster_id
from evidence.web.models import AgencyAccount
from evidence.web.roles import Role


def by_agency(user: Any) -> str:
    """Which way an account comes in, see `access_kinds.WAYS`; empty for one with a password of the desk."""
    return str(getattr(getattr(user, "agency", None), "way", ""))


def account_of(request: Any, identity: Identity, role: Role) -> Any:
    """The account, as the directory says now; one that is switched off is left as it is."""
    with transaction.atomic():  # of two first sign-ins at once, the second finds the account
        known = (
            AgencyAccount.objects.select_related("user__seat")
            .filter(way=identity.way, issuer=identity.issuer, subject=identity.subject)
            .first()
        )
        if known is None:
            return _made(request, identity, role)
        if known.user.is_active:
            _follow(request, known, identity, role)
        return known.user


def counted_as(account: str) -> str:
    """Under which name failures of an LDAP account are counted: the desk's, where it has one already.

    Under that name a sign-in that succeeds forgets them, and the lead lifts the lock.
    """
    known = AgencyAccount.objects.select_related("user").filter(way="ldap", account=account).first()
    return str(known.user.get_username()) if known is not None else account


def _made(request: Any, identity: Identity, role: Role) -> Any:
    user = create_account(
        username=_free_name(identity.account),
        person=identity.name,
        role=role.value,
        password=None,
        roster_id=_tied(request, identity),
    )
    AgencyAccount.objects.create(
        user=user,
        way=identity.way,
        issuer=identity.issuer,
        subject=identity.subject,
        account=identity.account,
    )
    note(request, What.MADE, user.get_username(), identity.way)
    return user


def _follow(request: Any, known: AgencyAccount, identity: Identity, role: Role) -> None:
    user = known.user
    seat = user.seat
    tied = _tied(request, identity) or seat.roster_id
    changes = [
        (What.NAME, seat.person, identity.name, f"{seat.person[:30]} → {identity.name[:30]}"),
        (What.ROLE, seat.role, role.value, role.value),
        (What.PERSON, seat.roster_id, tied, f"{seat.roster_id or '—'} → {tied}"),
    ]
    for what, before, after, words in changes:
        if before != after:
            note(request, what, user.get_username(), words)
    seat.person, seat.role, seat.roster_id = identity.name, role.value, tied
    seat.save(update_fields=["person", "role", "roster_id"])
    if known.account != identity.account:
        known.account = identity.account
        known.save(update_fields=["account"])


def _tied(request: Any, identity: Identity) -> str:
    """The person of the roster whose id the directory names; a name is no id."""
    wanted = identity.roster_id
    return wanted if wanted and roster_id(request.desk.workspace.ledger.view, wanted) == wanted else ""


def _free_name(account: str) -> str:
    """What the desk calls the account: as the directory does, unless somebody is called so already."""
    users = get_user_model().objects
    name = get_user_model().normalize_username(account)[:60]
    tried = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(each for each in tried if not users.filter(username__iexact=each).exists())
