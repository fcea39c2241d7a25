"""Whether each page that came back is the page it counts as: by its print or a person's word (附件六1(4))."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from evidence.domain.document import Document, PageIdentity, Placing
from evidence.domain.reasons import substantial
from evidence.rules.case_history import CaseHistory, scans_of
from evidence.rules.outcomes import listed, passed, unsure
from evidence.rules.rule import Outcome, case_rule, revised

PLACED_WITH_WEIGHT = 5
"""From this edition on a page counts by a person's word only if he was not there, is known and says why."""


@case_rule(
    "G08-page-identity",
    "每页确属本案",
    rows="G08",
    blocking=True,
    remedy="在收件台打开该页，与签发件对照后确认或改链。",
    unless="尚无扫描件到达。",
)
def page_identity(chain: CaseHistory) -> Iterator[Outcome]:
    """A page linked by its code alone, or by a word without weight, waits for a person."""
    for document, _due in chain.material:
        yield identity_of(document, chain.takers_part_recorded(document))


def identity_of(document: Document, there: Container[str] = (), **about: Any) -> Outcome:
    """Whether every page of a document is proven to be its page.

    Args:
        there: ids and names of those who were on the visit; their word does not settle it.
    """
    doubtful = [scan.page for scan in document.scans if scan.identity == PageIdentity.CODE]
    number = document.form.number
    about = {"document": number, "expected": "版面与签发件一致", "evidence": scans_of(document), **about}
    if doubtful:
        return unsure(
            f"{number} 第 {listed(doubtful)} 页仅凭条码归档，版面不足以证明属于本案，请对照确认。",
            observed="仅条码一致",
            **about,
        )
    alike = passed(f"{number} 各页与签发件一致。", observed="一致", **about)
    placed = [scan for scan in document.scans if scan.identity == PageIdentity.PERSON]
    for scan in placed:
        if doubt := _no_weight(scan.placed, there):
            said = f"{number} 第 {scan.page} 页由人工归入，版面不足以证明属于本案；{doubt}。"
            return revised(unsure(said, observed="人工归入", **about), alike, since=PLACED_WITH_WEIGHT)
    if not placed:
        return alike
    told = listed(f"第 {each.page} 页由{_who_placed(each.placed)}" for each in placed)
    said = f"{number} 各页归入本案，其中{told}。"
    return revised(passed(said, observed="人工归入", **about), alike, since=PLACED_WITH_WEIGHT)


def _who_placed(word: Placing | None) -> str:
    return f"{word.by}人工归入（{word.why}）" if word else "人工归入"


def _no_weight(word: Placing | None, there: Container[str]) -> str:
    """Why a person's word on whose page it is does not count; empty when it does."""
    if word is None:
        return "未记由谁、为何归入，请重新归入并写明理由"
    if word.by in there:
        return f"归入的{word.by}参加了该次活动，须由他人归入"
    if word.stated:
        return f"归入的账号没有关联人员，“{word.by}”只是自述，请由关联本人的账号重新归入"
    if not substantial(word.why):
        return f"{word.by}归入的理由“{word.why}”没有实质内容"
    return ""
