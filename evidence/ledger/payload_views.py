"""What the fold looks at in the payloads that a journal is full of; everything else passes through it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from evidence.ledger.unread import looking_at


class Case(Struct, gc=False):
    """Of a case."""

    id: str
    enterprise: str


class CaseOpened(Struct, gc=False):
    """Of `case.opened`."""

    case: Case


class Hazard(Struct, gc=False):
    """Of a hazard found."""

    id: str


class Result(Struct, gc=False):
    """Of what a recheck found of a hazard."""

    hazard: str
    state: str


class Visit(Struct, gc=False):
    """Of a visit."""

    id: str
    case: str
    version: int
    kind: str
    arrived_at: str
    hazards: list[Hazard] = []
    hazards_none: bool = False
    topics: tuple[str, ...] = ()
    results: list[Result] = []


class VisitRecorded(Struct, gc=False):
    """Of `visit.recorded`."""

    visit: Visit


class Form(Struct, gc=False):
    """Of an issued form."""

    number: str
    case: str | None = None


class FormIssued(Struct, gc=False):
    """Of `form.issued`."""

    form: Form


class Taken(Struct, gc=False):
    """Of `arrival.taken`."""

    arrival: str
    sha256: str
    received_at: str
    duplicate_of: str | None = None


class Page(Struct, gc=False):
    """Of a scanned page."""

    number: str


class Judged(Struct, gc=False):
    """Of `arrival.judged`."""

    arrival: str
    outcome: str
    pages: list[Page] = []
    edocument_of: str | None = None
    case: str | None = None
    recordings: list[dict[str, Any]] = []
    scan: dict[str, Any] | None = None


class Word(Struct, gc=False):
    """Of `mark.decided` and `alteration.decided`."""

    number: str


see_case = looking_at(CaseOpened)
see_visit = looking_at(VisitRecorded)
see_form = looking_at(FormIssued)
see_taken = looking_at(Taken)
see_judged = looking_at(Judged)
see_word = looking_at(Word)
