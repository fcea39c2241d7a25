"""What happens around the contract: claims, complaints, notices, warnings, disputes (正文, 附件六、七)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from evidence.domain.register import Hold, RegisterEntry
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised, standing_rule

OPEN = "未结"


def _all_closed(
    index: FactsIndex, register: str, what: str, closing: str, *, empty: str
) -> Iterator[Outcome]:
    """Every entry of a register says in one data field that it is finished."""
    entries = index.entries(register)
    for one in entries:
        state = one.data.get(closing, "")
        about: dict[str, Any] = {"document": one.key, "expected": "已结", "observed": state or "未填"}
        if not state:
            yield unsure(f"{what} {one.key}（{one.on.isoformat()}）没有登记处理情况。", **about)
        elif state == OPEN:
            yield failed(f"{what} {one.key}（{one.on.isoformat()}）未结。", **about)
        else:
            yield passed(f"{what} {one.key} 已处理：{state}。", **about)
    if not entries and empty:
        yield passed(empty, observed="台账为空")


@standing_rule(
    "C02-ip-claims",
    "没有未结的知识产权索赔",
    rows="C02",
    remedy="处理索赔并登记结果（台账 ip-claim）。",
)
def ip_claims(index: FactsIndex) -> Iterator[Outcome]:
    """No claim is open; an empty register is the nil return."""
    yield from _all_closed(index, "ip-claim", "知识产权索赔", "status", empty="没有登记知识产权索赔。")


@standing_rule(
    "G10-supervision",
    "上级检查意见已办结",
    rows="G10",
    remedy="按意见整改并登记办结日期（台账 supervision-finding）。",
)
def supervision(index: FactsIndex) -> Iterator[Outcome]:
    """Every finding of a supervising authority is closed."""
    yield from _all_closed(
        index, "supervision-finding", "上级检查意见", "closed_on", empty="没有登记上级检查意见。"
    )


@standing_rule(
    "G11-complaints",
    "投诉已办结",
    rows="G11 W03 W05 T11",
    remedy="调查处理并登记结果（台账 complaint）。",
)
def complaints(index: FactsIndex) -> Iterator[Outcome]:
    """No complaint about integrity or conduct is open."""
    yield from _all_closed(index, "complaint", "投诉", "status", empty="没有登记投诉。")


@standing_rule(
    "C16-nonconformity",
    "不符合要求的工作按时改正",
    rows="C16",
    level=Level.ERROR,
    remedy="在甲方规定时间内改正并登记完成日期（台账 nonconformity-notice）。",
    unless="甲方没有发出不符合要求的通知。",
)
def nonconformity(index: FactsIndex) -> Iterator[Outcome]:
    """Each notice was answered by a correction within the time Party A set."""
    for one in index.entries("nonconformity-notice"):
        yield _corrected(index, "不符合要求通知", one.key, one.valid_to, one.data.get("corrected_on", ""))


@standing_rule(
    "W06-warnings",
    "书面警告已签收并整改",
    rows="W01 W06",
    remedy="签收警告，整改并登记完成日期（台账 written-warning）。",
    unless="没有收到书面警告。",
)
def warnings(index: FactsIndex) -> Iterator[Outcome]:
    """Each written warning was acknowledged and its correction filed."""
    for one in index.entries("written-warning"):
        if one.receipt_on is None:
            yield failed(f"书面警告 {one.key} 没有签收。", document=one.key)
        else:
            yield _corrected(index, "书面警告", one.key, one.valid_to, one.data.get("corrected_on", ""))


def _corrected(index: FactsIndex, what: str, key: str, due: date | None, corrected: str) -> Outcome:
    about: dict[str, Any] = {"document": key, "due": due, "observed": corrected or "未改正"}
    if corrected:
        try:
            on = date.fromisoformat(corrected)
        except ValueError:
            return unsure(f"{what} {key} 的改正日期“{corrected}”不是日期。", **about)
        if due is not None and on > due:
            days = (on - due).days
            return revised(
                late(f"{what} {key} 于 {corrected} 才改正，迟 {days} 天。", **about),
                failed(f"{what} {key} 于 {corrected} 才改正，已迟。", **about),
            )
        return passed(f"{what} {key} 已于 {corrected} 改正。", **about)
    if due is None:
        return unsure(f"{what} {key} 没有登记改正期限和结果。", **about)
    if index.today <= due:
        return waiting(f"{what} {key} 须在 {due.isoformat()} 前改正。", **about)
    return failed(f"{what} {key} 过了 {due.isoformat()} 仍未改正。", **about)


@case_rule(
    "C21-dispute-hold",
    "争议案件已封存",
    rows="C21 W05",
    remedy="用 evidence hold 封存该案，争议解决前不得处置任何资料。",
    unless="本案没有争议或冲突投诉。",
)
def dispute_hold(chain: CaseHistory) -> Iterator[Outcome]:
    """A case in dispute, or with a complaint of conflict, is held."""
    open_ = [
        one
        for register in ("dispute", "complaint")
        for one in chain.entries(register)
        if one.data.get("status", OPEN) == OPEN
    ]
    if not open_:
        return
    # a hold on another visit of the case does not answer a dispute
    held = all(any(_answers(hold, one) for hold in chain.facts.holds) for one in open_)
    undated = [one.key for one in open_ if "status" not in one.data]
    keys = listed(one.key for one in open_)
    if held:
        yield passed(f"争议 {keys} 未结，本案已封存。", observed="已封存")
    elif undated and len(undated) == len(open_):
        yield unsure(f"争议 {keys} 没有登记是否已结，本案未封存，请确认。", observed="状态不明")
    else:
        yield failed(f"争议 {keys} 未结，本案没有封存。", observed="未封存")


def _answers(hold: Hold, entry: RegisterEntry) -> bool:
    return hold.released_at is None and (hold.visit is None or hold.visit == entry.visit)


CASE_RULES = (dispute_hold,)
STANDING_RULES = (ip_claims, nonconformity, warnings, supervision, complaints)
