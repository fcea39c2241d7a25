"""How often and whom: the term, yearly coverage, micro enterprises (附件五(一)、(二))."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from evidence.domain.case import CaseKind, VisitKind
from evidence.domain.parties import Enterprise
from evidence.rules import newcomers
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised, standing_rule
from evidence.rules.section import served, year_coverage
from evidence.rules.steps import Step
from evidence.rules.surroundings import in_force

EVERY_YEAR = 3
"""From this edition on every service year since the contract's start is judged, not only the last two."""
TOPICS = ("责任制", "自查自改", "系统申报", "风险辨识")
"""What guidance of a micro enterprise covers (附件五(二)3)."""


@case_rule(
    "F01-within-term",
    "上门在服务期内",
    rows="F01",
    parameters="signed_on term_years",
    level=Level.WARNING,
    remedy="核对日期；服务期外的服务须有书面约定。",
    unless="尚无上门。",
)
def within_term(chain: CaseHistory) -> Iterator[Outcome]:
    """Every visit lies in the contract's two years."""
    first, last = chain.index.term
    for step in chain.visits:
        about: dict[str, Any] = {
            "visit": step.id,
            "expected": f"{first.isoformat()} 至 {last.isoformat()}",
            "observed": step.day.isoformat(),
        }
        if in_force(step.day, first, last):
            yield passed(f"{step.name}在第 {chain.index.year_of(step.day)} 服务年度。", **about)
        else:
            yield failed(f"{step.name}不在合同服务期内。", **about)


@case_rule(
    "F02-yearly-chain",
    "本服务年度完成检查、督促、复查",
    rows="F02",
    parameters="signed_on service_year",
    remedy="在服务年度内补做检查、督促和复查。",
    unless="专项、普查案件不计年度全面检查。",
)
def yearly_chain(chain: CaseHistory) -> Iterator[Outcome]:
    """The enterprise of the case has a closed cycle in the service year of the case."""
    if chain.case.kind not in (CaseKind.ANNUAL, CaseKind.NEW_ENTERPRISE):
        return
    index = chain.index
    year = index.year_of(chain.check.day if chain.check else chain.case.opened_on)
    _first, last = index.year_span(year)
    cycle = served(index, index.services_of(chain.case.enterprise), year)
    about: dict[str, Any] = {
        "expected": f"第 {year} 服务年度（至 {last.isoformat()}）完成一轮",
        "due": last,
        "observed": cycle.case if cycle else "未检查",
    }
    if cycle is not None and cycle.closed:
        done = passed(f"第 {year} 服务年度已完成一轮（{cycle.case}）。", **about)
        ended = max(day for day in (cycle.checked_on, cycle.rechecked_on) if day)
        if ended > last:
            days = (ended - last).days
            said = f"第 {year} 服务年度的一轮于 {ended.isoformat()} 才完成，迟 {days} 天（{cycle.case}）。"
            done = revised(late(said, **about), done)
        yield done
    elif index.today <= last:
        yield waiting(f"第 {year} 服务年度尚未完成一轮，截止 {last.isoformat()}。", **about)
    elif cycle is not None and cycle.rechecked_on is not None:
        yield unsure(f"第 {year} 服务年度已检查、复查，但有隐患未整改到位，请确认是否算完成。", **about)
    else:
        yield failed(f"第 {year} 服务年度没有完成一轮检查、督促、复查。", **about)


