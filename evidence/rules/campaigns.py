"""Special campaigns and surveys ordered from above (附件五(一)3、4, 第九条6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from evidence.domain.facts import ServiceState
from evidence.domain.identifiers import EnterpriseId
from evidence.domain.parties import Campaign, CampaignKind
from evidence.rules.clause import Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, revised, standing_rule
from evidence.rules.surroundings import in_force

NONE = "没有专项检查任务。"


def _ordered(index: FactsIndex, kind: CampaignKind) -> list[Campaign]:
    mine = [one for one in index.facts.campaigns if one.kind is kind and one.ordered_on <= index.today]
    return sorted(mine, key=lambda one: (one.ordered_on, one.id))


def _cycles(index: FactsIndex, campaign: Campaign) -> dict[str, ServiceState]:
    """The campaign's cycle of each target that has one."""
    return {
        cycle.enterprise: cycle
        for target in campaign.targets
        for cycle in index.services_of(target)
        if cycle.campaign == campaign.id
    }


@standing_rule(
    "F04-campaign-coverage",
    "专项检查全覆盖",
    rows="F04 C17",
    parameters="campaign_percent",
    level=Level.ERROR,
    remedy="尽快检查、复查所缺的对象；不能按期的书面说明。",
    unless=NONE,
)
def campaign_coverage(index: FactsIndex) -> Iterator[Outcome]:
    """Every target checked and rechecked by the campaign's deadline."""
    for campaign in _ordered(index, CampaignKind.SPECIAL):
        cycles = _cycles(index, campaign)
        name = f"专项“{campaign.topic}”"
        about: dict[str, Any] = {"document": campaign.id, "due": campaign.due}
        if campaign.due is None or not campaign.targets:
            yield unsure(f"{name}没有登记{'期限' if campaign.targets else '检查对象'}。", **about)
            continue
        due = campaign.due
        before = [
            target
            for target in campaign.targets
            if (cycle := cycles.get(target)) is not None
            and cycle.checked_on is not None
            and cycle.checked_on <= due
            and (cycle.closed or (cycle.rechecked_on is not None and cycle.rechecked_on <= due))
        ]
        ends = {target: end for target in campaign.targets if (end := _end(cycles.get(target))) is not None}
        yield from _covered(index, campaign, due, before, ends)


def _end(cycle: ServiceState | None) -> date | None:
    """The day on which a target's cycle was through: its last recheck, or its check when that closed it."""
    if cycle is None or cycle.checked_on is None:
        return None
    return cycle.rechecked_on or (cycle.checked_on if cycle.closed else None)


def _covered(
    index: FactsIndex, campaign: Campaign, due: date, before: Sequence[str], ends: Mapping[EnterpriseId, date]
) -> Iterator[Outcome]:
    """One campaign: earlier editions let a cycle that closed at last pass, however late."""
    earlier = _full_coverage(index, campaign, due, before)
    in_time = [target for target, end in ends.items() if end <= due]
    now = _full_coverage(index, campaign, due, in_time)
    tardy = sorted(target for target, end in ends.items() if end > due)
    if tardy and len(ends) == len(set(campaign.targets)):
        days = (max(ends[target] for target in tardy) - due).days
        names = listed(index.name_of(one) for one in tardy)
        now = late(
            f"专项“{campaign.topic}”已全覆盖，其中 {len(tardy)} 家（{names}）逾期完成，最迟 {days} 天。",
            document=campaign.id,
            due=due,
            expected=f"{len(campaign.targets)} 家，{due.isoformat()} 前",
            observed=f"{len(in_time)} 家按期，{len(tardy)} 家逾期",
        )
    yield earlier if now == earlier else revised(now, earlier)
    targets = len(set(campaign.targets))
    section = sum(in_force(index.today, one.active_from, one.active_to) for one in index.facts.enterprises)
    if targets < section:
        yield revised(
            unsure(
                f"专项“{campaign.topic}”登记的检查对象是 {targets} 家，标段在册 {section} 家；"
                "请确认对象范围与任务通知一致。",
                document=campaign.id,
                expected=f"标段在册 {section} 家",
                observed=f"{targets} 家",
            )
        )


def _full_coverage(index: FactsIndex, campaign: Campaign, due: date, done: Sequence[str]) -> Outcome:
    name = f"专项“{campaign.topic}”"
    about: dict[str, Any] = {"document": campaign.id, "due": due}
    missing = sorted(set(campaign.targets) - set(done))
    about |= {
        "expected": f"{len(campaign.targets)} 家，{due.isoformat()} 前",
        "observed": f"{len(done)} 家完成",
    }
    names = listed(index.name_of(one) for one in missing)
    if not missing:
        return passed(f"{name}已全覆盖。", **about)
    if index.today <= due:
        return waiting(f"{name}还有 {len(missing)} 家未完成（{names}）。", **about)
    return failed(
        f"{name}到期，{len(missing)} 家未完成（{names}），"
        f"有按{index.text.reference('campaign')}承担"
        f"合同总价 {index.parameters.campaign_percent}% 违约金的风险。",
        **about,
    )


