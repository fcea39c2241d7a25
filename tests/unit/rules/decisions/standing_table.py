"""Standing duties: team, week, coverage, campaigns, money, the contract's papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.facts import Facts, ServiceState
from evidence.domain.parties import Campaign, CampaignKind, Title
from evidence.domain.register import Receipt
from tests import world as w
from tests.unit.rules.decisions.chain_table import V1, C, chain, visit
from tests.unit.rules.decisions.people_table import firm, no_footage, person
from tests.unit.rules.decisions.service_table import packages, service
from tests.unit.rules.decisions.table import FAIL, NONE, OPEN, PASS, REVIEW, Bend, Row, at, rows

FIRMS = [one.id for one in w.enterprises()]


def empty(register: str) -> Bend:
    return lambda facts: w.without_entries(facts, register)


def registered(register: str, key: str = "1", on: str = "2022-03-01", **fields: object) -> Bend:
    """Replace a register by one entry."""
    return lambda facts: w.with_entry(
        w.without_entries(facts, register),
        w.entry(register, key, on, **fields),  # type: ignore[arg-type]
    )


def added(register: str, key: str, on: str = "2022-03-01", **fields: object) -> Bend:
    return lambda facts: w.with_entry(facts, w.entry(register, key, on, **fields))  # type: ignore[arg-type]


def no_packages(facts: Facts) -> Facts:
    return replace(facts, packages=(), receipts=())


def no_receipts(facts: Facts) -> Facts:
    return replace(facts, receipts=())


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


def closed_all(facts: Facts) -> Facts:
    return replace(
        facts,
        services=tuple(replace(one, closed=True, rechecked_on=date(2022, 4, 20)) for one in facts.services),
    )


def unserved(facts: Facts) -> Facts:
    return replace(facts, services=facts.services[:1])


def campaign(
    kind: CampaignKind = CampaignKind.SPECIAL, due: str | None = "2022-03-31", **more: object
) -> Bend:
    """A campaign over two enterprises; the first two cycles are its own."""
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
                for n, target in enumerate(FIRMS[:2])
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


def paid(on: str, **fields: object) -> Bend:
    data = fields.pop("data", {"amount_yuan": "200000"})
    return registered("payment", "1", on, data=data)


def submitted(on: str = "2022-06-20", receipt: str | None = "2022-06-21") -> Bend:
    day = date.fromisoformat(receipt) if receipt else None
    return added("materials-submission", "2", on, receipt_on=day)


UNPRICED = {"parameters": replace(w.PARAMETERS, price_yuan=None)}
TEN_DAYS = {"parameters": replace(w.PARAMETERS, rectification_days=10)}
LATE_PACKAGE = packages(w.package("2022-W12", "2022-03-27"))


def closing_rows(rule: str, register: str, field: str) -> list[Row]:
    """A register whose entries must be finished; an empty one is the nil return."""
    return rows(
        rule,
        ("met", PASS, registered(register, data={field: "2022-03-20"})),
        ("met", PASS),
        ("broken", FAIL, registered(register, data={field: "未结"})),
        ("undecidable", REVIEW, registered(register)),
    )


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
    ),
    *rows(
        "T02-badges",
        ("met", PASS),
        ("broken", FAIL, person("P4", badge="")),
        ("boundary", PASS, person("P4", badge_to=date(2022, 4, 1))),
        ("boundary", FAIL, person("P4", badge_to=date(2022, 3, 31))),
        ("undecidable", REVIEW, person("P4", badge_from=None, badge_to=None)),
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
        ("undecidable", REVIEW, lambda f: replace(f, week="2027-W13"), at("2027-04-05")),
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
                    Receipt(package="WJB-2022-W12", at=w.FRIDAY, source=w.digest("p7"), manner="signature"),
                ),
            ),
        ),
        ("broken", FAIL, no_receipts, at("2022-04-02")),
        ("boundary", OPEN, no_receipts, at("2022-04-01")),
        ("boundary", FAIL, no_receipts, at("2022-04-02")),
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
        ("boundary", OPEN, lambda f: replace(f, plans=f.plans[:2])),
        ("boundary", FAIL, lambda f: replace(f, plans=f.plans[:2]), at("2022-04-02")),
        ("undecidable", REVIEW, lambda f: replace(f, week="2027-W13"), at("2027-04-05")),
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
    ),
    *rows(
        "F02-coverage",
        ("met", PASS, closed_all),
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
        ("met", PASS, campaign()),
        ("broken", FAIL, campaign(targets=tuple(FIRMS)), at("2022-04-01")),
        ("boundary", OPEN, campaign(targets=tuple(FIRMS)), at("2022-03-31")),
        ("boundary", FAIL, chain(campaign(), campaign_done(rechecked_on=date(2022, 4, 1)))),
        ("undecidable", REVIEW, campaign(due=None)),
    ),
    *rows(
        "F05-campaign-summary",
        (
            "met",
            PASS,
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
    *rows(
        "C08-first-payment",
        ("met", PASS),
        ("broken", FAIL, empty("payment")),
        ("boundary", PASS, paid("2021-12-28")),
        ("boundary", FAIL, paid("2021-12-29")),
        (
            "boundary",
            OPEN,
            lambda f: replace(w.without_entries(f, "payment"), cases=(), plans=()),
            at("2021-12-28"),
        ),
        ("undecidable", REVIEW, {"parameters": replace(w.PARAMETERS, signed_on=date(2030, 1, 1))}),
        ("undecidable", REVIEW, paid("2021-12-24", data={"amount_yuan": "二十万"})),
        (
            "undecidable",
            REVIEW,
            chain(
                paid("2021-12-29"),
                added(
                    "finance-cause",
                    "1",
                    "2021-12-28",
                    valid_from=date(2021, 12, 29),
                    valid_to=date(2021, 12, 30),
                ),
            ),
        ),
    ),
    *rows(
        "C09-half-year-payments",
        (
            "met",
            PASS,
            chain(submitted(), added("payment", "2", "2022-07-01", data={"amount_yuan": "200000"})),
            at("2022-07-20"),
        ),
        ("broken", FAIL, submitted(), at("2022-07-20")),
        ("boundary", OPEN, submitted("2022-06-07", "2022-06-07"), at("2022-06-21")),
        ("boundary", FAIL, submitted("2022-06-07", "2022-06-07"), at("2022-06-22")),
        ("undecidable", REVIEW, submitted("2026-12-25", "2026-12-25"), at("2027-01-20")),
    ),
    *rows(
        "C09-half-year-material",
        ("met", PASS, chain(closed_all, submitted("2022-06-01", "2022-06-02")), at("2022-06-05")),
        ("broken", FAIL, submitted(), at("2022-06-25")),
        ("boundary", OPEN, at("2022-06-06")),
        ("boundary", FAIL, at("2022-06-07")),
        ("undecidable", REVIEW, chain(closed_all, submitted(receipt=None)), at("2022-06-25")),
    ),
    *rows(
        "C07-invoices",
        ("met", PASS),
        ("broken", FAIL, empty("invoice")),
        ("boundary", FAIL, registered("invoice", "1", data={"amount_yuan": "200000.01"})),
        ("undecidable", REVIEW, UNPRICED),
    ),
    *rows(
        "C10-final-acceptance",
        ("met", PASS, added("acceptance", "1", "2023-11-30"), at("2023-12-01")),
        ("broken", FAIL, added("bid-commitment", "1"), at("2023-12-01")),
        ("boundary", NONE, at("2023-06-05")),
        ("boundary", OPEN, at("2023-12-06")),
        ("boundary", FAIL, at("2023-12-07")),
        ("undecidable", REVIEW, added("acceptance", "1", "2023-11-30", attachment=None), at("2023-12-01")),
    ),
    *rows(
        "C11-final-handover",
        (
            "met",
            PASS,
            chain(
                added("final-handover", "1", "2023-12-07", receipt_on=date(2023, 12, 8)),
                added("settlement", "1", "2023-12-10", data={"approved": "是"}),
            ),
            at("2023-12-20"),
        ),
        ("broken", FAIL, at("2023-12-20")),
        ("boundary", NONE, at("2023-12-06")),
        ("boundary", FAIL, at("2023-12-07")),
        ("undecidable", REVIEW, added("final-handover", "1", "2023-12-07"), at("2023-12-20")),
    ),
    *rows(
        "C12-acceptance-requests",
        ("met", PASS, added("acceptance-request", "1", data={"reply": "同意验收"})),
        ("broken", FAIL, added("acceptance-request", "1", "2022-03-01", receipt_on=date(2022, 3, 1))),
        ("boundary", OPEN, added("acceptance-request", "1", "2022-03-18", receipt_on=date(2022, 3, 18))),
        ("boundary", FAIL, added("acceptance-request", "1", "2022-03-17", receipt_on=date(2022, 3, 17))),
        ("undecidable", REVIEW, added("acceptance-request", "1")),
    ),
    *rows(
        "C15-lateness-risk",
        ("met", PASS),
        ("broken", FAIL, LATE_PACKAGE),
        ("boundary", PASS, packages(w.package("2022-W12", "2022-03-25"))),
        ("boundary", FAIL, packages(w.package("2022-W12", "2022-03-26"))),
        ("undecidable", REVIEW, LATE_PACKAGE, UNPRICED),
    ),
    *rows(
        "C01-contract-documents",
        ("met", PASS),
        ("broken", FAIL, registered("contract-document", "tender")),
        ("boundary", PASS, added("contract-document", "bid", attachment=None, data={"status": "未提供"})),
        ("undecidable", REVIEW, added("contract-document", "bid", attachment=None)),
    ),
    *rows(
        "C24-annex",
        ("met", PASS),
        ("broken", FAIL, empty("contract-document")),
        ("undecidable", REVIEW, added("contract-document", "annex", attachment=None)),
    ),
    *rows(
        "C22-signed-contract",
        ("met", PASS),
        ("broken", FAIL, empty("contract-signature")),
        (
            "boundary",
            FAIL,
            registered("contract-signature", on="2021-12-08", data={"signatures": "2", "seals": "2"}),
        ),
        (
            "boundary",
            FAIL,
            registered("contract-signature", on="2021-12-07", data={"signatures": "2", "seals": "1"}),
        ),
        ("undecidable", REVIEW, registered("contract-signature", on="2021-12-07")),
    ),
    *rows(
        "C23-four-copies",
        ("met", PASS),
        ("broken", FAIL, registered("contract-copy", "甲方")),
        ("undecidable", REVIEW, chain(registered("contract-copy", "甲方"), added("contract-copy", "财政局"))),
    ),
    *rows(
        "C19-amended-parameters",
        ("met", PASS),
        ("broken", FAIL, TEN_DAYS),
        ("met", PASS, added("amendment", "1", data={"parameter": "rectification_days"}), TEN_DAYS),
        ("boundary", NONE, {"parameters": replace(w.PARAMETERS, contract="WJC", rectification_days=10)}),
        (
            "undecidable",
            REVIEW,
            added("amendment", "1", data={"parameter": "rectification_days"}, attachment=None),
            TEN_DAYS,
        ),
    ),
    *rows(
        "C20-termination-ground",
        ("met", PASS, added("termination", "1", data={"ground": "2"})),
        ("broken", FAIL, added("termination", "1", data={"ground": "5"})),
        ("undecidable", REVIEW, added("termination", "1")),
    ),
    *rows(
        "C18-force-majeure",
        (
            "met",
            PASS,
            added("force-majeure-notice", "1", valid_from=date(2022, 3, 14), valid_to=date(2022, 3, 20)),
        ),
        (
            "broken",
            FAIL,
            added(
                "force-majeure-notice",
                "1",
                valid_from=date(2022, 3, 14),
                valid_to=date(2022, 3, 20),
                attachment=None,
            ),
        ),
        (
            "boundary",
            PASS,
            added("force-majeure-notice", "1", valid_from=date(2022, 3, 14), valid_to=date(2022, 3, 14)),
        ),
        (
            "boundary",
            FAIL,
            added("force-majeure-notice", "1", valid_from=date(2022, 3, 14), valid_to=date(2022, 3, 13)),
        ),
        ("undecidable", REVIEW, added("force-majeure-notice", "1")),
    ),
    *closing_rows("C02-ip-claims", "ip-claim", "status"),
    *closing_rows("G10-supervision", "supervision-finding", "closed_on"),
    *closing_rows("G11-complaints", "complaint", "status"),
    *rows(
        "C03-tender-standards",
        ("met", PASS, added("tender-standard", "1", data={"deliverable": "检查记录"})),
        ("broken", FAIL, added("tender-standard", "1")),
        ("boundary", NONE),
        (
            "undecidable",
            REVIEW,
            added("tender-standard", "1", data={"deliverable": "检查记录"}, attachment=None),
        ),
    ),
    *rows(
        "C05-safety-plan",
        ("met", PASS),
        ("broken", FAIL, empty("safety-plan")),
        ("boundary", PASS, registered("safety-plan", on="2022-03-14")),
        ("boundary", FAIL, registered("safety-plan", on="2022-03-15")),
        ("undecidable", REVIEW, registered("safety-plan", attachment=None)),
    ),
    *rows(
        "C16-nonconformity",
        (
            "met",
            PASS,
            added(
                "nonconformity-notice", "1", valid_to=date(2022, 3, 20), data={"corrected_on": "2022-03-20"}
            ),
        ),
        ("broken", FAIL, added("nonconformity-notice", "1", valid_to=date(2022, 3, 20))),
        ("boundary", OPEN, added("nonconformity-notice", "1", valid_to=date(2022, 4, 1))),
        (
            "boundary",
            FAIL,
            added(
                "nonconformity-notice", "1", valid_to=date(2022, 3, 20), data={"corrected_on": "2022-03-21"}
            ),
        ),
        ("undecidable", REVIEW, added("nonconformity-notice", "1")),
        ("undecidable", REVIEW, added("nonconformity-notice", "1", data={"corrected_on": "上周"})),
    ),
    *rows(
        "W06-warnings",
        (
            "met",
            PASS,
            added("written-warning", "1", receipt_on=date(2022, 3, 2), data={"corrected_on": "2022-03-09"}),
        ),
        ("broken", FAIL, added("written-warning", "1")),
        (
            "boundary",
            OPEN,
            added("written-warning", "1", receipt_on=date(2022, 3, 2), valid_to=date(2022, 4, 1)),
        ),
        (
            "boundary",
            FAIL,
            added("written-warning", "1", receipt_on=date(2022, 3, 2), valid_to=date(2022, 3, 31)),
        ),
        ("undecidable", REVIEW, added("written-warning", "1", receipt_on=date(2022, 3, 2))),
    ),
    *rows(
        "T07-procedures",
        ("met", PASS),
        ("broken", FAIL, registered("procedure", "quality")),
        ("undecidable", REVIEW, added("procedure", "quality", attachment=None)),
    ),
]
