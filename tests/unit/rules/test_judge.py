"""The judgement as a whole: deterministic, sorted, nothing passed in silence."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from evidence.domain.facts import Facts
from evidence.domain.register import Waiver
from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import RULESET_VERSION, judge, ruleset_sha256, rulesets
from evidence.rules.registry import RULESETS
from evidence.rules.summary import check_exit_code, counts, to_json
from tests.support import sample

CONTRACT = Path(__file__).parents[2] / "data" / "rules" / "contract.txt"


def test_a_week_in_order_has_no_fail_and_no_review() -> None:
    findings = judge(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY)
    wrong = [f.message for f in findings if f.kind in (Kind.FAIL, Kind.REVIEW)]
    assert wrong == []


def test_findings_are_sorted_by_case_rule_and_subject() -> None:
    findings = judge(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY)
    keys = [(f.subject.case, f.rule_id, f.subject.visit, f.subject.hazard) for f in findings]
    assert keys == sorted(keys)


def test_every_case_rule_says_something_about_every_case() -> None:
    findings = judge(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY)
    for case in (sample.CLOSED, sample.CHECKED, sample.HEAVY):
        spoken = {f.rule_id for f in findings if f.subject.case == case}
        assert spoken == {rule.id for rule in RULESETS[-1].case_rules}


def test_facts_written_out_and_read_back_are_judged_alike() -> None:
    facts = sample.week_facts()
    again = msgspec.json.decode(msgspec.json.encode(facts), type=Facts)
    assert judge(again, sample.PARAMETERS, sample.FRIDAY) == judge(facts, sample.PARAMETERS, sample.FRIDAY)


def test_the_order_of_arrival_does_not_change_the_verdict() -> None:
    facts = sample.week_facts()
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
    assert judge(backwards, sample.PARAMETERS, sample.FRIDAY) == judge(
        facts, sample.PARAMETERS, sample.FRIDAY
    )


def test_the_json_document_has_the_interface_s_keys() -> None:
    findings = judge(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY)
    document = to_json(findings, week=sample.WEEK, at=sample.FRIDAY)
    assert set(document) == {"week", "at", "ruleset", "summary", "waived", "findings"}
    assert document["ruleset"] == {"version": RULESET_VERSION, "sha256": ruleset_sha256()}
    assert sum(document["summary"].values()) == len(document["findings"])
    row = document["findings"][0]
    assert {"rule_id", "clause", "level", "kind", "blocking", "subject", "message", "waiver"} <= set(row)
    assert set(row["clause"]) == {"number", "text"}
    assert set(row["subject"]) == {"case", "enterprise", "visit", "hazard", "document"}


def test_old_rulesets_can_still_judge() -> None:
    for version, old in rulesets().items():
        assert counts(old(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY))["pass"] > 0, version


def test_every_quote_stands_letter_for_letter_in_the_contract() -> None:
    text = CONTRACT.read_text(encoding="utf-8")
    missing = [rule.id for rule in RULESETS[-1].rules if rule.clause.text not in text]
    assert missing == []


def test_a_week_in_order_is_not_incomplete() -> None:
    findings = judge(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY)
    assert check_exit_code(findings) == 0


def test_judging_needs_neither_ledger_nor_any_heavy_library() -> None:
    code = (
        "import sys; import evidence.rules.judge, evidence.rules.sarif, evidence.rules.summary;"
        "bad = [m for m in sys.modules if m.split('.')[0] in"
        " {'tinydb','docxtpl','cv2','watchdog','typst','django','openpyxl','av','pyhanko','icalendar'}"
        " or m.startswith(('evidence.ledger','evidence.archive','evidence.forms','evidence.config'))];"
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def waiver(by: str, *, days: int = 0, attachment: bool = True) -> Waiver:
    """An exception for the escort's missing signature, recorded `days` after Friday."""
    return Waiver(
        rule_id="G06-escort-signature",
        case=sample.CLOSED,
        why="陪同人员离职",
        by=by,
        at=sample.FRIDAY + timedelta(days=days),
        attachment=sample.digest("consent") if attachment else None,
    )


def unsigned(*waivers: Waiver, lead_was_there: bool = False) -> Finding:
    """The finding about the escort's signature, with these exceptions."""
    facts = sample.with_mark(
        sample.week_facts(), f"{sample.CLOSED}-JC-001", "escort", sample.MarkVerdict.ABSENT
    )
    if lead_was_there:
        facts = sample.on_visit(facts, f"{sample.CLOSED}-V1", experts=("P1",))
    facts = sample.on_case(facts, sample.CLOSED, lambda one: replace(one, waivers=waivers))
    found = judge(facts, sample.PARAMETERS, sample.FRIDAY)
    return next(f for f in found if f.rule_id == "G06-escort-signature" and f.kind is Kind.FAIL)


def test_a_waiver_by_the_lead_who_was_on_the_visit_explains_but_does_not_unblock() -> None:
    assert unsigned(waiver("P1"), lead_was_there=True).blocking
    assert unsigned(waiver("P1"), lead_was_there=True).waiver is not None
    assert not unsigned(waiver("P1")).blocking
    assert unsigned(waiver("P1")).kind is Kind.FAIL


@pytest.mark.parametrize(
    "later",
    [waiver("P2", days=1), waiver("P2", days=1, attachment=False), waiver("P1", days=1, attachment=False)],
    ids=["by another person", "by another person without a paper", "by the lead without a paper"],
)
def test_a_later_waiver_that_lifts_nothing_does_not_hide_one_that_does(later: Waiver) -> None:
    for both in ((waiver("P1"), later), (later, waiver("P1"))):
        finding = unsigned(*both)
        assert not finding.blocking
        assert finding.waiver is not None
        assert (finding.waiver.by, finding.waiver.at) == ("P1", sample.FRIDAY)


def test_of_two_waivers_that_lift_the_block_the_later_is_shown() -> None:
    finding = unsigned(waiver("P1", days=2), waiver("P1"))
    assert finding.waiver is not None
    assert finding.waiver.at == sample.FRIDAY + timedelta(days=2)


def test_where_no_waiver_lifts_the_block_the_one_with_the_paper_is_shown() -> None:
    finding = unsigned(waiver("P2", attachment=True), waiver("P1", days=1, attachment=False))
    assert finding.blocking
    assert finding.waiver is not None
    assert finding.waiver.by == "P2"
