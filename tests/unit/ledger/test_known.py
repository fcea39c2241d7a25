"""The instant a judgement of today is made for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from evidence.errors import UsageError
from evidence.ledger.clock_guard import CLOCK_TOLERANCE
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.known import present
from tests.support import sample

NOW = sample.FRIDAY
EVENT = sample.journal_events(sample.week_facts())[0]


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=90), CLOCK_TOLERANCE])
def test_a_clock_a_little_behind_the_journal_judges_as_of_the_last_line(
    tmp_path: Path, ahead: timedelta
) -> None:
    ledger = EmbeddedLedger.open(tmp_path)
    ledger.append("test", EVENT, at=NOW + ahead)
    assert present(ledger, NOW) == NOW + ahead


def test_a_clock_far_behind_the_journal_is_refused(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path)
    ledger.append("test", EVENT, at=NOW + CLOCK_TOLERANCE + timedelta(seconds=1))
    with pytest.raises(UsageError, match="早于账本"):
        present(ledger, NOW)


def test_an_empty_journal_and_an_older_one_are_judged_now(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path)
    assert present(ledger, NOW) == NOW
    ledger.append("test", EVENT, at=NOW - timedelta(days=400))
    assert present(ledger, NOW) == NOW
