"""What the programming interface answers: plain rows, no telephone numbers, no addresses of people."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema


class Enterprise(Schema):
    """One inspected enterprise."""

    id: str
    name: str
    short_name: str
    credit_code: str
    address: str
    classes: list[str]
    headcount: int | None
    active_from: date | None
    active_to: date | None


class Case(Schema):
    """One inspection cycle of one enterprise."""

    id: str
    enterprise: str
    kind: str
    campaign: str
    opened_on: date
    cancelled_why: str


class Hazard(Schema):
    """One hazard, as the newest version of its visit tells it."""

    case: str
    visit: str
    id: str
    item: int | None
    location: str
    description: str
    basis: str
    grade: str
    deadline: date | None
    """The one in force: a recheck may have moved it; null while nobody stated one."""
    state: str
    """`已整改`, `未整改` as the last recheck found it; empty before."""


class Mark(Schema):
    """One box of an issued form."""

    page: int
    box: str
    kind: str
    role: str
    verdict: str


class Document(Schema):
    """One issued form with what came back of it."""

    number: str
    form: str
    case: str | None
    issued_at: datetime
    pages: int
    missing_pages: list[int]
    voided_why: str
    marks: list[Mark]


class Finding(Schema):
    """One rule applied to one subject, as `check` says it."""

    rule_id: str
    level: str
    kind: str
    blocking: bool
    case: str | None
    enterprise: str | None
    document: str | None
    message: str
    due: date | None


class Package(Schema):
    """One package that was made."""

    id: str
    week: str
    supplement: int
    built_at: datetime
    sha256: str
    complete: bool


class Arrival(Schema):
    """One arrival with its current outcome."""

    arrival: str
    path: str
    sha256: str | None
    bytes: int | None
    received_at: datetime
    outcome: str
    reason: str
    message: str
    numbers: list[str]


class Taken(Schema):
    """An upload lies in the inbox; the watcher takes it from there."""

    path: str
    """Below the inbox."""
    bytes: int


class Refusal(Schema):
    """Why there is no answer, and what to do."""

    what: str
    remedy: str = ""
