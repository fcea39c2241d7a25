"""Words that handover papers use for forms, roles, states and outcomes."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.domain.case import CaseKind, VisitKind
from evidence.domain.document import Document, Mark, MarkVerdict
from evidence.domain.week import Week
from evidence.rules.clause import Finding, Kind

FORM_TITLES = {
    "inspection-record": "现场检查记录",
    "urging-record": "督促指导工作记录",
    "rectification-report": "整改报告",
    "recheck-record": "现场复查记录",
    "interview-notice": "约谈通知",
    "interview-record": "约谈记录",
    "escalation-report": "上报",
    "weekly-plan": "下周工作计划",
    "campaign-summary": "专项检查汇总清单",
    "handover-list": "移交清单",
    "handover-receipt": "接收回执",
    "questionnaire": "服务质量问卷",
    "tenant-notice": "新企业（厂中厂）告知",
}
CASE_KINDS = {
    CaseKind.ANNUAL: "年度全面检查",
    CaseKind.NEW_ENTERPRISE: "新进企业检查",
    CaseKind.SPECIAL: "专项检查",
    CaseKind.SURVEY: "普查",
}
VISIT_KINDS = {
    VisitKind.CHECK: "现场检查",
    VisitKind.URGING: "督促指导",
    VisitKind.RECHECK: "现场复查",
    VisitKind.GUIDANCE: "现场指导",
    VisitKind.INTERVIEW: "约谈",
}
ROLES = {
    "expert": "检查人员",
    "supervisor": "监管人员",
    "escort": "陪同安管人员",
    "principal": "企业主要负责人",
    "reviewer": "审核人",
    "urger": "督促人",
    "visited": "企业人员",
    "giver": "移交人",
    "receiver": "接收人",
    "compiler": "编制人",
    "filler": "填写人",
    "interviewer": "约谈人",
    "recorder": "记录人",
    "enterprise": "企业",
    "agency": "服务机构",
    "regulator": "监管部门",
}
MARK_KINDS = {"signature": "签名", "seal": "盖章", "date": "日期", "fingerprint": "指印"}
VERDICT_WORDS = {
    MarkVerdict.PRESENT: ("present", "有"),
    MarkVerdict.ABSENT: ("missing", "未见"),
    MarkVerdict.UNDECIDED: ("undecided", "待判定"),
}
STATE_WORDS = {"present": "齐全", "missing": "缺项", "undecided": "待判定", "open": "未到期"}
FINDING_STATES = {
    Kind.PASS: "present",
    Kind.FAIL: "missing",
    Kind.REVIEW: "undecided",
    Kind.OPEN: "open",
    Kind.NOT_APPLICABLE: "open",
}


def form_title(form: str) -> str:
    """The record's name as people say it."""
    return FORM_TITLES.get(form, form)


def box_title(mark: Mark) -> str:
    """`陪同安管人员签名`."""
    return f"{ROLES.get(mark.role, mark.role)}{MARK_KINDS.get(mark.kind, '')}"


def document_state(document: Document) -> str:
    """`missing` before `undecided` before `present`."""
    required = [mark for mark in document.marks if mark.required]
    if document.missing_pages or any(mark.verdict is MarkVerdict.ABSENT for mark in required):
        return "missing"
    if any(mark.verdict is MarkVerdict.UNDECIDED for mark in required):
        return "undecided"
    return "present"


def week_title(week: Week) -> str:
    """`2022年第13周，3月28日至4月3日`."""
    first, last = week.monday, week.sunday
    return f"{week.year}年第{week.number}周，{first.month}月{first.day}日至{last.month}月{last.day}日"


def notable(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What a reader must see: fails, reviews, and whatever blocks; waivers stay visible."""
    chosen = [each for each in findings if each.blocking or each.kind in (Kind.FAIL, Kind.REVIEW)]
    # what stops the package first, then case by case, standing duties last
    return tuple(sorted(chosen, key=lambda each: (not each.blocking, not each.subject.case)))


def clause_of(finding: Finding) -> str:
    """The clause as papers cite it."""
    return finding.clause.number


def in_order(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Valid documents as the work went: check, urging, report, recheck, then the rest."""
    order = {form: place for place, form in enumerate(FORM_TITLES)}
    valid = [document for document in documents if not document.form.voided_why]
    return tuple(sorted(valid, key=lambda each: (order.get(each.form.form, len(order)), each.form.number)))


def size_text(count: int) -> str:
    """Bytes with thin groups: `1 234 567`."""
    return f"{count:,}".replace(",", " ")
