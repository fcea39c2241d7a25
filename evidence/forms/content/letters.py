"""What official letters carry by GB/T 9704-2012: reference number, signatory, legal basis, enclosures, dates.

Articles of law and clauses stand in the contract's own `[references]` with their sources, never here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from evidence.domain.case import Trigger
from evidence.domain.identifiers import Number
from evidence.domain.parties import Person, Role
from evidence.domain.terms import form_title
from evidence.forms.source import IssueSettings, Source
from evidence.ledger.view import View
from evidence.rules.parameters import contract_text

FREE_NUMBER = "＿＿＿＿〔　　　　〕　　号"
"""Of a letter that another office registers."""
_REPORTED_UNDER = {
    Trigger.PASSIVE: ("passive_report", "law_report"),
    Trigger.OVERDUE: ("overdue_report", "law_report"),
    Trigger.MAJOR: ("major_report", "law_major"),
}


def reference_number(number: Number, settings: IssueSettings, on: date) -> str:
    """发文字号 `承安〔2022〕1-1号`: the agency's sign, the year, the case's running number and the letter's.

    Unique because the form's own number is; by GB/T 9704 neither is padded with noughts.
    """
    _code, case, _form, running = number.split("-")
    sign = settings.forms.letter_sign or settings.contract.code
    return f"{sign}〔{on.year}〕{int(case)}-{int(running)}号"


def report_basis(settings: IssueSettings, trigger: Trigger) -> str:
    """`合同附件五（二）1和《中华人民共和国安全生产法》第四十一条`; empty where the contract names neither."""
    return _basis(settings, *_REPORTED_UNDER[trigger])


def interview_basis(settings: IssueSettings) -> str:
    """On what the regulator's notice of an interview rests."""
    return _basis(settings, "interview", "law_interview")


def _basis(settings: IssueSettings, clause: str, law: str) -> str:
    known = contract_text(settings.parameters).references
    parts = [f"服务合同{known[clause]}"] if known.get(clause) else []
    parts += [known[law]] if known.get(law) else []
    return "和".join(parts)


def leader(view: View, on: date) -> Person | None:
    """The project leader in service on a day, who signs what goes upward."""
    for person in view.people():
        begun = person.active_from is None or person.active_from <= on
        if person.role is Role.LEADER and begun and (person.active_to is None or on <= person.active_to):
            return person
    return None


def enclosures(source: Source, numbers: Iterable[str]) -> tuple[str, str]:
    """附件说明 with title, number and pages of each, and how many there are."""
    listed = []
    for number in dict.fromkeys(filter(None, numbers)):
        document = source.view.document(Number(number))
        if document is not None:
            listed.append(f"{form_title(document.form.form)}（{number}，{document.form.pages}页）")
    if not listed:
        return "无", "0件"
    if len(listed) == 1:
        return listed[0], "1件"
    return "\n".join(f"{place}. {one}" for place, one in enumerate(listed, 1)), f"{len(listed)}件"
