"""What became of a file that came in, and why (interface, An arrival's outcome; Reasons)."""

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


class Reason(StrEnum):
    """Why a file or one of its pages is not linked; `inbox.words` says what to do about each."""

    EMPTY = "empty"
    INCOMPLETE = "incomplete"
    MALFORMED = "malformed"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    TYPE_MISMATCH = "type_mismatch"
    NOT_REGULAR_FILE = "not_regular_file"
    FORGED_CODE = "forged_code"
    UNKNOWN_CODE = "unknown_code"
    VOID_FORM = "void_form"
    CONFLICTING_CODES = "conflicting_codes"
    WRONG_CASE = "wrong_case"
    ENGINE_TIMEOUT = "engine_timeout"
    INFECTED = "infected"
    DAMAGED = "damaged"
    NOT_READABLE = "not_readable"
    TOO_COMPLEX = "too_complex"
    """Of a page only: more lines and shapes than can be looked at."""
    NO_CODE = "no_code"
    """Of a page only."""


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
