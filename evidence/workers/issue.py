"""The job that issues forms, and how it is ordered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from evidence.config import Workspace
from evidence.domain.document import IssuedForm
from evidence.forms.issue import issue_forms
from evidence.forms.source import IssueRequest
from evidence.jobs.job import Job
from evidence.ledger.events import Event
from evidence.ledger.view import View

ISSUE = "issue"


def order(requests: Sequence[IssueRequest], at: datetime, actor: str) -> Job:
    """The job that issues these forms, all or none.

    Args:
        at: instant of the order; becomes the forms' `issued_at` and tells the order from every other.
    """
    return Job(
        function=ISSUE,
        key=f"{ISSUE}:{at.isoformat()}",
        arguments={
            "requests": msgspec.json.encode(requests).decode(),
            "ordered_at": at.isoformat(),
            "actor": actor,
        },
    )


def issue(workspace: Workspace, *, requests: str, ordered_at: str, actor: str) -> None:
    """Issue what was ordered, unless that has happened; arguments as `order` makes them."""
    wanted = msgspec.json.decode(requests, type=list[IssueRequest])
    at = datetime.fromisoformat(ordered_at)
    if _issued_already(workspace.ledger.view, wanted, at):
        return

    def once(view: View, _forms: Sequence[IssuedForm]) -> Sequence[Event]:
        """Within the transaction: another delivery of this very job may have been quicker."""
        if _issued_already(view, wanted, at):
            raise _DoneByAnotherError
        return ()

    try:
        issue_forms(wanted, workspace.issuer(), now=at, actor=actor, also=once)
    except _DoneByAnotherError:
        return


class _DoneByAnotherError(Exception):
    """Never leaves this module."""


def _issued_already(view: View, wanted: Sequence[IssueRequest], at: datetime) -> bool:
    return any(
        document.form.issued_at == at
        for case in {request.case for request in wanted}
        for document in view.documents(case)
    )
