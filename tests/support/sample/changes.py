"""The same facts, changed in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from evidence.domain.case import (
    Visit,
)
from evidence.domain.document import (
    Document,
    MarkVerdict,
)
from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import (
    CaseId,
    Number,
    make_number,
)
from evidence.domain.register import RegisterEntry
from tests.support.sample.parties import CLOSED, enterprises


def on_case(facts: Facts, case: str, change: Callable[[CaseFacts], CaseFacts]) -> Facts:
    """Change one case."""
    return replace(facts, cases=tuple(change(one) if one.case.id == case else one for one in facts.cases))


def on_visit(facts: Facts, visit: str, **changes: Any) -> Facts:
    """Change fields of one visit."""

    def change(one: CaseFacts) -> CaseFacts:
        return replace(one, visits=tuple(replace(v, **changes) if v.id == visit else v for v in one.visits))

    return on_case(facts, visit[:10], change)


def without_visit(facts: Facts, visit: str) -> Facts:
    """Take a visit away, with its record and its footage."""

    def change(one: CaseFacts) -> CaseFacts:
        return replace(
            one,
            visits=tuple(v for v in one.visits if v.id != visit),
            documents=tuple(d for d in one.documents if d.form.visit != visit),
            recordings=tuple(r for r in one.recordings if r.visit != visit),
        )

    return on_case(facts, visit[:10], change)


def with_visit(facts: Facts, visit: Visit) -> Facts:
    """Add a visit."""
    return on_case(facts, visit.case, lambda one: replace(one, visits=(*one.visits, visit)))


def on_hazard(facts: Facts, hazard: str, case: str = CLOSED, **changes: Any) -> Facts:
    """Change fields of one hazard of a case's check."""

    def change(one: CaseFacts) -> CaseFacts:
        visits = tuple(
            replace(v, hazards=tuple(replace(h, **changes) if h.id == hazard else h for h in v.hazards))
            for v in one.visits
        )
        return replace(one, visits=visits)

    return on_case(facts, case, change)


def on_report(facts: Facts, case: str = CLOSED, **changes: Any) -> Facts:
    """Change fields of every report of a case."""
    return on_case(
        facts, case, lambda one: replace(one, reports=tuple(replace(r, **changes) for r in one.reports))
    )


def on_document(facts: Facts, number: str, change: Callable[[Document], Document]) -> Facts:
    """Change one document."""
    return on_case(
        facts,
        number[:10],
        lambda one: replace(
            one, documents=tuple(change(d) if d.form.number == number else d for d in one.documents)
        ),
    )


def without_document(facts: Facts, number: str) -> Facts:
    """Take a document away."""
    return on_case(
        facts,
        number[:10],
        lambda one: replace(one, documents=tuple(d for d in one.documents if d.form.number != number)),
    )


def with_mark(facts: Facts, number: str, box: str, verdict: MarkVerdict) -> Facts:
    """See something else in one box."""

    def change(one: Document) -> Document:
        scans = tuple(
            replace(s, marks=tuple(replace(m, verdict=verdict) if m.box == box else m for m in s.marks))
            for s in one.scans
        )
        return replace(one, scans=scans)

    return on_document(facts, number, change)


def without_page(facts: Facts, number: str, page: int) -> Facts:
    """Lose the scan of one page."""
    return on_document(
        facts,
        number,
        lambda d: replace(d, scans=tuple(s for s in d.scans if s.page != page), received_at=None),
    )


def on_recordings(facts: Facts, visit: str, **changes: Any) -> Facts:
    """Change every recording of a visit."""
    return on_case(
        facts,
        visit[:10],
        lambda one: replace(
            one,
            recordings=tuple(replace(r, **changes) if r.visit == visit else r for r in one.recordings),
        ),
    )


def on_person(facts: Facts, person: str, **changes: Any) -> Facts:
    """Change one person."""
    return replace(facts, people=tuple(replace(p, **changes) if p.id == person else p for p in facts.people))


def on_enterprise(facts: Facts, number: int, **changes: Any) -> Facts:
    """Change the enterprise of that place in `enterprises()`."""
    wanted = enterprises()[number].id
    return replace(
        facts,
        enterprises=tuple(replace(e, **changes) if e.id == wanted else e for e in facts.enterprises),
    )


def with_entry(facts: Facts, *entries: RegisterEntry) -> Facts:
    """Add register entries, to the case they name or to the whole."""
    for one in entries:
        if one.case is not None and any(c.case.id == one.case for c in facts.cases):
            facts = on_case(facts, one.case, lambda c, one=one: replace(c, entries=(*c.entries, one)))
        else:
            facts = replace(facts, entries=(*facts.entries, one))
    return facts


def without_entries(facts: Facts, register: str) -> Facts:
    """Empty a register."""
    return replace(facts, entries=tuple(e for e in facts.entries if e.register != register))


def number(case: str, code: str, running: int = 1) -> Number:
    """A form number of a case."""
    return make_number(CaseId(case), code, running)
