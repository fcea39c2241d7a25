"""The paper that came back and waits to be entered, for the left half of the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evidence.domain.case import Case
from evidence.domain.document import Document, IssuedForm, IssuedPage
from evidence.domain.identifiers import Number, expand
from evidence.errors import EvidenceError
from evidence.forms.visit_tables import REPORT
from evidence.ledger.view import View
from evidence.web.entry_form import FORM_OF

_FORMS = {**FORM_OF, "指导": "guidance-record", REPORT: "rectification-report"}


def kind_entered(form: IssuedForm) -> str:
    """What is entered from a paper of this form: 检查, 整改报告 …; empty for what nobody enters."""
    return next((kind for kind, id in _FORMS.items() if id == form.form), "")


def waits(paper: Document) -> bool:
    """Filled in by hand and not transcribed yet; a blank form may name an earlier visit of its kind."""
    return paper.form.blank and paper.transcription is None


def papers_of(view: View, case: Case, kind: str) -> tuple[Document, ...]:
    """Valid forms of this kind with scans, those nobody has entered yet first, newest first."""
    found = [
        each
        for each in view.documents(case.id)
        if each.form.form == _FORMS.get(kind) and each.scans and not each.form.voided_why
    ]
    newest = sorted(found, key=lambda each: each.form.issued_at, reverse=True)
    return tuple(sorted(newest, key=lambda each: not waits(each)))


def chosen_paper(papers: Sequence[Document], wanted: str) -> Document | None:
    """The one that was asked for; else the first that waits to be entered."""
    number = expand(wanted.strip().upper()) if wanted else None
    if number is not None:
        return next((each for each in papers if each.form.number == number), None)
    return next((each for each in papers if waits(each)), None)


def geometry_of(workspace: Any, paper: Document | None) -> tuple[IssuedPage, ...]:
    """Boxes of its pages; empty where the store has none."""
    if paper is None:
        return ()
    try:
        return tuple(workspace.issued.geometry(Number(paper.form.number)))
    except (EvidenceError, OSError):
        return ()
