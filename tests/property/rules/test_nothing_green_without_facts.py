"""Taking evidence away never makes a finding greener and never completes a package.

Which facts make a duty, so that their absence takes away that duty's findings alone, is declared field by
field in `rules.bearing`; everything else is evidence. A rule is watched once while it judges a world: a
field that it never looked at cannot change what it says, so that only the others are taken away one by one.
`python -m tests.property.rules.test_nothing_green_without_facts` takes every field away all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.domain import case, document, facts, hazard, parties, recording, register
from evidence.domain.facts import CaseFacts, Facts
from evidence.rules import known
from evidence.rules.bearing import DECLARED, Bearing, bearing_of
from evidence.rules.clause import Finding, Kind
from evidence.rules.facts_index import FactsIndex
from evidence.rules.judge import judge
from evidence.rules.registry import RULESETS
from evidence.rules.returned import FILMED, NEEDS, VISITS
from evidence.rules.rule import Outcome, as_said_by
from tests.property.rules.test_judgement import worlds
from tests.support import sample
from tests.unit.rules.decisions.returned_table import blank, untyped
from tests.unit.rules.decisions.table import Row
from tests.unit.rules.decisions.tables import TABLE

WRONG = frozenset({Kind.FAIL, Kind.REVIEW})
GRAVITY = (Kind.FAIL, Kind.REVIEW, Kind.OPEN, Kind.PASS, Kind.NOT_APPLICABLE)
TODAY = RULESETS[-1]
BROKEN = [row for row in TABLE if row.says in WRONG]
"""The decision tables' wrong situations."""
KINDS = tuple(
    kind
    for module in (case, document, facts, hazard, parties, recording, register)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind)
)
Way = tuple[str, str, str, Any]
"""Class and field as they are declared, `Class.field` that changes, and the fact without it."""


def _empty(field: Field[Any]) -> Any:
    """What a field holds when nothing was said; MISSING when something always is."""
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def without(fact: Any, seen: Container[str] | None = None) -> Iterator[Way]:
    """Every way to say less.

    Args:
        seen: fields (`Class.field`) that are taken away; None for every field.
    """
    for field in fields(fact):
        value, empty, name = getattr(fact, field.name), _empty(field), type(fact).__name__
        place = f"{name}.{field.name}"
        mine = seen is None or place in seen
        if mine and empty is not MISSING and value != empty:
            yield name, field.name, place, replace(fact, **{field.name: empty})
        if is_dataclass(value):
            for owner, what, changed, less in without(value, seen):
                yield owner, what, changed, replace(fact, **{field.name: less})
        elif isinstance(value, tuple):
            for n, item in enumerate(value):
                if not is_dataclass(item):
                    continue
                if mine:
                    free = isinstance(item, document.Mark) and not item.required
                    owner, what = ("Mark", "required") if free else (name, field.name)
                    yield owner, what, place, replace(fact, **{field.name: value[:n] + value[n + 1 :]})
                for owner, what, changed, less in without(item, seen):
                    others = (*value[:n], less, *value[n + 1 :])
                    yield owner, what, changed, replace(fact, **{field.name: others})


@contextmanager
def watched() -> Iterator[set[str]]:
    """The fields of facts that are read meanwhile, as `Class.field`; a mere copy of a fact reads none."""
    read: set[str] = set()
    copying: list[bool] = []

    def watching(kind: type) -> Callable[[Any, str], Any]:
        names = {field.name: f"{kind.__name__}.{field.name}" for field in fields(kind)}

        def look(fact: Any, name: str) -> Any:
            if name in names and not copying:
                read.add(names[name])
            return object.__getattribute__(fact, name)

        return look

    def copied(fact: Any, **changes: Any) -> Any:
        copying.append(True)
        try:
            return replace(fact, **changes)
        finally:
            copying.pop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "replace", copied)
        for kind in KINDS:
            patch.setattr(kind, "__getattribute__", watching(kind), raising=False)
        yield read


def worst(findings: tuple[Finding, ...]) -> dict[tuple[str, str], Kind]:
    """Gravest kind by rule and case."""
    kinds: dict[tuple[str, str], Kind] = {}
    for one in findings:
        key = (one.rule_id, one.subject.case)
        kinds[key] = min(kinds.get(key, Kind.NOT_APPLICABLE), one.kind, key=GRAVITY.index)
    return kinds


def subjects(findings: tuple[Finding, ...]) -> set[tuple[str, str, str, str, str]]:
    """What is wrong, by rule and subject."""
    return {
        (one.rule_id, one.subject.case, one.subject.visit, one.subject.hazard, one.subject.document)
        for one in findings
        if one.kind in WRONG
    }


