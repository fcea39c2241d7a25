"""The facts with their indexes: what every rule stands on. Built once per judgement, never changed."""

from __future__ import annotations

from functools import cached_property

from evidence.rules.case_history import CaseHistory
from evidence.rules.surroundings import Surroundings


class FactsIndex(Surroundings):
    """The cases under judgement, and what they stand in."""

    @cached_property
    def chains(self) -> tuple[CaseHistory, ...]:
        """The cases under judgement, in order of their ids."""
        return tuple(CaseHistory(self, one) for one in self.cases)
