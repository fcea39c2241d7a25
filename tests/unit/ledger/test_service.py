"""One line about each cycle: dates and whether nothing is left open."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from evidence.domain.case import Case, CaseKind, RectificationReport, Visit, VisitKind
from evidence.domain.facts import ServiceState
from evidence.domain.hazard import Hazard, HazardResult, HazardState
from evidence.domain.identifiers import CaseId, EnterpriseId, VisitId
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened, ReportRecorded, VisitRecorded

CASE = CaseId("WJB22-0012")
DONE, OPEN = HazardState.RECTIFIED, HazardState.UNRECTIFIED


def check(*hazards: str, none: bool = False, day: int = 14, version: int = 1, running: int = 1) -> Visit:
    return Visit(
        id=VisitId(f"{CASE}-V{running}"),
        case=CASE,
        kind=VisitKind.CHECK,
        version=version,
        arrived_at=datetime(2022, 3, day, 1, tzinfo=UTC),
        hazards=tuple(Hazard(id=hazard, location="", description="") for hazard in hazards),
        hazards_none=none,
    )


def recheck(day: int, running: int, **results: HazardState) -> Visit:
    return Visit(
        id=VisitId(f"{CASE}-V{running}"),
        case=CASE,
        kind=VisitKind.RECHECK,
        arrived_at=datetime(2022, 3, day, 1, tzinfo=UTC),
        results=tuple(HazardResult(hazard=hazard, state=state) for hazard, state in results.items()),
    )


def urging(day: int = 18, running: int = 9) -> Visit:
    return Visit(
        id=VisitId(f"{CASE}-V{running}"),
        case=CASE,
        kind=VisitKind.URGING,
        arrived_at=datetime(2022, 3, day, 1, tzinfo=UTC),
    )


REPORT = ReportRecorded(
    report=RectificationReport(case=CASE, version=1, received_on=date(2022, 3, 19), answers=())
)


def state(folder: Path, *visits: Visit, reported: bool = False) -> ServiceState:
    ledger = EmbeddedLedger.open(folder)
    case = Case(id=CASE, enterprise=EnterpriseId("X-1"), kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 1))
    ledger.append("x", CaseOpened(case=case), *(VisitRecorded(visit=visit) for visit in visits))
    if reported:
        ledger.append("x", REPORT)
    [found] = ledger.view.services()
    return found


@pytest.mark.parametrize(
    ("visits", "closed"),
    [
        ([], False),
        ([recheck(20, 2, H01=DONE)], False),
        ([check()], False),
        ([check(none=True)], True),
        ([check("H01")], False),
        ([check("H01", "H02"), recheck(20, 2, H01=DONE)], False),
        ([check("H01", "H02"), recheck(20, 2, H01=DONE, H02=OPEN)], False),
        ([check("H01", "H02"), recheck(20, 2, H01=DONE, H02=OPEN), recheck(25, 3, H02=DONE)], True),
        ([check("H01"), recheck(20, 2, H01=DONE), recheck(25, 3, H01=OPEN)], False),
        ([check("H01"), check(none=True, version=2)], True),
        ([check(none=True, version=2), check("H01")], True),
        ([check(none=True), check("H01", day=16, running=2)], False),
    ],
)
def test_a_cycle_is_closed_when_nothing_found_is_left_open(
    tmp_path: Path, visits: list[Visit], closed: bool
) -> None:
    assert state(tmp_path, *visits, urging(), reported=True).closed is closed


@pytest.mark.parametrize(
    ("urged", "reported", "rechecked", "closed"),
    [
        (True, True, True, True),
        (False, True, True, False),
        (True, False, True, False),
        (True, True, False, False),
    ],
)
def test_every_step_of_the_cycle_is_needed(
    tmp_path: Path, urged: bool, reported: bool, rechecked: bool, closed: bool
) -> None:
    visits = [check("H01")] + [urging()] * urged + [recheck(20, 2, H01=DONE)] * rechecked
    assert state(tmp_path, *visits, reported=reported).closed is closed


def test_dates_are_the_first_check_and_the_last_of_the_rest_as_shanghai_days(tmp_path: Path) -> None:
    late = datetime(2022, 3, 15, 17, tzinfo=UTC)
    urged = Visit(id=VisitId(f"{CASE}-V4"), case=CASE, kind=VisitKind.URGING, arrived_at=late)
    found = state(
        tmp_path,
        check("H01", day=14),
        check("H02", day=12, running=5),
        recheck(20, 2),
        recheck(25, 3),
        urged,
    )
    assert (found.checked_on, found.rechecked_on) == (date(2022, 3, 12), date(2022, 3, 25))
    assert found.urged_on == date(2022, 3, 16)
    assert found.guidance_on is None


def test_visits_without_their_case_say_nothing_yet(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path)
    ledger.append("x", VisitRecorded(visit=check("H01")))
    assert ledger.view.services() == ()
