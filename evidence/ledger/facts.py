"""From the view to `Facts`, the frozen input of a judgement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from evidence.domain.arrival_outcome import FOR_A_PERSON
from evidence.domain.case import Case, Visit
from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import CaseId
from evidence.domain.recording import Recording
from evidence.domain.register import Gap, Package, Plan, RegisterEntry
from evidence.domain.week import Week, local_date
from evidence.ledger.from_rows import only_about
from evidence.ledger.lookup import standing_case
from evidence.ledger.view import View
from evidence.rules.known import service_known_on


def gather(
    view: View, *, week: Week | None, case: CaseId | None, at: datetime, packages: Sequence[Package] = ()
) -> Facts:
    """Facts of one case, or of a week (default: the week of `at`).

    A week is judged over the cases that moved in it, every case that is still open, and whatever an earlier
    package declared missing: a duty does not vanish with the week it fell due in.

    Args:
        view: what was known.
        week: None for the week of `at`.
        case: only this one.
        at: instant of the judgement.
        packages: every package made, where the view is of an earlier instant: a package is made for its own
            instant and journalled after it.

    Raises:
        UsageError: there is no such case, or it was cancelled.
    """
    today = Week.of(local_date(at))
    made = [package for package in packages or view.packages() if package.built_at <= at]
    if case is not None:
        facts = gather_cases(view, [standing_case(view, case).id], week=week, plans_since=today)
        return _with_packages(facts, made)
    week = week or today
    moved = view.cases_touched(week)
    owing = (gap.case for owed in _declared(made).values() for gap in owed)
    judged = dict.fromkeys((*moved, *_begun(view, at), *owing))
    facts = gather_cases(view, judged, week=week, plans_since=min(week, today))
    return _with_packages(replace(facts, moved=moved), made)


def _begun(view: View, at: datetime) -> Iterator[CaseId]:
    """Cases open at an instant of which there is something: one without visit and document owes nothing yet.

    What was journalled late counts by the day on which it happened, so that a case closed since then is
    among them.
    """
    unvisited: list[CaseId] = []
    for one in (service_known_on(each, local_date(at)) for each in view.services()):
        if one.closed:
            continue
        if any((one.checked_on, one.urged_on, one.rechecked_on, one.guidance_on)):
            yield CaseId(one.case)
        else:
            unvisited.append(CaseId(one.case))
    view.prepare(unvisited)
    for case in unvisited:
        if any(document.form.issued_at <= at for document in view.documents(case)):
            yield case


def _declared(packages: Sequence[Package]) -> dict[str, tuple[Gap, ...]]:
    """The packages whose gaps may still be owed, with these: the last one lists them all.

    Packages of before gaps were recorded one by one say no more than that their cases had some.
    """
    recorded = [(package.id, package.owed) for package in packages if package.owed is not None]
    if recorded:
        return dict(recorded[-1:])
    return {
        package.id: tuple(Gap(rule_id="", case=case, since=package.id) for case in package.cases)
        for package in packages
        if not package.complete
    }


def _with_packages(facts: Facts, made: Sequence[Package]) -> Facts:
    """The facts with every package made, each with the gaps it declared that may still be owed."""
    known = {one.id for one in facts.packages}
    cases = {one.case.id for one in facts.cases}
    added = (only_about(one, cases) for one in made if one.id not in known)
    declared = _declared(made)
    packages = (replace(one, owed=declared.get(one.id)) for one in (*facts.packages, *added))
    return replace(facts, packages=tuple(packages))


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
    waiting = _unassigned_films(view)
    gathered = tuple(_case_facts(view, held, visits, filed, waiting) for held, visits in known)
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
        plans=_plans(view, _earliest(plans_since, known), judged_as_week=week is not None),
        packages=view.packages_about({held.id for held, _visits in known}),
        receipts=view.receipts(),
    )


def _plans(view: View, since: Week | None, *, judged_as_week: bool) -> tuple[Plan, ...]:
    """Plans from a week on; of a week's judgement the earlier ones, too, without their lines.

    That a plan was filed, when, and whether it was receipted is asked for ever; what stood in it only where
    one of its visits is under judgement.
    """
    wanted = view.plans(since)
    if since is None or not judged_as_week:
        return wanted
    kept = {(plan.week, plan.version) for plan in wanted}
    earlier = (plan for plan in view.plans(None) if (plan.week, plan.version) not in kept)
    return (*(replace(plan, lines=()) for plan in earlier), *wanted)


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


def _unassigned_films(view: View) -> tuple[Recording, ...]:
    """Films in the inbox of which nobody knows yet which visit they show, cut ones included."""
    return tuple(
        known
        for outcome in FOR_A_PERSON
        for arrival in view.arrivals(outcome)
        if arrival.judged is not None
        for one in arrival.judged.recordings
        if (known := view.recording(one.sha256)) is not None and not known.visit and not known.described
    )


def _case_facts(
    view: View, case: Case, visits: tuple[Visit, ...], filed: _File, waiting: Sequence[Recording]
) -> CaseFacts:
    own = {visit.id for visit in visits}
    return CaseFacts(
        unassigned=tuple(one for one in waiting if own.intersection(one.suggestions)),
        films_taken=view.films_taken_from(case.id),
        case=case,
        visits=visits,
        reports=view.reports(case.id),
        escalations=view.escalations(case.id),
        documents=view.documents(case.id),
        recordings=view.recordings(case.id),
        materials=view.materials(case.id),
        virus_scans=view.virus_scans(case.id),
        entries=filed.about({case.id, case.enterprise, *(visit.id for visit in visits)}),
        waivers=view.waivers(case.id),
        holds=view.holds(case.id),
        incurables=view.incurables(case.id),
    )


def gather_open(view: View, at: datetime) -> Facts:
    """The week's facts, with every case that is not closed beside those of the week: what `due` and
    `plan` look at.
    """
    week = Week.of(local_date(at))
    touched = view.cases_touched(week)
    today = local_date(at)
    still_open = (CaseId(one.case) for one in view.services() if not service_known_on(one, today).closed)
    return gather_cases(view, dict.fromkeys((*touched, *still_open)), week=week)
