"""The blank forms of one planned day, issued in one go: what the clerk prints on Monday for Tuesday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from evidence.domain.case import VisitKind, in_force
from evidence.domain.document import Document
from evidence.domain.identifiers import CaseId, EnterpriseId
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.forms.source import IssueRequest
from evidence.ledger.view import View

FORM_OF = {
    PlannedWork.CHECK: "inspection-record",
    PlannedWork.SPECIAL: "inspection-record",
    PlannedWork.RECHECK: "recheck-record",
    PlannedWork.URGING: "urging-record",
}
"""The record each kind of planned work brings home; guidance has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One record for one planned visit."""

    line: PlanLine
    form: str
    case: CaseId | None
    """None: a case has to be opened first."""
    ready: Document | None
    """Issued before and not back yet: printed again, never issued twice."""

    def request(self, case: CaseId) -> IssueRequest:
        """The order for a blank form that names those who will go."""
        return IssueRequest(form=self.form, case=case, blank=True, experts=self.line.experts)


def wanted_on(view: View, plan: Plan, day: date) -> list[Wanted]:
    """The records of one day, in the plan's order; a special check without a case is left out, since
    nobody but the clerk knows its campaign.
    """
    found = []
    for line in plan.lines:
        form = FORM_OF.get(line.work)
        if line.day != day or form is None:
            continue
        case = line.case or unvisited(view, line.enterprise)
        if case is None and line.work is not PlannedWork.CHECK:
            continue
        ready = _waiting(view.documents(case), form) if case else None
        found.append(Wanted(line=line, form=form, case=case, ready=ready))
    return found


def unvisited(view: View, enterprise: EnterpriseId) -> CaseId | None:
    """The newest case of an enterprise that nobody has checked yet."""
    for case in reversed(view.cases(enterprise)):
        if all(visit.kind is not VisitKind.CHECK for visit in in_force(view.visits(case.id))):
            return case.id
    return None


def _waiting(documents: Sequence[Document], form: str) -> Document | None:
    """A form of this kind that was issued and of which nothing has come back."""
    same = [
        each for each in documents if each.form.form == form and not each.form.voided_why and not each.scans
    ]
    return same[-1] if same else None
