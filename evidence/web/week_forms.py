"""The records of one planned day, issued in one go: blank the day before, filled once it was entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from evidence.domain.case import Visit, VisitKind, in_force
from evidence.domain.document import Document
from evidence.domain.identifiers import CaseId, EnterpriseId, VisitId
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import local_date
from evidence.forms.source import IssueRequest
from evidence.ledger.view import View

FORM_OF = {
    PlannedWork.CHECK: "inspection-record",
    PlannedWork.SPECIAL: "inspection-record",
    PlannedWork.RECHECK: "recheck-record",
    PlannedWork.URGING: "urging-record",
}
"""The record each kind of planned work brings home; guidance has none of its own."""
_KIND_OF = {
    PlannedWork.CHECK: VisitKind.CHECK,
    PlannedWork.SPECIAL: VisitKind.CHECK,
    PlannedWork.RECHECK: VisitKind.RECHECK,
    PlannedWork.URGING: VisitKind.URGING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One record for one planned visit."""

    line: PlanLine
    form: str
    case: CaseId | None
    """None: a case has to be opened first."""
    ready: Document | None
    """Issued before and not back yet: printed again, never issued twice."""
    visit: VisitId | None = None
    """The visit that was entered already, from a telephone say; the record is then filled in."""

    def request(self, case: CaseId) -> IssueRequest:
        """The order for the filled record, else for a blank one that names those who will go."""
        if self.visit is not None:
            return IssueRequest(form=self.form, case=case, visit=self.visit)
        return IssueRequest(form=self.form, case=case, blank=True, experts=self.line.experts)


def wanted_on(view: View, plan: Plan, day: date) -> list[Wanted]:
    """The records of one day, in the plan's order; a special check without a case is left out, since
    nobody but the clerk knows its campaign.

    A visit whose paper is back, filled in by hand or not, wants no other record.
    """
    found = []
    for line in plan.lines:
        form = FORM_OF.get(line.work)
        if line.day != day or form is None:
            continue
        made = _made(view, line)
        if made is not None:
            if (wanted := _for_visit(view, line, form, made)) is not None:
                found.append(wanted)
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


def _made(view: View, line: PlanLine) -> Visit | None:
    """The visit that carried a line out, as far as anybody entered it."""
    kind = _KIND_OF[line.work]
    cases = [line.case] if line.case else [case.id for case in view.cases(line.enterprise)]
    visits = (visit for case in cases for visit in in_force(view.visits(case)))
    same = [each for each in visits if each.kind is kind and local_date(each.arrived_at) == line.day]
    return same[-1] if same else None


def _for_visit(view: View, line: PlanLine, form: str, made: Visit) -> Wanted | None:
    documents = [
        each for each in view.documents(made.case) if each.form.form == form and not each.form.voided_why
    ]
    own = [each for each in documents if each.visit == made.id]
    if any(each.scans for each in documents if each.visit in (None, made.id)):
        return None
    ready = next((each for each in reversed(own) if each.form.visit_version == made.version), None)
    return Wanted(line=line, form=form, case=made.case, ready=ready, visit=made.id)


def _waiting(documents: Sequence[Document], form: str) -> Document | None:
    """A form of this kind that was issued and of which nothing has come back."""
    same = [
        each for each in documents if each.form.form == form and not each.form.voided_why and not each.scans
    ]
    return same[-1] if same else None
