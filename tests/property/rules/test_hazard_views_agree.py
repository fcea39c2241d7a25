"""Whoever counts open and overdue hazards counts the same ones as the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.domain.case import Visit
from evidence.domain.facts import Facts
from evidence.domain.hazard import Hazard, HazardResult, HazardState
from evidence.domain.hazard_history import hazard_histories
from evidence.domain.week import Week
from evidence.rules.facts_index import FactsIndex
from evidence.rules.figures.hazards import hazard_lines
from evidence.rules.figures.rates import rate
from evidence.web import case_hazards
from evidence.web.entry_known import open_hazards
from evidence.web.trend import trend
from tests.support import sample

FOUND = sample.CHECK_DAY
USUAL = sample.PARAMETERS.rectification_days
LATER = st.dates(FOUND, FOUND + timedelta(days=60))
MAYBE = st.none() | LATER
HAZARDS = st.lists(
    st.builds(
        Hazard,
        id=st.sampled_from(["H01", "H02", "H03"]),
        location=st.just("车间"),
        description=st.just("光电保护失效"),
        deadline=MAYBE,
        immediate=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: one.id,
)
RESULTS = st.lists(
    st.builds(
        HazardResult,
        hazard=st.sampled_from(["H01", "H02", "H03"]),
        state=st.sampled_from(HazardState),
        new_deadline=MAYBE,
    ),
    max_size=3,
)


@st.composite
def stories(draw: st.DrawFn) -> tuple[Visit, ...]:
    """A check and up to three rechecks; each may be corrected, and may find more."""
    visits = [replace(sample.check_visit(sample.CLOSED, FOUND), hazards=tuple(draw(HAZARDS)))]
    for day in sorted(draw(st.lists(LATER, max_size=3, unique=True))):
        visit = replace(
            sample.recheck_visit(sample.CLOSED, day),
            id=f"{sample.CLOSED}-V{day:%m%d}",
            hazards=tuple(draw(HAZARDS)),
            results=tuple(draw(RESULTS)),
        )
        visits.append(visit)
        if draw(st.booleans()):
            visits.append(replace(visit, version=visit.version + 1, results=tuple(draw(RESULTS))))
    return tuple(visits)


def told(visits: tuple[Visit, ...]) -> Facts:
    facts = sample.case_facts(sample.CLOSED)
    return sample.on_case(facts, sample.CLOSED, lambda one: replace(one, visits=visits))


@settings(max_examples=150, deadline=None)
@given(visits=stories(), today=LATER)
def test_every_view_counts_the_hazards_that_the_rules_count(visits: tuple[Visit, ...], today: date) -> None:
    index = FactsIndex(told(visits), sample.PARAMETERS, sample.instant(today, 23))
    (chain,) = index.chains
    still_open = set(chain.open_hazards)
    overdue = {one.hazard.id for one in chain.histories if one.overdue_on(today)}
    assert overdue <= still_open

    lines = hazard_lines(index)
    assert {one.hazard for one in lines if one.open} == still_open
    assert {one.hazard for one in lines if one.overdue} == overdue
    counted = rate("", lines)
    assert (counted.hazards - counted.rectified, counted.overdue) == (len(still_open), len(overdue))

    (point,) = trend(hazard_histories(visits, USUAL), [Week.of(today)], today)
    assert (point.open, point.overdue) == (len(still_open), len(overdue))

    asked = open_hazards(visits, sample.PARAMETERS, today)
    assert {one.hazard.id for one in asked} == still_open

    shown = case_hazards.hazard_lines(chain.facts, sample.PARAMETERS, today)
    assert {one.hazard.id for one in shown if one.css != "present"} == still_open
    assert {one.hazard.id for one in shown if one.words == "期满待复查"} <= overdue
    deadlines = {one.hazard.id: one.deadline(today) for one in chain.histories}
    assert {one.hazard.id: one.deadline for one in shown} == deadlines


@settings(max_examples=100, deadline=None)
@given(visits=stories(), today=LATER)
def test_a_hazard_past_every_deadline_of_the_rules_is_overdue(visits: tuple[Visit, ...], today: date) -> None:
    index = FactsIndex(told(visits), sample.PARAMETERS, sample.instant(today, 23))
    (chain,) = index.chains
    overdue = {one.hazard.id for one in chain.histories if one.overdue_on(today)}
    # The rules group what is to be put right at once with the others' first recheck.
    for hazard in (one for one in chain.open_hazards if not chain.hazards[one][0].immediate):
        own = [one.deadline for one in chain.expiries if hazard in one.hazards]
        if max(own) < today:
            assert hazard in overdue
