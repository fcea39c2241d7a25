"""What reading the whole journal takes for a line that no program of ours writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.identifiers import ArrivalId
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalWaiting
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.inspection import inspect

ARRIVAL = ArrivalId("A-20220330-0001")


@pytest.mark.parametrize("outcome", [ArrivalOutcome.LINKED, ArrivalOutcome.UNIDENTIFIED])
@pytest.mark.parametrize("announced", [True, False])
def test_an_outcome_of_bytes_that_were_never_archived_is_a_problem(
    tmp_path: Path, outcome: ArrivalOutcome, announced: bool
) -> None:
    ledger = EmbeddedLedger.open(tmp_path / "ledger")
    if announced:
        ledger.append("inbox", ArrivalWaiting(arrival=ARRIVAL, path="a.pdf", why="仍在写入"))
    ledger.append("inbox", ArrivalJudged(arrival=ARRIVAL, outcome=outcome))
    assert len(inspect(ledger).problems) == 1


@pytest.mark.parametrize("reason", [Reason.NOT_REGULAR_FILE, Reason.TOO_LARGE, Reason.INCOMPLETE])
def test_what_is_refused_while_it_waits_has_no_bytes_and_is_sound(tmp_path: Path, reason: Reason) -> None:
    ledger = EmbeddedLedger.open(tmp_path / "ledger")
    ledger.append("inbox", ArrivalWaiting(arrival=ARRIVAL, path="a.pdf", why="仍在写入"))
    refused = ArrivalJudged(arrival=ARRIVAL, outcome=ArrivalOutcome.QUARANTINED, reason=reason)
    ledger.append("inbox", refused, refused)
    assert inspect(ledger).problems == ()


def test_a_refusal_of_what_never_arrived_is_a_problem(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path / "ledger")
    ledger.append("inbox", ArrivalJudged(arrival=ARRIVAL, outcome=ArrivalOutcome.QUARANTINED))
    assert len(inspect(ledger).problems) == 1
