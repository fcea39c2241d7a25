"""Words that handover papers use for states, outcomes and weeks."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.domain.document import Document, MarkVerdict
from evidence.domain.terms import FORM_TITLES
from evidence.domain.week import Week
from evidence.rules.clause import Finding, Kind

VERDICT_WORDS = {
    MarkVerdict.PRESENT: ("present", "有"),
    MarkVerdict.ABSENT: ("missing", "未见"),
    MarkVerdict.UNDECIDED: ("undecided", "待认定"),
}
STATE_WORDS = {"present": "齐全", "missing": "缺项", "undecided": "待认定", "open": "未到期"}
FINDING_STATES = {
    Kind.PASS: "present",
    Kind.FAIL: "missing",
    Kind.REVIEW: "undecided",
    Kind.OPEN: "open",
    Kind.NOT_APPLICABLE: "open",
}


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


def incurable_words(finding: Finding) -> str:
    """That a gap was declared beyond cure, and why; empty where nobody did."""
    act = finding.incurable
    return "" if act is None else f"已声明无法补正：{act.why}"
