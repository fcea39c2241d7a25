"""Clauses, findings and their three-valued outcome; the shape of `check --json`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """Outcome of one rule on one subject. `review` never counts as pass; `open` is not yet due."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    REVIEW = "review"
    OPEN = "open"
    NOT_APPLICABLE = "notApplicable"


KIND_NAMES = {
    Kind.PASS: "满足",
    Kind.FAIL: "不满足",
    Kind.REVIEW: "待认定",
    Kind.OPEN: "未到期",
    Kind.NOT_APPLICABLE: "不适用",
}
"""As lists for people call them."""


class Level(StrEnum):
    """Gravity, SARIF's words."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Clause(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where the contract says it, and in which words."""

    number: str
    text: str
    """Quoted Chinese, letter for letter."""


class Subject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a finding is about; empty fields do not apply.

    A Struct like `Clause` and `Finding`, not a dataclass: a week makes 12,000 of each, and these are made in
    C and never looked at by the garbage collector, as none can hold itself.
    """

    case: str = ""
    enterprise: str = ""
    visit: str = ""
    hazard: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRef:
    """A file a finding rests on."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedWaiver:
    """The recorded exception shown beside a finding."""

    by: str
    why: str
    at: datetime
    attachment: str | None = None
    stated: bool | msgspec.UnsetType = msgspec.UNSET
    """True when the account only named the person; otherwise not written at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedIncurable:
    """The act shown beside a gap that can never be filled."""

    by: str
    why: str
    at: datetime


class Finding(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One rule on one subject."""

    rule_id: str
    clause: Clause
    level: Level
    kind: Kind
    blocking: bool
    subject: Subject
    message: str
    """Chinese, to a colleague: what is so, and what to do."""
    expected: str = ""
    observed: str = ""
    due: date | None = None
    remediation: str = ""
    evidence: tuple[EvidenceRef, ...] = ()
    waiver: AppliedWaiver | None = None
    incurable: AppliedIncurable | None = None
    """Never stops a package; left out of JSON where there is none, as rulesets 1 and 2 knew none."""
