"""Form id -> the function that makes its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evidence.forms.content import case_papers, enterprise_papers, interview, personal_papers
from evidence.forms.content.escalation import escalation_fields
from evidence.forms.content.inspection import inspection_fields
from evidence.forms.content.marks import Marks
from evidence.forms.content.recheck import recheck_fields
from evidence.forms.content.rectification import rectification_fields
from evidence.forms.content.urging import urging_fields
from evidence.forms.declaration import FieldKind, FormDeclaration
from evidence.forms.source import Source

Content = Callable[[Source, Marks], Mapping[str, Any]]

CONTENT: dict[str, Content] = {
    "inspection-record": inspection_fields,
    "urging-record": urging_fields,
    "rectification-report": rectification_fields,
    "recheck-record": recheck_fields,
    "interview-notice": interview.notice_fields,
    "interview-record": interview.interview_fields,
    "escalation-report": escalation_fields,
    "questionnaire": enterprise_papers.questionnaire_fields,
    "tenant-notice": enterprise_papers.notice_fields,
    "guidance-record": case_papers.guidance_fields,
    "deadline-extension": case_papers.extension_fields,
    "case-closure": case_papers.closure_fields,
    "undertaking": personal_papers.undertaking_fields,
    "interest-declaration": personal_papers.declaration_fields,
    "personnel-change": personal_papers.change_fields,
}

CLOSING = "（以下空白）"
"""Stands after the last row of a list, so that nobody can add one."""
HEADING = 22
"""Characters of 10.5 pt that fit beside the number."""


def form_values(source: Source, marks: Marks) -> dict[str, Any]:
    """Values from the ledger, completed and overruled by the request's own.

    A form the program does not know (a workspace's own template) is filled from the request alone.
    """
    content = CONTENT.get(source.form.id)
    values = dict(content(source, marks)) if content else {"框": marks.fixed()}
    given = {"页眉单位": _heading(source), **values, **source.request.values}
    return completed(given, source.form)


def completed(values: Mapping[str, Any], form: FormDeclaration) -> dict[str, Any]:
    """Values with 以下空白 and an empty one for every other declared field and column nobody gave.

    So values kept from before a field was added still fill today's template.
    """
    empty: dict[FieldKind, Any] = {FieldKind.TEXT: "", FieldKind.FLAG: False, FieldKind.PICTURE: ""}
    found = {"以下空白": CLOSING, **values, "文书标题": form.title, "合同说明": form.note}
    for declared in form.fields:
        if declared.kind is FieldKind.LIST:
            columns = {item.name: "" for item in declared.items if item.kind in empty}
            found[declared.name] = [{**columns, **row} for row in found.get(declared.name) or ()]
        else:
            found.setdefault(declared.name, empty.get(declared.kind, ""))
    return found


def _heading(source: Source) -> str:
    """The enterprise's name for the head of every page, short enough for one line.

    Annex pages are alike in every case; with the name on them they can be told apart, by people and
    by recognition.
    """
    name = source.enterprise.name if source.enterprise else ""
    return name if len(name) <= HEADING else name[: HEADING - 1] + "…"
