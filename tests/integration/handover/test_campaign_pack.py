"""What is submitted at the end of a special campaign: signed like a payment pack, and judged by `verify`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest

from evidence.domain.case import CaseKind
from evidence.domain.document import IssuedForm
from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import ArrivalId, Number, Sha256
from evidence.domain.parties import Campaign, CampaignKind
from evidence.errors import UsageError
from evidence.handover.handover_context import HandoverContext
from evidence.handover.signed_pack import SignedPack, sign_pack
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.events import FormIssued, FormVoided, PartiesImported
from evidence.reports.campaign_lists import lists_of, pack_of_campaign
from evidence.rules.campaign_pack import CampaignPack
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication, Report
from tests.support import sample
from tests.support.handing_over import drawn_form, keys, make_office, scan

CAMPAIGN = Campaign(
    id="ZX2022-01",
    topic="有限空间作业",
    kind=CampaignKind.SPECIAL,
    ordered_on=date(2022, 3, 1),
    due=date(2022, 4, 30),
    targets=tuple(one.id for one in sample.enterprises()),
)
SUMMARY = Number("WJB22-0000-HZ-001")


def of_the_campaign(facts: Facts, *cases: str) -> Facts:
    def ordered(one: CaseFacts) -> CaseFacts:
        return replace(one, case=replace(one.case, kind=CaseKind.SPECIAL, campaign=CAMPAIGN.id))

    for case in cases:
        facts = sample.on_case(facts, case, ordered)
    return facts


@pytest.fixture(scope="module")
def unlisted(tmp_path_factory: pytest.TempPathFactory) -> HandoverContext:
    """One target closed, one checked, one never visited; the summary list is not issued yet."""
    folder = tmp_path_factory.mktemp("office")
    facts = sample.week_facts()
    facts = of_the_campaign(facts, *(one.case.id for one in facts.cases[:2]))
    office = make_office(folder / "office", keys(folder / "keys"), replace(facts, cases=facts.cases[:2]))
    office.ledger.append(
        "test", PartiesImported(source=sample.digest("campaigns"), campaigns=(CAMPAIGN,)), at=sample.FRIDAY
    )
    return office


def summary_form(office: HandoverContext, number: Number, campaign: str) -> IssuedForm:
    kept = msgspec.json.encode({"专项编号": campaign})
    pdf = drawn_form(number, 1)
    office.issued.put(number, pdf=pdf, docx=b"docx", data=kept, geometry=b"[]")
    like = office.ledger.view.documents(None)
    known = next(iter(like), None) or next(
        each for case in office.ledger.view.cases() for each in office.ledger.view.documents(case.id)
    )
    return replace(
        known.form, number=number, form="campaign-summary", case=None, visit=None, checks=("AAAAAAAA",),
        pdf=Sha256(hashlib.sha256(pdf).hexdigest()), data=Sha256(hashlib.sha256(kept).hexdigest()),
    )  # fmt: skip


@pytest.fixture(scope="module")
def office(unlisted: HandoverContext) -> HandoverContext:
    unlisted.ledger.append(
        "test", FormIssued(form=summary_form(unlisted, SUMMARY, CAMPAIGN.id)),
        FormIssued(form=summary_form(unlisted, Number("WJB22-0000-HZ-002"), "ZX2022-02")),
        at=sample.FRIDAY,
    )  # fmt: skip
    return unlisted


def packed(office: HandoverContext) -> CampaignPack:
    return pack_of_campaign(office.ledger.view, office.issued, office.parameters, sample.FRIDAY, CAMPAIGN)


@pytest.fixture(scope="module")
def written(office: HandoverContext, tmp_path_factory: pytest.TempPathFactory) -> SignedPack:
    made = packed(office)
    out = tmp_path_factory.mktemp("out") / "专项资料"
    return sign_pack(office, office.ledger.view, made, lists_of(made), out)


def verified(office: HandoverContext, folder: Path) -> Report:
    return verify_path(folder, trust=[(office.root / office.signer.chain[-1]).read_bytes()])


def said(report: Report, *kinds: CheckKind) -> set[str]:
    return {one.id for one in report.checks if one.kind in kinds}


def test_it_lists_every_target_with_what_proves_it_or_that_nobody_checked_it(
    office: HandoverContext, written: SignedPack
) -> None:
    book = openpyxl.load_workbook(written.folder / "data/企业闭环清单.xlsx", read_only=True)
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(CAMPAIGN.targets)
    unchecked = [row for row in rows if row[6] == "本专项没有检查"]
    assert [row[2] for row in unchecked] == [CAMPAIGN.targets[2]]
    named = {number for line in packed(office).chains for number in line.documents}
    assert named
    assert {path.stem for path in (written.folder / "data/企业").rglob("*.pdf")} == named


def test_the_summary_list_that_stands_lies_in_it(office: HandoverContext, written: SignedPack) -> None:
    inside = (written.folder / "data/专项检查汇总清单.pdf").read_bytes()
    assert inside == office.issued.pdf_path(SUMMARY).read_bytes()


def test_verify_says_what_it_is_and_that_it_is_genuine(office: HandoverContext, written: SignedPack) -> None:
    report = verified(office, written.folder)
    assert report.indication is Indication.PASSED, [one.message for one in report.checks]
    assert said(report, CheckKind.PASS) >= {"payment.documents", "payment.originals", "payment.lists"}
    (scope,) = [one.message for one in report.checks if one.id == "payment.scope"]
    assert "专项资料包" in scope
    assert "付款" not in scope


def test_without_a_summary_list_no_pack_is_made(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("bare")
    bare = make_office(folder / "office", keys(folder / "keys"))
    with pytest.raises(UsageError, match="还没有签发汇总清单"):
        packed(bare)


def test_a_voided_summary_list_does_not_count(office: HandoverContext) -> None:
    other = replace(CAMPAIGN, id="ZX2022-02")
    found = pack_of_campaign(office.ledger.view, office.issued, office.parameters, sample.FRIDAY, other)
    assert found.summary.form.number == "WJB22-0000-HZ-002"
    office.ledger.append(
        "test", FormVoided(number=Number("WJB22-0000-HZ-002"), why="内容有误"), at=sample.FRIDAY
    )
    with pytest.raises(UsageError):
        pack_of_campaign(office.ledger.view, office.issued, office.parameters, sample.FRIDAY, other)


@pytest.mark.parametrize(
    ("change", "failing"),
    [
        (lambda told: told["chains"][0].update(name="另一家"), "payment.lists"),
        (lambda told: told["section"]["unserved"].clear(), "payment.lists"),
        (lambda told: told["summary_list"].update(pdf="ab" * 32), "payment.documents"),
        (lambda told: told["summary_list"].update(scans=["ab" * 32]), "payment.originals"),
        (lambda told: told["summary"].update(complete=9), "payment.lists"),
    ],
    ids=["name", "who was not checked", "summary list", "its original", "the total"],
)
def test_lists_that_disagree_with_what_lies_beside_them_fail(
    office: HandoverContext, tmp_path: Path, change: Callable[[dict[str, Any]], None], failing: str
) -> None:
    made = packed(office)
    lists = lists_of(made)
    told = msgspec.json.decode(lists["资料包.json"])
    change(told)
    signed = sign_pack(
        office, office.ledger.view, made, {**lists, "资料包.json": msgspec.json.encode(told)},
        tmp_path / "资料",
    )  # fmt: skip
    assert said(verified(office, signed.folder), CheckKind.FAIL) == {failing}


def test_a_pack_that_says_nothing_of_its_summary_list_is_undecided(
    office: HandoverContext, tmp_path: Path
) -> None:
    made = packed(office)
    lists = lists_of(made)
    told = msgspec.json.decode(lists["资料包.json"])
    del told["summary_list"]
    signed = sign_pack(
        office, office.ledger.view, made, {**lists, "资料包.json": msgspec.json.encode(told)},
        tmp_path / "资料",
    )  # fmt: skip
    assert verified(office, signed.folder).indication is Indication.INDETERMINATE


def test_a_summary_list_that_came_back_lies_in_it_as_it_came(office: HandoverContext, tmp_path: Path) -> None:
    view = office.ledger.view
    page = next(page for case in view.cases() for each in view.documents(case.id) for page in each.scans)
    data, name, media = scan(SUMMARY, [0])
    digest, arrival = office.originals.put_bytes(data), ArrivalId("A-20220401-0900")
    back = replace(page, number=SUMMARY, page=1, index=0, marks=(), sha256=digest, arrival=arrival)
    office.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path=name, sha256=digest, bytes=len(data), received_at=sample.FRIDAY,
            media_type=media,
        ),
        ArrivalJudged(arrival=arrival, outcome="linked", pages=(back,)),
        at=sample.FRIDAY,
    )  # fmt: skip
    made = packed(office)
    assert [each.sha256 for each in made.summary.scans] == [digest]
    signed = sign_pack(office, office.ledger.view, made, lists_of(made), tmp_path / "资料")
    assert [path.stem for path in (signed.folder / "data/原件").glob(f"{digest}*")] == [digest]
    assert verified(office, signed.folder).indication is Indication.PASSED
