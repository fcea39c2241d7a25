"""File a weekly plan: put on its official form and journalled in one transaction (附件八1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.domain.register import Plan
from evidence.forms.catalogue import Catalogue
from evidence.forms.content.weekly import plan_values
from evidence.forms.issue import issue_forms
from evidence.forms.source import IssueRequest, IssueSettings
from evidence.ledger.events import PlanFiled
from evidence.ledger.ledger import Ledger


def file_plan(
    plan: Plan,
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    originals: Originals,
    issued: IssuedStore,
    settings: IssueSettings,
    now: datetime,
    actor: str,
    compiler: str = "",
) -> Plan:
    """The plan with the number of its form.

    Args:
        compiler: name printed as 编制人.

    Raises:
        As `issue_forms`; nothing is filed then.
    """
    values = plan_values(plan, ledger.view, settings, compiler=compiler)
    (form,) = issue_forms(
        [IssueRequest(form="weekly-plan", week=plan.week, values=values)],
        catalogue=catalogue,
        ledger=ledger,
        originals=originals,
        issued=issued,
        settings=settings,
        now=now,
        actor=actor,
        also=lambda _view, made: [PlanFiled(plan=replace(plan, number=made[0].number))],
    )
    return replace(plan, number=form.number)
