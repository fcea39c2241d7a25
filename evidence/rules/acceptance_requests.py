"""Requests for acceptance, and whether Party A answered them in time (第九条1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from evidence.domain.register import RegisterEntry
from evidence.domain.week import add_workdays
from evidence.rules.clause import Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, passed, unsure, waiting
from evidence.rules.rule import Outcome, revised, standing_rule

WITH_THE_DAY = 4
"""From this edition on an answer is asked for its day."""


@standing_rule(
    "C12-acceptance-requests",
    "验收申请有答复",
    rows="C12",
    level=Level.NOTE,
    parameters="refusal_percent payment_workdays",
    remedy="保存申请的送达证明，书面催复（台账 acceptance-request）。",
    unless="没有提出验收申请。",
)
def acceptance_requests(index: FactsIndex) -> Iterator[Outcome]:
    """Each request for acceptance has proof of delivery and a reply."""
    for one in index.entries("acceptance-request"):
        due = add_workdays(one.on, index.parameters.payment_workdays)
        about: dict[str, Any] = {
            "document": one.key,
            "due": due,
            "observed": one.data.get("reply") or "无答复",
        }
        if one.data.get("reply"):
            yield _replied(one, due, about, edition=index.edition)
        elif one.receipt_on is None or due is None:
            yield unsure(f"验收申请 {one.key} 没有送达证明或期限无法计算。", **about)
        elif index.today <= due:
            yield waiting(f"验收申请 {one.key} 等待答复。", **about)
        else:
            percent = index.parameters.refusal_percent
            yield failed(
                f"验收申请 {one.key} 逾期未答复；无正当理由的，甲方应付 {percent}% 违约金。", **about
            )


def _replied(one: RegisterEntry, due: date | None, about: dict[str, Any], *, edition: int) -> Outcome:
    """An answer that came after its term stays late, however it reads."""
    done = passed(f"验收申请 {one.key} 已答复。", **about)
    if edition < WITH_THE_DAY:
        return done
    replied_on = _day_written(one.data.get("replied_on", ""))
    if replied_on is None:
        unknown = f"验收申请 {one.key} 已答复，答复日期没有写或不是日期，是否逾期无从判断。"
        return revised(unsure(unknown, **about), done)
    if due is None or replied_on <= due:
        return done
    days = (replied_on - due).days
    tardy = f"验收申请 {one.key} 于 {replied_on.isoformat()} 才答复，期限 {due.isoformat()}，迟 {days} 天。"
    return revised(late(tardy, **about), done)


def _day_written(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
