"""Decision tables: every rule met, broken, on its boundary and undecidable; and nothing left out."""

from __future__ import annotations

import pytest

from evidence.rules.clause import Kind
from evidence.rules.registry import RULESETS
from tests.unit.rules.decisions.exempt import EXEMPT
from tests.unit.rules.decisions.table import PASS, SITUATIONS, Row
from tests.unit.rules.decisions.tables import TABLE

RULES = {rule.id: rule for rule in RULESETS[-1].rules}


@pytest.mark.parametrize(
    "row", TABLE, ids=[f"{n:03d}-{r.rule}-{r.situation}-{r.says}" for n, r in enumerate(TABLE)]
)
def test_the_rule_says_what_the_table_says(row: Row) -> None:
    assert row.gravest is row.says, [(one.kind.value, one.message) for one in row.findings()]


@pytest.mark.parametrize("rule", sorted(RULES))
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_rule_has_its_situation_or_a_reason_without(rule: str, situation: str) -> None:
    there = any(row.rule == rule and row.situation == situation for row in TABLE)
    excused = (rule, situation) in EXEMPT
    assert there != excused, "the row is missing" if not there else "the excuse is no longer needed"


def test_every_excuse_has_its_reason() -> None:
    assert all(len(reason) > 10 for reason in EXEMPT.values())


def test_situation_and_verdict_agree() -> None:
    wanted = {"met": {Kind.PASS}, "broken": {Kind.FAIL}, "undecidable": {Kind.REVIEW}}
    assert all(row.says in wanted.get(row.situation, set(Kind)) for row in TABLE)


def test_what_is_wrong_always_says_what_to_do() -> None:
    for row in TABLE:
        for finding in row.findings():
            assert finding.message, row.rule
            if finding.kind not in (PASS, Kind.NOT_APPLICABLE):
                assert finding.remediation, row.rule
