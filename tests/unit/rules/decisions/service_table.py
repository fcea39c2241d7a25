"""What surrounds a case: frequency, plans, handover, conduct, disputes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.case import Visit, VisitKind
from evidence.domain.document import Document
from evidence.domain.facts import Facts
from evidence.domain.register import Hold
from evidence.rules.frequency import TOPICS
from tests.support import sample as w
from tests.unit.rules.decisions.bends import (
    V1,
    V2,
    V3,
    C,
    chain,
    entry,
    firm,
    gone,
    no_footage,
    packages,
    service,
    visit,
)
from tests.unit.rules.decisions.table import FAIL, NONE, OPEN, PASS, REVIEW, Bend, Row, at, rows

YEAR_END = "2022-12-06"
GUIDED_ELSEWHERE = service(case="WJB22-0009", guided=((date(2022, 3, 15), TOPICS),))
FRESH = firm(0, entered_zone=date(2022, 1, 3), production_started=date(2022, 1, 10))


def guided(*topics: str, day: str = "2022-03-15") -> Bend:
    """One guidance visit."""
    made = Visit(
        id=f"{C}-V5",  # type: ignore[arg-type]
        case=C,
        kind=VisitKind.GUIDANCE,
        arrived_at=w.instant(day, 9),
        left_at=w.instant(day, 10),
        experts=("P2",),  # type: ignore[arg-type]
        topics=topics,
    )
    return lambda facts: w.with_visit(facts, made)


def no_plans(facts: Facts) -> Facts:
    return replace(facts, plans=())


def held(facts: Facts) -> Facts:
    hold = Hold(case=C, why="争议", by="P1", at=w.FRIDAY)
    return w.on_case(facts, C, lambda one: replace(one, holds=(hold,)))


def no_entries(register: str) -> Bend:
    return lambda facts: w.on_case(
        facts, C, lambda one: replace(one, entries=tuple(e for e in one.entries if e.register != register))
    )


def documents(change: object) -> Bend:
    return lambda facts: w.on_case(facts, C, lambda one: replace(one, documents=change(one.documents)))  # type: ignore[operator]


def tenant_paper(facts: Facts) -> Facts:
    def add(listed: tuple[Document, ...]) -> tuple[Document, ...]:
        one = w.document(C, "urging-record", date(2022, 3, 20), running=9)
        return (*listed, replace(one, form=replace(one.form, form="tenant-notice")))

    return documents(add)(facts)


def reviewed_on(day: str) -> Bend:
    """Somebody else reviewed the case, on that day."""
    return chain(no_entries("internal-review"), entry("internal-review", case=C, person="P5", on=day))


def questionnaire_paper(box: str, role: str) -> Bend:
    """A scanned questionnaire whose one required signature is that of `role`."""

    def add(listed: tuple[Document, ...]) -> tuple[Document, ...]:
        one = w.document(C, "urging-record", date(2022, 3, 20), running=9)
        required = (f"1:{box}:signature:{role}",)
        return (*listed, replace(one, form=replace(one.form, form="questionnaire", required_boxes=required)))

    return documents(add)


def second_place(start: int, end: int) -> Bend:
    """The other enterprise was checked by the same person on the closed case's day."""
    return lambda facts: w.on_visit(
        facts,
        f"{w.CHECKED}-V1",
        arrived_at=w.instant(w.CHECK_DAY, start),
        left_at=w.instant(w.CHECK_DAY, end),
    )


LONG = "现场整体受控，设备运行正常，发现隐患两项，已当场告知企业"

