"""A mark decided by somebody who was there, or without a reason, asks for another person's look."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.domain.facts import Facts
from evidence.rules.clause import Kind
from evidence.rules.judge import judge
from tests.support import sample as w

URGING = f"{w.CLOSED}-DD-001"


def decided(by: str, why: str) -> Facts:
    """The week, every mark of the urging record being a person's word."""
    return w.on_document(
        w.week_facts(),
        URGING,
        lambda document: replace(
            document,
            scans=tuple(
                replace(scan, marks=tuple(replace(one, decided_by=by, why=why) for one in scan.marks))
                for scan in document.scans
            ),
        ),
    )


def kinds(facts: Facts) -> set[Kind]:
    return {
        one.kind
        for one in judge(facts, w.PARAMETERS, w.FRIDAY)
        if one.rule_id == "G06-other-marks" and one.subject.document == URGING
    }


@pytest.mark.parametrize(
    ("by", "why", "kind"),
    [
        ("", "", Kind.PASS),
        ("王芳", "笔迹浅而可见", Kind.PASS),
        ("王芳", "。", Kind.REVIEW),
        ("own id", "笔迹浅而可见", Kind.REVIEW),
        ("own name", "笔迹浅而可见", Kind.REVIEW),
    ],
)
def test_who_was_there_has_no_word_on_the_record(by: str, why: str, kind: Kind) -> None:
    facts = w.week_facts()
    visits = [visit for case in facts.cases for visit in case.visits if visit.id == f"{w.CLOSED}-V2"]
    person = next(one for one in facts.people if one.id == visits[-1].experts[0])
    who = {"own id": person.id, "own name": person.name}.get(by, by)
    assert kinds(decided(who, why)) == {kind}
