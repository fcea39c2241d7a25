"""Which planned visits are an inspector's own: the lines of the filed plan that name the person."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.domain.case import Case
from evidence.domain.identifiers import PersonId
from evidence.domain.register import PlanLine, PlannedWork
from evidence.domain.week import Week
from evidence.ledger.view import View
from evidence.web.week_forms import unvisited

KIND_OF = {
    PlannedWork.CHECK: "检查",
    PlannedWork.SPECIAL: "检查",
    PlannedWork.RECHECK: "复查",
    PlannedWork.URGING: "督促",
    PlannedWork.GUIDANCE: "指导",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVisit:
    """One planned visit of one inspector."""

    line: PlanLine
    kind: str
    """As the entry form calls it: 检查, 复查, 督促 or 指导."""
    case: Case | None
    """None: no case is open for it yet."""

    @property
    def key(self) -> str:
        """The same for every version of the plan that keeps the visit."""
        return f"{self.line.enterprise}/{self.kind}/{self.line.day.isoformat()}"


def own_visits(view: View, person: PersonId, week: Week) -> tuple[OwnVisit, ...]:
    """The inspector's visits of a week, by day, from the version of the plan that was filed last."""
    filed = max(
        (plan for plan in view.plans() if plan.week == str(week)), key=lambda plan: plan.version, default=None
    )
    lines = [line for line in filed.lines if person in line.experts] if filed else []
    return tuple(
        OwnVisit(line=line, kind=KIND_OF[line.work], case=_case_of(view, line))
        for line in sorted(lines, key=lambda line: (line.day, line.enterprise))
        if line.work in KIND_OF
    )


def _case_of(view: View, line: PlanLine) -> Case | None:
    found = line.case or unvisited(view, line.enterprise)
    return view.case(found) if found else None
