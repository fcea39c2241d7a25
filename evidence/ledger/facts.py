"""From the view to `Facts`, the frozen input of a judgement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from evidence.domain.case import Case, Visit
from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import CaseId
from evidence.domain.register import RegisterEntry
from evidence.domain.week import Week, local_date
from evidence.ledger.lookup import standing_case
from evidence.ledger.view import View


def gather(view: View, *, week: Week | None, case: CaseId | None, at: datetime) -> Facts:
    """Facts of one case, or of the cases touched in a week (default: the week of `at`).

    Raises:
        UsageError: there is no such case, or it was cancelled.
    """
    today = Week.of(local_date(at))
    if case is not None:
        return gather_cases(view, [standing_case(view, case).id], week=week, plans_since=today)
    week = week or today
    return gather_cases(view, view.cases_touched(week), week=week, plans_since=min(week, today))


def gather_cases(
    view: View, cases: Iterable[CaseId], *, week: Week | None, plans_since: Week | None = None
) -> Facts:
    """Facts of these cases, with everything that belongs to no single case.

    Unknown and cancelled ones are left out.

    Args:
        plans_since: plans of the weeks in which these cases were visited, and from this week on, will do;
            None for all.
    """
    cases = tuple(cases)
    view.prepare(cases)
    known = [
        (held, view.visits(held.id))
        for name in cases
        if (held := view.case(name)) is not None and not held.cancelled_why
    ]
    entries = view.entries_about(
        {*(held.id for held, _visits in known), *(visit.id for _held, visits in known for visit in visits)}
    )
    filed = _File(entries)
    gathered = tuple(_case_facts(view, held, visits, filed) for held, visits in known)
    taken = {(entry.register, entry.key) for facts in gathered for entry in facts.entries}
    return Facts(
        week="" if week is None else str(week),
        enterprises=view.enterprises(),
        people=view.people(),
        devices=view.devices(),
        campaigns=view.campaigns(),
        cases=gathered,
        services=view.services(),
        entries=tuple(
            entry
            for entry in entries
            if entry.case is None and entry.visit is None and (entry.register, entry.key) not in taken
        ),
        plans=view.plans(_earliest(plans_since, known)),
        packages=view.packages_about({held.id for held, _visits in known}),
        receipts=view.receipts(),
    )


def _earliest(since: Week | None, known: Iterable[tuple[Case, tuple[Visit, ...]]]) -> Week | None:
    if since is None:
        return None
    visited = (Week.of(local_date(visit.arrived_at)) for _case, visits in known for visit in visits)
    return min((since, *visited))


class _File:
    """Register entries by what they name, so that a case need not look at all of them."""

    def __init__(self, entries: Iterable[RegisterEntry]) -> None:
        self._by: dict[str, list[tuple[int, RegisterEntry]]] = {}
        for place, entry in enumerate(entries):
            about = {entry.case, entry.visit} - {None} or {entry.enterprise} - {None}
            for name in about:
                self._by.setdefault(str(name), []).append((place, entry))

    def about(self, names: Iterable[str]) -> tuple[RegisterEntry, ...]:
        """Entries that name one of these, each once, in the order of the journal."""
        found = {place: entry for name in names for place, entry in self._by.get(name, ())}
        return tuple(found[place] for place in sorted(found))


def _case_facts(view: View, case: Case, visits: tuple[Visit, ...], filed: _File) -> CaseFacts:
    return CaseFacts(
        case=case,
        visits=visits,
        reports=view.reports(case.id),
        escalations=view.escalations(case.id),
        documents=view.documents(case.id),
        recordings=view.recordings(case.id),
        materials=view.materials(case.id),
        entries=filed.about({case.id, case.enterprise, *(visit.id for visit in visits)}),
        waivers=view.waivers(case.id),
        holds=view.holds(case.id),
    )


def gather_open(view: View, at: datetime) -> Facts:
    """The week's facts, with every case that is not closed beside those of the week: what `due` and
    `plan` look at.
    """
    week = Week.of(local_date(at))
    touched = view.cases_touched(week)
    still_open = (CaseId(one.case) for one in view.services() if not one.closed)
    return gather_cases(view, dict.fromkeys((*touched, *still_open)), week=week)
