"""What an on-site check must state: hazards with grade, basis, advice, deadline; 25 items; badge shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from evidence.domain.case import CaseKind, ItemVerdict
from evidence.domain.hazard import Hazard
from evidence.domain.reasons import substantial
from evidence.rules import major_hazards
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Level
from evidence.rules.deadlines import general_deadline
from evidence.rules.outcomes import failed, listed, passed, unsure
from evidence.rules.rule import Outcome, case_rule, verdict
from evidence.rules.steps import Step

LAW_WORDS = ("《", "法", "条例", "规定", "标准", "规范", "规程", "通则", "令", "办法")
"""One of these words makes a basis look like a law or standard."""
STANDARD = re.compile(r"[A-Z]{2,6}(?:/[TZ])?\s*\d{2,}")
"""The number of a national, trade or fire standard: GB 50016, AQ/T 9006, XF 1131."""
REASONS_OF_SUBSTANCE = 3
"""From this edition on a full stop is no reason."""
NO_HAZARD = "检查未发现隐患，或尚未检查。"


def each_hazard(
    chain: CaseHistory, test: Callable[[Hazard, Step], tuple[bool | None, str, str]], good: str
) -> Iterator[Outcome]:
    """One finding per check: pass when every hazard passes, else one finding per hazard that does not.

    Args:
        test: (met, what is wrong in Chinese, what was seen) for one hazard.
        good: said when all are in order.
    """
    for step in chain.finding_visits:
        if not step.facts.hazards:
            continue
        sound = True
        for hazard in step.facts.hazards:
            met, wrong, seen = test(hazard, step)
            if met is not True:
                sound = False
                yield Outcome(
                    kind=verdict(met),
                    message=f"隐患 {hazard.id} {wrong}",
                    observed=seen,
                    visit=step.id,
                    hazard=hazard.id,
                )
        if sound:
            yield passed(
                f"{step.name}的 {len(step.facts.hazards)} 项隐患{good}。",
                visit=step.id,
                observed=f"{len(step.facts.hazards)} 项",
            )


@case_rule(
    "P01-facts-complete",
    "检查记录事实完整",
    rows="P01 W04",
    remedy="补全检查时间、场所和检查情况，重新登记后签发。",
    unless="尚未检查。",
)
def facts_complete(chain: CaseHistory) -> Iterator[Outcome]:
    """Times in order, places and findings written down, hazards listed or their absence stated."""
    for step in chain.checks:
        visit = step.facts
        lacking = [
            word
            for word, there in (
                ("离开时间", visit.left_at),
                ("检查场所", visit.scope),
                ("检查情况", visit.summary),
            )
            if not there
        ]
        about: dict[str, Any] = {"visit": step.id, "expected": "起止时间、场所、情况、隐患或“无隐患”"}
        if visit.left_at is not None and visit.left_at <= visit.arrived_at:
            yield failed(f"{step.name}的离开时间不晚于到达时间。", observed="时间颠倒", **about)
        elif lacking:
            yield failed(f"{step.name}缺{listed(lacking)}。", observed=f"缺{listed(lacking)}", **about)
        elif not visit.hazards and not visit.hazards_none:
            yield unsure(f"{step.name}既未列隐患，也未声明无隐患，请确认。", observed="隐患未说明", **about)
        elif visit.hazards and visit.hazards_none:
            yield failed(f"{step.name}列有隐患，又声明无隐患。", observed="自相矛盾", **about)
        else:
            yield passed(f"{step.name}的事实完整。", observed="完整", **about)


@case_rule(
    "P02-hazard-deadlines",
    "每项隐患都有整改期限",
    rows="P02",
    parameters="rectification_days",
    remedy="补登期限；不是{rectification_days}天的写明理由。",
    unless=NO_HAZARD,
)
def hazard_deadlines(chain: CaseHistory) -> Iterator[Outcome]:
    """Every hazard has a deadline: 15 days, at once, or another with its reason."""
    days = chain.parameters.rectification_days

    def test(hazard: Hazard, step: Step) -> tuple[bool | None, str, str]:
        deadline = chain.deadline(hazard, step)
        reason = hazard.deadline_reason
        if deadline is None:
            return False, "没有整改期限。", "无期限"
        seen = deadline.isoformat()
        if deadline < step.day:
            return False, f"的期限 {seen} 早于检查日。", seen
        if hazard.immediate or deadline == general_deadline(step.day, chain.parameters):
            return True, "", seen
        if substantial(reason) or (reason.strip() and chain.index.edition < REASONS_OF_SUBSTANCE):
            return True, "", seen
        if reason.strip():
            return None, f"的期限 {seen} 不是{days}天，理由“{reason.strip()}”没有实质内容。", seen
        return False, f"的期限 {seen} 不是{days}天，又未写理由。", seen

    for outcome in each_hazard(chain, test, f"均有期限（一般{days}天，不同的有理由）"):
        unexplained = (
            "又未写理由" in outcome.message
        )  # 一般: departing from the 15 days is soft, having none is not
        yield msgspec.structs.replace(outcome, level=Level.WARNING) if unexplained else outcome


@case_rule(
    "C04-hazard-basis",
    "每项隐患都有依据",
    rows="C04 K01 D01",
    remedy="为该隐患补写法律法规或标准条款。",
    unless=NO_HAZARD,
)
def hazard_basis(chain: CaseHistory) -> Iterator[Outcome]:
    """Every hazard cites a law or standard."""

    def test(hazard: Hazard, _step: Step) -> tuple[bool | None, str, str]:
        basis = hazard.basis.strip()
        if not basis:
            return False, "没有写依据。", "无依据"
        known = bool(STANDARD.search(basis)) or any(word in basis for word in LAW_WORDS)
        return (True if known else None), f"的依据“{basis}”看不出是哪条法规或标准。", basis

    yield from each_hazard(chain, test, "均有依据")


@case_rule(
    "G03-briefed",
    "隐患逐一交底",
    rows="G03",
    remedy="向企业逐条交底并在记录上确认。",
    unless=NO_HAZARD,
)
def briefed(chain: CaseHistory) -> Iterator[Outcome]:
    """Every hazard was explained to the enterprise on site."""

    def test(hazard: Hazard, _step: Step) -> tuple[bool | None, str, str]:
        if hazard.briefed is None:
            return None, "没有写明是否已向企业交底。", "未填"
        return hazard.briefed, "没有向企业交底。", "未交底"

    yield from each_hazard(chain, test, "均已向企业交底")


@case_rule(
    "G04-advice",
    "每项隐患都有整改建议",
    rows="G04",
    remedy="针对该隐患写出可行的整改建议，不用套话。",
    unless=NO_HAZARD,
)
def advice(chain: CaseHistory) -> Iterator[Outcome]:
    """Every hazard has advice of its own; one text for different hazards makes a person look."""
    seen: dict[str, str] = {}

    def test(hazard: Hazard, _step: Step) -> tuple[bool | None, str, str]:
        text = "".join(hazard.advice.split())
        if not text:
            return False, "没有整改建议。", "无建议"
        first = seen.setdefault(text, hazard.description)
        if first != hazard.description:
            return None, "的整改建议与另一项隐患一字不差，请确认不是套话。", hazard.advice
        return True, "", hazard.advice

    yield from each_hazard(chain, test, "均有整改建议")


@case_rule(
    "K01-items",
    "{checklist_items}项检查内容逐项有结果",
    rows="K01 D01",
    parameters="checklist_items",
    remedy="补填缺项；“不适用”的写明理由；“不合格”的列入隐患。",
    unless="尚未进行全面检查。",
)
def items(chain: CaseHistory) -> Iterator[Outcome]:
    """A full check answers every item; 不适用 has a reason; 不合格 has a hazard."""
    if chain.case.kind in (CaseKind.SURVEY, CaseKind.SPECIAL):
        return
    for step in chain.checks:
        answered = {one.item: one for one in step.facts.items}
        missing = [n for n in range(1, chain.parameters.checklist_items + 1) if n not in answered]
        unexplained = [
            one.item
            for one in step.facts.items
            if one.verdict is ItemVerdict.NOT_APPLICABLE and not one.remark.strip()
        ]
        found = {hazard.item for hazard in step.facts.hazards}
        loose = [
            one.item
            for one in step.facts.items
            if one.verdict is ItemVerdict.NONCONFORMING and one.item not in found
        ]
        about: dict[str, Any] = {
            "visit": step.id,
            "expected": f"{chain.parameters.checklist_items} 项均有结果",
            "observed": f"{len(answered)} 项有结果",
        }
        if missing:
            yield failed(f"{step.name}第 {listed(missing)} 项没有结果。", **about)
        elif unexplained:
            yield failed(f"{step.name}第 {listed(unexplained)} 项“不适用”未写理由。", **about)
        elif loose:
            yield unsure(f"{step.name}第 {listed(loose)} 项不合格，却没有对应的隐患，请确认。", **about)
        else:
            yield passed(f"{step.name}各项均有结果。", **about)


@case_rule(
    "K02-deep-inspection",
    "重点企业开展专家深度检查",
    rows="K02",
    remedy="安排专家深度检查并在检查记录中注明。",
    unless="不属于须深度检查的重点监管企业，或尚未全面检查。",
)
def deep_inspection(chain: CaseHistory) -> Iterator[Outcome]:
    """Smelting, dust, deep casting, Al-Mg machining and spraying get the deep inspection."""
    if chain.enterprise is None or not chain.enterprise.key_processes or chain.case.kind is CaseKind.SURVEY:
        return
    names = listed(process.value for process in chain.enterprise.key_processes)
    for step in chain.checks:
        deep = step.facts.deep_inspection
        words = {
            None: f"未注明是否对{names}开展深度检查。",
            False: f"涉及{names}，没有开展专家深度检查。",
            True: f"已对{names}开展专家深度检查。",
        }
        yield Outcome(
            kind=verdict(deep), message=f"{step.name}{words[deep]}", visit=step.id, expected="专家深度检查"
        )


@case_rule(
    "T03-badge-shown",
    "出示工作证",
    rows="T03",
    level=Level.WARNING,
    remedy="进场时出示工作证并在记录上注明。",
    unless="尚无检查或复查。",
)
def badge_shown(chain: CaseHistory) -> Iterator[Outcome]:
    """The record says that the badge was shown."""
    for step in chain.inspections:
        shown = step.facts.badge_shown
        words = {None: "未注明是否出示工作证", False: "没有出示工作证", True: "已出示工作证"}[shown]
        yield Outcome(kind=verdict(shown), message=f"{step.name}{words}。", visit=step.id, observed=words)


@case_rule(
    "E01-areas-open",
    "开放所有作业场所",
    rows="E01 R02",
    level=Level.WARNING,
    remedy="把拒绝开放的场所书面告知监管部门，请其督促（登记台账 access-request）。",
    unless="尚未检查。",
)
def areas_open(chain: CaseHistory) -> Iterator[Outcome]:
    """Refused areas are reported to the regulator, who urges the enterprise (附件六3(2))."""
    for step in chain.inspections:
        refused = step.facts.areas_refused
        if not refused:
            yield passed(f"{step.name}未记录拒绝开放的场所。", visit=step.id)
            continue
        told = [one for one in chain.entries("access-request") if one.visit in (None, step.id)]
        replied = any(one.receipt_on for one in told)
        about: dict[str, Any] = {
            "visit": step.id,
            "expected": "请监管部门督促开放，并有答复",
            "observed": f"拒绝开放：{listed(refused)}",
        }
        if replied:
            yield passed(f"{step.name}有场所拒绝开放，监管部门已督促。", **about)
        elif told:
            yield unsure(f"{step.name}有场所拒绝开放，已告知监管部门，尚无答复。", **about)
        else:
            yield failed(f"{step.name}企业拒绝开放{listed(refused)}，尚未告知监管部门。", **about)


@case_rule(
    "K03-order",
    "检查、督促、复查次序正确",
    rows="K03 G09",
    remedy="核对现场记录的日期，更正后重新登记。",
    unless="尚无督促或复查。",
)
def order(chain: CaseHistory) -> Iterator[Outcome]:
    """Nothing of a chain happens before its check, and no result names an unknown hazard."""
    first = chain.check
    for step in (*chain.urgings, *chain.rechecks):
        about: dict[str, Any] = {"visit": step.id, "expected": "先检查，后督促、复查"}
        named = {r.hazard for r in step.facts.results} | {p.hazard for p in step.facts.progress}
        unknown = sorted(named - chain.hazards.keys())
        if first is None:
            yield failed(f"{step.name}没有对应的检查。", observed="无检查", **about)
        elif step.facts.arrived_at <= first.facts.arrived_at:
            yield failed(f"{step.name}早于 {first.name}。", observed="次序颠倒", **about)
        elif unknown:
            yield failed(
                f"{step.name}提到检查中没有的隐患 {listed(unknown)}。", observed=listed(unknown), **about
            )
        else:
            yield passed(f"{step.name}在检查之后。", observed="次序正确", **about)


RULES = (
    facts_complete,
    hazard_deadlines,
    hazard_basis,
    briefed,
    advice,
    major_hazards.major_criterion,
    items,
    deep_inspection,
    badge_shown,
    areas_open,
    order,
)
