"""The steps of a case: its visits in force, each with its Shanghai date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from evidence.domain.case import ON_SITE_KINDS, Channel, Visit, VisitKind, in_force
from evidence.domain.week import local_date

KIND_NAME = {
    VisitKind.CHECK: "检查",
    VisitKind.URGING: "督促",
    VisitKind.RECHECK: "复查",
    VisitKind.GUIDANCE: "指导",
    VisitKind.INTERVIEW: "约谈",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One visit in force with its Shanghai date."""

    facts: Visit
    day: date

    @property
    def id(self) -> str:
        """Visit id."""
        return self.facts.id

    @property
    def last_day(self) -> date:
        """The Shanghai date on which it ended; that of its beginning while the end is unknown."""
        return local_date(self.facts.left_at) if self.facts.left_at else self.day

    @property
    def name(self) -> str:
        """`2022-03-14 检查`."""
        return f"{self.day.isoformat()} {KIND_NAME[self.facts.kind]}"

    @property
    def on_site(self) -> bool:
        """Whether somebody stood in the enterprise, and so had to film (附件七(2), 附件八2)."""
        return self.facts.kind in ON_SITE_KINDS or (
            self.facts.kind is VisitKind.URGING and self.facts.channel is Channel.ON_SITE
        )


def steps_of(visits: Iterable[Visit]) -> tuple[Step, ...]:
    """The highest version of each visit, in order of time."""
    return tuple(Step(visit, local_date(visit.arrived_at)) for visit in in_force(visits))
