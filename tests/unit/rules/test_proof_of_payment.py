"""What a half-year's payment and a campaign's end rest on: whose chain counts, who was never visited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from evidence.domain.case import CaseKind
from evidence.domain.facts import Facts
from evidence.domain.parties import Campaign, CampaignKind
from evidence.rules.campaign_pack import campaign_pack
from evidence.rules.clause import Kind
from evidence.rules.instalments import ChainLine, pack
from tests.support import sample

CAMPAIGN = Campaign(
    id="ZX2022-01",
    topic="有限空间作业",
    kind=CampaignKind.SPECIAL,
    ordered_on=date(2022, 3, 1),
    due=date(2022, 4, 30),
    targets=tuple(one.id for one in sample.enterprises()),
)
FACTS = sample.week_facts()
FIRST_HALF = pack(FACTS, sample.PARAMETERS, sample.FRIDAY, 1).instalment


def _line(*, closed: bool, lacking: tuple[str, ...]) -> ChainLine:
    return ChainLine(
        case=sample.CLOSED, enterprise="E", name="甲", checked_on=date(2022, 3, 14), closed=closed,
        lacking=lacking, documents=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("closed", "lacking", "complete"),
    [(True, (), True), (True, ("缺签名",), False), (False, (), False), (False, ("缺签名",), False)],
)
def test_a_chain_counts_when_it_is_closed_and_nothing_is_missing(
    closed: bool, lacking: tuple[str, ...], complete: bool
) -> None:
    assert _line(closed=closed, lacking=lacking).complete is complete


def _at(day: date | None) -> datetime:
    assert day is not None
    return sample.instant(day.isoformat(), 12)


def _unvisited() -> Facts:
    stranger = replace(sample.enterprises()[0], id="91320412MA1XDDDD0D", name="未查电器")
    return replace(FACTS, enterprises=(*FACTS.enterprises, stranger))


@pytest.mark.parametrize(
    ("facts", "half", "day", "verdict"),
    [
        (FACTS, 2, date(2022, 4, 1), Kind.OPEN),
        (replace(FACTS, cases=()), 1, FIRST_HALF.first, Kind.FAIL),
        (FACTS, 1, date(2022, 4, 1), Kind.PASS),
        (_unvisited(), 1, date(2022, 4, 1), Kind.REVIEW),
    ],
    ids=["it has not begun", "it begins today and nothing was done", "all were visited", "one was not"],
)
def test_what_the_section_says_of_a_half_year(
    facts: Facts, half: int, day: date | None, verdict: Kind
) -> None:
    assert pack(facts, sample.PARAMETERS, _at(day), half).verdict is verdict


def test_a_campaign_counts_its_own_checked_cases_alone() -> None:
    mine, others = FACTS.cases[:2], FACTS.cases[2:]
    ordered = tuple(
        replace(one, case=replace(one.case, kind=CaseKind.SPECIAL, campaign=CAMPAIGN.id)) for one in mine
    )
    opened = replace(ordered[0], visits=(), documents=(), reports=())
    facts = replace(FACTS, cases=(opened, *ordered[1:], *others))
    made = campaign_pack(facts, sample.PARAMETERS, sample.FRIDAY, CAMPAIGN, sample.closed_case().documents[0])
    assert [one.case for one in made.chains] == [ordered[1].case.id]
    assert {one.enterprise for one in made.unserved} == set(CAMPAIGN.targets) - {ordered[1].case.enterprise}
