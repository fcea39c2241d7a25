"""Tolerance, drift and pre-record are numbers of the judgement, so that facts.json can repeat it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from evidence.domain.facts import Facts
from evidence.rules.clause import Kind
from evidence.rules.judge import judge
from evidence.rules.parameters import Parameters
from evidence.settings import load_settings
from tests.support import sample

VISIT = f"{sample.CLOSED}-V1"


def late(seconds: int) -> Facts:
    """The camera runs only so many seconds after arrival."""
    facts = sample.week_facts()
    visit = next(one for case in facts.cases for one in case.visits if one.id == VISIT)
    return sample.on_recordings(facts, VISIT, started_at=visit.arrived_at + timedelta(seconds=seconds))


def twice(seconds: int) -> Facts:
    """The recorder's next file begins so many seconds before the first one ends."""
    facts = sample.week_facts()
    case = next(one for one in facts.cases if one.case.id == sample.CLOSED)
    first = next(one for one in case.recordings if one.visit == VISIT)
    assert first.started_at is not None
    assert first.duration_ms is not None
    end = first.started_at + timedelta(milliseconds=first.duration_ms)
    second = replace(
        first, sha256=sample.digest("next"), name="next.mp4", started_at=end - timedelta(seconds=seconds)
    )
    changed = replace(case, recordings=(*case.recordings, second))
    return replace(facts, cases=tuple(changed if one is case else one for one in facts.cases))


def whole_visit(facts: Facts, parameters: Parameters) -> Kind:
    """What the rule says of the check."""
    (found,) = (
        one
        for one in judge(facts, parameters, sample.FRIDAY)
        if one.rule_id == "V02-whole-visit" and one.subject.visit == VISIT
    )
    return found.kind


@pytest.mark.parametrize(
    ("seconds", "changes", "kind"),
    [
        (60, {}, Kind.PASS),
        (62, {}, Kind.REVIEW),
        (65, {}, Kind.FAIL),
        (65, {"coverage_drift_s": 10}, Kind.REVIEW),
        (62, {"coverage_drift_s": 0}, Kind.FAIL),
        (65, {"coverage_tolerance_s": 70}, Kind.PASS),
    ],
)
def test_a_late_camera(seconds: int, changes: dict[str, int], kind: Kind) -> None:
    assert whole_visit(late(seconds), replace(sample.PARAMETERS, **changes)) is kind  # type: ignore[arg-type]


@pytest.mark.parametrize(("prerecord_s", "kind"), [(30, Kind.PASS), (10, Kind.REVIEW)])
def test_two_files_of_one_recorder_may_share_the_pre_record(prerecord_s: int, kind: Kind) -> None:
    assert whole_visit(twice(20), replace(sample.PARAMETERS, coverage_prerecord_s=prerecord_s)) is kind


def test_the_recorder_settings_reach_the_rules_and_survive_the_package(tmp_path: Path) -> None:
    file = tmp_path / "evidence.toml"
    file.write_text(
        '[contract]\ncode = "WJB"\n[recordings]\ndrift_s = 10\nprerecord_s = 45\n', encoding="utf-8"
    )
    parameters = load_settings(file).parameters
    assert (parameters.coverage_drift_s, parameters.coverage_prerecord_s) == (10, 45)
    assert msgspec.json.decode(msgspec.json.encode(parameters), type=Parameters) == parameters


def test_a_package_of_before_is_judged_with_the_numbers_of_before() -> None:
    assert msgspec.json.decode(b"{}", type=Parameters) == Parameters()
    assert (Parameters().coverage_drift_s, Parameters().coverage_prerecord_s) == (3, 30)
