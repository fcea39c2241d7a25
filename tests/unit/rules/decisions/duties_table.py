"""Standing duties of the service: team, week, coverage, campaigns, the risk of a warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.facts import Facts, ServiceState
from evidence.domain.parties import Campaign, CampaignKind, Title
from evidence.domain.register import Receipt
from tests.support import sample as w
from tests.unit.rules.decisions.bends import (
    V1,
    C,
    added,
    chain,
    closed_all,
    empty,
    firm,
    no_footage,
    packages,
    person,
    service,
    visit,
)
from tests.unit.rules.decisions.table import FAIL, NONE, OPEN, PASS, REVIEW, Bend, Row, at, rows

FIRMS = [one.id for one in w.enterprises()]


def no_packages(facts: Facts) -> Facts:
    return replace(facts, packages=(), receipts=())


def no_receipts(facts: Facts) -> Facts:
    return replace(facts, receipts=())


def received_on(package: str, day: str) -> Bend:
    """A package's receipt came back on another day."""
    return lambda facts: replace(
        facts,
        receipts=tuple(w.receipt(package, day) if r.package == package else r for r in facts.receipts),
    )


def without_plan(week: str) -> Bend:
    return lambda facts: replace(facts, plans=tuple(one for one in facts.plans if one.week != week))


def signed_receipts(*contents: str) -> Bend:
    """Signed receipts for last week's package beside those on paper."""
    more = tuple(
        Receipt(package="WJB-2022-W12", at=w.FRIDAY, source=w.digest(each), manner="signature")
        for each in contents
    )
    return lambda facts: replace(facts, receipts=(*facts.receipts, *more))


def plans(**changes: object) -> Bend:
    """Change every plan."""
    return lambda facts: replace(facts, plans=tuple(replace(one, **changes) for one in facts.plans))  # type: ignore[arg-type]


def only_plan(week: str, filed: str) -> Bend:
    return lambda facts: replace(
        facts,
        plans=tuple(
            replace(one, filed_on=date.fromisoformat(filed)) if one.week == week else one
            for one in facts.plans
        ),
    )


def trained(*days: str, **fields: object) -> Bend:
    """The whole team was trained on these days and never before."""
    entries = tuple(
        w.entry("training", f"{day}/P{n}", day, person=f"P{n}", **fields)  # type: ignore[arg-type]
        for day in days
        for n in range(1, 6)
    )
    return chain(empty("training"), lambda facts: replace(facts, entries=(*facts.entries, *entries)))


def receipted_on(week: str, day: str | None) -> Bend:
    """A week's plan was receipted on another day, or never."""
    on = date.fromisoformat(day) if day else None
    return lambda facts: replace(
        facts,
        plans=tuple(replace(one, receipt_on=on) if one.week == week else one for one in facts.plans),
    )


def unreceipted(week: str) -> Bend:
    return receipted_on(week, None)


def unserved(facts: Facts) -> Facts:
    return replace(facts, services=facts.services[:1])


def SECOND_VERSION(facts: Facts) -> Facts:  # noqa: N802 - stands in the table beside constants
    """This week's plan was changed after the regulator had receipted it."""
    new = replace(facts.plans[1], version=2, filed_on=date(2022, 3, 30), receipt_on=None)
    return replace(facts, plans=(*facts.plans, new))


def campaign(
    kind: CampaignKind = CampaignKind.SPECIAL, due: str | None = "2022-03-31", done: int = 2, **more: object
) -> Bend:
    """A campaign over two enterprises; so many cycles of the section are its own."""
    made = Campaign(
        id="ZX1",
        topic="有限空间",
        kind=kind,
        ordered_on=date(2022, 3, 1),
        due=date.fromisoformat(due) if due else None,
        **{"targets": tuple(FIRMS[:2]), **more},  # type: ignore[arg-type]
    )

    def bend(facts: Facts) -> Facts:
        lines = (
            *facts.services,
            *(
                ServiceState(
                    enterprise=target,
                    case=f"WJB22-01{n:02d}",
                    kind="special",
                    campaign="ZX1",
                    checked_on=date(2022, 3, 20),
                    rechecked_on=date(2022, 3, 31),
                )
                for n, target in enumerate(FIRMS[:done])
            ),
        )
        return replace(facts, campaigns=(made,), services=lines)

    return bend


