"""From the view to `Facts`, the frozen input of a judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from evidence.domain.case import Case
from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import CaseId
from evidence.domain.register import RegisterEntry
from evidence.domain.week import Week, local_date
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.view import View


def gather(view: View, *, week: Week | None, case: CaseId | None, at: datetime) -> Facts:
    """Facts of one case, or of the cases touched in a week (default: the week of `at`).

    Raises:
        UsageError: there is no such case.
    """
    if case is not None:
        found = view.case(case)
        if found is None:
            raise UsageError(
                _("没有案件 {case}。").format(case=case), remedy=_("用 evidence case list 查看全部案件编号。")
            )
        cases = [found]
    else:
        week = week or Week.of(local_date(at))
        cases = [held for name in view.cases_touched(week) if (held := view.case(name)) is not None]
    entries = view.entries()
    gathered = tuple(_case_facts(view, held, entries) for held in cases)
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
        plans=view.plans(),
        packages=view.packages(),
        receipts=view.receipts(),
    )


def _case_facts(view: View, case: Case, entries: tuple[RegisterEntry, ...]) -> CaseFacts:
    visits = view.visits(case.id)
    own = {visit.id for visit in visits}
    return CaseFacts(
        case=case,
        visits=visits,
        reports=view.reports(case.id),
        escalations=view.escalations(case.id),
        documents=view.documents(case.id),
        recordings=view.recordings(case.id),
        entries=tuple(
            entry
            for entry in entries
            if entry.case == case.id
            or entry.visit in own
            or (entry.case is None and entry.visit is None and entry.enterprise == case.enterprise)
        ),
        waivers=view.waivers(case.id),
        holds=view.holds(case.id),
    )


def gather_open(view: View, at: datetime) -> Facts:
    """The week's facts, with every case that is not closed beside those of the week: what `due` and
    `plan` look at.
    """
    facts = gather(view, week=Week.of(local_date(at)), case=None, at=at)
    have = {one.case.id for one in facts.cases}
    more = [
        gather(view, week=None, case=CaseId(one.case), at=at).cases[0]
        for one in view.services()
        if not one.closed and one.case not in have
    ]
    return replace(facts, cases=(*facts.cases, *more))
