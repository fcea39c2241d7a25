"""One case until its hazards are known: the records on paper, and what the inspection must contain."""

from __future__ import annotations

from datetime import date

from evidence.domain.case import ItemResult, ItemVerdict, Trigger
from evidence.domain.hazard import Grade
from evidence.domain.parties import KeyProcess
from tests.support import sample as w
from tests.unit.rules.decisions.bends import (
    DD,
    FC,
    JC,
    MAJOR,
    V1,
    V2,
    V3,
    ZG,
    C,
    K,
    alteration,
    chain,
    entry,
    escalated,
    form,
    gone,
    hazard,
    lost,
    no_paper,
    pages,
    paper,
    visit,
    without_reports,
)
from tests.unit.rules.decisions.table import FAIL, NONE, OPEN, PASS, REVIEW, Row, at, of, rows

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
    *rows(
        "G09-alterations",
        ("met", PASS),
        ("met", PASS, pages(JC, accepted_by="王芳", accepted_why="只是装订孔的影子")),
        (
            "met",
            PASS,
            pages(JC, unchecked=("added_ink",), accepted_by="王芳", accepted_why="与签发件逐字对照过"),
        ),
        ("undecidable", REVIEW, alteration(JC)),
        ("undecidable", REVIEW, pages(JC, accepted_by="P2", accepted_why="只是装订孔的影子")),
        ("undecidable", REVIEW, pages(JC, accepted_by="王芳", accepted_why="。")),
        ("undecidable", REVIEW, pages(JC, unchecked=("altered_print", "added_ink"))),
        (
            "undecidable",
            REVIEW,
            pages(JC, unchecked=("added_ink",), accepted_by="P2", accepted_why="逐字对照过"),
        ),
    ),
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
        ("undecidable", REVIEW, hazard(deadline=date(2022, 3, 30), deadline_reason="。")),
        ("undecidable", REVIEW, hazard(deadline=date(2022, 3, 30), deadline_reason="啊啊啊啊")),
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
]
