"""Properties of the judgement, over worlds bent in many ways at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from random import Random

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.domain.facts import Facts
from evidence.rules.clause import Finding, Kind
from evidence.rules.deadlines import (
    Suspension,
    general_deadline,
    handover_due,
    move,
    recheck_window,
    urging_window,
)
from evidence.rules.judge import judge, judge_by
from evidence.rules.parameters import HolidayRule, Parameters
from evidence.rules.registry import CHAIN_RULES, Ruleset
from tests.support import sample
from tests.unit.rules.decisions.tables import TABLE

BENDS = [row.bend for row in TABLE]
SOME = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(2021, 12, 7), date(2023, 12, 31))


@st.composite
def worlds(draw: st.DrawFn) -> Facts:
    """The week in order, with up to five things bent; a bend that no longer finds its place is left out."""

    def bend(facts: Facts, number: int) -> Facts:
        try:
            return BENDS[number](facts)
        except (IndexError, KeyError, StopIteration):
            return facts

    numbers = draw(st.lists(st.integers(0, len(BENDS) - 1), max_size=5))
    return reduce(bend, numbers, sample.week_facts())


def subjects(findings: tuple[Finding, ...]) -> dict[tuple[str, str, str, str, str], Kind]:
    """Kind by rule and subject, the gravest where a rule speaks twice of one subject."""
    gravity = (Kind.FAIL, Kind.REVIEW, Kind.OPEN, Kind.PASS, Kind.NOT_APPLICABLE)
    kinds: dict[tuple[str, str, str, str, str], Kind] = {}
    for one in findings:
        about = one.subject
        key = (one.rule_id, about.case, about.visit, about.hazard, about.document)
        kinds[key] = min(kinds.get(key, Kind.NOT_APPLICABLE), one.kind, key=gravity.index)
    return kinds


@SOME
@given(facts=worlds(), on=DAYS)
def test_any_facts_on_any_day_are_judged_the_same_twice_and_from_a_file(facts: Facts, on: date) -> None:
    at = sample.instant(on, 15)
    findings = judge(facts, sample.PARAMETERS, at)
    assert findings == judge(facts, sample.PARAMETERS, at)
    again = msgspec.json.decode(msgspec.json.encode(facts), type=Facts)
    assert judge(again, sample.PARAMETERS, at) == findings
    parameters = msgspec.json.decode(msgspec.json.encode(sample.PARAMETERS), type=Parameters)
    assert judge(facts, parameters, at) == findings


@SOME
@given(facts=worlds(), seed=st.integers(0, 2**16))
def test_the_verdict_does_not_depend_on_the_order_in_which_things_arrived(facts: Facts, seed: int) -> None:
    random = Random(seed)

    def shuffled(items: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(random.sample(items, len(items)))

    turned = replace(
        facts,
        people=shuffled(facts.people),
        enterprises=shuffled(facts.enterprises),
        devices=shuffled(facts.devices),
        services=shuffled(facts.services),
        plans=shuffled(facts.plans),
        packages=shuffled(facts.packages),
        receipts=shuffled(facts.receipts),
        cases=tuple(
            replace(
                one,
                visits=shuffled(one.visits),
                documents=shuffled(one.documents),
                recordings=shuffled(one.recordings),
                waivers=shuffled(one.waivers),
            )
            for one in shuffled(facts.cases)
        ),
    )
    assert judge(turned, sample.PARAMETERS, sample.FRIDAY) == judge(facts, sample.PARAMETERS, sample.FRIDAY)


@SOME
@given(facts=worlds(), which=st.integers(0, 20), on=DAYS)
def test_adding_a_document_never_turns_a_pass_into_a_fail(facts: Facts, which: int, on: date) -> None:
    if not facts.cases:
        return
    at = sample.instant(on, 15)
    whole = facts.cases[0]
    parts = [("documents", one) for one in whole.documents]
    parts += [("recordings", one) for one in whole.recordings]
    parts += [("entries", one) for one in whole.entries]
    if not parts:
        return
    name, part = parts[which % len(parts)]
    kept = tuple(one for one in getattr(whole, name) if one is not part)
    less = replace(facts, cases=(replace(whole, **{name: kept}), *facts.cases[1:]))
    before, after = (subjects(judge(one, sample.PARAMETERS, at)) for one in (less, facts))
    turned = [
        key for key, kind in before.items() if kind is Kind.PASS and after.get(key, Kind.PASS) is Kind.FAIL
    ]
    # An entry may itself be the confession of a breach (a questionnaire filled in by the agency).
    assert [key for key in turned if name != "entries"] == []


# The same examples each time: a bend may hold a fact of the future, which may rightly undo a pass.
@settings(SOME, derandomize=True, max_examples=60)
@given(facts=worlds(), on=DAYS, later=st.integers(0, 400))
def test_what_a_chain_has_done_in_time_stays_done(facts: Facts, on: date, later: int) -> None:
    chain = Ruleset("chain", CHAIN_RULES)
    first, second = (
        subjects(judge_by(chain, facts, sample.PARAMETERS, sample.instant(day, 15)))
        for day in (on, on + timedelta(days=later))
    )
    for key, kind in first.items():
        if kind is Kind.PASS and key in second:
            assert second[key] is not Kind.FAIL, key


@SOME
@given(facts=worlds(), on=DAYS)
def test_only_what_a_package_must_contain_ever_blocks(facts: Facts, on: date) -> None:
    for one in judge(facts, sample.PARAMETERS, sample.instant(on, 15)):
        if one.blocking:
            assert one.kind in (Kind.FAIL, Kind.REVIEW, Kind.OPEN)
            assert one.subject.case
            assert one.rule_id[:3] in {
                "P01",
                "P04",
                "P07",
                "P12",
                "G06",
                "G08",
                "G09",
                "E04",
                "S05",
                "V01",
                "V02",
            }


@given(check=DAYS, more=st.integers(0, 60), days=st.integers(1, 40))
def test_deadlines_are_monotone(check: date, more: int, days: int) -> None:
    later = check + timedelta(days=more)
    p = replace(Parameters(), rectification_days=days)
    assert urging_window(check, p).first <= urging_window(later, p).first
    assert urging_window(check, p).last <= urging_window(later, p).last
    assert general_deadline(check, p) <= general_deadline(later, p)
    assert (
        recheck_window(general_deadline(check, p), p).last
        <= recheck_window(general_deadline(later, p), p).last
    )


@given(
    start=DAYS,
    first=st.integers(0, 30),
    second=st.integers(0, 30),
    gaps=st.lists(st.tuples(st.integers(-10, 40), st.integers(0, 20)), max_size=3),
)
def test_a_suspended_deadline_never_comes_earlier_and_stays_monotone(
    start: date, first: int, second: int, gaps: list[tuple[int, int]]
) -> None:
    notices = [
        Suspension(
            key=str(n), first=start + timedelta(days=begin), last=start + timedelta(days=begin + length)
        )
        for n, (begin, length) in enumerate(gaps)
    ]
    early, late = sorted((start + timedelta(days=first), start + timedelta(days=second)))
    moved_early, _ = move(start, early, notices)
    moved_late, _ = move(start, late, notices)
    assert moved_early >= early
    assert moved_early <= moved_late
    days = [start + timedelta(days=n) for n in range(1, (moved_late - start).days + 1)]
    counted = [day for day in days if not any(one.first <= day <= one.last for one in notices)]
    assert len(counted) >= (late - start).days


@given(day=DAYS, more=st.integers(0, 30), rule=st.sampled_from(HolidayRule))
def test_the_handover_day_is_never_before_the_work_and_is_monotone(
    day: date, more: int, rule: HolidayRule
) -> None:
    assert handover_due(day, rule) >= day
    assert handover_due(day, rule) <= handover_due(day + timedelta(days=more), rule)
