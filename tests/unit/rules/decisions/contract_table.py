"""Standing duties of the contract itself: money, acceptance, its papers, and what the parties notify."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.support import sample as w
from tests.unit.rules.decisions.bends import added, chain, closed_all, empty, packages, registered
from tests.unit.rules.decisions.table import FAIL, NONE, OPEN, PASS, REVIEW, Bend, Row, at, rows

UNPRICED = {"parameters": replace(w.PARAMETERS, price_yuan=None)}
ONE_HALF = {"parameters": replace(w.PARAMETERS, instalment_percent=(20, 60, 20))}
TEN_DAYS = {"parameters": replace(w.PARAMETERS, rectification_days=10)}
FIRST_PACKAGE = w.package("2022-W11", "2022-03-18")
LATE_PACKAGE = packages(w.package("2022-W12", "2022-03-27"))


def paid(on: str, **fields: object) -> Bend:
    data = fields.pop("data", {"amount_yuan": "200000"})
    return registered("payment", "1", on, data=data)


def replied(on: str) -> dict[str, str]:
    """Party A's answer to a request for acceptance."""
    return {"reply": "同意验收", "replied_on": on}


def submitted(on: str = "2022-06-20", receipt: str | None = "2022-06-21") -> Bend:
    day = date.fromisoformat(receipt) if receipt else None
    return added("materials-submission", "2", on, receipt_on=day)


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
        ("boundary", OPEN, added("acceptance", "1", "2023-12-04"), at("2023-12-18")),
        ("boundary", FAIL, added("acceptance", "1", "2023-12-04"), at("2023-12-19")),
        ("boundary", NONE, added("acceptance", "1", "2023-12-04", attachment=None), at("2023-12-19")),
        ("boundary", NONE, added("materials-submission", "5", "2023-11-01"), at("2024-01-30")),
        ("boundary", OPEN, added("settlement", "1", "2023-12-20", data={"approved": "是"}), at("2024-12-01")),
        ("broken", FAIL, submitted(), at("2022-07-20")),
        ("boundary", OPEN, submitted("2022-06-07", "2022-06-07"), at("2022-06-21")),
        ("boundary", FAIL, submitted("2022-06-07", "2022-06-07"), at("2022-06-22")),
        ("undecidable", REVIEW, submitted("2026-12-25", "2026-12-25"), at("2027-01-20")),
    ),
    *rows(
        "C09-half-year-material",
        ("met", PASS, chain(closed_all, submitted("2022-06-07", "2022-06-08")), at("2022-06-25"), ONE_HALF),
        ("broken", FAIL, submitted(), at("2022-06-25")),
        ("broken", FAIL, chain(submitted(), lambda f: replace(f, services=())), at("2022-06-25")),
        ("boundary", OPEN, chain(closed_all, submitted("2022-06-01", "2022-06-02")), at("2022-06-06")),
        (
            "boundary",
            REVIEW,
            chain(closed_all, submitted("2022-06-06", "2022-06-07")),
            at("2022-06-25"),
            ONE_HALF,
        ),
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
        ("met", PASS, added("acceptance-request", "1", "2022-03-17", data=replied("2022-03-31"))),
        ("boundary", FAIL, added("acceptance-request", "1", "2022-03-17", data=replied("2022-04-01"))),
        ("undecidable", REVIEW, added("acceptance-request", "1", data={"reply": "同意验收"})),
        ("broken", FAIL, added("acceptance-request", "1", "2022-03-01", receipt_on=date(2022, 3, 1))),
        ("boundary", OPEN, added("acceptance-request", "1", "2022-03-18", receipt_on=date(2022, 3, 18))),
        ("boundary", FAIL, added("acceptance-request", "1", "2022-03-17", receipt_on=date(2022, 3, 17))),
        ("undecidable", REVIEW, added("acceptance-request", "1")),
    ),
    *rows(
        "C15-lateness-risk",
        ("met", PASS),
        ("broken", FAIL, LATE_PACKAGE),
        ("boundary", PASS, packages(FIRST_PACKAGE, w.package("2022-W12", "2022-03-25"))),
        ("boundary", FAIL, packages(FIRST_PACKAGE, w.package("2022-W12", "2022-03-26"))),
        ("broken", FAIL, packages()),
        ("undecidable", REVIEW, LATE_PACKAGE, UNPRICED),
        ("undecidable", REVIEW, lambda f: replace(f, packages=(), services=())),
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
