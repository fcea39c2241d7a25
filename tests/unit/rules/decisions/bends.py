"""How the world of the decision tables is bent: one change each, and chains of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.case import (
    Attitude,
    Escalation,
    Recipient,
    Trigger,
    Visit,
    VisitKind,
)
from evidence.domain.document import Alteration
from evidence.domain.facts import Facts
from evidence.domain.hazard import Grade, HazardResult, HazardState
from tests.support import sample as w
from tests.unit.rules.decisions.table import Bend

C, K = w.CLOSED, w.CHECKED
V1, V2, V3 = f"{C}-V1", f"{C}-V2", f"{C}-V3"
JC, DD, ZG, FC = (f"{C}-{code}-001" for code in ("JC", "DD", "ZG", "FC"))


def visit(id: str, **changes: object) -> Bend:
    return lambda facts: w.on_visit(facts, id, **changes)


def hazard(**changes: object) -> Bend:
    return lambda facts: w.on_hazard(facts, "H01", **changes)


def report(**changes: object) -> Bend:
    return lambda facts: w.on_report(facts, **changes)


def gone(*visits: str) -> Bend:
    def bend(facts: Facts) -> Facts:
        for one in visits:
            facts = w.without_visit(facts, one)
        return facts

    return bend


def no_paper(number: str) -> Bend:
    return lambda facts: w.without_document(facts, number)


def lost(number: str, page: int) -> Bend:
    return lambda facts: w.without_page(facts, number, page)


def paper(number: str, **changes: object) -> Bend:
    return lambda facts: w.on_document(facts, number, lambda d: replace(d, **changes))


def form(number: str, **changes: object) -> Bend:
    return lambda facts: w.on_document(facts, number, lambda d: replace(d, form=replace(d.form, **changes)))


def pages(number: str, **changes: object) -> Bend:
    return paper_map(number, lambda scan: replace(scan, **changes))


def paper_map(number: str, change: object) -> Bend:
    return lambda facts: w.on_document(
        facts,
        number,
        lambda d: replace(d, scans=tuple(change(scan) for scan in d.scans)),  # type: ignore[operator]
    )


def without_reports(facts: Facts) -> Facts:
    return w.on_case(facts, C, lambda one: replace(one, reports=()))


def reports(*versions: dict[str, object]) -> Bend:
    made = tuple(w.report(C, **one) for one in versions)
    return lambda facts: w.on_case(facts, C, lambda one: replace(one, reports=made))


def escalated(trigger: Trigger, on: str, receipt: str | None = "same", **more: object) -> Bend:
    when = w.instant(on, 16)
    got = w.instant(on, 17) if receipt == "same" else None
    usual = {"recipient": Recipient.SAFETY_SECTION, "reported_at": when, "receipt_at": got}
    made = Escalation(id=f"{C}-SB1", case=C, trigger=trigger, **{**usual, **more})  # type: ignore[arg-type]
    return lambda facts: w.on_case(facts, C, lambda one: replace(one, escalations=(made,)))


def results(h01: HazardState, **more: object) -> Bend:
    listed = (
        HazardResult(hazard="H01", state=h01, **more),  # type: ignore[arg-type]
        HazardResult(hazard="H02", state=HazardState.RECTIFIED),
    )
    return visit(V3, results=listed)


UNRECTIFIED = results(HazardState.UNRECTIFIED, description="仍未修复")
PASSIVE = visit(V2, attitude=Attitude.PASSIVE)
MAJOR = hazard(grade=Grade.MAJOR, criterion="GM2017-01-03")


def interview(**changes: object) -> Bend:
    made = Visit(
        id=f"{C}-V4",  # type: ignore[arg-type]
        case=C,
        kind=VisitKind.INTERVIEW,
        **{  # type: ignore[arg-type]
            "arrived_at": w.instant("2022-03-28", 10),
            "left_at": w.instant("2022-03-28", 11) if "arrived_at" not in changes else None,
            "principal_present": True,
            **changes,
        },
    )

    def bend(facts: Facts) -> Facts:
        facts = w.with_visit(facts, made)
        record = w.document(C, "interview-record", date(2022, 3, 28), visit=made)
        return w.on_case(facts, C, lambda one: replace(one, documents=(*one.documents, record)))

    return bend


def alteration(number: str) -> Bend:
    mark = Alteration(page=1, kind="altered_print", region=(1, 2, 3, 4))
    return pages(number, alterations=(mark,))


def entry(register: str, **fields: object) -> Bend:
    """One entry of the days the cycle was open."""
    return added(register, "1", **{"on": "2022-03-20", **fields})  # type: ignore[arg-type]


def chain(*bends: Bend) -> Bend:
    def bend(facts: Facts) -> Facts:
        for one in bends:
            facts = one(facts)
        return facts

    return bend


def person(id: str, **changes: object) -> Bend:
    return lambda facts: w.on_person(facts, id, **changes)


def no_footage(facts: Facts) -> Facts:
    return w.on_case(facts, C, lambda one: replace(one, recordings=()))


def firm(number: int, **changes: object) -> Bend:
    return lambda facts: w.on_enterprise(facts, number, **changes)


def empty(register: str) -> Bend:
    return lambda facts: w.without_entries(facts, register)


def service(**changes: object) -> Bend:
    """Change the closed cycle's line."""
    return lambda facts: replace(
        facts,
        services=tuple(replace(one, **changes) if one.case == C else one for one in facts.services),
    )


def packages(*made: object) -> Bend:
    return lambda facts: replace(facts, packages=tuple(made))  # type: ignore[arg-type]


def registered(register: str, key: str = "1", on: str = "2022-03-01", **fields: object) -> Bend:
    """Replace a register by one entry."""
    return lambda facts: w.with_entry(
        w.without_entries(facts, register),
        w.entry(register, key, on, **fields),  # type: ignore[arg-type]
    )


def added(register: str, key: str, on: str = "2022-03-01", **fields: object) -> Bend:
    return lambda facts: w.with_entry(facts, w.entry(register, key, on, **fields))  # type: ignore[arg-type]


def closed_all(facts: Facts) -> Facts:
    return replace(
        facts,
        services=tuple(replace(one, closed=True, rechecked_on=date(2022, 4, 20)) for one in facts.services),
    )
