"""The other records of the same case that a record refers to: the check, its number, its hazards."""

from __future__ import annotations

from datetime import date

from evidence.domain.case import RectificationReport, Visit, VisitKind, in_force
from evidence.domain.hazard import Hazard
from evidence.domain.hazard_history import HazardHistory, hazard_histories
from evidence.domain.week import local_date
from evidence.forms.content.wording import day
from evidence.forms.source import Source


def latest_check(source: Source) -> Visit | None:
    """The check this record follows: the last one before it."""
    checks = source.visits(VisitKind.CHECK)
    if source.visit is not None:
        checks = tuple(visit for visit in checks if visit.arrived_at <= source.visit.arrived_at)
    return checks[-1] if checks else None


def hazards_so_far(source: Source) -> tuple[Hazard, ...]:
    """Every hazard of the case found up to this record, at whatever visit, in the order of the visits."""
    if source.case is None:
        return ()
    visits = in_force(source.view.visits(source.case.id))
    if source.visit is not None:
        visits = tuple(visit for visit in visits if visit.arrived_at <= source.visit.arrived_at)
    return tuple(hazard for visit in visits for hazard in visit.hazards)


def still_open(source: Source) -> dict[str, HazardHistory]:
    """Hazards of the case that no recheck has found put right, by id."""
    if source.case is None:
        return {}
    usual_days = source.settings.parameters.rectification_days
    known = hazard_histories(source.view.visits(source.case.id), usual_days)
    return {each.hazard.id: each for each in known if each.open_on(date.max)}


def deadline_in_force(source: Source) -> date | None:
    """The latest deadline that held for what was open when this visit began, moved ones as moved.

    Before the visit is entered: of everything that is open now.
    """
    if source.case is None:
        return None
    if source.visit is None:
        return max((each.deadline(date.max) for each in still_open(source).values()), default=None)
    began = source.visit.arrived_at
    usual_days = source.settings.parameters.rectification_days
    known = hazard_histories(source.view.visits(source.case.id), usual_days)
    return max((each.deadline_before(began) for each in known if each.open_before(began)), default=None)


def latest_report(source: Source) -> RectificationReport | None:
    """The newest version of the enterprise's report."""
    if source.case is None:
        return None
    reports = source.view.reports(source.case.id)
    return max(reports, key=lambda report: report.version, default=None)


def record_number(source: Source, form: str, visit: Visit | None) -> str:
    """Number of the valid record of a visit, newest first; empty when none was issued."""
    if source.case is None or visit is None:
        return ""
    numbers = [
        document.form.number
        for document in source.view.documents(source.case.id)
        if document.form.form == form
        and not document.form.voided_why
        and document.form.visit in (visit.id, None)
    ]
    return numbers[-1] if numbers else ""


def check_reference(source: Source) -> dict[str, str]:
    """关联检查记录 and its date."""
    check = latest_check(source)
    return {
        "检查记录编号": record_number(source, "inspection-record", check) or "—",
        "检查日期": day(local_date(check.arrived_at) if check else None, blank="—"),
    }


def last_deadline(hazards: tuple[Hazard, ...]) -> date | None:
    """The latest deadline among hazards."""
    return max((hazard.deadline for hazard in hazards if hazard.deadline), default=None)


def numbered(hazards: tuple[Hazard, ...]) -> dict[str, tuple[int, Hazard]]:
    """Hazards by id with the running number printed in the check record."""
    return {hazard.id: (number, hazard) for number, hazard in enumerate(hazards, 1)}
