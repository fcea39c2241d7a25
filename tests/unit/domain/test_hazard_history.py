"""When a hazard is open, when it is overdue, and which deadline holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from evidence.domain.case import Visit, VisitKind
from evidence.domain.hazard import Hazard, HazardResult, HazardState
from evidence.domain.hazard_history import HazardHistory, hazard_histories
from tests.support import sample

FOUND = date(2022, 3, 1)
STATED = date(2022, 3, 14)
GENERAL = date(2022, 3, 16)
HAZARD = Hazard(id="H01", location="车间", description="光电保护失效", deadline=STATED)
DONE = HazardState.RECTIFIED
STILL = HazardState.UNRECTIFIED


def check(hazard: Hazard = HAZARD) -> Visit:
    return replace(sample.check_visit(sample.CHECKED, FOUND), hazards=(hazard,))


def recheck(day: date, state: HazardState, new_deadline: date | None = None) -> Visit:
    result = HazardResult(hazard="H01", state=state, new_deadline=new_deadline)
    visit = sample.recheck_visit(sample.CHECKED, day)
    return replace(visit, id=f"{sample.CHECKED}-V{day:%m%d}", hazards=(), results=(result,))


def history(*rechecks: Visit, hazard: Hazard = HAZARD) -> HazardHistory:
    (one,) = hazard_histories((check(hazard), *rechecks), rectification_days=15)
    return one


@pytest.mark.parametrize(
    ("rechecks", "day", "open_", "overdue"),
    [
        ((), date(2022, 2, 28), False, False),
        ((), FOUND, True, False),
        ((), STATED, True, False),
        ((), date(2022, 3, 15), True, True),
        ((recheck(date(2022, 3, 20), DONE),), date(2022, 3, 19), True, True),
        ((recheck(date(2022, 3, 20), DONE),), date(2022, 3, 20), False, False),
        ((recheck(date(2022, 3, 18), STILL),), date(2022, 3, 18), True, True),
        ((recheck(date(2022, 3, 18), STILL, date(2022, 3, 25)),), date(2022, 3, 17), True, True),
        ((recheck(date(2022, 3, 18), STILL, date(2022, 3, 25)),), date(2022, 3, 18), True, False),
        ((recheck(date(2022, 3, 18), STILL, date(2022, 3, 25)),), date(2022, 3, 26), True, True),
    ],
)
def test_a_hazard_is_overdue_after_its_deadline_until_it_is_put_right(
    rechecks: tuple[Visit, ...], day: date, open_: bool, overdue: bool
) -> None:
    one = history(*rechecks)
    assert (one.open_on(day), one.overdue_on(day)) == (open_, overdue)


def test_without_a_deadline_the_general_one_holds() -> None:
    one = history(hazard=replace(HAZARD, deadline=None))
    assert one.first_deadline is None
    assert one.stated_deadline(FOUND) is None
    assert one.deadline(FOUND) == GENERAL
    assert not one.overdue_on(GENERAL)
    assert one.overdue_on(date(2022, 3, 17))


def test_what_is_to_be_put_right_at_once_is_due_that_day() -> None:
    one = history(hazard=replace(HAZARD, deadline=None, immediate=True))
    assert one.deadline(FOUND) == FOUND
    assert one.overdue_on(date(2022, 3, 2))


def test_a_later_recheck_opens_it_again() -> None:
    one = history(recheck(date(2022, 3, 10), DONE), recheck(date(2022, 3, 12), STILL))
    assert one.closed_on(date(2022, 3, 11)) == date(2022, 3, 10)
    assert one.closed_on(date(2022, 3, 12)) is None
    assert one.overdue_on(date(2022, 3, 15))


def test_a_recheck_that_names_no_new_deadline_leaves_the_last_one() -> None:
    moved = recheck(date(2022, 3, 18), STILL, date(2022, 3, 25))
    one = history(moved, recheck(date(2022, 3, 24), STILL))
    assert one.deadline(date(2022, 3, 24)) == date(2022, 3, 25)


def test_only_a_recheck_closes_a_hazard() -> None:
    said = replace(recheck(date(2022, 3, 10), DONE), kind=VisitKind.GUIDANCE)
    assert history(said).open_on(date(2022, 3, 11))


def test_a_corrected_visit_takes_its_earlier_version_away() -> None:
    first = recheck(date(2022, 3, 10), DONE)
    corrected = replace(recheck(date(2022, 3, 10), STILL), version=first.version + 1)
    assert history(first, corrected).open_on(date(2022, 3, 10))
