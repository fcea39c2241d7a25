"""The judgement as a whole: deterministic, sorted, nothing passed in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec

from evidence.domain.facts import Facts
from evidence.rules.clause import Kind
from evidence.rules.judge import RULESET_VERSION, judge, ruleset_sha256, rulesets
from evidence.rules.registry import RULESETS
from evidence.rules.summary import check_exit_code, counts, to_json
from tests import world

CONTRACT = Path(__file__).parents[2] / "data" / "rules" / "contract.txt"


def test_a_week_in_order_has_no_fail_and_no_review() -> None:
    findings = judge(world.week_facts(), world.PARAMETERS, world.FRIDAY)
    wrong = [f.message for f in findings if f.kind in (Kind.FAIL, Kind.REVIEW)]
    assert wrong == []


def test_findings_are_sorted_by_case_rule_and_subject() -> None:
    findings = judge(world.week_facts(), world.PARAMETERS, world.FRIDAY)
    keys = [(f.subject.case, f.rule_id, f.subject.visit, f.subject.hazard) for f in findings]
    assert keys == sorted(keys)


def test_every_case_rule_says_something_about_every_case() -> None:
    findings = judge(world.week_facts(), world.PARAMETERS, world.FRIDAY)
    for case in (world.CLOSED, world.CHECKED, world.HEAVY):
        spoken = {f.rule_id for f in findings if f.subject.case == case}
        assert spoken == {rule.id for rule in RULESETS[-1].case_rules}


def test_facts_written_out_and_read_back_are_judged_alike() -> None:
    facts = world.week_facts()
    again = msgspec.json.decode(msgspec.json.encode(facts), type=Facts)
    assert judge(again, world.PARAMETERS, world.FRIDAY) == judge(facts, world.PARAMETERS, world.FRIDAY)


def test_the_order_of_arrival_does_not_change_the_verdict() -> None:
    facts = world.week_facts()
    backwards = replace(
        facts,
        cases=tuple(
            replace(
                one,
                documents=one.documents[::-1],
                recordings=one.recordings[::-1],
                visits=one.visits[::-1],
            )
            for one in facts.cases[::-1]
        ),
        people=facts.people[::-1],
        services=facts.services[::-1],
    )
    assert judge(backwards, world.PARAMETERS, world.FRIDAY) == judge(facts, world.PARAMETERS, world.FRIDAY)


def test_the_json_document_has_the_interface_s_keys() -> None:
    findings = judge(world.week_facts(), world.PARAMETERS, world.FRIDAY)
    document = to_json(findings, week=world.WEEK, at=world.FRIDAY)
    assert set(document) == {"week", "at", "ruleset", "summary", "waived", "findings"}
    assert document["ruleset"] == {"version": RULESET_VERSION, "sha256": ruleset_sha256()}
    assert sum(document["summary"].values()) == len(document["findings"])
    row = document["findings"][0]
    assert {"rule_id", "clause", "level", "kind", "blocking", "subject", "message", "waiver"} <= set(row)
    assert set(row["clause"]) == {"number", "text"}
    assert set(row["subject"]) == {"case", "enterprise", "visit", "hazard", "document"}


def test_old_rulesets_can_still_judge() -> None:
    for version, old in rulesets().items():
        assert counts(old(world.week_facts(), world.PARAMETERS, world.FRIDAY))["pass"] > 0, version


def test_every_quote_stands_letter_for_letter_in_the_contract() -> None:
    text = CONTRACT.read_text(encoding="utf-8")
    missing = [rule.id for rule in RULESETS[-1].rules if rule.clause.text not in text]
    assert missing == []


def test_a_week_in_order_is_not_incomplete() -> None:
    findings = judge(world.week_facts(), world.PARAMETERS, world.FRIDAY)
    assert check_exit_code(findings) == 0
