"""Rules as rulesets 1 and 2 stated them, for packages that were judged by those.

A rule whose meaning changed stands here with its old words and its old verdict, and nowhere else;
`registry` puts it in the place of today's. What did not change is shared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from evidence.rules import footage
from evidence.rules.chain import Chain
from evidence.rules.rule import CaseRule, Outcome


def _without_the_sum(chain: Chain) -> Iterator[Outcome]:
    """Each gap by itself; any number of short ones passed."""
    yield from footage.whole_visits(chain, replace(chain.parameters.coverage_limits, share_permille=None))


CASE_RULES: tuple[CaseRule, ...] = (
    replace(footage.whole_visit, judge=_without_the_sum, parameters=("coverage_tolerance_s",), revision=1),
)


def as_before(rules: tuple[CaseRule, ...]) -> tuple[CaseRule, ...]:
    """The rules with each changed one in its old form."""
    old = {rule.id: rule for rule in CASE_RULES}
    return tuple(old.get(rule.id, rule) for rule in rules)
