"""Everything an inspector needs where there is no network, as one JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from evidence.config import Workspace
from evidence.domain.case import Case, Visit, in_force
from evidence.domain.hazard_history import HazardHistory, hazard_histories
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId
from evidence.domain.week import Week
from evidence.forms.content.checklist import checklist_rows
from evidence.web import entry_form
from evidence.web.entry_form import Field, head_fields, list_rows
from evidence.web.entry_known import known_of, open_hazard_words, recheck_day
from evidence.web.entry_words import bases, criteria
from evidence.web.site.own_case import OUTSIDE_KINDS
from evidence.web.site.planned import OwnVisit, own_visits
from evidence.web.speech import say

FORMAT = 2
"""Counts changes after which a page of before could not read the document."""


def bundle_of(workspace: Workspace, person: PersonId, today: date) -> dict[str, Any]:
    """The planned visits of this week, and the tables every visit needs."""
    view = workspace.ledger.view
    week = Week.of(today)
    parameters = workspace.settings.parameters
    return {
        "format": FORMAT,
        "week": str(week),
        "visits": [_visit(workspace, person, each, today) for each in own_visits(view, person, week)],
        "checklist": _checklist(workspace),
        "bases": bases(view),
        "criteria": criteria(parameters, today),
        "phrases": _phrases(view.all_visits()),
        "rectification_days": parameters.rectification_days,
        "photograph_required": [*workspace.settings.site.photograph_required],
        "printed": [*entry_form.FORM_OF],
        "outside": [_unplanned(workspace, person, kind) for kind in OUTSIDE_KINDS],
    }


def _checklist(workspace: Workspace) -> list[dict[str, str]]:
    if not (workspace.checklist_folder / "checklist.yaml").is_file():
        return []
    return [
        {"number": row["序号"], "title": row["名称"], "text": row["内容"], "category": category["名称"]}
        for category in checklist_rows(workspace.checklist_folder, None)
        for row in category["项目"]
    ]


def _visit(workspace: Workspace, person: PersonId, own: OwnVisit, today: date) -> dict[str, Any]:
    view = workspace.ledger.view
    enterprise = view.enterprise(EnterpriseId(own.line.enterprise))
    values: dict[str, list[str]] = {entry_form.head_name("检查人员"): [*own.line.experts]}
    waiting: dict[str, str] = {}
    if own.case is not None:
        parameters = workspace.settings.parameters
        known = known_of(
            view, workspace.originals, own.case, own.kind, parameters=parameters, today=today, me=person
        )
        values = {**values, **known.values}
        waiting = open_hazard_words(view.visits(own.case.id), parameters, today)
    return {
        "key": own.key,
        "day": own.line.day.isoformat(),
        "kind": own.kind,
        "title": say(entry_form.TITLES[own.kind]),
        "case": own.case.id if own.case else "",
        "recheck_on": recheck_day(own.line.day, workspace.settings.parameters).isoformat(),
        "enterprise": {
            "id": own.line.enterprise,
            "name": enterprise.name if enterprise else own.line.enterprise,
            "credit_code": enterprise.credit_code if enterprise else "",
            "address": enterprise.address if enterprise else "",
            "classes": [each.value for each in enterprise.classes] if enterprise else [],
        },
        **_asked(workspace, own.kind, values, waiting, _first_photographs(workspace, own.case, waiting)),
        "earlier": _earlier(
            workspace, EnterpriseId(own.line.enterprise), own.case.id if own.case else None, today
        ),
    }


def _unplanned(workspace: Workspace, person: PersonId, kind: str) -> dict[str, Any]:
    """What a visit of this kind asks for at an enterprise that stands in no plan."""
    values = {entry_form.head_name("检查人员"): [str(person)]}
    return {"kind": kind, "title": say(entry_form.TITLES[kind]), **_asked(workspace, kind, values, {}, {})}


def _asked(
    workspace: Workspace,
    kind: str,
    values: Mapping[str, Sequence[str]],
    waiting: Mapping[str, str],
    photographs: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Fields and lists of one kind of visit."""
    view = workspace.ledger.view
    head = head_fields(kind, values, people=view.people(), devices=view.devices())
    lists = [list_rows(table, {}, hazards=waiting, items=[""] * 25) for table in entry_form.LISTS[kind]]
    return {
        "head": [_field(each) for each in head],
        "lists": [
            {
                "name": rows.table.name,
                "label": say(rows.table.name),
                "columns": [_field(each) for each in (rows.empty or (rows.rows or ((),))[0])],
                "keys": [value for _name, value in rows.keys],
                "labels": [*rows.labels],
                "photographs": {key: [*found] for key, found in photographs.items()},
            }
            for rows in lists
        ],
    }


def _first_photographs(
    workspace: Workspace, case: Case | None, waiting: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Hazard -> what it looked like when it was found."""
    if case is None:
        return {}
    visits = in_force(workspace.ledger.view.visits(case.id))
    return {each.id: each.photos for visit in visits for each in visit.hazards if each.id in waiting}


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "heading": field.heading,
        "label": say(field.heading),
        "widget": field.widget,
        "values": [*field.values],
        "choices": [[value, say(label)] for value, label in field.choices],
        "required": field.required,
        "seldom": field.seldom,
    }


def _earlier(
    workspace: Workspace, enterprise: EnterpriseId, own: CaseId | None, today: date
) -> list[dict[str, Any]]:
    """Hazards of the enterprise's other cases, newest first, each with what a recheck said last."""
    view = workspace.ledger.view
    found: list[dict[str, Any]] = []
    for case in reversed(view.cases(enterprise)):
        if case.id == own or case.cancelled_why:
            continue
        usual_days = workspace.settings.parameters.rectification_days
        found += [_hazard(each, today) for each in hazard_histories(view.visits(case.id), usual_days)]
    return found


def _hazard(history: HazardHistory, today: date) -> dict[str, Any]:
    hazard, result = history.hazard, history.result_on(today)
    return {
        "case": history.visit.case,
        "id": hazard.id,
        "found": history.found_on.isoformat(),
        "location": hazard.location,
        "description": hazard.description,
        "grade": hazard.grade.value,
        "state": result.state.value if result else "",
    }


def _phrases(visits: Sequence[Visit]) -> dict[str, list[str]]:
    """Checklist item -> how hazards of it were described most often: the list grows from use."""
    counts: dict[int, Counter[str]] = {}
    for visit in visits:
        for hazard in visit.hazards:
            if hazard.item is not None:
                counts.setdefault(hazard.item, Counter())[hazard.description] += 1
    return {str(item): [words for words, _count in found.most_common(8)] for item, found in counts.items()}
