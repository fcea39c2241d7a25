"""The figures an agency reports: the same numbers as the findings, over the whole section."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from evidence.domain.case import VisitKind
from evidence.domain.facts import Facts
from evidence.domain.hazard import Grade, HazardResult, HazardState
from evidence.domain.identifiers import EnterpriseId
from evidence.domain.parties import Enterprise, EnterpriseClass
from evidence.rules.clause import Kind
from evidence.rules.facts_index import FactsIndex
from evidence.rules.figures.acceptance import NONE_REGISTERED, acceptance
from evidence.rules.figures.hazards import HazardStatus, hazard_lines, street_of
from evidence.rules.figures.period import half_period, period_figures, year_period
from evidence.rules.figures.rates import by_class, by_inspector, by_month, rate
from evidence.rules.judge import judge
from evidence.rules.section import year_coverage, years_begun
from tests.support import sample

NEVER = Enterprise(
    id=EnterpriseId("91320412MA1XDDDD0D"),
    name="常州市未查电器有限公司",
    short_name="未查电器",
    address="江苏省常州市武进区湖塘镇人民东路1号",
    classes=(EnterpriseClass.BELOW_SCALE,),
    headcount=50,
)


RECHECK = next(one.id for one in sample.closed_case().visits if one.kind is VisitKind.RECHECK)


def index(facts: Facts, at: str | None = None) -> FactsIndex:
    return FactsIndex(facts, sample.PARAMETERS, sample.instant(at, 15) if at else sample.FRIDAY)


def with_unvisited(facts: Facts) -> Facts:
    return replace(facts, enterprises=(*facts.enterprises, NEVER))


def test_every_hazard_of_the_cases_is_a_line_and_open_ones_are_those_of_the_rules() -> None:
    here = index(sample.week_facts())
    lines = hazard_lines(here)
    assert len(lines) == sum(len(chain.hazards) for chain in here.chains) > 0
    still_open = {(one.case, one.hazard) for one in lines if one.open}
    assert still_open == {(chain.case.id, key) for chain in here.chains for key in chain.open_hazards}


def test_a_confirmed_hazard_says_how_long_it_took() -> None:
    line = next(one for one in hazard_lines(index(sample.week_facts())) if one.case == sample.CLOSED)
    assert line.status is HazardStatus.RECTIFIED
    assert line.closed_on == date(2022, 3, 31)
    assert line.days == 17
    assert line.record == f"{sample.CLOSED}-JC-001"


def test_an_open_hazard_past_its_deadline_waits_for_its_recheck() -> None:
    lines = {one.case: one for one in hazard_lines(index(sample.week_facts(), "2022-05-20"))}
    assert lines[sample.CHECKED].status is HazardStatus.AWAITING_RECHECK
    assert lines[sample.CHECKED].overdue_days > 0


def test_a_recheck_that_found_it_still_there_sets_the_deadline_in_force() -> None:
    facts = sample.on_visit(
        sample.week_facts(),
        RECHECK,
        results=(HazardResult(hazard="H01", state=HazardState.UNRECTIFIED, new_deadline=date(2022, 4, 20)),),
    )
    line = next(one for one in hazard_lines(index(facts)) if one.case == sample.CLOSED)
    assert (line.status, line.deadline) == (HazardStatus.STILL_THERE, date(2022, 4, 20))
    assert line.first_deadline != line.deadline


def test_rates_count_a_hazard_under_each_of_its_inspectors_but_once_in_the_total() -> None:
    lines = hazard_lines(index(sample.week_facts()))
    assert sum(one.hazards for one in by_month(lines)) == rate("", lines).hazards == len(lines)
    heavy = [one for one in lines if one.case == sample.HEAVY]
    assert len(heavy[0].inspectors) == 2
    assert sum(one.hazards for one in by_inspector(heavy)) == 2 * len(heavy)
    assert {one.label for one in by_class(lines)} == {"规模以下一般工贸", "铸造"}


def test_no_hazard_is_no_rate_of_a_hundred() -> None:
    assert rate("", ()).percent == "—"


def test_the_section_counts_who_was_never_visited_and_says_the_same_as_the_rule() -> None:
    facts = with_unvisited(sample.week_facts())
    here = index(facts)
    [year] = [year_coverage(here, one) for one in years_begun(here)]
    assert year.never_visited == (NEVER.id,)
    [finding] = [
        one
        for one in judge(facts, sample.PARAMETERS, sample.FRIDAY)
        if one.rule_id == "F02-coverage" and one.due == year.last
    ]
    assert finding.expected == f"{len(year.targets)} 家"
    assert finding.observed == f"{len(year.closed)} 家闭环"
    assert f"{len(year.not_closed)} 家未闭环" in finding.message


def test_a_half_year_counts_what_lies_in_it() -> None:
    facts = with_unvisited(sample.week_facts())
    here, findings = index(facts), judge(facts, sample.PARAMETERS, sample.FRIDAY)
    first = period_figures(here, findings, half_period(here, 1))
    assert first.work["现场检查"] == 3
    assert len(first.hazards) == len(hazard_lines(here))
    assert first.coverage[0].never_visited == (NEVER.id,)
    third = period_figures(here, findings, half_period(here, 3))
    assert (third.work["现场检查"], third.hazards) == (0, ())


def test_the_unmet_of_a_period_are_the_findings_without_what_the_regulator_owes() -> None:
    facts = sample.without_entries(sample.week_facts(), "payment")
    findings = judge(facts, sample.PARAMETERS, sample.FRIDAY)
    here = index(facts)
    figures = period_figures(here, findings, year_period(here, 1))
    assert any(one.rule_id == "C08-first-payment" for one in findings if one.kind is Kind.FAIL)
    assert all(one.rule_id != "C08-first-payment" for one in figures.unmet)
    told = {one.rule_id: (one.fail, one.review) for one in figures.unmet}
    for rule, (fail, review) in told.items():
        mine = [one.kind for one in findings if one.rule_id == rule]
        assert (mine.count(Kind.FAIL), mine.count(Kind.REVIEW)) == (fail, review)


@pytest.mark.parametrize("number", [0, 5])
def test_a_period_the_contract_does_not_have_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        half_period(index(sample.week_facts()), number)


def test_acceptance_lists_every_enterprise_and_every_commitment_with_what_is_missing() -> None:
    facts = with_unvisited(sample.without_entries(sample.week_facts(), "bid-commitment"))
    pack = acceptance(index(facts), judge(facts, sample.PARAMETERS, sample.FRIDAY))
    assert [one.enterprise for one in pack.enterprises] == sorted(one.id for one in facts.enterprises)
    missing = {one.enterprise: one.missing for one in pack.enterprises}
    assert missing[NEVER.id] == ("本服务年度没有检查",)
    assert NONE_REGISTERED in pack.missing
    promised = sample.with_entry(
        facts, sample.entry("bid-commitment", "B01", "2021-12-08", data={"evidence": ""}, attachment=None)
    )
    pack = acceptance(index(promised), judge(promised, sample.PARAMETERS, sample.FRIDAY))
    assert "投标承诺 B01：没有登记履行证据" in pack.missing
    assert all("甲方" not in one and "解除合同" not in one for one in pack.missing)


def test_a_major_hazard_counts_as_one() -> None:
    facts = sample.on_hazard(sample.week_facts(), "H01", sample.CHECKED, grade=Grade.MAJOR)
    assert rate("", hazard_lines(index(facts))).major == 1


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("江苏省常州市武进区湖塘镇人民东路1号", "湖塘镇"),
        ("武进区南夏墅街道常武南路", "南夏墅街道"),
        ("镇江市丹徒区谷阳大道", ""),
        ("武进国家高新区龙域路8号", ""),
        ("", ""),
    ],
)
def test_a_street_is_what_the_address_names(address: str, street: str) -> None:
    assert street_of(address) == street


def test_a_period_counts_its_own_packages_and_no_supplement() -> None:
    facts = sample.week_facts()
    week = facts.packages[0]
    added = replace(week, id=f"{week.id}-S1", supplement=1)
    here = index(replace(facts, packages=(week, added)))
    for number, expected in ((1, (week.id,)), (3, ())):
        assert period_figures(here, (), half_period(here, number)).packages == expected