def _same_thing(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two findings speak of the same document or, where neither names one, of the same visit."""
    return one[1] == other[1] and (one[4], one[4] or one[2]) == (other[4], other[4] or other[2])


def excused(owner: str, field: str, rule: str, now: Kind) -> bool:
    """Whether a field is no evidence for this rule; a paper taken away may wait, and no more."""
    declared = bearing_of(owner, field)
    if declared.bearing is Bearing.PAPER:
        return rule in declared.rules and now is Kind.OPEN
    return declared.bearing is Bearing.MADE or rule in declared.rules


def _said(row: Row, about: str, of: Facts) -> Iterator[Sequence[Outcome]]:
    """What the row's rule says of its case, or of the week."""
    index = FactsIndex(TODAY.known_at(of, row.on), row.parameters, row.on, edition=TODAY.edition)
    for rule in TODAY.case_rules:
        if rule.id == row.rule:
            yield from (list(rule.judge(chain)) for chain in index.chains if chain.case.id == about)
    for standing in TODAY.standing_rules:
        if standing.id == row.rule and of.week:
            yield list(standing.judge(index))


def greener(row: Row, *, everything: bool = False) -> Iterator[str]:
    """Every way to say less that leaves the row's rule green while nothing else says why.

    Args:
        everything: take away also what the rule never looked at.
    """
    facts_ = row.bend(sample.week_facts())
    about = sample.CLOSED if row.case is None else row.case

    def gravest(of: Facts) -> Kind:
        kinds = [one.kind for said in _said(row, about, of) for one in as_said_by(TODAY.edition, said)]
        return min(kinds, key=GRAVITY.index, default=Kind.NOT_APPLICABLE)

    with watched() as seen:
        first = gravest(facts_)
    if first not in WRONG:
        return
    before: set[tuple[str, str, str, str, str]] | None = None
    for owner, field, place, less in without(facts_, None if everything else seen):
        if owner == "Facts" or (now := gravest(less)) in WRONG or excused(owner, field, row.rule, now):
            continue
        if before is None:
            before = subjects(judge(facts_, row.parameters, row.on))
        after = subjects(judge(less, row.parameters, row.on))
        gone = {one for one in before - after if one[0] == row.rule}
        if not (after - before or all(any(_same_thing(one, other) for other in after) for one in gone)):
            told = "" if place in seen else ", which it was not seen to look at"
            yield f"without {owner}.{field}{told} {row.rule} is {now} and nothing else says why"


@pytest.mark.parametrize("row", BROKEN, ids=[f"{n:02d}-{row.rule}" for n, row in enumerate(BROKEN)])
def test_what_is_wrong_stays_wrong_or_another_finding_takes_its_place(row: Row) -> None:
    assert list(greener(row)) == []


def test_what_a_rule_never_looked_at_changes_nothing_that_it_says() -> None:
    for row in BROKEN[::40]:
        about, of = sample.CLOSED if row.case is None else row.case, row.bend(sample.week_facts())
        with watched() as seen:
            said = list(_said(row, about, of))
        unseen = [way for way in without(of) if way[2] not in seen]
        assert len(unseen) > 100
        for owner, field, _place, less in unseen[::9]:
            assert list(_said(row, about, less)) == said, f"{row.rule} without {owner}.{field}"


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts_=worlds(), which=st.integers(0, 10_000))
def test_less_evidence_never_completes_a_package(facts_: Facts, which: int) -> None:
    def blocking(of: Facts) -> list[Finding]:
        return [one for one in judge(of, sample.PARAMETERS, sample.FRIDAY) if one.blocking]

    stopped = blocking(facts_)
    ways = [way for way in without(facts_) if way[0] != "Facts"]
    owner, field, _place, less = ways[which % len(ways)]
    if not stopped or bearing_of(owner, field).bearing is not Bearing.EVIDENCE:
        return
    assert blocking(less), f"without {owner}.{field} the package counts as complete"


RETURNED = {
    "inspection-record": (f"{sample.CLOSED}-V1", f"{sample.CLOSED}-JC-001"),
    "urging-record": (f"{sample.CLOSED}-V2", f"{sample.CLOSED}-DD-001"),
    "recheck-record": (f"{sample.CLOSED}-V3", f"{sample.CLOSED}-FC-001"),
}


@pytest.mark.parametrize("form", sorted(RETURNED))
@pytest.mark.parametrize("hand", [False, True], ids=["issued filled", "filled by hand"])
def test_a_record_nobody_entered_leaves_no_rule_that_needs_it_green(form: str, hand: bool) -> None:
    visit, number = RETURNED[form]
    whole = sample.week_facts()
    bent = untyped(visit)(blank(number)(whole) if hand else whole)
    before, after = (judge(each, sample.PARAMETERS, sample.FRIDAY) for each in (whole, bent))
    mine = [one for one in before if one.subject.case == sample.CLOSED]
    spoke = {one.rule_id for one in mine if one.kind in (*WRONG, Kind.PASS)}
    kinds = worst(tuple(one for one in after if one.subject.case == sample.CLOSED))
    needing = {rule for rule, (forms, _also) in NEEDS.items() if form in forms} & spoke
    assert needing
    green = {rule for rule in needing if kinds[rule, sample.CLOSED] in (Kind.PASS, Kind.NOT_APPLICABLE)}
    assert green == set()
    assert any(one.blocking and one.rule_id == "G08-facts-entered" and one.kind is Kind.FAIL for one in after)
    assert form in VISITS
    assert (form in FILMED) == (kinds["V02-whole-visit", sample.CLOSED] is Kind.FAIL)


def test_declarations_name_fields_and_rules_that_exist() -> None:
    assert set(DECLARED) <= {f"{kind.__name__}.{field.name}" for kind in KINDS for field in fields(kind)}
    rules = {rule.id for rule in TODAY.rules}
    for name, declared in DECLARED.items():
        assert declared.rules <= rules, name
        assert bool(declared.rules) == (declared.bearing is not Bearing.MADE), name
    assert CaseFacts.__name__ in {name.partition(".")[0] for name in DECLARED}


if __name__ == "__main__":
    sys.exit("\n".join(said for row in BROKEN for said in greener(row, everything=True)) or 0)
