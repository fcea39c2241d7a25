"""一企一档: everything about one enterprise on one page; and the 整改率 of all of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import render

from evidence.domain.identifiers import EnterpriseId
from evidence.domain.terms import CASE_KINDS, form_title
from evidence.domain.week import local_date
from evidence.forms.people import read_contacts
from evidence.rules.figures.hazards import street_of
from evidence.web.acting import names_of
from evidence.web.case_chain import chain_steps, closed
from evidence.web.case_hazards import hazard_lines
from evidence.web.files import hand_out
from evidence.web.lists.history import history_of
from evidence.web.lists.known import known, state_of
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.sheets import document_state
from evidence.web.speech import speaking
from evidence.web.viewings import looked_at


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
        "versions": history_of(request.desk.board.trail.imports(), party.id),
        "names": names_of(held.view),
    }
    looked_at(request, cases=[seen.line.case for seen in hazards if seen.before or seen.after])
    return render(request, "desk/enterprise.html", context)


@page(Act.SEE)
def one_page(request: Any, identifier: str) -> Any:
    """一页说明 of an enterprise, from its newest case, as PDF."""
    from evidence.ledger.facts import gather
    from evidence.rules.judge import judge
    from evidence.web.one_page import Told, one_page_bytes

    workspace = request.desk.workspace
    view, at = workspace.ledger.view, workspace.clock()
    party = view.enterprise(EnterpriseId(identifier))
    cases = sorted(view.cases(EnterpriseId(identifier)), key=lambda each: (each.opened_on, each.id))
    if party is None or not cases:
        raise Http404
    newest, parameters = cases[-1], workspace.settings.parameters
    gathered = gather(view, week=None, case=newest.id, at=at)
    facts = gathered.cases[0]
    findings = [each for each in judge(gathered, parameters, at) if each.subject.case == newest.id]
    with speaking("zh"):
        told = Told(
            name=party.name,
            code=str(party.credit_code),
            address=party.address,
            classes="、".join(each.value for each in party.classes),
            case=newest.id,
            kind=CASE_KINDS[newest.kind],
            opened_on=newest.opened_on,
            closed=closed(findings),
            steps=chain_steps(facts, findings, view.packages_about([newest.id]), view.receipts()),
            hazards=hazard_lines(facts, parameters, local_date(at)),
            papers=[
                (form_title(each.form.form), each.form.number, document_state(each)[2])
                for each in facts.documents
                if not each.form.voided_why
            ],
            earlier=[each.id for each in cases[:-1]],
        )
    head = workspace.ledger.head
    made = one_page_bytes(told, at=at, ledger=f"账本 {head.size} 行，末行指纹 {head.digest}")
    name = f"{party.short_name or party.name}-情况说明.pdf"
    return hand_out(request, made, name, type="application/pdf", case=newest.id)


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
