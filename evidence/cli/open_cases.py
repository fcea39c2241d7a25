"""Facts of every case that still needs something: what `due` and `plan` look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from evidence.domain.facts import Facts
from evidence.domain.identifiers import CaseId
from evidence.domain.week import Week, local_date

if TYPE_CHECKING:
    from evidence.ledger.view import View


def gather_open(view: View, at: datetime) -> Facts:
    """The week's facts, with every case that is not closed beside those of the week."""
    from evidence.ledger.facts import gather

    facts = gather(view, week=Week.of(local_date(at)), case=None, at=at)
    have = {one.case.id for one in facts.cases}
    more = [
        gather(view, week=None, case=CaseId(one.case), at=at).cases[0]
        for one in view.services()
        if not one.closed and one.case not in have
    ]
    return replace(facts, cases=(*facts.cases, *more))
