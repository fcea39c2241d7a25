"""Whose exception lifts which block: the lead who was not there, his deputy, or the regulator's document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from evidence.domain.facts import Facts
from evidence.domain.identifiers import PersonId
from evidence.domain.parties import Role
from evidence.domain.register import Waiver
from evidence.rules.clause import Finding
from evidence.rules.judge import judge
from evidence.rules.summary import check_exit_code
from tests.support import sample

JC = sample.number(sample.CLOSED, "JC")
V1, V3 = f"{sample.CLOSED}-V1", f"{sample.CLOSED}-V3"
BEFORE_V1 = sample.instant("2022-03-13", 9)
LETTER = sample.digest("意见")


def unsealed() -> Facts:
    """The check record came back without the seal."""
    return sample.with_mark(sample.week_facts(), JC, "enterprise-seal", sample.MarkVerdict.ABSENT)


def waived(facts: Facts, by: str, **changes: object) -> Finding:
    """The finding about the seal with an exception by somebody."""
    waiver = Waiver(
        rule_id="G06-enterprise-seal",
        case=sample.CLOSED,
        why="公章年检",
        by=PersonId(by),
        at=sample.FRIDAY,
        **{"attachment": LETTER, **changes},  # type: ignore[arg-type]
    )
    bent = sample.on_case(facts, sample.CLOSED, lambda one: replace(one, waivers=(waiver,)))
    found = judge(bent, sample.PARAMETERS, sample.FRIDAY)
    return next(f for f in found if f.rule_id == "G06-enterprise-seal" and f.subject.visit == V1)


def leader_was_there(facts: Facts) -> Facts:
    return sample.on_visit(facts, V1, experts=(PersonId("P1"), PersonId("P2")))


def deputy(facts: Facts, entered_at: datetime | None, **changes: object) -> Facts:
    entry = sample.entry(
        "leader-deputy",
        "P4",
        "2022-03-01",
        person=PersonId("P4"),
        valid_from=date(2022, 3, 1),
        valid_to=date(2022, 12, 31),
    )
    return sample.with_entry(facts, replace(entry, entered_at=entered_at, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(("by", "lifts"), [("P1", True), ("P2", False), ("P4", False), ("P99", False)])
def test_the_lead_who_was_not_there_lifts(by: str, lifts: bool) -> None:
    assert waived(unsealed(), by).blocking is not lifts


def test_without_the_regulator_s_document_or_by_word_alone_nothing_is_lifted() -> None:
    assert waived(unsealed(), "P1", attachment=None).blocking
    stated = waived(unsealed(), "P1", stated=True, account="cli:wang")
    assert stated.blocking
    assert stated.waiver is not None
    assert "自述" in stated.waiver.by
    assert check_exit_code([stated]) == 3


@pytest.mark.parametrize(
    ("entered_at", "changes", "lifts"),
    [
        (BEFORE_V1, {}, True),
        (sample.FRIDAY, {}, False),
        (None, {}, False),
        (BEFORE_V1, {"valid_from": date(2022, 3, 15)}, False),
        (BEFORE_V1, {"attachment": None}, False),
    ],
)
def test_a_deputy_lifts_when_recorded_before_the_visit(
    entered_at: datetime | None, changes: dict[str, object], lifts: bool
) -> None:
    assert waived(deputy(unsealed(), entered_at, **changes), "P4").blocking is not lifts


def test_where_the_only_leader_was_there_another_person_enters_the_regulator_s_document() -> None:
    facts = leader_was_there(unsealed())
    assert waived(facts, "P1").blocking
    assert not waived(facts, "P4").blocking
    assert waived(facts, "P2").blocking, "he was on the visit himself"
    assert waived(facts, "G1").blocking, "the supervisor is not of the agency"
    two = sample.on_person(facts, "P5", role=Role.LEADER)
    assert waived(two, "P4").blocking, "another leader could have decided"
    assert not waived(two, "P5").blocking


def test_an_exception_covers_what_there_was_when_it_was_given() -> None:
    assert not waived(unsealed(), "P1", covers=(V1,)).blocking
    later = waived(unsealed(), "P1", covers=(V3,))
    assert later.blocking
    assert later.waiver is None
