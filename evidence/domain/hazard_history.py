"""Whether a hazard is open or overdue on a day, and which deadline holds: answered here and nowhere else.

Only a recheck closes a hazard, and a later one may open it again. A hazard to which nobody gave a
deadline has the general one, so that leaving it out wins no time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from evidence.domain.case import Visit, VisitKind, in_force
from evidence.domain.hazard import Hazard, HazardResult, HazardState
from evidence.domain.week import local_date


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardHistory:
    """One hazard from the visit that found it through every recheck that looked at it."""

    hazard: Hazard
    visit: Visit
    """The one that found it: a check, a recheck or a guidance."""
    found_on: date
    general_deadline: date
    """What holds while nobody stated one."""
    results: tuple[tuple[date, HazardResult], ...]
    """What rechecks said of it, in order of time."""
    looked_at: tuple[datetime, ...] = ()
    """When each of these rechecks began."""

    @property
    def first_deadline(self) -> date | None:
        """The one stated when it was found: at once means that day; None where nobody stated one."""
        return self.hazard.deadline or (self.found_on if self.hazard.immediate else None)

    def result_on(self, day: date) -> HazardResult | None:
        """What the last recheck until the end of that day said; None before the first."""
        return next((result for on, result in reversed(self.results) if on <= day), None)

    def open_on(self, day: date) -> bool:
        """Found by the end of that day, and the last recheck until then did not find it put right."""
        result = self.result_on(day)
        return self.found_on <= day and (result is None or result.state is not HazardState.RECTIFIED)

    def closed_on(self, day: date) -> date | None:
        """The recheck that found it put right, as known that day; None while it is open."""
        closed = None
        for on, result in self.results:
            if on <= day:
                closed = (closed or on) if result.state is HazardState.RECTIFIED else None
        return closed

    def stated_deadline(self, day: date) -> date | None:
        """The deadline somebody had stated by that day: a recheck that finds it still there may move it."""
        moved = (
            result.new_deadline
            for on, result in reversed(self.results)
            if on <= day and result.state is not HazardState.RECTIFIED and result.new_deadline
        )
        return next(moved, None) or self.first_deadline

    def deadline(self, day: date) -> date:
        """The deadline in force that day."""
        return self.stated_deadline(day) or self.general_deadline

    def deadline_before(self, moment: datetime) -> date:
        """The deadline in force when a recheck began: what that recheck itself sets counts afterwards."""
        return replace(self, results=self.results[: self._earlier(moment)]).deadline(date.max)

    def open_before(self, moment: datetime) -> bool:
        """Found before a recheck began, and the last one before it did not find it put right."""
        earlier = self.results[: self._earlier(moment)]
        rectified = bool(earlier) and earlier[-1][1].state is HazardState.RECTIFIED
        return self.visit.arrived_at < moment and not rectified

    def _earlier(self, moment: datetime) -> int:
        return sum(began < moment for began in self.looked_at)

    def overdue_on(self, day: date) -> bool:
        """Open after the deadline in force."""
        return self.open_on(day) and self.deadline(day) < day


def hazard_histories(visits: Iterable[Visit], rectification_days: int) -> tuple[HazardHistory, ...]:
    """Every hazard of one case, in the order in which they were first named.

    Args:
        visits: of one case; older versions are passed over.
        rectification_days: from the finding to the general deadline.
    """
    known = in_force(visits)
    results: dict[str, list[tuple[datetime, HazardResult]]] = {}
    for visit in known:
        if visit.kind is VisitKind.RECHECK:
            for result in visit.results:
                results.setdefault(result.hazard, []).append((visit.arrived_at, result))
    found = {hazard.id: (hazard, visit) for visit in known for hazard in visit.hazards}
    return tuple(
        HazardHistory(
            hazard=hazard,
            visit=visit,
            found_on=(day := local_date(visit.arrived_at)),
            general_deadline=day + timedelta(days=rectification_days),
            results=tuple((local_date(began), result) for began, result in results.get(id, ())),
            looked_at=tuple(began for began, _result in results.get(id, ())),
        )
        for id, (hazard, visit) in found.items()
    )
