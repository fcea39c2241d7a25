"""Which deed cures which finding: the table behind the worklist."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evidence.rules.clause import Kind
from evidence.rules.owed_deeds import CLERK, CLIENT, INSPECTOR, LEAD, WORDS


class Group(StrEnum):
    """The worklist's groups in the order they are shown."""

    VISIT = "visit"
    LOOK = "look"
    SUPPLY = "supply"
    ENTER = "enter"
    URGE = "urge"
    FRIDAY = "friday"


GROUP_WORDS: dict[Group, str] = {
    Group.VISIT: "今天要去",
    Group.LOOK: "要看",
    Group.SUPPLY: "要补",
    Group.ENTER: "要录",
    Group.URGE: "要催",
    Group.FRIDAY: "周五",
}


class Panel(StrEnum):
    """What the side panel shows to get a deed done."""

    MARKS = "marks"
    PAPER = "paper"
    FILM = "film"
    ENTRY = "entry"
    ARRIVAL = "arrival"
    FORMS = "forms"
    REGISTER = "register"
    FRIDAY = "friday"
    PLAN = "plan"
    CASE = "case"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing a person does about an enterprise."""

    id: str
    group: Group
    words: str
    """May hold `{paper}`: the record it is about."""
    who: str
    panel: Panel
    entry: str = ""
    """Kind of record the entry form opens with: `督促`."""


PAPERS: dict[str, str] = {
    "JC": "检查记录",
    "DD": "督促指导记录",
    "ZG": "整改报告",
    "FC": "复查记录",
    "SB": "上报文书",
    "YT": "约谈通知",
    "YJ": "约谈记录",
}
ENTRY_OF_PAPER: dict[str, str] = {
    "JC": "检查", "DD": "督促", "ZG": "整改报告", "FC": "复查", "SB": "上报", "YJ": "约谈",
}  # fmt: skip
"""Form code -> the entry form its facts go into."""
ENTRY_OF_VISIT: dict[str, str] = {
    "check": "检查", "urging": "督促", "recheck": "复查", "interview": "约谈", "guidance": "指导",
}  # fmt: skip
PAPER_OF_RULE: dict[str, str] = {
    "P01-inspection-record": "JC",
    "P04-urging-record": "DD",
    "P07-report-document": "ZG",
    "P12-recheck-record": "FC",
}
"""Rules that ask whether a whole record is there -> its form code."""
ENTER_RULE = "G08-facts-entered"
REVIEW_RULE = "P08-preliminary-review"
TELL_RULE = "P09-notice-of-nonconformity"
MARK_RULES = frozenset(
    {
        "G06-expert-signatures",
        "G06-escort-signature",
        "G06-enterprise-seal",
        "G06-other-marks",
        "E04-principal-signature",
        "S05-supervisor-signature",
    }
)
PAGE_RULES = frozenset({"G08-pages"})
LOOK_RULES = frozenset({"G08-page-identity", "G09-alterations"})
CONSEQUENCES = frozenset(
    {
        "G05-every-service-archived",
        "T10-archived-in-time",
        "G07-handed-over-in-time",
        "K03-chain-closed",
        "F02-yearly-chain",
        "F02-coverage",
        "G08-current-version",
    }
)
"""What is cured by curing something else of the same case."""
OF_A_CAMPAIGN = frozenset({"F04-campaign-coverage", "F05-campaign-summary"})
"""Done on the campaign's own page."""
RISKS = frozenset({"C15-lateness-risk", "W02-warning-risk"})
"""What follows for the agency from all the rest; nobody does anything about these alone."""
OF_THE_TEAM: dict[str, str] = {
    "G02-confidentiality": "补签、补交保密承诺书",
    "T08-integrity": "补签、补交廉洁承诺书",
    "T02-badge-valid": "补办工作证",
    "S06-external-experts": "补外聘专家的手续",
}
"""About people of the team, whatever case they went to: one drawer is opened once."""