def campaign_done(**changes: object) -> Bend:
    return lambda facts: replace(
        facts,
        services=tuple(replace(one, **changes) if one.campaign == "ZX1" else one for one in facts.services),  # type: ignore[arg-type]
    )


def special_case(specialty: str) -> Bend:
    """The closed case belongs to the campaign, and its expert has this specialty."""
    return chain(
        campaign(),
        person("P2", specialty=specialty),
        lambda f: w.on_case(f, C, lambda one: replace(one, case=replace(one.case, campaign="ZX1"))),
    )


def surveys(count: int, **more: object) -> Bend:
    made = tuple(
        Campaign(
            id=f"PC{n}",
            topic=f"普查{n}",
            kind=CampaignKind.SURVEY,
            ordered_on=date(2022, 1, n + 1),
            due=date(2022, 3, 31),
            **more,  # type: ignore[arg-type]
        )
        for n in range(count)
    )
    results = [added("survey-result", f"PC{n}") for n in range(count)]
    return chain(lambda f: replace(f, campaigns=made), *results)


TABLE: list[Row] = [
    *rows(
        "S01-team",
        ("met", PASS),
        ("broken", FAIL, lambda f: replace(f, people=f.people[1:])),
        ("broken", FAIL, lambda f: replace(f, people=())),
        ("boundary", FAIL, person("P5", active_from=date(2021, 12, 8))),
        ("boundary", PASS, person("P5", active_from=date(2021, 12, 7))),
        ("boundary", FAIL, person("P5", active_to=date(2022, 3, 31))),
        ("boundary", PASS, person("P5", active_to=date(2022, 4, 1))),
        ("broken", FAIL, person("P2", role=w.Role.LEADER)),
    ),
    *rows(
        "S02-titles",
        ("met", PASS),
        ("broken", FAIL, person("P2", title=Title.JUNIOR)),
        ("boundary", PASS, chain(person("P2", title=Title.JUNIOR), person("P3", title=Title.SENIOR))),
        ("boundary", FAIL, person("P2", active_to=date(2022, 3, 31))),
    ),
    *rows(
        "T06-training",
        ("met", PASS),
        ("broken", FAIL, empty("training"), at("2023-01-15")),
        ("boundary", OPEN, empty("training"), at("2022-12-07")),
        ("boundary", FAIL, empty("training"), at("2022-12-08")),
        ("boundary", PASS, at("2023-01-10")),
        ("boundary", FAIL, at("2023-01-11")),
        ("broken", FAIL, trained("2022-12-08", "2022-12-09"), at("2022-12-10")),
        ("boundary", PASS, trained("2022-12-07"), at("2022-12-10")),
        ("boundary", FAIL, trained("2022-12-08"), at("2022-12-10")),
        ("undecidable", REVIEW, trained("2022-03-01", attachment=None)),
    ),
    *rows(
        "T02-badges",
        ("met", PASS),
        ("broken", FAIL, person("P4", badge="")),
        ("boundary", PASS, person("P4", badge_to=date(2022, 4, 1))),
        ("boundary", FAIL, person("P4", badge_to=date(2022, 3, 31))),
        ("undecidable", REVIEW, person("P4", badge_from=None, badge_to=None)),
        ("undecidable", REVIEW, person("P4", badge_to=None)),
    ),
    *rows(
        "R04-assessment",
        ("met", PASS, added("assessment", "1", person="P1")),
        ("boundary", NONE),
        ("undecidable", REVIEW, added("assessment", "1", person="P1", attachment=None)),
    ),
    *rows(
        "G07-weekly-handover",
        ("met", PASS, packages(*w.packages(), w.package(w.WEEK, "2022-04-01"))),
        ("broken", FAIL, no_packages, at("2022-04-02")),
        ("broken", FAIL, packages(*w.packages(), w.package(w.WEEK, "2022-04-01", complete=False))),
        ("boundary", OPEN, at("2022-04-01")),
        ("boundary", FAIL, at("2022-04-02")),
        ("boundary", FAIL, packages(*w.packages(), w.package(w.WEEK, "2022-04-02")), at("2022-04-03")),
        (
            "undecidable",
            REVIEW,
            lambda f: replace(f, week="2027-W13", services=()),
            {**at("2027-04-05"), "parameters": replace(w.PARAMETERS, signed_on=date(2027, 1, 4))},
        ),
        # the contract ended in 2023: nothing is handed over any more
        ("boundary", NONE, lambda f: replace(f, week="2027-W13", services=()), at("2027-04-05")),
        ("broken", FAIL, lambda f: replace(f, week="2022-W20", packages=f.packages[:1]), at("2022-05-20")),
    ),
    *rows(
        "G07-receipt",
        ("met", PASS),
        (
            "met",
            PASS,
            lambda f: replace(
                f,
                receipts=(
                    w.receipt("WJB-2022-W11", "2022-03-18"),
                    Receipt(package="WJB-2022-W12", at=w.FRIDAY, source=w.digest("p7"), manner="signature"),
                ),
            ),
        ),
        ("broken", FAIL, no_receipts, at("2022-04-02")),
        ("broken", FAIL, lambda f: replace(f, receipts=(w.receipt("WJB-2022-W12", "2022-03-25"),))),
        ("boundary", FAIL, received_on("WJB-2022-W11", "2022-03-26")),
        ("boundary", PASS, received_on("WJB-2022-W11", "2022-03-25")),
        ("boundary", OPEN, lambda f: replace(f, receipts=f.receipts[:1]), at("2022-04-01")),
        ("boundary", FAIL, lambda f: replace(f, receipts=f.receipts[:1]), at("2022-04-02")),
        ("undecidable", REVIEW, signed_receipts("one", "another")),
        ("boundary", PASS, signed_receipts("one", "one")),
    ),
    *rows(
        "G07-no-gap",
        ("met", PASS),
        ("broken", FAIL, packages(w.packages()[0])),
        ("boundary", PASS, packages(w.packages()[1])),
        ("boundary", NONE, no_packages),
    ),
    *rows(
        "T01-plan-filed",
        ("met", PASS),
        ("broken", FAIL, lambda f: replace(f, plans=())),
        ("boundary", PASS, only_plan("2022-W13", "2022-03-25")),
        ("boundary", FAIL, only_plan("2022-W13", "2022-03-26")),
        ("boundary", OPEN, without_plan("2022-W14")),
        ("boundary", FAIL, without_plan("2022-W14"), at("2022-04-02")),
        ("broken", FAIL, without_plan("2022-W05")),
        ("boundary", PASS, only_plan("2022-W05", "2022-01-28")),
        ("boundary", FAIL, only_plan("2022-W05", "2022-01-29")),
        (
            "undecidable",
            REVIEW,
            lambda f: replace(f, week="2027-W13"),
            at("2027-04-05"),
            {"parameters": replace(w.PARAMETERS, signed_on=date(2027, 3, 22))},
        ),
    ),
    *rows(
        "T01-plan-receipt",
        ("met", PASS),
        ("broken", FAIL, lambda f: replace(f, plans=tuple(replace(p, receipt_on=None) for p in f.plans))),
        ("boundary", OPEN, lambda f: replace(f, plans=(f.plans[1], replace(f.plans[2], receipt_on=None)))),
        (
            "boundary",
            FAIL,
            lambda f: replace(f, plans=(f.plans[1], replace(f.plans[2], receipt_on=None))),
            at("2022-04-04"),
        ),
        ("undecidable", REVIEW, plans(receipt_on=date(2022, 1, 1))),
        ("undecidable", REVIEW, SECOND_VERSION),
        ("broken", FAIL, unreceipted("2022-W05")),
        ("boundary", FAIL, receipted_on("2022-W13", "2022-03-28")),
        ("boundary", PASS, receipted_on("2022-W13", "2022-03-27")),
    ),
    *rows(
        "F02-coverage",
        ("met", PASS, closed_all, at("2022-04-20")),
        ("broken", FAIL, unserved, at("2022-12-31")),
        ("boundary", OPEN, unserved, at("2022-12-06")),
        ("boundary", FAIL, unserved, at("2022-12-07")),
        ("undecidable", REVIEW, chain(closed_all, service(closed=False)), at("2022-12-07")),
    ),
    *rows(
        "F03-newcomers",
        (
            "met",
            PASS,
            chain(firm(0, production_started=date(2022, 1, 10)), service(guidance_on=date(2022, 3, 20))),
        ),
        ("broken", FAIL, firm(0, production_started=date(2022, 1, 10)), at("2022-05-01")),
        ("boundary", OPEN, firm(0, production_started=date(2022, 1, 10)), at("2022-04-10")),
        ("boundary", FAIL, firm(0, production_started=date(2022, 1, 10)), at("2022-04-11")),
        ("undecidable", REVIEW, firm(0, entered_zone=date(2022, 1, 3))),
    ),
    *rows(
        "F04-campaign-coverage",
        ("met", PASS, campaign(targets=tuple(FIRMS), done=len(FIRMS))),
        ("broken", FAIL, campaign(targets=tuple(FIRMS)), at("2022-04-01")),
        (
            "broken",
            FAIL,
            chain(campaign(), campaign_done(rechecked_on=date(2022, 4, 25), closed=True)),
            at("2022-05-01"),
        ),
        ("boundary", OPEN, campaign(targets=tuple(FIRMS)), at("2022-03-31")),
        ("boundary", FAIL, chain(campaign(), campaign_done(rechecked_on=date(2022, 4, 1)))),
        ("undecidable", REVIEW, campaign(due=None)),
        ("undecidable", REVIEW, campaign()),
    ),
    *rows(
        "F05-campaign-summary",
        (
            "met",
            PASS,
            chain(
                campaign(),
                added(
                    "campaign-pack", "ZX1", "2022-04-01", receipt_on=date(2022, 4, 1), data={"targets": "2"}
                ),
            ),
        ),
        (
            "undecidable",
            REVIEW,
            chain(campaign(), added("campaign-pack", "ZX1", "2022-04-01", receipt_on=date(2022, 4, 1))),
        ),
        ("broken", FAIL, campaign(), at("2022-04-10")),
        (
            "broken",
            FAIL,
            chain(
                campaign(),
                added(
                    "campaign-pack", "ZX1", "2022-04-01", receipt_on=date(2022, 4, 1), data={"targets": "3"}
                ),
            ),
        ),
        ("boundary", OPEN, campaign(), at("2022-04-05")),
        ("boundary", FAIL, campaign(), at("2022-04-06")),
        ("undecidable", REVIEW, chain(campaign(), added("campaign-pack", "ZX1", "2022-04-01"))),
    ),
    *rows(
        "F06-campaign-experts",
        ("met", PASS, special_case("有限空间作业")),
        ("broken", FAIL, special_case("")),
        ("undecidable", REVIEW, special_case("机械")),
    ),
    *rows(
        "F07-surveys-per-year",
        ("met", PASS, surveys(1)),
        ("broken", FAIL, campaign(CampaignKind.SURVEY, "2022-03-31")),
        ("boundary", PASS, surveys(3)),
        ("boundary", OPEN, campaign(CampaignKind.SURVEY, "2022-04-01")),
        ("undecidable", REVIEW, surveys(4)),
    ),
    *rows(
        "W02-warning-risk",
        ("met", PASS),
        ("broken", FAIL, no_footage),
        ("boundary", PASS, at("2022-04-01")),
        ("boundary", FAIL, at("2022-04-02")),
        ("undecidable", REVIEW, visit(V1, left_at=None)),
    ),
]
