"""Issuing left to workers: the order is queued, the numbers are given when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from evidence.cli.output import emit, say
from evidence.errors import UsageError
from evidence.forms.source import IssueRequest
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


def order_later(workspace: Workspace, requests: Sequence[IssueRequest], actor: str, *, as_json: bool) -> None:
    """Queue each form as a job of its own, so that one that cannot be issued keeps no other back.

    Raises:
        UsageError: there is no database for jobs to wait in.
    """
    if not workspace.settings.ledger.database:
        raise UsageError(
            _("要由工作进程签发，账本须在数据库。"),
            where="evidence.toml [ledger] database",
            remedy=_("请去掉 --later，在本机签发。"),
        )
    from evidence.jobs.database import DatabaseQueue
    from evidence.workers.issue import order

    queue, now = DatabaseQueue(workspace.settings.ledger), workspace.clock()
    # an order is known by its instant: each form gets one of its own
    jobs = [
        order([request], now + timedelta(microseconds=place), actor) for place, request in enumerate(requests)
    ]
    for job in jobs:
        queue.put(job)
    queue.close()
    if as_json:
        emit({"ordered": [job.key for job in jobs]})
    else:
        say(_("已交给工作进程 {n} 份；签发后用 evidence case show 查看编号。").format(n=len(jobs)))