LOOK_AT_MARKS = Deed(
    id="marks", group=Group.LOOK, words="{paper}看图认定签名、盖章", who=CLERK, panel=Panel.MARKS
)
SIGN_LATER = Deed(
    id="paper", group=Group.SUPPLY, words="{paper}补签、补盖后重新扫描", who=CLERK, panel=Panel.PAPER
)
FETCH_PAPER = Deed(id="paper", group=Group.SUPPLY, words="{paper}补齐后扫描", who=CLERK, panel=Panel.PAPER)
FETCH_FILM = Deed(id="film", group=Group.SUPPLY, words="补交全程录像", who=INSPECTOR, panel=Panel.FILM)
WATCH_FILM = Deed(id="watch", group=Group.LOOK, words="看录像认定", who=CLERK, panel=Panel.FILM)
ENTER_FACTS = Deed(id="enter", group=Group.ENTER, words="录入收回的{paper}", who=CLERK, panel=Panel.ENTRY)
TRANSCRIBE = Deed(id="transcribe", group=Group.ENTER, words="转录手写的{paper}", who=CLERK, panel=Panel.MARKS)
CORRECT_FACTS = Deed(
    id="correct", group=Group.ENTER, words="补全{paper}的事实", who=INSPECTOR, panel=Panel.ENTRY
)
ARRIVAL = Deed(id="arrival", group=Group.LOOK, words="认定到件", who=CLERK, panel=Panel.ARRIVAL)
SETTLE = Deed(id="settle", group=Group.URGE, words="核对本案还欠什么", who=LEAD, panel=Panel.CASE)
WEIGH_RISKS = Deed(
    id="risks", group=Group.FRIDAY, words="核对违约和书面警告的风险", who=LEAD, panel=Panel.FRIDAY
)
RECEIVE_MAJOR = "登记重大事故隐患上报的签收"
MISSED_VISIT = "计划的{work}没有进行，改期或说明原因"
PLANNED_VISIT = "{work}"
ANY_ARRIVAL = "认定到件：{path}"
ANY_RECORD = "记录"
REPORT_MAJOR = Deed(
    id="major", group=Group.URGE, words="上报重大事故隐患", who=INSPECTOR, panel=Panel.ENTRY, entry="上报"
)

_URGING = {
    "P03-urging-window": ("督促整改", INSPECTOR, "督促"),
    "P05-passive-reported": ("上报不积极整改的企业", LEAD, "上报"),
    "P06-principal-interviewed": ("约谈企业主要负责人", LEAD, "约谈"),
    "P07-report-in-time": ("催收整改报告", INSPECTOR, "整改报告"),
    REVIEW_RULE: ("初步审核整改报告", INSPECTOR, "整改报告"),
    TELL_RULE: ("告知企业纠正整改报告", INSPECTOR, "整改报告"),
    "P10-versions-kept": ("催企业改正后重新上报整改报告", INSPECTOR, "整改报告"),
    "P11-recheck-window": ("现场复查", INSPECTOR, "复查"),
    "P13-overdue-reported": ("上报逾期未整改到位的企业", LEAD, "上报"),
}
_FACT_RULES = (
    "P01-facts-complete", "P02-", "C04-", "G03-", "G04-", "K01-", "K05-", "T03-", "E01-", "P04-urging-facts",
    "P12-results", "G09-own", "G09-time", "G09-one", "K02-", "K03-order",
)  # fmt: skip


def deed_for(rule_id: str, kind: Kind | None, title: str = "") -> Deed:
    """The deed that cures a finding of this rule; the rest is done in its register or at its case.

    Args:
        kind: of the finding; None for something due.
        title: words for rules the table does not know.
    """
    if rule_id == "P10-versions-kept" and kind is Kind.REVIEW:
        rule_id = REVIEW_RULE  # whether this version is the last one is known when it was reviewed
    known = _of_records(rule_id, kind) or _of_urging(rule_id)
    if known is not None:
        return known
    words, who = WORDS.get(rule_id, (OF_THE_TEAM.get(rule_id, title), LEAD))
    if rule_id.startswith(("G07-", "T01-plan")):
        panel = Panel.PLAN if rule_id == "T01-plan-filed" else Panel.FRIDAY
        return Deed(id=rule_id, group=Group.FRIDAY, words=words, who=who, panel=panel)
    group = Group.URGE if rule_id in WORDS or who == CLIENT else Group.SUPPLY
    panel = Panel.CAMPAIGN if rule_id in OF_A_CAMPAIGN else Panel.REGISTER
    return Deed(id=rule_id, group=group, words=words, who=who, panel=panel)


def _of_records(rule_id: str, kind: Kind | None) -> Deed | None:
    undecided = kind is Kind.REVIEW
    if rule_id in MARK_RULES:
        return LOOK_AT_MARKS if undecided else SIGN_LATER
    if rule_id in LOOK_RULES:
        return LOOK_AT_MARKS
    if rule_id in PAPER_OF_RULE or rule_id in PAGE_RULES:
        return LOOK_AT_MARKS if undecided else FETCH_PAPER
    if rule_id.startswith(("V01-", "V02-")):
        return WATCH_FILM if undecided else FETCH_FILM
    if rule_id == ENTER_RULE:
        return ENTER_FACTS
    if rule_id == "G08-edocument":
        return TRANSCRIBE
    return CORRECT_FACTS if rule_id.startswith(_FACT_RULES) else None


def _of_urging(rule_id: str) -> Deed | None:
    if rule_id == "D02-major-reported":
        return REPORT_MAJOR
    found = _URGING.get(rule_id)
    if found is None:
        return None
    words, who, entry = found
    return Deed(id=rule_id, group=Group.URGE, words=words, who=who, panel=Panel.ENTRY, entry=entry)