TABLE: list[Row] = [
    *rows(
        "F01-within-term",
        ("met", PASS),
        ("broken", FAIL, visit(V1, arrived_at=w.instant("2021-11-30"))),
        ("boundary", FAIL, visit(V1, arrived_at=w.instant("2021-12-06", 23, 59))),
        ("boundary", PASS, visit(V1, arrived_at=w.instant("2021-12-07"))),
        ("boundary", PASS, visit(V3, arrived_at=w.instant("2023-12-06")), at("2023-12-31")),
        ("boundary", FAIL, visit(V3, arrived_at=w.instant("2023-12-07")), at("2023-12-31")),
    ),
    *rows(
        "F02-yearly-chain",
        ("met", PASS),
        ("broken", FAIL, service(closed=False, rechecked_on=None), at("2022-12-31")),
        ("boundary", OPEN, service(closed=False), at(YEAR_END)),
        ("boundary", FAIL, service(closed=False, rechecked_on=None), at("2022-12-07")),
        ("undecidable", REVIEW, service(closed=False), at("2022-12-07")),
    ),
    *rows(
        "F03-new-enterprise",
        ("met", PASS, chain(FRESH, service(guidance_on=date(2022, 3, 15)))),
        ("broken", FAIL, FRESH, at("2022-05-01")),
        ("boundary", OPEN, FRESH, at("2022-04-10")),
        ("boundary", FAIL, FRESH, at("2022-04-11")),
        ("boundary", PASS, chain(FRESH, service(guidance_on=date(2022, 4, 10))), at("2022-05-01")),
        ("boundary", FAIL, chain(FRESH, service(guidance_on=date(2022, 4, 11))), at("2022-05-01")),
        ("boundary", NONE, firm(0, production_started=date(2021, 9, 6))),
        ("boundary", NONE, firm(0, entered_zone=date(2010, 6, 1), production_started=date(2010, 9, 1))),
        ("boundary", FAIL, firm(0, production_started=date(2021, 12, 7))),
        ("undecidable", REVIEW, firm(0, production_started=date(2021, 12, 6))),
        ("undecidable", REVIEW, firm(0, production_started=date(2021, 9, 7))),
        ("undecidable", REVIEW, firm(0, entered_zone=date(2022, 1, 3))),
    ),
    *rows(
        "P16-micro-guidance",
        ("met", PASS, chain(firm(0, headcount=12), guided(*TOPICS))),
        ("broken", FAIL, firm(0, headcount=12), at("2022-12-31")),
        ("boundary", NONE, firm(0, headcount=20)),
        ("boundary", OPEN, firm(0, headcount=19)),
        ("boundary", OPEN, chain(firm(0, headcount=19), guided(*TOPICS[:3]))),
        ("boundary", FAIL, chain(firm(0, headcount=19), guided(*TOPICS[:3])), at("2022-12-07")),
        ("undecidable", REVIEW, firm(0, headcount=None)),
        ("broken", FAIL, chain(firm(0, headcount=19), guided(*TOPICS, day="2022-12-07")), at("2023-01-10")),
        ("boundary", PASS, chain(firm(0, headcount=19), guided(*TOPICS, day="2022-12-06")), at("2023-01-10")),
        ("boundary", PASS, chain(firm(0, headcount=19), GUIDED_ELSEWHERE)),
    ),
    *rows(
        "P17-newcomer-notified",
        (
            "met",
            PASS,
            chain(FRESH, entry("tenant-notice", case=C, on="2022-01-10", receipt_on=date(2022, 1, 11))),
        ),
        ("broken", FAIL, FRESH),
        (
            "broken",
            FAIL,
            chain(FRESH, entry("tenant-notice", case=C, on="2022-01-11", receipt_on=date(2022, 1, 11))),
        ),
        ("boundary", NONE, firm(0, entered_zone=date(2021, 12, 6))),
        ("boundary", OPEN, firm(0, entered_zone=date(2022, 3, 25))),
        ("boundary", FAIL, firm(0, entered_zone=date(2022, 3, 24))),
        ("undecidable", REVIEW, chain(FRESH, entry("tenant-notice", case=C, on="2022-01-10"))),
    ),
    *rows(
        "P18-tenant-registered",
        ("met", PASS, chain(FRESH, entry("safety-registration", case=C))),
        ("met", PASS, chain(FRESH, tenant_paper)),
        ("broken", FAIL, FRESH),
        ("undecidable", REVIEW, chain(FRESH, entry("safety-registration", case=C, attachment=None))),
    ),
    *rows(
        "T01-visit-planned",
        ("met", PASS),
        ("broken", FAIL, no_plans),
        (
            "boundary",
            PASS,
            chain(no_plans, visit(V1, change_note="企业要求改期"), visit(V3, change_note="企业停电")),
        ),
        (
            "boundary",
            FAIL,
            lambda f: replace(f, plans=tuple(replace(p, filed_on=date(2022, 4, 1)) for p in f.plans)),
        ),
        ("undecidable", REVIEW, visit(V3, arrived_at=w.instant("2022-03-30"))),
    ),
    *rows(
        "G07-handed-over-in-time",
        ("met", PASS, gone(V3)),
        ("broken", FAIL, packages()),
        ("broken", FAIL, packages(w.package("2022-W11", "2022-03-22", f"{C}-JC-001"))),
        ("boundary", PASS, chain(gone(V3), packages(w.package("2022-W11", "2022-03-18", f"{C}-JC-001")))),
        ("boundary", FAIL, chain(gone(V3), packages(w.package("2022-W11", "2022-03-19", f"{C}-JC-001")))),
        ("boundary", OPEN, at("2022-04-01")),
        ("boundary", FAIL, at("2022-04-02")),
        (
            "undecidable",
            REVIEW,
            chain(
                gone(V2, V3),
                visit(V1, arrived_at=w.instant("2027-03-15"), left_at=w.instant("2027-03-15", 11)),
                packages(),
            ),
            at("2027-04-01"),
        ),
    ),
    *rows(
        "G09-time-on-site",
        ("met", PASS),
        ("broken", FAIL, visit(V1, left_at=w.instant(w.CHECK_DAY, 8))),
        ("boundary", PASS, visit(V1, left_at=w.instant(w.CHECK_DAY, 9, 20))),
        ("boundary", REVIEW, visit(V1, left_at=w.instant(w.CHECK_DAY, 9, 19))),
        ("undecidable", REVIEW, visit(V1, left_at=None)),
    ),
    *rows(
        "G09-one-place-at-a-time",
        ("met", PASS),
        ("broken", FAIL, second_place(9, 12)),
        ("boundary", PASS, chain(visit(V1, left_at=w.instant(w.CHECK_DAY, 10)), second_place(10, 12))),
        ("boundary", FAIL, chain(visit(V1, left_at=w.instant(w.CHECK_DAY, 10, 1)), second_place(10, 12))),
        ("undecidable", REVIEW, visit(V1, left_at=None)),
    ),
    *rows(
        "G09-own-words",
        ("met", PASS),
        ("boundary", PASS, chain(visit(V1, summary="无"), visit(f"{w.CHECKED}-V1", summary="无"))),
        ("undecidable", REVIEW, chain(visit(V1, summary=LONG), visit(f"{w.CHECKED}-V1", summary=LONG))),
    ),
    *rows(
        "G05-every-service-archived",
        ("met", PASS),
        ("broken", FAIL, chain(guided(), no_footage)),
        ("boundary", OPEN, guided(day="2022-03-29"), at("2022-04-01")),
        ("boundary", FAIL, guided(day="2022-03-29"), at("2022-04-02")),
        (
            "undecidable",
            REVIEW,
            chain(guided(), visit(f"{C}-V5", source=w.digest("workbook"))),
        ),
    ),
    *rows(
        "E05-questionnaire",
        ("met", PASS),
        ("met", PASS, chain(no_entries("questionnaire"), questionnaire_paper("filler", "filler"))),
        ("broken", FAIL, no_entries("questionnaire")),
        (
            "broken",
            FAIL,
            chain(no_entries("questionnaire"), questionnaire_paper("return-visitor", "return-visitor")),
        ),
        ("broken", FAIL, entry("questionnaire", case=C, data={"filled_by": "周晓岚"})),
        ("broken", FAIL, entry("questionnaire", case=C, data={"filled_by": "P1"})),
        ("broken", FAIL, chain(no_entries("questionnaire"), entry("questionnaire", case=C, on="2022-03-30"))),
        ("boundary", OPEN, no_entries("questionnaire"), at("2022-03-21")),
        ("boundary", FAIL, no_entries("questionnaire"), at("2022-03-22")),
        (
            "undecidable",
            REVIEW,
            chain(no_entries("questionnaire"), entry("questionnaire", case=C, attachment=None)),
        ),
    ),
    *rows(
        "R05-return-visit",
        ("met", PASS, entry("return-visit", case=C)),
        (
            "broken",
            FAIL,
            entry("return-visit", case=C, attachment=w.digest(f"questionnaire/{C}-WJ")),
        ),
        ("undecidable", REVIEW, entry("return-visit", case=C, attachment=None)),
    ),
    *rows(
        "T07-internal-review",
        ("met", PASS),
        ("broken", FAIL, chain(no_entries("internal-review"), entry("internal-review", case=C, person="P2"))),
        ("boundary", OPEN, no_entries("internal-review"), at("2022-03-18")),
        ("boundary", FAIL, no_entries("internal-review"), at("2022-03-19")),
        ("undecidable", REVIEW, chain(no_entries("internal-review"), entry("internal-review", case=C))),
        ("boundary", PASS, reviewed_on("2022-03-18")),
        ("boundary", FAIL, reviewed_on("2022-03-19")),
    ),
    *rows(
        "K04-risk-lists",
        ("met", PASS, entry("risk-list", case=C, data={"uploaded_on": "2022-03-25"})),
        ("broken", FAIL, entry("risk-list", case=C, data={"uploaded_on": "2022-03-10"})),
        ("boundary", PASS, entry("risk-list", case=C, data={"uploaded_on": "2022-03-20"})),
        ("boundary", FAIL, entry("risk-list", case=C, data={"uploaded_on": "2022-03-19"})),
        ("undecidable", REVIEW, entry("risk-list", case=C)),
        ("undecidable", REVIEW, entry("risk-list", case=C, data={"uploaded_on": "上周五"})),
    ),
    *(
        row
        for rule, register in (
            ("P14-assistance", "assistance"),
            ("P15-notices-delivered", "enterprise-notice"),
        )
        for row in rows(
            rule,
            ("met", PASS, entry(register, case=C, data={"done_on": "2022-03-22"})),
            ("broken", FAIL, entry(register, case=C, data={"done_on": "2022-03-30"})),
            ("boundary", PASS, entry(register, case=C, data={"done_on": "2022-03-27"})),
            ("boundary", FAIL, entry(register, case=C, data={"done_on": "2022-03-28"})),
            ("boundary", OPEN, entry(register, case=C), at("2022-03-27")),
            ("boundary", FAIL, entry(register, case=C), at("2022-03-28")),
            ("undecidable", REVIEW, entry(register, case=C, data={"done_on": "已完成"})),
        )
    ),
    *rows(
        "C21-dispute-hold",
        ("met", PASS, chain(entry("dispute", case=C, data={"status": "未结"}), held)),
        ("broken", FAIL, entry("dispute", case=C, data={"status": "未结"})),
        ("boundary", NONE, entry("dispute", case=C, data={"status": "已结"})),
        ("undecidable", REVIEW, entry("dispute", case=C)),
    ),
]
