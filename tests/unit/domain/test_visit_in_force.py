"""The version of a visit in force."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from evidence.domain.case import Visit, VisitKind, in_force
from evidence.domain.hazard import Hazard
from evidence.domain.identifiers import CaseId, VisitId
from evidence.rules.parameters import Parameters
from evidence.web.api.rows import hazard_rows

CASE = CaseId("WJB22-0001")
FIRST = Visit(
    id=VisitId("WJB22-0001-V1"),
    case=CASE,
    kind=VisitKind.CHECK,
    arrived_at=datetime(2022, 3, 14, 6, tzinfo=UTC),
    hazards=(Hazard(id="H01", location="配电间", description="箱门未接地"),),
)
EARLIER = replace(
    FIRST,
    version=2,
    arrived_at=datetime(2022, 3, 14, 1, tzinfo=UTC),
    hazards=(Hazard(id="H07", location="仓库", description="通道堵塞"),),
)
"""A correction that moves the arrival before that of the version it replaces."""
URGING = Visit(
    id=VisitId("WJB22-0001-V2"),
    case=CASE,
    kind=VisitKind.URGING,
    arrived_at=datetime(2022, 3, 14, 3, tzinfo=UTC),
)


@pytest.mark.parametrize("known", [(FIRST, EARLIER, URGING), (EARLIER, URGING, FIRST)])
def test_the_highest_version_holds_in_the_order_of_its_own_time(known: Sequence[Visit]) -> None:
    assert in_force(known) == (EARLIER, URGING)


@pytest.fixture
def view() -> Any:
    """A view whose visits come in order of time, as those of the ledger do."""
    return SimpleNamespace(visits=lambda _case: (EARLIER, URGING, FIRST))


def test_the_interface_for_programs_lists_the_hazards_in_force(view: Any) -> None:
    rows = hazard_rows(view, CASE, Parameters(), date(2022, 3, 15))
    assert [row["id"] for row in rows] == ["H07"]


def test_two_of_one_id_and_version_are_told_apart_whatever_their_order() -> None:
    twin = replace(FIRST, summary="另一份")
    (later,) = {*in_force((FIRST, twin)), *in_force((twin, FIRST))}
    assert repr(later) == max(repr(FIRST), repr(twin)), "journals of long ago are read as they always were"