@standing_rule(
    "F02-coverage",
    "标段内企业年度全覆盖",
    rows="F02 C14",
    parameters="signed_on service_year incompletion_percent",
    remedy="按 evidence plan 的建议安排尚未检查的企业。",
    unless="企业台账为空，或不在服务期内。",
)
def coverage(index: FactsIndex) -> Iterator[Outcome]:
    """How many enterprises of the section are served this year, and whether all were in each year before."""
    this = index.year_of(index.today)
    oldest = index.year_of(index.term[0]) if index.edition >= EVERY_YEAR else this - 1
    for year in range(oldest, this + 1):
        first, last = index.year_span(year)
        if last < index.term[0] or first > index.term[1]:
            continue
        section = year_coverage(index, year)
        targets, open_ = section.targets, section.not_closed
        if not targets:
            continue
        names = listed(index.enterprises[one].short_name for one in open_)
        about: dict[str, Any] = {
            "expected": f"{len(targets)} 家",
            "observed": f"{len(targets) - len(open_)} 家闭环",
            "due": last,
        }
        if not open_:
            yield passed(f"第 {year} 服务年度 {len(targets)} 家企业全部闭环。", **about)
        elif index.today <= last:
            yield waiting(f"第 {year} 服务年度还有 {len(open_)} 家未闭环（{names}）。", **about)
        elif section.never_visited:
            percent = index.parameters.incompletion_percent
            yield failed(
                f"第 {year} 服务年度有 {len(open_)} 家未闭环（{names}），"
                f"有按{index.text.reference('incompletion')}承担合同总价 {percent}% 违约金的风险。",
                **about,
            )
        else:
            yield unsure(f"第 {year} 服务年度企业都已检查，{len(open_)} 家未闭环（{names}）。", **about)


@case_rule(
    "P16-micro-guidance",
    "微型企业指导四项内容",
    rows="P16 G05",
    parameters="micro_headcount",
    level=Level.WARNING,
    remedy="安排指导服务，覆盖责任制、自查自改、系统申报、风险辨识四项。",
    unless="不是微型企业，或属专项、普查案件。",
)
def micro_guidance(chain: CaseHistory) -> Iterator[Outcome]:
    """Fewer than 20 people: guidance that covers the four topics, within the service year."""
    enterprise = chain.enterprise
    if enterprise is None or chain.case.kind not in (CaseKind.ANNUAL, CaseKind.NEW_ENTERPRISE):
        return
    if enterprise.headcount is None:
        yield unsure(f"{enterprise.short_name}未登记人数，不知是否微型企业。", observed="人数不明")
        return
    if enterprise.headcount >= chain.parameters.micro_headcount:
        return
    talks = chain.of_kind(VisitKind.GUIDANCE)
    day = chain.check.day if chain.check else chain.case.opened_on
    first, due = chain.index.year_span(chain.index.year_of(day))
    covered = {topic for step in talks for topic in step.facts.topics}
    in_time = {topic for step in talks if step.day <= due for topic in step.facts.topics}
    elsewhere = {
        topic
        for one in chain.index.services_of(enterprise.id)
        if one.case != chain.case.id
        for given, topics in one.guided
        if first <= given <= due
        for topic in topics
    }
    before = [topic for topic in TOPICS if topic not in covered]
    missing = [topic for topic in TOPICS if topic not in covered | elsewhere]
    tardy = [topic for topic in TOPICS if topic not in in_time | elsewhere]
    earlier = _guided(chain, enterprise, talks, covered, before, due)
    now = _guided(chain, enterprise, talks, covered | elsewhere, missing, due)
    if not missing and tardy:
        days = (max(step.day for step in talks) - due).days
        now = late(
            f"微型企业的指导（{listed(tardy)}）晚于服务年度末 {due.isoformat()}，迟 {days} 天。",
            visit=talks[-1].id,
            expected=listed(TOPICS),
            observed=listed(sorted(covered)),
            due=due,
        )
    yield earlier if now == earlier else revised(now, earlier)


def _guided(
    chain: CaseHistory,
    enterprise: Enterprise,
    talks: tuple[Step, ...],
    covered: set[str],
    missing: list[str],
    due: date,
) -> Outcome:
    about: dict[str, Any] = {
        "visit": talks[-1].id if talks else "",
        "expected": listed(TOPICS),
        "observed": listed(sorted(covered)) or "无指导",
        "due": due,
    }
    if not missing:
        return passed(f"{enterprise.headcount} 人的微型企业，四项指导均已完成。", **about)
    if chain.today <= due:
        return waiting(f"微型企业尚缺指导：{listed(missing)}（{due.isoformat()} 前）。", **about)
    return failed(f"微型企业没有指导：{listed(missing)}。", **about)


CASE_RULES = (
    within_term,
    yearly_chain,
    newcomers.new_enterprise,
    micro_guidance,
    newcomers.newcomer_notified,
    newcomers.tenant_registered,
)
STANDING_RULES = (coverage, newcomers.newcomers)
