"""Who acts at the desk: the signed-in account and the person of the roster it is tied to."""

from __future__ import annotations

from typing import Any

from evidence.errors import InputError
from evidence.ledger.acting import Actor, acting
from evidence.ledger.view import View


def actor_of(request: Any) -> Actor:
    """The signed-in account's actor; nothing the page sent has a say in it.

    Raises:
        InputError: the account is tied to somebody who left the roster.
    """
    view: View = request.desk.workspace.ledger.view
    return acting(view, f"desk:{request.user.get_username()}", request.user.seat.roster_id)


def reader_of(request: Any) -> Actor:
    """The signed-in account's actor where it only reads: one whose person left the roster reads as itself."""
    try:
        return actor_of(request)
    except InputError:
        return Actor(account=f"desk:{request.user.get_username()}")


def roster_id(view: View, person: str) -> str:
    """Id of the one person of the roster with this name or id; empty for nobody or several."""
    wanted = person.strip()
    found = [each.id for each in view.people() if wanted and wanted in (each.id, each.name)]
    return found[0] if len(found) == 1 else ""


def names_of(view: View) -> dict[str, str]:
    """Account name or roster id -> what people call its person."""
    from evidence.web.models import Seat

    seats = Seat.objects.select_related("user")
    accounts = {seat.user.get_username(): str(seat.person) for seat in seats}
    return {**accounts, **{each.id: each.name for each in view.people()}}
