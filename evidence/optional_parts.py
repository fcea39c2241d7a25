"""Wires the parts that are off by default: mail in, archives out, other programs told.

Each is imported when it is asked for; a workspace that names none of them pays for none.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from evidence.config import Workspace
from evidence.domain.week import local_date

if TYPE_CHECKING:
    from evidence.exchange.gather import Archives
    from evidence.mail.fetch import Post
    from evidence.rules.due_item import DueItem
    from evidence.webhooks.telling import Telling


def post_of(workspace: Workspace) -> Post:
    """Mailboxes that bring messages into the inbox."""
    from evidence.mail.fetch import Post

    return Post(
        root=workspace.root,
        inbox=workspace.inbox,
        archive=workspace.archive,
        ledger=workspace.ledger,
        mailboxes=workspace.settings.mail,
    )


def archives_of(workspace: Workspace) -> Archives:
    """What goes out to an archive."""
    from evidence.exchange.gather import Archives, Parties

    settings = workspace.settings
    return Archives(
        ledger=workspace.ledger,
        handover=workspace.archive / "handover",
        parties=Parties(
            agency=settings.agency.name,
            regulator=settings.regulator.name,
            contract=settings.contract.name,
            contract_code=settings.contract.code,
        ),
    )


def telling_of(workspace: Workspace) -> Telling:
    """Programs that are told what happens."""
    from evidence.webhooks.telling import Telling

    return Telling(
        root=workspace.root,
        archive=workspace.archive,
        ledger=workspace.ledger,
        contract=workspace.settings.contract.code,
        receivers=workspace.settings.webhooks,
        queue=workspace.kept_jobs,
        due=lambda: _due_soon(workspace),
        clock=workspace.clock,
    )


def _due_soon(workspace: Workspace) -> tuple[DueItem, ...]:
    """What is due today and in the next two days, as of now."""
    from evidence.ledger.facts import gather_open
    from evidence.rules.agenda import due_items

    now = workspace.clock()
    facts = gather_open(workspace.ledger.view, now)
    until = local_date(now) + timedelta(days=2)
    return due_items(facts, workspace.settings.parameters, now, until)
