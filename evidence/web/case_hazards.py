"""The hazards of one case as its page shows them; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from evidence.domain.case import in_force
from evidence.domain.facts import CaseFacts
from evidence.domain.hazard import Hazard
from evidence.domain.hazard_history import hazard_histories
from evidence.rules.parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardLine:
    """One hazard and what became of it."""

    hazard: Hazard
    deadline: date
    """The one in force."""
    sign: str
    css: str
    words: str


def hazard_lines(facts: CaseFacts, parameters: Parameters, today: date) -> list[HazardLine]:
    """Every hazard with its last known state."""
    progress = {each.hazard: each for visit in in_force(facts.visits) for each in visit.progress}
    lines = []
    for history in hazard_histories(facts.visits, parameters.rectification_days):
        hazard = history.hazard
        if not history.open_on(today):
            state = ("●", "present", "已整改")
        elif history.result_on(today) is not None:
            state = ("✕", "missing", "未整改")
        elif history.overdue_on(today):
            state = ("✕", "missing", "期满待复查")
        elif hazard.id in progress:
            state = ("◐", "undecided", f"整改{progress[hazard.id].state.value}")
        else:
            state = ("○", "open", "待整改")
        lines.append(
            HazardLine(
                hazard=hazard,
                deadline=history.deadline(today),
                sign=state[0],
                css=state[1],
                words=state[2],
            )
        )
    return lines
