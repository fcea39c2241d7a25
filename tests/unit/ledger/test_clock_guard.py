"""A clock that is plainly wrong stamps no line; a pause, however long, is no fault."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from evidence.config import Workspace
from evidence.errors import UsageError
from evidence.ledger.clock_guard import ClockGuard
from evidence.ledger.embedded import EmbeddedLedger
from evidence.settings import ContractSettings, Settings
from tests.support.ledger_scenario import taken

LAST = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SIGNED = date(2026, 1, 5)
GUARD = ClockGuard(not_before=SIGNED)


@pytest.mark.parametrize(
    ("now", "last", "right"),
    [
        (LAST, LAST, True),
        (LAST - timedelta(minutes=5), LAST, True),
        (LAST - timedelta(minutes=5, seconds=1), LAST, False),
        (LAST + timedelta(days=400), LAST, True),
        (LAST, None, True),
        (datetime(2026, 1, 3, 16, 0, tzinfo=UTC), None, True),
        (datetime(2026, 1, 3, 15, 59, tzinfo=UTC), None, False),
    ],
)
def test_the_bounds(now: datetime, last: datetime | None, right: bool) -> None:
    if right:
        GUARD.check(now, last)
        return
    with pytest.raises(UsageError, match="没有记账") as refused:
        GUARD.check(now, last)
    assert "--clock-is-right" in refused.value.remedy


@pytest.fixture
def clock() -> list[datetime]:
    """One instant; a test changes it."""
    return [LAST]


def workspace(root: Path, clock: list[datetime], *, right: bool = False) -> Workspace:
    settings = Settings(contract=ContractSettings(signed_on=SIGNED))
    return Workspace(root=root, settings=settings, clock=lambda: clock[0], clock_is_right=right)


def test_a_workspace_writes_nothing_by_a_clock_that_went_back(tmp_path: Path, clock: list[datetime]) -> None:
    workspace(tmp_path, clock).ledger.append("x", taken(1, "a.pdf", "a"))
    clock[0] = LAST - timedelta(hours=1)
    for fresh in (True, False):  # opened by its snapshot or by its lines, and by the one that has it open
        ledger = workspace(tmp_path, clock).ledger
        if fresh:
            ledger.rebuild()
        with pytest.raises(UsageError, match="早于账本的最后一笔"):
            ledger.append("x", taken(2, "b.pdf", "b"))
        with pytest.raises(UsageError, match="早于账本的最后一笔"):
            ledger.transact("x", lambda _view: [taken(2, "b.pdf", "b")])
        assert ledger.head.size == 1
    workspace(tmp_path, clock, right=True).ledger.append("x", taken(2, "b.pdf", "b"))
    assert workspace(tmp_path, clock).ledger.head.size == 2


def test_what_another_process_wrote_counts(tmp_path: Path, clock: list[datetime]) -> None:
    here = workspace(tmp_path, clock).ledger
    here.append("x", taken(1, "a.pdf", "a"))
    EmbeddedLedger.open(tmp_path / "archive" / "ledger", clock=lambda: LAST + timedelta(days=1)).append(
        "y", taken(2, "b.pdf", "b")
    )
    with pytest.raises(UsageError, match="早于账本的最后一笔"):
        here.append("x", taken(3, "c.pdf", "c"))
