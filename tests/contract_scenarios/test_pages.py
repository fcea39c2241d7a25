"""docs/traceability.md and docs/rules.md say what the rules and the scenarios say."""

from evidence.rules.traceability import Answer, traces
from scripts import rule_pages
from tests.support.scenario_runner.table import CLASSES, excused, situations

LEAST = 250
"""So many situations the contract's issue asks for at least."""


def test_the_pages_are_current() -> None:
    assert (rule_pages.DOCS / "traceability.md").read_text(encoding="utf-8") == rule_pages.traceability()
    text = (rule_pages.DOCS / "rules.md").read_text(encoding="utf-8")
    assert rule_pages.BEGIN in text
    assert text == rule_pages.rules_page(text)


def test_every_obligation_has_a_situation_of_each_class_or_a_reason() -> None:
    """Met, broken, at a boundary, undecidable."""
    told = situations()
    assert len(told) >= LEAST
    lacking = {
        one.row: missing
        for one in traces()
        if one.answer is not Answer.NONE
        and (
            missing := set(CLASSES)
            - {each.sort for each in told if one.row in each.rows}
            - excused().get(one.row, set())
        )
    }
    assert not lacking, "没有写情形，也没有在“没有的类”里写明为什么"
