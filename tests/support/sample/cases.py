"""Three whole cases and the entries beside them."""

from __future__ import annotations

from datetime import date

from evidence.domain.case import (
    Case,
    CaseKind,
)
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import (
    CaseId,
    PersonId,
)
from evidence.domain.register import RegisterEntry
from tests.support.sample.papers import document, footage
from tests.support.sample.parties import CHECK_DAY, CHECKED, CLOSED, HEAVY, enterprises, entry, undertakings
from tests.support.sample.visits import check_visit, recheck_visit, report, urging_visit


def closed_case(case: CaseId = CLOSED, enterprise: int = 0) -> CaseFacts:
    """A whole chain in which everything is in order."""
    check = check_visit(case, CHECK_DAY)
    urging = urging_visit(case, date(2022, 3, 22))
    recheck = recheck_visit(case, date(2022, 3, 31))
    return CaseFacts(
        case=Case(
            id=case,
            enterprise=enterprises()[enterprise].id,
            kind=CaseKind.ANNUAL,
            opened_on=date(2022, 3, 10),
        ),
        visits=(check, urging, recheck),
        reports=(report(case),),
        documents=(
            document(case, "inspection-record", CHECK_DAY, visit=check),
            document(case, "urging-record", date(2022, 3, 22), visit=urging),
            document(case, "rectification-report", date(2022, 3, 28)),
            document(case, "recheck-record", date(2022, 3, 31), visit=recheck),
        ),
        recordings=(footage(check), footage(recheck)),
        entries=case_entries(case, "2022-03-18"),
    )


def checked_case(case: CaseId = CHECKED, enterprise: int = 1, day: date = date(2022, 3, 29)) -> CaseFacts:
    """Checked this week; urging, report and recheck are not yet due."""
    check = check_visit(case, day)
    return CaseFacts(
        case=Case(
            id=case,
            enterprise=enterprises()[enterprise].id,
            kind=CaseKind.ANNUAL,
            opened_on=date(2022, 3, 25),
        ),
        visits=(check,),
        documents=(document(case, "inspection-record", day, visit=check),),
        recordings=(footage(check),),
        entries=case_entries(case, "2022-04-01"),
    )


def heavy_case() -> CaseFacts:
    """A foundry checked this week by two experts and a supervisor."""
    day = date(2022, 3, 30)
    check = check_visit(
        HEAVY,
        day,
        experts=(PersonId("P2"), PersonId("P3")),
        supervisors=(PersonId("G1"),),
        devices=("TA00717",),
    )
    return CaseFacts(
        case=Case(
            id=HEAVY, enterprise=enterprises()[2].id, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 25)
        ),
        visits=(check,),
        documents=(document(HEAVY, "inspection-record", day, visit=check),),
        recordings=(footage(check),),
        entries=case_entries(HEAVY, "2022-04-01"),
    )


def standing_entries() -> tuple[RegisterEntry, ...]:
    """Everything the registers should hold by the end of March 2022."""
    papers = ("tender", "bid", "award", "commitments", "agreed", "annex")
    holders = ("甲方", "乙方", "高新区财政局", "招标代理")
    return (
        *undertakings(),
        *(entry("contract-document", key, "2021-12-07") for key in papers),
        *(entry("contract-copy", key, "2021-12-07") for key in holders),
        *(entry("procedure", key, "2021-12-20") for key in ("management", "quality", "archive")),
        *(
            entry("training", f"2022-01/P{n}", "2022-01-10", person=PersonId(f"P{n}"), data={"topic": "廉洁"})
            for n in range(1, 6)
        ),
        entry("contract-signature", "1", "2021-12-07", data={"signatures": "2", "seals": "2"}),
        entry("safety-plan", "1", "2021-12-20"),
        entry("payment", "1", "2021-12-24", data={"amount_yuan": "200000"}),
        entry("invoice", "1", "2021-12-20", data={"amount_yuan": "200000.00"}),
    )


def case_entries(case: CaseId, day: str) -> tuple[RegisterEntry, ...]:
    """The questionnaire and the internal review of one case."""
    return (
        entry("questionnaire", f"{case}-WJ", day, case=case, data={"filled_by": "安环科"}),
        entry("internal-review", f"{case}-NS", day, case=case, person=PersonId("P5")),
    )
