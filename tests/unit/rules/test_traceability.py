"""Nothing of the contract is forgotten: each of the 108 obligations has its answer."""

from __future__ import annotations

import csv
import re
from dataclasses import fields
from pathlib import Path

from evidence.contracts.contract import shipped_contract
from evidence.rules.parameters import Parameters
from evidence.rules.registers import REGISTERS
from evidence.rules.registry import RULESETS
from evidence.rules.traceability import NOT_EVIDENCE, REMARKS, Answer, traces

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "rules"
RULES = RULESETS[-1].rules


def test_every_one_of_the_108_obligations_is_accounted_for() -> None:
    with (DATA / "obligations.tsv").open(encoding="utf-8") as file:
        wanted = [row["id"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert len(wanted) == 108
    assert [one.row for one in traces()] == wanted


def test_at_least_60_obligations_are_automatic_rules() -> None:
    assert sum(one.answer is Answer.RULE for one in traces()) >= 60


def test_what_is_no_evidence_says_why() -> None:
    for one in traces():
        if one.answer is Answer.NONE:
            assert len(one.remark) > 20, one.row
    assert set(NOT_EVIDENCE) == {one.row for one in traces() if one.answer is Answer.NONE}


def test_rules_registers_and_remarks_name_only_obligations_there_are() -> None:
    known = {one.row for one in traces()}
    named = {row for rule in RULES for row in rule.rows} | {row for one in REGISTERS for row in one.rows}
    assert (named | set(REMARKS)) <= known


def test_every_register_that_a_rule_asks_for_is_declared() -> None:
    asked = set()
    for source in (ROOT / "evidence" / "rules").glob("*.py"):
        text = source.read_text(encoding="utf-8")
        asked |= set(re.findall(r'entr(?:y|ies|ies_of)\(\s*"([a-z-]+)"', text))
        asked |= set(re.findall(r'_(?:all_closed|done)\(\s*(?:index|chain), "([a-z-]+)"', text))
        asked |= set(re.findall(r'_undertaking\(chain, "([a-z-]+)"', text))
    assert asked - {one.id for one in REGISTERS} == set()


def test_rule_ids_are_unique_and_begin_with_an_obligation() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Z]\d\d-[a-z0-9-]+", one) for one in ids)
    assert all(rule.id[:3] in {one.row for one in traces()} for rule in RULES)


def test_every_rule_has_title_remedy_clause_and_docstring() -> None:
    for rule in RULES:
        assert rule.title, rule.id
        assert rule.remedy.endswith(("。", "）")), rule.id
        assert rule.clause.number, rule.id
        assert (rule.judge.__doc__ or "").strip(), rule.id


def test_the_parameters_a_rule_names_exist() -> None:
    known = {field.name for field in fields(Parameters)}
    assert {name for rule in RULES for name in rule.parameters} <= known


def test_every_parameter_names_its_clause() -> None:
    named = set(shipped_contract().text.numbers)
    assert {field.name for field in fields(Parameters)} - {"text", "amended", "judge_client"} == named


def test_the_major_hazard_codes_are_those_of_the_2017_criteria() -> None:
    from evidence.rules.major_hazards import MAJOR_2017

    assert len(MAJOR_2017) == 59
