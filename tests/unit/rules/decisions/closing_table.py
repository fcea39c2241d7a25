"""One case from its hazards to its end: urging, report, recheck, reports to the regulator."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.case import Channel, Recipient, ReviewResult, Trigger
from evidence.domain.hazard import Grade, HazardResult, HazardState
from tests.support import sample as w
from tests.unit.rules.decisions.bends import (
    MAJOR,
    PASSIVE,
    UNRECTIFIED,
    V1,
    V2,
    V3,
    C,
    chain,
    entry,
    escalated,
    gone,
    hazard,
    interview,
    report,
    reports,
    results,
    visit,
    without_reports,
)
from tests.unit.rules.decisions.table import FAIL, OPEN, PASS, REVIEW, Row, at, rows

PUT_OFF = results(HazardState.UNRECTIFIED, description="配件未到", new_deadline=date(2022, 4, 15))
"""The recheck finds one hazard open and sets a new deadline for it."""
AT_NIGHT = visit(V1, arrived_at=w.instant("2022-03-14", 22), left_at=w.instant("2022-03-15", 1))
FOUND_AT_RECHECK = visit(
    V3, hazards=(replace(w.hazards()[0], id="H09", grade=Grade.MAJOR, criterion="GM2017-01-03"),)
)
BEFORE_ARRIVAL = escalated(Trigger.MAJOR, "2022-03-14", reported_at=w.instant("2022-03-14", 8))
STILL_ON_SITE = escalated(Trigger.MAJOR, "2022-03-15", reported_at=w.instant("2022-03-15", 0, 20))

TABLE: list[Row] = [
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
        ("undecidable", REVIEW, visit(V2, call_noted=None)),
        ("undecidable", REVIEW, visit(V2, call_noted=("接洽人",))),
        ("boundary", PASS, visit(V2, channel=Channel.ON_SITE, call_noted=None)),
    ),
    *rows(
        "P05-passive-reported",
        ("met", PASS, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23"))),
        ("broken", FAIL, PASSIVE),
        ("boundary", PASS, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-25"))),
        ("boundary", FAIL, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-26"))),
        ("boundary", OPEN, chain(PASSIVE, gone(V3)), at("2022-03-25")),
        ("undecidable", REVIEW, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23", None))),
        (
            "broken",
            FAIL,
            chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23", recipient=Recipient.ENFORCEMENT)),
        ),
        ("undecidable", REVIEW, visit(V2, attitude=None)),
    ),
    *rows(
        "P06-principal-interviewed",
        ("met", PASS, chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23"), interview())),
        (
            "broken",
            FAIL,
            chain(PASSIVE, escalated(Trigger.PASSIVE, "2022-03-23"), interview(principal_present=False)),
        ),
        (
            "boundary",
            PASS,
            chain(
                PASSIVE,
                escalated(Trigger.PASSIVE, "2022-03-23"),
                interview(arrived_at=w.instant("2022-04-07")),
            ),
            at("2022-05-01"),
        ),
        (
            "broken",
            FAIL,
            chain(
                PASSIVE,
                escalated(Trigger.PASSIVE, "2022-03-23"),
                interview(arrived_at=w.instant("2022-04-08")),
            ),
            at("2022-05-01"),
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
        ("boundary", REVIEW, without_reports, at("2022-03-29")),
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
        ("boundary", OPEN, PUT_OFF, at("2022-04-20")),
        ("broken", FAIL, PUT_OFF, at("2022-04-21")),
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
        ("broken", FAIL, gone(V2), at("2022-04-20")),
        ("broken", FAIL, without_reports, at("2022-04-20")),
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
        ("undecidable", REVIEW, chain(MAJOR, BEFORE_ARRIVAL)),
        ("boundary", PASS, chain(MAJOR, AT_NIGHT, STILL_ON_SITE)),
        ("broken", FAIL, chain(MAJOR, AT_NIGHT, escalated(Trigger.MAJOR, "2022-03-16"))),
        ("broken", FAIL, FOUND_AT_RECHECK),
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
