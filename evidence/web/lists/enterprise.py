"""一企一档: everything about one enterprise on one page; and the 整改率 of all of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import render

from evidence.domain.identifiers import EnterpriseId
from evidence.domain.terms import CASE_KINDS, form_title
from evidence.forms.people import read_contacts
from evidence.rules.figures.hazards import street_of
from evidence.web.lists.known import known, state_of
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.sheets import document_state


@page(Act.SEE)
def enterprise(request: Any, identifier: str) -> Any:
    """Master data, every year's chain, documents, hazards with photographs, footage, contacts."""
    workspace = request.desk.workspace
    held = known(workspace)
    party = held.enterprise.get(EnterpriseId(identifier))
    if party is None:
        raise Http404
    cases = [held.cases[id] for id in held.cases if held.cases[id].enterprise == party.id]
    contacts = read_contacts(workspace.originals, party.contacts)
    hazards = held.hazards_of(party.id)
    context = {
        "enterprise": party,
        "street": street_of(party.address),
        "landlord": held.name(party.landlord),
        "left": party.active_to is not None and party.active_to < held.today,
        "chains": [
            (case, CASE_KINDS[case.kind], held.services.get(case.id), _reached(held, case.id))
            for case in cases
        ],
        "documents": [
            (each, form_title(each.form.form), document_state(each))
            for case in cases
            for each in held.view.documents(case.id)
        ],
        "hazards": hazards,
        "open": sum(seen.line.open for seen in hazards),
        "films": [film for case in cases for film in held.view.recordings(case.id)],
        "contacts": [
            (role, one)
            for role, one in (
                ("法定代表人", contacts.legal),
                ("主要负责人", contacts.principal),
                ("安全管理人员", contacts.safety),
            )
            if one.name or one.telephone
        ],
        "emails": contacts.emails,
        "planned": held.planned.get(party.id),
    }
    return render(request, "desk/enterprise.html", context)


def _reached(held: Any, case: Any) -> str:
    service = held.services.get(case)
    return state_of(service) if service else "未检查"


@page(Act.SEE)
def rates(request: Any) -> Any:
    """整改率 by month, class, checklist item, inspector and street: the figures of `report --statistics`."""
    from evidence.forms.content.checklist import item_titles
    from evidence.reports.tables import rate_tables
    from evidence.rules.figures.rates import rate

    workspace = request.desk.workspace
    lines = [seen.line for seen in known(workspace).all_hazards()]
    tables = rate_tables(lines, item_titles(workspace.checklist_folder))
    context = {
        "total": rate("合计", lines),
        "tables": [(table.title, table.heads[1:], list(table.rows)) for table in tables],
    }
    return render(request, "desk/rates.html", context)
