"""What ruleset 5 says otherwise: the deadline in force, who placed a page or a film, what a scanner found.

Beside the older tables, whose rows stay where they were.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.case import ReviewResult, Trigger, Visit
from evidence.domain.document import Placing
from evidence.domain.facts import Facts
from evidence.domain.hazard import Hazard, HazardResult, HazardState
from tests.support import sample as w
from tests.unit.rules.decisions.bends import FC, V1, V3, C, chain, escalated, hazard, report, results, visit
from tests.unit.rules.decisions.table import FAIL, OPEN, PASS, REVIEW, Bend, Row, at, rows

MOVED = results(HazardState.UNRECTIFIED, description="配件未到", new_deadline=date(2022, 4, 15))
"""The recheck of 03-31 finds H01 open and moves its deadline from 03-29 to 04-15."""
LEFT = HazardState.UNRECTIFIED, "仍未修复"


def again(day: str, *answers: HazardResult, hazards: tuple[Hazard, ...] = ()) -> Bend:
    """A further recheck."""
    made = replace(
        w.recheck_visit(C, date.fromisoformat(day)),
        id=f"{C}-V4",
        arrived_at=w.instant(day, 9),
        left_at=w.instant(day, 10),
        results=answers,
        hazards=hazards,
    )
    record = w.document(C, "recheck-record", date.fromisoformat(day), visit=made, running=2)

    def bend(facts: Facts) -> Facts:
        facts = w.with_visit(facts, made)
        return w.on_case(facts, C, lambda one: replace(one, documents=(*one.documents, record)))

    return bend


def said(hazard: str, state: HazardState, description: str = "", **more: object) -> HazardResult:
    return HazardResult(hazard=hazard, state=state, description=description, **more)  # type: ignore[arg-type]


def placed(by: str, why: str = "条码撕去，看图确认", *, stated: bool = False, known: bool = True) -> Bend:
    """Every page of the recheck's record counts by a person's word alone."""
    word = Placing(by=by, why=why, stated=stated) if known else None

    def bend(facts: Facts) -> Facts:
        return w.on_document(
            facts,
            FC,
            lambda one: replace(
                one, scans=tuple(replace(each, identity="person", placed=word) for each in one.scans)
            ),
        )

    return bend


def expert(facts: Facts) -> str:
    """Somebody who was on the recheck, by name."""
    known: Visit = next(one for case in facts.cases for one in case.visits if one.id == V3)
    return next(one.name for one in facts.people if one.id == known.experts[0])


def film_stated(facts: Facts) -> Facts:
    return w.on_recordings(facts, V1, assigned_by="王芳", assigned_why="设备编号未设", assigned_stated=True)


NEW_AT_RECHECK = visit(
    V3, hazards=(replace(w.hazards()[0], id="H09", deadline=date(2022, 4, 15), immediate=False),)
)
STILL = said("H01", *LEFT)
DONE = said("H01", HazardState.RECTIFIED)
LATE_ANSWER = report(answers=(replace(w.report(C).answers[0], completed_on=date(2022, 4, 10)),))
TOO_LATE = report(answers=(replace(w.report(C).answers[0], completed_on=date(2022, 4, 16)),))
REPORTED = escalated(Trigger.OVERDUE, "2022-04-01")
RETURNED = report(review=ReviewResult.RETURNED, notified_on=date(2022, 3, 29), notified_by="电话")

TABLE: list[Row] = [
    *rows(
        "P13-overdue-reported",
        # looked at before the moved deadline: nothing is overdue, the first recheck's report is enough
        ("met", PASS, chain(MOVED, REPORTED, again("2022-04-12", STILL)), at("2022-05-20")),
        ("boundary", PASS, chain(MOVED, REPORTED, again("2022-04-15", STILL)), at("2022-05-20")),
        ("boundary", FAIL, chain(MOVED, REPORTED, again("2022-04-16", STILL)), at("2022-05-20")),
        # what the recheck itself sets counts only afterwards
        ("broken", FAIL, MOVED, at("2022-05-20")),
        # nobody stated a deadline: the general one, 03-29, holds
        ("boundary", FAIL, chain(hazard(deadline=None, immediate=False), MOVED), at("2022-05-20")),
    ),
    *rows(
        "P12-results-complete",
        (
            "met",
            PASS,
            chain(MOVED, again("2022-04-12", said("H02", HazardState.RECTIFIED))),
            at("2022-05-20"),
        ),
        (
            "boundary",
            PASS,
            chain(MOVED, again("2022-04-15", said("H02", HazardState.RECTIFIED))),
            at("2022-05-20"),
        ),
        (
            "boundary",
            FAIL,
            chain(MOVED, again("2022-04-16", said("H02", HazardState.RECTIFIED))),
            at("2022-05-20"),
        ),
        # found at the later recheck: the earlier one could say nothing of it
        (
            "met",
            PASS,
            again("2022-04-12", hazards=(replace(w.hazards()[0], id="H09", deadline=None, immediate=False),)),
            at("2022-05-20"),
        ),
    ),
    *rows(
        "E03-rectified-in-time",
        ("met", PASS, chain(MOVED, LATE_ANSWER), at("2022-05-20")),
        ("broken", FAIL, chain(MOVED, TOO_LATE), at("2022-05-20")),
        ("boundary", FAIL, LATE_ANSWER, at("2022-05-20")),
    ),
    *rows(
        "P07-every-hazard-answered",
        ("broken", FAIL, NEW_AT_RECHECK, at("2022-04-16")),
        ("boundary", OPEN, NEW_AT_RECHECK),
    ),
    *rows(
        "P10-versions-kept",
        ("boundary", OPEN, chain(MOVED, RETURNED), at("2022-04-15")),
        ("boundary", FAIL, chain(MOVED, RETURNED), at("2022-04-16")),
    ),
    *rows(
        "G08-page-identity",
        ("met", PASS, placed("王芳")),
        ("undecidable", REVIEW, placed("王芳", "。。。。")),
        ("undecidable", REVIEW, placed("王芳", stated=True)),
        ("undecidable", REVIEW, placed("", known=False)),
        ("undecidable", REVIEW, placed(expert(w.week_facts()))),
    ),
    *rows("V02-sound-footage", ("undecidable", REVIEW, film_stated)),
]
"""Rows of what changed."""
