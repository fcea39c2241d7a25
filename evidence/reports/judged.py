"""Every case of the contract with its judgement: what all reports are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.domain.week import Week, local_date
from evidence.forms.content.checklist import item_titles
from evidence.ledger.facts import gather_cases
from evidence.ledger.view import View
from evidence.rules.clause import Finding
from evidence.rules.facts_index import FactsIndex
from evidence.rules.judge import judge
from evidence.rules.known import known_at
from evidence.rules.parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was so at a moment, and how it is judged."""

    moment: datetime
    index: FactsIndex
    findings: tuple[Finding, ...]
    titles: dict[int, str]
    """Checklist item -> its title."""


def judged(view: View, *, moment: datetime, parameters: Parameters, checklist: Path) -> Judged:
    """Judge every case.

    Args:
        view: as the journal stood at the moment.
        checklist: folder of the contract's checklist.
    """
    facts = gather_cases(view, [case.id for case in view.cases()], week=Week.of(local_date(moment)))
    return Judged(
        moment=moment,
        index=FactsIndex(known_at(facts, moment), parameters, moment),
        findings=judge(facts, parameters, moment),
        titles=item_titles(checklist),
    )
