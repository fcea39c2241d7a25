"""An enterprise that left ends its chain once, with its reason; what it owed before stays owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from evidence.domain.facts import Facts
from evidence.domain.hazard import Grade
from evidence.domain.week import Week, local_instant
from evidence.rules.agenda import due_items
from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import judge
from tests.support import sample


def left(on: str, reason: str = "停产", **more: object) -> Facts:
    """The checked enterprise, with nothing after its check, leaves on a day."""
    facts = sample.week_facts()
    enterprise = next(one.case.enterprise for one in facts.cases if one.case.id == sample.CHECKED)
    entry = sample.entry(
        "enterprise-departure", "1", on, enterprise=enterprise, data={"reason": reason}, **more
    )
    return sample.with_entry(facts, entry)


def said(facts: Facts, day: date) -> dict[str, list[Finding]]:
    """Findings of the checked case by rule."""
    facts = replace(facts, week=str(Week.of(day)))
    found: dict[str, list[Finding]] = {}
    for one in judge(facts, sample.PARAMETERS, local_instant(day, 15)):
        if one.subject.case == sample.CHECKED:
            found.setdefault(one.rule_id, []).append(one)
    return found


LATER = date(2022, 5, 20)
STEPS = ("P03-urging-window", "P07-report-in-time", "P11-recheck-window", "P12-recheck-record")


def test_without_a_departure_every_step_fails() -> None:
    found = said(sample.week_facts(), LATER)
    assert {found[rule][0].kind for rule in STEPS} == {Kind.FAIL}
    assert found["K03-chain-closed"][0].kind is Kind.FAIL


@pytest.mark.parametrize("reason", ["停产", "搬迁", "注销", "退出园区"])
def test_a_departure_ends_the_chain_with_one_row(reason: str) -> None:
    found = said(left("2022-04-06", reason, attachment=sample.digest("proof")), LATER)
    assert {found[rule][0].kind for rule in STEPS} == {Kind.NOT_APPLICABLE}
    (closing,) = found["K03-chain-closed"]
    assert closing.kind is Kind.PASS
    assert reason[:2] in closing.message
    assert "2022-04-06" in closing.message
    assert found["F02-yearly-chain"][0].kind is Kind.NOT_APPLICABLE


def test_a_departure_without_proof_is_asked_about() -> None:
    (closing,) = said(left("2022-04-06", attachment=None), LATER)["K03-chain-closed"]
    assert closing.kind is Kind.REVIEW


def test_what_fell_due_before_it_left_stays_owed() -> None:
    found = said(left("2022-04-09"), LATER)
    assert found["P03-urging-window"][0].kind is Kind.FAIL
    assert found["P11-recheck-window"][0].kind is Kind.NOT_APPLICABLE
    assert said(left("2022-04-08"), LATER)["P03-urging-window"][0].kind is Kind.NOT_APPLICABLE


def test_records_already_made_are_still_wanted() -> None:
    facts = sample.without_document(left("2022-04-06"), f"{sample.CHECKED}-JC-001")
    assert said(facts, LATER)["P01-inspection-record"][0].kind is Kind.FAIL


@pytest.mark.parametrize("reason", ["", "不配合"])
def test_a_departure_without_one_of_the_four_reasons_ends_nothing(reason: str) -> None:
    assert said(left("2022-04-06", reason), LATER)["P11-recheck-window"][0].kind is Kind.FAIL


def test_before_it_leaves_everything_is_still_asked_for() -> None:
    assert said(left("2022-04-06"), date(2022, 4, 1))["P03-urging-window"][0].kind is Kind.OPEN


def test_it_is_off_the_work_list_and_out_of_the_section() -> None:
    facts = replace(left("2022-04-06"), week="2022-W20")
    enterprise = next(one.case.enterprise for one in facts.cases if one.case.id == sample.CHECKED)
    at = local_instant(LATER, 15)
    items = due_items(facts, sample.PARAMETERS, at, date(2022, 12, 31))
    assert {one.rule_id for one in items if one.enterprise == enterprise} <= {"G08-pages", "V02-whole-visit"}
    coverage = next(f for f in judge(facts, sample.PARAMETERS, at) if f.rule_id == "F02-coverage")
    assert coverage.expected == "2 家"


def major(day: str, criterion: str) -> Facts:
    """The world's check found a major hazard on a day, by a criterion."""
    facts = sample.on_hazard(sample.week_facts(), "H01", grade=Grade.MAJOR, criterion=criterion)
    return sample.on_visit(facts, f"{sample.CLOSED}-V1", arrived_at=sample.instant(day))


def criterion_of(facts: Facts, **numbers: object) -> Finding:
    parameters = replace(sample.PARAMETERS, **numbers)
    found = judge(facts, parameters, local_instant(date(2023, 6, 30), 15))
    return next(
        one for one in found if one.rule_id == "K05-major-criterion" and one.subject.case == sample.CLOSED
    )


def confirmed(facts: Facts, person: str, on: str = "2023-06-02", hazard: str = "H01") -> Facts:
    entry = sample.entry(
        "criterion-confirmation", "1", on, case=sample.CLOSED, person=person, data={"hazard": hazard}
    )
    return sample.with_entry(facts, entry)


def test_until_order_10_the_2017_criteria_decide() -> None:
    assert criterion_of(major("2023-05-14", "GM2017-01-03")).kind is Kind.PASS
    assert criterion_of(major("2023-05-15", "GM2017-01-03")).kind is Kind.REVIEW
    assert "令第10号" in criterion_of(major("2023-06-01", "GM2017-01-03")).message


def test_a_lead_confirms_free_text_and_nobody_else() -> None:
    facts = major("2023-06-01", "令10-第五条（三）")
    assert criterion_of(facts).kind is Kind.REVIEW
    assert criterion_of(confirmed(facts, "P1")).kind is Kind.PASS
    assert criterion_of(confirmed(facts, "P2")).kind is Kind.REVIEW
    assert criterion_of(confirmed(facts, "P1", on="2023-05-31")).kind is Kind.REVIEW
    assert criterion_of(confirmed(facts, "P1", hazard="H02")).kind is Kind.REVIEW


def test_an_imported_list_decides() -> None:
    listed = {"order_10_articles": ("令10-第五条（三）",)}
    assert criterion_of(major("2023-06-01", "令10-第五条（三）"), **listed).kind is Kind.PASS
    assert criterion_of(major("2023-06-01", "令10-第五条（四）"), **listed).kind is Kind.FAIL


@pytest.mark.parametrize(("sent", "kind"), [("2022-03-04", Kind.PASS), ("2022-03-05", Kind.FAIL)])
def test_a_notice_of_force_majeure_is_sent_as_soon_as_possible(sent: str, kind: Kind) -> None:
    entry = sample.entry(
        "force-majeure-notice", "1", sent, valid_from=date(2022, 3, 1), valid_to=date(2022, 3, 20),
        receipt_on=date(2022, 3, 20),
    )  # fmt: skip
    found = judge(sample.with_entry(sample.week_facts(), entry), sample.PARAMETERS, sample.FRIDAY)
    assert [one.kind for one in found if one.rule_id == "C18-force-majeure"] == [kind]
