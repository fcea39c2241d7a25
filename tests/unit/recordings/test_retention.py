"""How long footage stays."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from evidence.domain.case import Visit, VisitKind
from evidence.domain.hazard import Grade, Hazard
from evidence.domain.identifiers import CaseId, Sha256, VisitId
from evidence.domain.recording import Recording
from evidence.domain.register import Hold
from evidence.recordings.retention import keep_until

AT = datetime(2022, 3, 14, tzinfo=UTC)
TERM = date(2023, 12, 6)
PLAIN = Recording(sha256=Sha256("0" * 64), name="x.mp4", bytes=1)
IMPORTANT = Recording(sha256=Sha256("0" * 64), name="x.mp4", bytes=1, important=True)


def _visit(**more: object) -> Visit:
    hazard = Hazard(id="H01", location="车间", description="无护罩", **more)  # type: ignore[arg-type]
    return Visit(
        id=VisitId("WJB22-0001-V1"), case=CaseId("WJB22-0001"), kind=VisitKind.CHECK, arrived_at=AT,
        hazards=(hazard,),
    )  # fmt: skip


HELD = Hold(case=CaseId("WJB22-0001"), why="申诉", by="负责人", at=AT)
RELEASED = Hold(case=CaseId("WJB22-0001"), why="申诉", by="负责人", at=AT, released_at=AT)


@pytest.mark.parametrize(
    ("recording", "holds", "visits", "until"),
    [
        (PLAIN, (), (), date(2024, 6, 6)),
        (PLAIN, (RELEASED,), (), date(2024, 6, 6)),
        (PLAIN, (HELD,), (), None),
        (PLAIN, (), (_visit(),), date(2024, 6, 6)),
        (PLAIN, (), (_visit(disputed=True),), None),
        (PLAIN, (), (_visit(grade=Grade.MAJOR),), None),
        (IMPORTANT, (), (), None),
    ],
)
def test_what_is_held_has_no_last_day(
    recording: Recording, holds: tuple[Hold, ...], visits: tuple[Visit, ...], until: date | None
) -> None:
    found = keep_until(recording, term_ends=TERM, keep_months=6, holds=holds, visits=visits)
    assert found.until == until
    assert found.reason
