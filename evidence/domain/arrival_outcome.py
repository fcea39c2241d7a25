"""What became of a file that came in (interface, An arrival's outcome)."""

from __future__ import annotations

from enum import StrEnum


class ArrivalOutcome(StrEnum):
    """The current outcome of an arrival."""

    LINKED = "linked"
    UNIDENTIFIED = "unidentified"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    WAITING = "waiting"
    TAKEN = "taken"
    """Its bytes are safe and nobody has judged them yet; people are told that it waits."""


OUTCOMES = tuple(each.value for each in ArrivalOutcome if each is not ArrivalOutcome.TAKEN)
"""The five that people and other programs are told, in this order."""
FOR_A_PERSON = (ArrivalOutcome.UNIDENTIFIED, ArrivalOutcome.QUARANTINED)
"""Those that somebody must decide."""
SHAPES: dict[str, str] = {
    ArrivalOutcome.LINKED: "●",
    ArrivalOutcome.UNIDENTIFIED: "◐",
    ArrivalOutcome.QUARANTINED: "✕",
    ArrivalOutcome.DUPLICATE: "＝",
    ArrivalOutcome.WAITING: "○",
}
"""The sign of each on a terminal."""


def as_told(outcome: str) -> str:
    """The outcome that people are told: bytes that nobody has judged yet wait."""
    return ArrivalOutcome.WAITING if outcome == ArrivalOutcome.TAKEN else outcome
