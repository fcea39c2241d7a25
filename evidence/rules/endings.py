"""The chain of an enterprise that left ends with that, stated once.

What was owed before it left stays owed; what would fall due afterwards is no longer asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from evidence.domain.register import RegisterEntry
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Kind
from evidence.rules.departures import no_longer_asked, reason_of
from evidence.rules.outcomes import passed, unsure
from evidence.rules.rule import Outcome

CLOSING = "K03-chain-closed"
"""The rule that states how a chain ended."""


def without_what_ended(chain: CaseHistory, rule: str, outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes of one rule for a case whose enterprise may have left.

    Duties that a record already made brings with it (its pages, its film) stay: they name their visit.
    """
    said = tuple(outcomes)
    entry = chain.index.departures.get(chain.case.enterprise)
    if entry is None:
        return said
    kept = tuple(
        one
        for one in said
        if one.visit
        or one.kind not in (Kind.OPEN, Kind.FAIL)
        or one.level is not None
        or not no_longer_asked(one.due, entry.on)
    )
    if rule != CLOSING or kept == said:
        return kept
    return (*kept, _ending(entry))


def _ending(entry: RegisterEntry) -> Outcome:
    said = f"企业已{reason_of(entry)}（{entry.on.isoformat()}），本案终结"
    if entry.attachment is None:
        return unsure(f"{said}，没有证明材料，请补交。", observed=reason_of(entry))
    return passed(f"{said}。", observed=reason_of(entry))
