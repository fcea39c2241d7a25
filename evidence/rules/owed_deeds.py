"""What `check` will judge in time and nobody has done: the deeds behind open and failed findings.

The rules are asked themselves, so that the work list and the judgement know the same windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Kind
from evidence.rules.endings import without_what_ended
from evidence.rules.facts_index import FactsIndex
from evidence.rules.registry import RULESETS
from evidence.rules.rule import Outcome, Rule, as_said_by
from evidence.rules.wording import worded

CLERK, LEAD, INSPECTOR, ENTERPRISE, CLIENT = "资料员", "项目负责人", "检查人员", "企业", "甲方"

PAPER = "G08-pages"
URGING, RECHECK, REPORT = "P03-urging-window", "P11-recheck-window", "P07-report-in-time"
FILM, YEAR = "V02-whole-visit", "F02-yearly-chain"
ANSWERED_BY: dict[str, tuple[str, ...]] = {
    "P01-inspection-record": (PAPER,),
    "P04-urging-record": (PAPER, URGING),
    "P07-report-document": (PAPER, REPORT),
    "P12-recheck-record": (PAPER, RECHECK),
    "G06-expert-signatures": (PAPER,),
    "G06-escort-signature": (PAPER,),
    "G06-enterprise-seal": (PAPER,),
    "E04-principal-signature": (PAPER,),
    "S05-supervisor-signature": (PAPER,),
    "G05-every-service-archived": (PAPER, FILM),
    "T10-archived-in-time": (PAPER, FILM),
    "G07-handed-over-in-time": (PAPER, "G07-weekly-handover"),
    "V01-video-and-audio": (FILM,),
    "K03-chain-closed": (URGING, REPORT, RECHECK, "P08-preliminary-review", "P10-versions-kept"),
    "F02-yearly-chain": (URGING, REPORT, RECHECK, "P08-preliminary-review", "P10-versions-kept"),
    "F03-newcomers": ("F03-new-enterprise",),
}
"""Rule -> rules of items that, once done, leave it nothing to ask of the same case or enterprise."""
WORDS: dict[str, tuple[str, str]] = {
    "C08-first-payment": ("登记甲方首付款到账", CLIENT),
    "C09-half-year-payments": ("登记甲方付款到账", CLIENT),
    "C09-half-year-material": ("备齐并提交半年资料", LEAD),
    "C10-final-acceptance": ("申请并通过验收", LEAD),
    "C12-acceptance-requests": ("取得验收申请的答复", CLIENT),
    "C16-nonconformity": ("改正不符合要求的服务", LEAD),
    "C05-safety-plan": ("制定并归档项目安全实施管理措施", LEAD),
    "D02-major-reported": ("上报重大事故隐患", INSPECTOR),
    "E05-questionnaire": ("收回企业服务质量问卷", CLERK),
    "F02-coverage": ("完成本年度全部企业的一轮服务", LEAD),
    "F02-yearly-chain": ("完成一轮检查、督促、复查", LEAD),
    "F03-new-enterprise": ("新投产企业指导和检查", LEAD),
    "F03-newcomers": ("新投产企业指导和检查", LEAD),
    "F04-campaign-coverage": ("完成专项检查和复查", LEAD),
    "F05-campaign-summary": ("报送专项汇总清单", CLERK),
    "F07-surveys-per-year": ("完成普查", LEAD),
    "G07-receipt": ("取得移交包的接收回执", CLERK),
    "G08-edocument": ("转录手写记录的电子文档", CLERK),
    "G08-facts-entered": ("收回空白文书并录入", CLERK),
    "K03-chain-closed": ("完成本案闭环", LEAD),
    "P06-principal-interviewed": ("取得约谈主要负责人的记录", LEAD),
    "P14-assistance": ("完成协助事项", LEAD),
    "P15-notices-delivered": ("送达通知", LEAD),
    "P16-micro-guidance": ("微型企业指导服务", LEAD),
    "P17-newcomer-notified": ("通知监管部门有新企业或厂中厂", LEAD),
    "S01-team": ("配齐项目组人员", LEAD),
    "S02-titles": ("配齐有职称的成员", LEAD),
    "T01-plan-receipt": ("取得下周计划的签收", CLERK),
    "T07-internal-review": ("内部审核本案记录", LEAD),
    "W06-warnings": ("改正书面警告所列问题", LEAD),
}
"""Rule -> what to do in words, and who; other rules say their own title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One thing that a rule will judge in time, or asks for because it is overdue."""

    rule: Rule
    chain: CaseHistory | None
    outcome: Outcome
    what: str
    who: str

    @property
    def answered_by(self) -> tuple[str, ...]:
        """Rules of items that leave it nothing to ask."""
        return (self.rule.id, *ANSWERED_BY.get(self.rule.id, ()))

    @property
    def case(self) -> str:
        """The case it belongs to; empty for what belongs to none."""
        return self.chain.case.id if self.chain else ""

    @property
    def enterprise(self) -> str:
        """Whose."""
        return self.outcome.enterprise or (self.chain.case.enterprise if self.chain else "")


def owed_deeds(index: FactsIndex) -> Iterator[Owed]:
    """Every open or overdue thing that has its day; what was done late is done."""
    ruleset = RULESETS[-1]
    without = frozenset(index.text.without_rules)
    for rule in ruleset.case_rules:
        if rule.id not in without:
            for chain in index.chains:
                said = as_said_by(ruleset.edition, rule.judge(chain))
                yield from _owed(index, rule, chain, without_what_ended(chain, rule.id, said))
    for standing in ruleset.standing_rules:
        if standing.id not in without:
            yield from _owed(index, standing, None, as_said_by(ruleset.edition, standing.judge(index)))


def _owed(
    index: FactsIndex, rule: Rule, chain: CaseHistory | None, outcomes: tuple[Outcome, ...]
) -> Iterator[Owed]:
    for outcome in outcomes:
        done_late = outcome.kind is Kind.FAIL and outcome.level is not None
        if outcome.kind not in (Kind.OPEN, Kind.FAIL) or done_late or outcome.due is None:
            continue
        what, who = WORDS.get(rule.id, (worded(rule.title, index.words), LEAD))
        yield Owed(rule=rule, chain=chain, outcome=outcome, what=what, who=who)
