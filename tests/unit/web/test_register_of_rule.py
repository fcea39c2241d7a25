"""Which registers a line's panel offers: those its rule's remedy names."""

from __future__ import annotations

import pytest

from evidence.rules.registers import BY_ID
from evidence.rules.registry import RULESETS
from evidence.web.deeds import Panel, deed_for
from evidence.web.register_form import registers_of


@pytest.mark.parametrize(
    ("rule", "registers"),
    [
        ("G02-confidentiality", ["confidentiality-undertaking"]),
        ("T06-training", ["training"]),
        ("C08-first-payment", ["payment"]),
        ("C10-final-acceptance", ["bid-commitment", "acceptance"]),
        ("S04-heavy-staffing", []),
        ("no-such-rule", []),
    ],
)
def test_the_register_is_the_one_the_remedy_names(rule: str, registers: list[str]) -> None:
    assert [each.id for each in registers_of(rule)] == registers


def test_every_register_a_remedy_names_is_offered() -> None:
    rules = (*RULESETS[-1].case_rules, *RULESETS[-1].standing_rules)
    named = [
        rule for rule in rules if deed_for(rule.id, None).panel is Panel.REGISTER and "台账 " in rule.remedy
    ]
    assert len(named) > 20
    for rule in named:
        assert registers_of(rule.id), rule.id
    assert all(each.id in BY_ID for rule in named for each in registers_of(rule.id))
