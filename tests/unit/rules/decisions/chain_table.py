"""The chain of one case: records, check, urging, report, recheck, reports to the regulator."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.case import (
    Attitude,
    Escalation,
    ItemResult,
    ItemVerdict,
    Recipient,
    ReviewResult,
    Trigger,
    Visit,
    VisitKind,
)
from evidence.domain.document import Alteration
from evidence.domain.facts import Facts
from evidence.domain.hazard import Grade, HazardResult, HazardState
from evidence.domain.parties import KeyProcess
from tests import world as w
from tests.unit.rules.decisions.table import FAIL, NONE, OPEN, PASS, REVIEW, Bend, Row, at, of, rows

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
    made = Escalation(
        id=f"{C}-SB1",
        case=C,
        trigger=trigger,
        recipient=Recipient.SAFETY_SECTION,
        reported_at=when,
        receipt_at=got,
        **more,  # type: ignore[arg-type]
    )
    return lambda facts: w.on_case(facts, C, lambda one: replace(one, escalations=(made,)))


def chain(*bends: Bend) -> Bend:
    def bend(facts: Facts) -> Facts:
        for one in bends:
            facts = one(facts)
        return facts

    return bend


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
        arrived_at=w.instant("2022-03-28", 10),
        left_at=w.instant("2022-03-28", 11),
        **{"principal_present": True, **changes},  # type: ignore[arg-type]
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
    on = fields.pop("on", "2022-03-20")
    return lambda facts: w.with_entry(facts, w.entry(register, "1", on, **fields))  # type: ignore[arg-type]


TABLE: list[Row] = [
    *rows(
        "P01-inspection-record",
        ("met", PASS),
        ("broken", FAIL, no_paper(JC)),
        ("boundary", OPEN, chain(no_paper(f"{K}-JC-001")), of(K, **at("2022-03-31"))),
        ("boundary", FAIL, chain(no_paper(f"{K}-JC-001")), of(K, **at("2022-04-01"))),
    ),
    *rows(
        "P04-urging-record",
        ("met", PASS),
        ("broken", FAIL, no_paper(DD)),
        ("boundary", OPEN, gone(V2, V3), at("2022-03-24")),
        ("boundary", FAIL, gone(V2, V3), at("2022-03-25")),
    ),
    *rows(
        "P07-report-document",
        ("met", PASS),
        ("broken", FAIL, no_paper(ZG)),
        ("boundary", OPEN, chain(no_paper(ZG), without_reports), at("2022-03-31")),
        ("boundary", FAIL, chain(no_paper(ZG), without_reports), at("2022-04-01")),
        (
            "undecidable",
            REVIEW,
            chain(no_paper(ZG), without_reports, escalated(Trigger.OVERDUE, "2022-03-31")),
        ),
    ),
    *rows(
        "P12-recheck-record",
        ("met", PASS),
        ("broken", FAIL, no_paper(FC)),
        ("boundary", OPEN, gone(V3), at("2022-04-03")),
        ("boundary", FAIL, gone(V3), at("2022-04-04")),
    ),
    *rows("G08-pages", ("met", PASS), ("broken", FAIL, lost(JC, 1))),
    *rows("G08-page-identity", ("met", PASS), ("undecidable", REVIEW, pages(JC, identity="code"))),
    *rows(
        "G08-edocument",
        ("met", PASS),
        ("broken", FAIL, form(JC, blank=True)),
        ("boundary", PASS, chain(form(JC, blank=True), paper(JC, edocuments=(w.digest("typed"),)))),
    ),
    *rows(
        "G08-current-version",
        ("met", PASS),
        ("boundary", PASS, form(JC, visit_version=None)),
        ("undecidable", REVIEW, visit(V1, version=2)),
    ),
    *rows("G09-alterations", ("met", PASS), ("undecidable", REVIEW, alteration(JC))),
    *rows(
        "T10-archived-in-time",
        ("met", PASS),
        ("broken", FAIL, paper(JC, received_at=w.instant("2022-03-22"))),
        ("boundary", PASS, paper(JC, received_at=w.instant("2022-03-21", 23, 59))),
        ("boundary", OPEN, no_paper(FC), at("2022-04-07")),
    ),
    *rows(
        "P01-facts-complete",
        ("met", PASS),
        ("broken", FAIL, visit(V1, scope="")),
        ("broken", FAIL, visit(V1, left_at=w.instant(w.CHECK_DAY, 8))),
        ("broken", FAIL, visit(V1, hazards_none=True)),
        ("boundary", FAIL, visit(V1, left_at=w.instant(w.CHECK_DAY, 9))),
        ("undecidable", REVIEW, visit(V1, hazards=())),
    ),
    *rows(
        "P02-hazard-deadlines",
        ("met", PASS),
        ("broken", FAIL, hazard(deadline=None)),
        ("broken", FAIL, hazard(deadline=date(2022, 3, 13))),
        ("boundary", PASS, hazard(deadline=date(2022, 3, 29))),
        ("boundary", FAIL, hazard(deadline=date(2022, 3, 30))),
        ("boundary", PASS, hazard(deadline=date(2022, 3, 30), deadline_reason="配件到货周期")),
        ("met", PASS, hazard(deadline=None, immediate=True)),
    ),
    *rows(
        "C04-hazard-basis",
        ("met", PASS),
        ("broken", FAIL, hazard(basis=" ")),
        ("undecidable", REVIEW, hazard(basis="行业惯例")),
    ),
    *rows(
        "G03-briefed",
        ("met", PASS),
        ("broken", FAIL, hazard(briefed=False)),
        ("undecidable", REVIEW, hazard(briefed=None)),
    ),
    *rows(
        "G04-advice",
        ("met", PASS),
        ("broken", FAIL, hazard(advice="")),
        ("undecidable", REVIEW, hazard(advice="清理杂物，划定禁放区")),
    ),
    *rows(
        "K05-major-criterion",
        ("met", PASS, MAJOR),
        ("broken", FAIL, hazard(grade=Grade.MAJOR)),
        ("broken", FAIL, hazard(grade=Grade.MAJOR, criterion="GM2017-12-01")),
        ("boundary", PASS, hazard(grade=Grade.MAJOR, criterion="GM2017-11-01")),
        ("broken", FAIL, hazard(grade=Grade.MAJOR, criterion="令10-第四条")),
        (
            "boundary",
            FAIL,
            chain(
                visit(V1, arrived_at=w.instant("2023-05-14"), left_at=w.instant("2023-05-14", 11)),
                hazard(grade=Grade.MAJOR, criterion="令10-第四条"),
            ),
            at("2023-06-01"),
        ),
        (
            "undecidable",
            REVIEW,
            chain(
                visit(V1, arrived_at=w.instant("2023-05-15"), left_at=w.instant("2023-05-15", 11)),
                hazard(grade=Grade.MAJOR, criterion="令10-第四条"),
            ),
            at("2023-06-01"),
        ),
    ),
    *rows(
        "K01-items",
        ("met", PASS),
        ("broken", FAIL, visit(V1, items=w.items()[:24])),
        (
            "broken",
            FAIL,
            visit(V1, items=(*w.items()[:24], ItemResult(item=25, verdict=ItemVerdict.NOT_APPLICABLE))),
        ),
        (
            "boundary",
            PASS,
            visit(
                V1,
                items=(
                    *w.items()[:24],
                    ItemResult(item=25, verdict=ItemVerdict.NOT_APPLICABLE, remark="无此设施"),
                ),
            ),
        ),
        (
            "undecidable",
            REVIEW,
            visit(V1, items=(*w.items()[:24], ItemResult(item=25, verdict=ItemVerdict.NONCONFORMING))),
        ),
    ),
    *rows(
        "K02-deep-inspection",
        (
            "met",
            PASS,
            chain(
                lambda f: w.on_enterprise(f, 0, key_processes=(KeyProcess.DUST,)),
                visit(V1, deep_inspection=True),
            ),
        ),
        (
            "broken",
            FAIL,
            chain(
                lambda f: w.on_enterprise(f, 0, key_processes=(KeyProcess.DUST,)),
                visit(V1, deep_inspection=False),
            ),
        ),
        ("boundary", NONE, visit(V1, deep_inspection=False)),
        ("undecidable", REVIEW, lambda f: w.on_enterprise(f, 0, key_processes=(KeyProcess.DUST,))),
    ),
    *rows(
        "T03-badge-shown",
        ("met", PASS),
        ("broken", FAIL, visit(V1, badge_shown=False)),
        ("undecidable", REVIEW, visit(V1, badge_shown=None)),
    ),
    *rows(
        "E01-areas-open",
        ("met", PASS),
        ("broken", FAIL, visit(V1, areas_refused=("喷漆房",))),
        (
            "boundary",
            PASS,
            chain(
                visit(V1, areas_refused=("喷漆房",)),
                entry("access-request", case=C, receipt_on=date(2022, 3, 21)),
            ),
        ),
        ("undecidable", REVIEW, chain(visit(V1, areas_refused=("喷漆房",)), entry("access-request", case=C))),
    ),
    *rows(
        "K03-order",
        ("met", PASS),
        ("broken", FAIL, visit(V3, arrived_at=w.instant("2022-03-10"), left_at=w.instant("2022-03-10", 10))),
        ("broken", FAIL, gone(V1)),
        ("boundary", FAIL, visit(V2, arrived_at=w.instant(w.CHECK_DAY, 9))),
        ("boundary", PASS, visit(V2, arrived_at=w.instant(w.CHECK_DAY, 9, 1))),
    ),
    *rows(
        "P03-urging-window",
        ("met", PASS),
        ("broken", FAIL, gone(V2)),
        ("boundary", FAIL, visit(V2, arrived_at=w.instant("2022-03-20"))),
        ("boundary", PASS, visit(V2, arrived_at=w.instant("2022-03-21"))),
        ("boundary", PASS, visit(V2, arrived_at=w.instant("2022-03-24", 23, 59))),
        ("boundary", FAIL, visit(V2, arrived_at=w.instant("2022-03-25", 0, 1))),
        ("boundary", OPEN, gone(V2, V3), at("2022-03-24")),
        ("boundary", FAIL, gone(V2, V3), at("2022-03-25")),
        (
            "undecidable",
            REVIEW,
            chain(gone(V3), visit(V2, arrived_at=w.instant("2022-03-19"))),
            at("2022-03-22"),
        ),
    ),
    *rows(
        "P04-urging-facts",
        ("met", PASS),
        ("broken", FAIL, visit(V2, channel=None)),
        ("undecidable", REVIEW, visit(V2, progress=())),
    ),
    *rows(
        "P05-passive-reported",
        ("met", PASS, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23"))),
        ("broken", FAIL, PASSIVE),
        ("boundary", PASS, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-25"))),
        ("boundary", FAIL, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-26"))),
        ("boundary", OPEN, chain(PASSIVE, gone(V3)), at("2022-03-25")),
        ("undecidable", REVIEW, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23", None))),
    ),
    *rows(
        "P06-principal-interviewed",
        ("met", PASS, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23"), interview())),
        (
            "broken",
            FAIL,
            chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23"), interview(principal_present=False)),
        ),
        ("boundary", OPEN, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23")), at("2022-04-07")),
        ("boundary", FAIL, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23")), at("2022-04-08")),
        (
            "undecidable",
            REVIEW,
            chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23"), interview(principal_present=None)),
        ),
    ),
    *rows(
        "P07-report-in-time",
        ("met", PASS),
        ("broken", FAIL, without_reports),
        ("boundary", PASS, report(received_on=date(2022, 3, 29))),
        ("boundary", FAIL, report(received_on=date(2022, 3, 30))),
        ("boundary", OPEN, without_reports, at("2022-03-29")),
        ("boundary", FAIL, without_reports, at("2022-03-30")),
    ),
    *rows(
        "P07-every-hazard-answered",
        ("met", PASS),
        ("broken", FAIL, report(answers=w.report(C).answers[:1])),
        (
            "undecidable",
            REVIEW,
            report(answers=(*w.report(C).answers, replace(w.report(C).answers[0], hazard="H09"))),
        ),
    ),
    *rows(
        "E02-plan-fields",
        ("met", PASS),
        ("broken", FAIL, report(answers=(replace(w.report(C).answers[0], responsible=""),))),
        ("boundary", PASS, report(answers=(replace(w.report(C).answers[0], funds_yuan=0),))),
        ("undecidable", REVIEW, report(answers=(replace(w.report(C).answers[0], funds_yuan=None),))),
    ),
    *rows(
        "E03-rectified-in-time",
        ("met", PASS),
        ("broken", FAIL, report(answers=(replace(w.report(C).answers[0], completed_on=date(2022, 3, 30)),))),
        (
            "boundary",
            PASS,
            report(answers=(replace(w.report(C).answers[0], completed_on=date(2022, 3, 29)),)),
        ),
        ("undecidable", REVIEW, report(answers=(replace(w.report(C).answers[0], completed_on=None),))),
    ),
    *rows(
        "P08-preliminary-review",
        ("met", PASS),
        ("broken", FAIL, report(review=None)),
        ("boundary", PASS, report(reviewed_on=date(2022, 3, 31))),
        ("boundary", FAIL, report(reviewed_on=date(2022, 4, 1))),
        ("boundary", OPEN, report(review=None), at("2022-03-31")),
        ("broken", FAIL, report(reviewed_on=date(2022, 3, 27))),
        ("undecidable", REVIEW, report(answers=(replace(w.report(C).answers[0], obviously_wrong=None),))),
    ),
    *rows(
        "P09-notice-of-nonconformity",
        (
            "met",
            PASS,
            report(review=ReviewResult.RETURNED, notified_on=date(2022, 3, 29), notified_by="电话"),
        ),
        ("broken", FAIL, report(review=ReviewResult.RETURNED), at("2022-04-01")),
        ("boundary", OPEN, report(review=ReviewResult.RETURNED), at("2022-03-31")),
        (
            "boundary",
            PASS,
            report(review=ReviewResult.RETURNED, notified_on=date(2022, 3, 31), notified_by="电话"),
        ),
        (
            "boundary",
            FAIL,
            report(review=ReviewResult.RETURNED, notified_on=date(2022, 4, 1), notified_by="电话"),
        ),
        ("undecidable", REVIEW, report(review=ReviewResult.RETURNED, notified_on=date(2022, 3, 29))),
    ),
    *rows(
        "P10-versions-kept",
        ("met", PASS),
        ("met", PASS, reports({"review": ReviewResult.RETURNED}, {"version": 2})),
        ("broken", FAIL, reports({}, {"version": 3})),
        ("boundary", OPEN, reports({"review": ReviewResult.RETURNED}), at("2022-03-29")),
        ("boundary", FAIL, reports({"review": ReviewResult.RETURNED}), at("2022-03-30")),
        ("undecidable", REVIEW, reports({"review": None})),
    ),
    *rows(
        "P11-recheck-window",
        ("met", PASS),
        ("broken", FAIL, gone(V3), at("2022-04-04")),
        ("boundary", OPEN, gone(V3), at("2022-04-03")),
        ("boundary", PASS, visit(V3, arrived_at=w.instant("2022-03-30"))),
        ("boundary", PASS, visit(V3, arrived_at=w.instant("2022-04-03", 23)), at("2022-04-10")),
        ("boundary", FAIL, visit(V3, arrived_at=w.instant("2022-04-04")), at("2022-04-10")),
        ("undecidable", REVIEW, visit(V3, arrived_at=w.instant("2022-03-29"))),
    ),
    *rows(
        "P12-results-complete",
        ("met", PASS),
        ("broken", FAIL, visit(V3, results=(HazardResult(hazard="H01", state=HazardState.RECTIFIED),))),
        ("boundary", PASS, UNRECTIFIED),
        ("undecidable", REVIEW, results(HazardState.UNRECTIFIED)),
    ),
    *rows(
        "K03-chain-closed",
        ("met", PASS),
        ("met", PASS, chain(gone(V2, V3), visit(V1, hazards=(), hazards_none=True))),
        ("broken", FAIL, UNRECTIFIED, at("2022-04-20")),
        ("boundary", OPEN, gone(V3), at("2022-04-03")),
        ("boundary", FAIL, gone(V3), at("2022-04-04")),
        (
            "undecidable",
            REVIEW,
            chain(UNRECTIFIED, escalated(Trigger.OVERDUE, "2022-04-01")),
            at("2022-04-20"),
        ),
    ),
    *rows(
        "P13-overdue-reported",
        ("met", PASS, chain(UNRECTIFIED, escalated(Trigger.OVERDUE, "2022-04-01")), at("2022-04-20")),
        ("broken", FAIL, UNRECTIFIED, at("2022-04-20")),
        ("boundary", OPEN, UNRECTIFIED, at("2022-04-03")),
        ("boundary", FAIL, UNRECTIFIED, at("2022-04-04")),
        ("boundary", FAIL, chain(UNRECTIFIED, escalated(Trigger.OVERDUE, "2022-04-04")), at("2022-04-20")),
        (
            "undecidable",
            REVIEW,
            chain(UNRECTIFIED, escalated(Trigger.OVERDUE, "2022-04-01", None)),
            at("2022-04-20"),
        ),
    ),
    *rows(
        "D02-major-reported",
        ("met", PASS, chain(MAJOR, escalated(Trigger.MAJOR, "2022-03-14"))),
        ("broken", FAIL, MAJOR),
        ("boundary", FAIL, chain(MAJOR, escalated(Trigger.MAJOR, "2022-03-15"))),
        ("boundary", OPEN, MAJOR, at("2022-03-14")),
        ("boundary", FAIL, MAJOR, at("2022-03-15")),
        ("broken", FAIL, chain(MAJOR, escalated(Trigger.MAJOR, "2022-03-14", hazards=("H02",)))),
        ("undecidable", REVIEW, chain(MAJOR, escalated(Trigger.MAJOR, "2022-03-14", None))),
    ),
    *rows(
        "P13-outcome-known",
        ("met", PASS, escalated(Trigger.PASSIVE, "2022-03-23", outcome="已约谈")),
        ("boundary", OPEN, escalated(Trigger.PASSIVE, "2022-03-23")),
    ),
    *rows(
        "E07-dispute-decided",
        (
            "met",
            PASS,
            chain(
                hazard(disputed=True), entry("appeal", case=C, data={"hazards": "H01", "decision": "维持"})
            ),
        ),
        ("broken", FAIL, hazard(disputed=True)),
        ("broken", FAIL, chain(hazard(disputed=True), entry("appeal", case=C, data={"hazards": "H02"}))),
        (
            "undecidable",
            REVIEW,
            chain(hazard(disputed=True), entry("appeal", case=C, data={"hazards": "H01"})),
        ),
    ),
]
