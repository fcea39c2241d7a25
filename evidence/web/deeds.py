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


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing a person does about an enterprise."""

    id: str
    group: Group
    words: str
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
PAPER_OF_RULE: dict[str, str] = {
    "P01-inspection-record": "JC",
    "P04-urging-record": "DD",
    "P07-report-document": "ZG",
    "P12-recheck-record": "FC",
}
"""Rules that ask whether a whole record is there -> its form code."""
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

LOOK_AT_MARKS = Deed(id="marks", group=Group.LOOK, words="看图判定签名、盖章", who=CLERK, panel=Panel.MARKS)
SIGN_LATER = Deed(id="paper", group=Group.SUPPLY, words="补签、补盖后重新扫描", who=CLERK, panel=Panel.PAPER)
FETCH_PAPER = Deed(id="paper", group=Group.SUPPLY, words="补齐后扫描", who=CLERK, panel=Panel.PAPER)
FETCH_FILM = Deed(id="film", group=Group.SUPPLY, words="补交全程录像", who=INSPECTOR, panel=Panel.FILM)
WATCH_FILM = Deed(id="watch", group=Group.LOOK, words="看录像认定", who=CLERK, panel=Panel.FILM)
ENTER_FACTS = Deed(
    id="enter", group=Group.ENTER, words="录入收回的记录", who=CLERK, panel=Panel.ENTRY, entry="检查"
)
TRANSCRIBE = Deed(id="transcribe", group=Group.ENTER, words="转录手写记录", who=CLERK, panel=Panel.MARKS)
CORRECT_FACTS = Deed(
    id="correct", group=Group.ENTER, words="补全检查事实", who=INSPECTOR, panel=Panel.ENTRY, entry="检查"
)
REPORT_MAJOR = Deed(
    id="major", group=Group.URGE, words="上报重大事故隐患", who=INSPECTOR, panel=Panel.ENTRY, entry="上报"
)

_URGING = {
    "P03-urging-window": ("督促整改", INSPECTOR, "督促"),
    "P05-passive-reported": ("上报不积极整改的企业", LEAD, "上报"),
    "P06-principal-interviewed": ("约谈企业主要负责人", LEAD, "约谈"),
    "P07-report-in-time": ("催收整改报告", INSPECTOR, "整改报告"),
    "P08-preliminary-review": ("初步审核整改报告", INSPECTOR, "整改报告"),
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
    known = _of_records(rule_id, kind) or _of_urging(rule_id)
    if known is not None:
        return known
    words, who = WORDS.get(rule_id, (title, LEAD))
    if rule_id.startswith(("G07-", "T01-plan")):
        panel = Panel.PLAN if rule_id == "T01-plan-filed" else Panel.FRIDAY
        return Deed(id=rule_id, group=Group.FRIDAY, words=words, who=who, panel=panel)
    group = Group.URGE if rule_id in WORDS or who == CLIENT else Group.SUPPLY
    return Deed(id=rule_id, group=group, words=words, who=who, panel=Panel.REGISTER)


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
    if rule_id == "G08-facts-entered":
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