@standing_rule(
    "F05-campaign-summary",
    "专项检查汇总清单及时报送",
    rows="F05 C17",
    parameters="summary_days",
    remedy="签发汇总清单，报送{bureau}并登记签收（台账 campaign-pack）。",
    unless=NONE,
)
def campaign_summary(index: FactsIndex) -> Iterator[Outcome]:
    """The summary list was submitted in time, receipted, and counts what was done."""
    for campaign in _ordered(index, CampaignKind.SPECIAL):
        if campaign.due is None:
            continue
        due = campaign.due + timedelta(days=index.parameters.summary_days)
        pack = index.entry("campaign-pack", campaign.id)
        done = sum(cycle.checked_on is not None for cycle in _cycles(index, campaign).values())
        name = f"专项“{campaign.topic}”的汇总清单"
        about: dict[str, Any] = {
            "document": campaign.id,
            "due": due,
            "expected": f"{due.isoformat()} 前报送并签收",
            "observed": pack.on.isoformat() if pack else "未报送",
        }
        if pack is None:
            say = waiting if index.today <= due else failed
            yield say(f"{name}{'待报送' if index.today <= due else '没有报送'}。", **about)
        elif pack.on > due:
            yield late(f"{name}于 {pack.on.isoformat()} 才报送，已迟。", **about)
        elif "targets" not in pack.data:
            said = passed if pack.receipt_on else unsure
            words = "已报送并签收。" if pack.receipt_on else "已报送，尚无签收。"
            yield revised(
                unsure(f"{name}没有登记家数，与记录的 {done} 家是否一致无从核对。", **about),
                said(f"{name}{words}", **about),
            )
        elif pack.data["targets"] != str(done):
            yield failed(f"{name}列 {pack.data['targets']} 家，记录有 {done} 家，合计不符。", **about)
        elif pack.receipt_on is None:
            yield unsure(f"{name}已报送，尚无签收。", **about)
        else:
            yield passed(f"{name}已报送并签收。", **about)


@standing_rule(
    "F07-surveys-per-year",
    "普查一年不超过三次",
    rows="F07",
    parameters="surveys_per_year",
    level=Level.NOTE,
    remedy="第四次起属合同外工作，请与监管部门书面商定。",
    unless="没有普查、调查任务。",
)
def surveys_per_year(index: FactsIndex) -> Iterator[Outcome]:
    """Each survey ordered is supported, and the fourth in a service year is outside the contract."""
    count: dict[int, int] = {}
    for campaign in _ordered(index, CampaignKind.SURVEY):
        year = index.year_of(campaign.ordered_on)
        count[year] = count.get(year, 0) + 1
        number = count[year]
        about: dict[str, Any] = {
            "document": campaign.id,
            "due": campaign.due,
            "expected": f"每年不超过 {index.parameters.surveys_per_year} 次",
            "observed": f"本年度第 {number} 次",
        }
        name = f"普查“{campaign.topic}”"
        result = index.entry("survey-result", campaign.id)
        if number > index.parameters.surveys_per_year:
            yield unsure(f"{name}是本服务年度第 {number} 次，超出合同约定次数。", **about)
        elif result is not None and campaign.due is not None and result.on > campaign.due:
            days = (result.on - campaign.due).days
            yield revised(
                late(f"{name}于 {result.on.isoformat()} 才完成，迟 {days} 天。", **about),
                passed(f"{name}已配合完成。", **about),
            )
        elif result is not None:
            yield passed(f"{name}已配合完成。", **about)
        elif campaign.due is not None and index.today > campaign.due:
            yield failed(f"{name}到期没有成果记录。", **about)
        else:
            yield waiting(f"{name}进行中。", **about)


@standing_rule(
    "F06-campaign-experts",
    "专项检查专家专业对口",
    rows="F06",
    level=Level.NOTE,
    remedy="为到场专家登记专业；必要时外聘。",
    unless="本周没有专项检查。",
)
def campaign_experts(index: FactsIndex) -> Iterator[Outcome]:
    """Somebody with a stated specialty was on every special inspection; whether it fits, a person says."""
    topics = {one.id: one.topic for one in index.facts.campaigns}
    for chain in index.chains:
        topic = topics.get(chain.case.campaign)
        if topic is None:
            continue
        for step in chain.checks:
            people = [index.people[one] for one in step.facts.experts if one in index.people]
            fields = sorted({person.specialty for person in people if person.specialty})
            about: dict[str, Any] = {
                "enterprise": chain.case.enterprise,
                "visit": step.id,
                "expected": f"专业与“{topic}”对口",
                "observed": listed(fields) or "未登记专业",
            }
            if not fields:
                yield failed(f"{chain.case.id} 专项“{topic}”的到场专家没有登记专业。", **about)
            elif any(field in topic or topic in field for field in fields):
                yield passed(f"{chain.case.id} 专项“{topic}”有对口专家。", **about)
            else:
                yield unsure(
                    f"{chain.case.id} 专项“{topic}”的专家专业为{listed(fields)}，请确认对口。", **about
                )


STANDING_RULES = (campaign_coverage, campaign_summary, campaign_experts, surveys_per_year)
