"""File a weekly plan: put on its official form and journalled in one transaction (附件八1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from evidence.domain.register import Plan
from evidence.forms.content.weekly import plan_values
from evidence.forms.issue import issue_forms
from evidence.forms.issuer import Issuer
from evidence.forms.people import read_contacts
from evidence.forms.source import IssueRequest
from evidence.ledger.events import PlanFiled


def file_plan(plan: Plan, issuer: Issuer, *, now: datetime, actor: str, compiler: str = "") -> Plan:
    """The plan with the number of its form.

    Args:
        compiler: name printed as 编制人.

    Raises:
        As `issue_forms`; nothing is filed then.
    """
    values = plan_values(
        plan,
        issuer.ledger.view,
        issuer.settings,
        contacts=lambda enterprise: read_contacts(issuer.originals, enterprise.contacts),
        compiler=compiler,
    )
    (form,) = issue_forms(
        [IssueRequest(form="weekly-plan", week=plan.week, values=values)],
        issuer,
        now=now,
        actor=actor,
        also=lambda _view, made: [PlanFiled(plan=replace(plan, number=made[0].number))],
    )
    return replace(plan, number=form.number)
