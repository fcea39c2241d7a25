"""The job that reads an arrival."""

from __future__ import annotations

from evidence.config import Workspace
from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.identifiers import ArrivalId


def recognise(workspace: Workspace, *, arrival: str) -> None:
    """Read and judge an arrival that was taken in and not judged."""
    found = workspace.ledger.view.arrival(ArrivalId(arrival))
    if found is not None and found.outcome == ArrivalOutcome.TAKEN:
        workspace.intake.judge_again(found)
