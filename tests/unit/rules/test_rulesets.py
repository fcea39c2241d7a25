"""Versions of the ruleset: a released one is never edited, only followed by another."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.domain.case import VisitKind
from evidence.domain.facts import Facts
from evidence.domain.register import Receipt
from evidence.rules.judge import RULESET_VERSION, ruleset_sha256, rulesets
from evidence.rules.registry import RULESETS, declared
from tests.support import sample
from tests.unit.rules.decisions.table import Row
from tests.unit.rules.decisions.tables import CASE

GOLDEN = Path(__file__).parents[2] / "data" / "rules" / "rulesets.json"
"""version -> {"sha256", "verdicts"}: what each released version declares, and what it said of bent worlds.

Written once by `python -m tests.unit.rules.test_rulesets`, when a version is released. A world is named by
its row: rule, situation, and which of the rule's rows of that situation; a new row goes below them.
"""


def worlds() -> dict[str, Row]:
    """Every row of the tables that bends something, by its name."""
    counts: Counter[str] = Counter()
    named = {}
    for row in CASE:
        kind = f"{row.rule} {row.situation}"
        counts[kind] += 1
        named[f"{kind} {counts[kind]}"] = row
    return {name: row for name, row in named.items() if row.situation != "met"}


def verdicts(version: str, names: Iterable[str]) -> dict[str, str]:
    """For each world the rules that fail or ask, in order: enough to notice any change of meaning."""
    judge = rulesets()[version]
    rows = worlds()
    said = {}
    for name in names:
        row = rows[name]
        findings = judge(row.bend(sample.week_facts()), row.parameters, row.on)
        wrong = sorted(
            {f"{f.subject.case}:{f.rule_id}:{f.kind.value}" for f in findings if f.kind in ("fail", "review")}
        )
        said[name] = " ".join(wrong)
    return said


@pytest.mark.parametrize("version", [one.version for one in RULESETS])
def test_a_released_version_says_today_what_it_said_on_release(version: str) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))[version]
    assert ruleset_sha256(version) == golden["sha256"], "a released ruleset was edited: make a new version"
    assert verdicts(version, golden["verdicts"]) == golden["verdicts"], (
        "a released ruleset judges differently: make a new version"
    )


def test_every_released_version_can_still_judge() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert set(golden) == set(rulesets())


def test_the_newest_version_judges_today() -> None:
    assert RULESETS[-1].version == RULESET_VERSION
    assert len({one.version for one in RULESETS}) == len(RULESETS)


def test_version_1_knew_only_the_chain_of_a_case() -> None:
    findings = rulesets()["1"](sample.week_facts(), sample.PARAMETERS, sample.FRIDAY)
    assert {f.subject.case for f in findings} == {sample.CLOSED, sample.CHECKED, sample.HEAVY}


def test_earlier_versions_say_nothing_of_a_second_signed_receipt() -> None:
    facts = sample.week_facts()
    more = tuple(
        Receipt(package="WJB-2022-W12", at=sample.FRIDAY, source=sample.digest(each), manner="signature")
        for each in ("one", "another")
    )
    disputed = replace(facts, receipts=(*facts.receipts, *more))
    for version, judge in rulesets().items():
        said = [one.message for one in judge(disputed, sample.PARAMETERS, sample.FRIDAY)]
        assert any("不同的电子签名回执" in each for each in said) is (version not in {"1", "2"})


def said(version: str, facts: Facts, rule: str) -> set[tuple[str, str]]:
    found = rulesets()[version](facts, sample.PARAMETERS, sample.FRIDAY)
    return {(one.kind.value, one.message) for one in found if one.rule_id == rule}


def test_films_assigned_by_those_who_were_there_are_judged_as_each_version_judged_them() -> None:
    """Version 3 is in packages of 1.0.0: what it let pass then it lets pass now."""
    facts = sample.week_facts()
    visit = next(each for case in facts.cases for each in case.visits if each.kind is VisitKind.CHECK)
    bent = sample.on_recordings(facts, visit.id, assigned_by=visit.experts[0], assigned_why="。。。。")
    for rule in ("V01-video-and-audio", "V02-whole-visit", "V02-sound-footage"):
        before, now = said("3", bent, rule), said("4", bent, rule)
        assert before != now, rule
        assert {kind for kind, _message in before} == {"pass"}, rule
    assert "review" in {kind for kind, _message in said("4", bent, "V02-sound-footage")}
    assert said("3", bent, "V01-video-and-audio") == said("3", facts, "V01-video-and-audio")


def test_an_answer_without_its_day_satisfied_earlier_versions() -> None:
    entry = sample.entry("acceptance-request", "1", sample.FRIDAY.date(), data={"reply": "同意"})
    facts = sample.with_entry(sample.week_facts(), entry)
    kinds = {
        version: {kind for kind, _message in said(version, facts, "C12-acceptance-requests")}
        for version in ("2", "3", "4")
    }
    assert kinds == {"2": {"pass"}, "3": {"pass"}, "4": {"review"}}


def test_an_unknown_version_is_not_judged() -> None:
    assert "99" not in rulesets()
    with pytest.raises(KeyError):
        ruleset_sha256("99")


def test_a_rule_declares_everything_a_reader_needs() -> None:
    one = declared(RULESETS[-1].rules[0])
    assert set(one) == {
        "id", "revision", "title", "rows", "clause", "quote", "level", "blocking", "parameters", "remedy"
    }  # fmt: skip


if __name__ == "__main__":
    probes = list(worlds())[::5]
    released = {
        one.version: {"sha256": one.sha256, "verdicts": verdicts(one.version, probes)} for one in RULESETS
    }
    GOLDEN.write_text(json.dumps(released, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
