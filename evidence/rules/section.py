"""The whole section, year by year: every enterprise the contract covers and the cycle that serves it.

One reckoning for the rule about yearly coverage, the payment packs and the reports, so that an enterprise
nobody ever visited is counted everywhere or nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from evidence.domain.case import CaseKind
from evidence.domain.facts import ServiceState
from evidence.rules.surroundings import Surroundings, in_force


def served(index: Surroundings, services: tuple[ServiceState, ...], year: int) -> ServiceState | None:
    """The cycle that serves an enterprise in a year: a closed one, else the furthest."""
    if not services:  # most of a large section, most of the year
        return None
    first, last = index.year_span(year)
    mine = [
        one
        for one in services
        if one.checked_on is not None
        and first <= one.checked_on <= last
        and one.checked_on <= index.today
        and one.kind in (CaseKind.ANNUAL, CaseKind.NEW_ENTERPRISE)
    ]
    return max(
        mine,
        key=lambda one: (one.closed, one.rechecked_on is not None, one.urged_on is not None, one.case),
        default=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class YearCoverage:
    """One service year: the enterprises of the section and the cycle of each."""

    year: int
    first: date
    last: date
    cycles: dict[str, ServiceState | None]
    """Enterprise id -> its cycle of the year, in order of id; None for one that nobody has visited."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Everybody who must be served."""
        return tuple(self.cycles)

    @property
    def visited(self) -> tuple[str, ...]:
        """Checked at least once this year."""
        return tuple(one for one, cycle in self.cycles.items() if cycle is not None)

    @property
    def never_visited(self) -> tuple[str, ...]:
        """Not checked at all this year."""
        return tuple(one for one, cycle in self.cycles.items() if cycle is None)

    @property
    def rechecked(self) -> tuple[str, ...]:
        """With a recheck."""
        return tuple(one for one, cycle in self.cycles.items() if cycle and cycle.rechecked_on)

    @property
    def closed(self) -> tuple[str, ...]:
        """With a complete cycle."""
        return tuple(one for one, cycle in self.cycles.items() if cycle and cycle.closed)

    @property
    def not_closed(self) -> tuple[str, ...]:
        """Everybody else."""
        return tuple(one for one, cycle in self.cycles.items() if cycle is None or not cycle.closed)


def year_coverage(index: Surroundings, year: int) -> YearCoverage:
    """How far the section was served in a service year.

    An enterprise belongs to it when it is in force on the last day of the year, or today while it runs.
    """
    first, last = index.year_span(year)
    targets = sorted(
        one.id
        for one in index.facts.enterprises
        if in_force(min(last, index.today), one.active_from, one.active_to)
    )
    return YearCoverage(
        year=year,
        first=first,
        last=last,
        cycles={one: served(index, index.services_of(one), year) for one in targets},
    )


def years_begun(index: Surroundings) -> Iterator[int]:
    """Every service year of the term that has begun."""
    first, last = index.term
    for year in range(index.year_of(first), index.year_of(min(index.today, last)) + 1):
        if index.year_span(year)[0] <= index.today:
            yield year
