"""The dossier says of a visit's footage what the rule says, by the contract's own numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.handover.dossiers import dossier_content
from evidence.handover.originals import originals_of
from evidence.handover.placing import PlacedCase
from evidence.handover.sent import Sent
from evidence.handover.week import take_stock
from tests.support import sample
from tests.support.handing_over import WEEK, make_office

VISIT = f"{sample.CLOSED}-V1"
SAME = {"pass": "present", "fail": "missing", "review": "undecided"}


@pytest.fixture(scope="module")
def key_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dossier-keys")


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "missing"),
        ({"coverage_tolerance_s": 120}, "present"),
        ({"coverage_drift_s": 60}, "undecided"),
    ],
)
def test_dossier_and_rule_agree(changes: dict[str, int], state: str, key_home: Path, tmp_path: Path) -> None:
    facts = sample.week_facts()
    check = next(one for case in facts.cases for one in case.visits if one.id == VISIT)
    late = check.arrived_at + timedelta(seconds=100)
    made = make_office(tmp_path, key_home, sample.on_recordings(facts, VISIT, started_at=late))
    office = replace(made, parameters=replace(made.parameters, **changes))  # type: ignore[arg-type]
    work = take_stock(office, week=WEEK, supplement=False, at=sample.FRIDAY)
    case = next(one for one in work.facts.cases if one.case.id == sample.CLOSED)
    content = dossier_content(
        work,
        case,
        PlacedCase(folder="", originals=originals_of(work.view, case, office.originals)),
        names=office.names,
        originals=office.originals,
        issued=office.issued,
        sent=Sent(package_of={}),
        notice="",
        evaluation=True,
    )
    shown = next(row for row in content.sheet["visits"] if VISIT in row["title"])
    (ruled,) = (
        one for one in work.findings if one.rule_id == "V02-whole-visit" and one.subject.visit == VISIT
    )
    assert shown["state"] == state == SAME[ruled.kind.value]
