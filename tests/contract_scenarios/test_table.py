"""The table itself: what it names exists, and every scenario answers to the clause of its file."""

from __future__ import annotations

import pytest

from tests.support.scenario_runner.compare import RULES
from tests.support.scenario_runner.table import Situation, situations


@pytest.mark.parametrize("situation", situations(), ids=lambda one: f"{one.file}-{one.name}")
def test_expected_rules_exist_and_one_serves_the_clause(situation: Situation) -> None:
    unknown = [rule for rule in situation.rules if rule not in RULES]
    assert not unknown, f"没有这些规则：{unknown}"
    serving = [rule for rule in situation.rules if set(RULES[rule].rows) & set(situation.rows)]
    assert serving or not situation.rules, f"没有一条规则对应义务 {situation.rows}"
