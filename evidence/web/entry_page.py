"""The page on which a visit is entered: the paper at the left, the form at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.shortcuts import render

from evidence.domain.case import Case, in_force
from evidence.domain.identifiers import PersonId
from evidence.domain.week import local_date
from evidence.forms.content.checklist import item_titles
from evidence.forms.visit_entry import Recorded
from evidence.forms.visit_tables import HAZARDS
from evidence.ledger.view import View
from evidence.rules.parameters import Parameters
from evidence.web import entry_form
from evidence.web.entry_form import Field, Rows, Typed
from evidence.web.entry_known import Known, known_of, open_hazard_words, recheck_day
from evidence.web.entry_paper import chosen_paper, geometry_of, papers_of
from evidence.web.entry_words import bases, criteria
from evidence.web.panel_redirect import in_panel
from evidence.web.presence import others_at
from evidence.web.sheets import sheets_of
from evidence.web.speech import say
from evidence.web.viewings import looked_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page of the form shows beside what is known."""

    typed: Typed = field(default_factory=dict)
    saved: Any = None
    """When the draft was kept; None where there is none."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """Field name -> what is wrong with it."""
    left_over: Sequence[str] = ()
    """Mistakes that belong to no field of the form."""
    same_day: Recorded | None = None
    """The visit of that day this one would silently have corrected."""
    paper: str = ""
    correcting: str = ""


def hazards_of(
    view: View, case: Case, typed: Typed, *, parameters: Parameters, today: date
) -> dict[str, str]:
    """Hazards a list answers: those still open, and those the form answers already."""
    answered = {value for name, values in typed.items() if name.endswith("|隐患") for value in values}
    visits = in_force(view.visits(case.id))
    still = open_hazard_words(visits, parameters, today)
    return {
        hazard.id: still.get(hazard.id, f"{hazard.location}：{hazard.description}")
        for visit in visits
        for hazard in visit.hazards
        if hazard.id in still or hazard.id in answered
    }


def show(request: Any, case: Case, kind: str, shown: Shown) -> Any:
    """The page; 409 when something has to be settled first."""
    workspace = request.desk.workspace
    view = workspace.ledger.view
    today = local_date(workspace.clock())
    papers = papers_of(view, case, kind)
    paper = chosen_paper(papers, shown.paper)
    if paper is not None:
        looked_at(request, numbers=[paper.form.number])
    known = Known()
    if not shown.correcting:
        known = known_of(
            view,
            workspace.originals,
            case,
            kind,
            parameters=workspace.settings.parameters,
            today=today,
            pages=geometry_of(workspace, paper),
            paper=paper,
            me=PersonId(request.user.seat.roster_id) if request.user.seat.roster_id else None,
        )
    typed = shown.typed or known.values
    fields, lists = _fields(request, case, kind, typed, shown, known)
    parameters = workspace.settings.parameters
    context = {
        "case": case,
        "enterprise": view.enterprise(case.enterprise),
        "kind": kind,
        "line": request.POST.get("line") or request.GET.get("line", ""),
        "then": request.POST.get("then") or request.GET.get("then", ""),
        "mine": request.POST.get("mine") or request.GET.get("mine", ""),
        "title": entry_form.TITLES[kind],
        "fields": [each for each in fields if not each.seldom],
        "seldom": [each for each in fields if each.seldom],
        "lists": lists,
        "can_issue": kind in entry_form.FORM_OF and paper is None,
        "saved": shown.saved,
        "papers": papers,
        "paper": paper,
        "sheets": sheets_of(paper.scans, workspace.issued) if paper else (),
        "left_over": shown.left_over,
        "wrong": len(shown.errors) + len(shown.left_over),
        "same_day": shown.same_day,
        "correcting": shown.correcting,
        "others": others_at(request.user, case.id, kind),
        "bases": bases(view) if HAZARDS in entry_form.LISTS[kind] else (),
        "criteria": criteria(parameters, today) if HAZARDS in entry_form.LISTS[kind] else (),
        "deadline_days": parameters.rectification_days,
        "recheck_days": (recheck_day(today, parameters) - today).days,
    }
    panel = in_panel(request)
    if panel:
        asked = {name: context[name] for name in ("line", "then", "mine") if context[name]}
        context |= {"panel": True, "carried": f"&{urlencode(asked)}" if asked else ""}
    refused = shown.errors or shown.left_over or shown.same_day
    name = "desk/_panel_write.html" if panel else "desk/entry.html"
    return render(request, name, context, status=409 if refused else 200)


def _fields(
    request: Any, case: Case, kind: str, typed: Typed, shown: Shown, known: Known
) -> tuple[tuple[Field, ...], list[Rows]]:
    workspace = request.desk.workspace
    view = workspace.ledger.view
    hazards = hazards_of(
        view,
        case,
        typed,
        parameters=workspace.settings.parameters,
        today=local_date(workspace.clock()),
    )
    titles = item_titles(workspace.checklist_folder) if kind == "检查" else {}
    head = entry_form.head_fields(kind, typed, people=view.people(), devices=view.devices(), hazards=hazards)
    fields = tuple(
        replace(
            each,
            known_from=say(known.sources.get(each.name, "")) if not shown.typed else "",
            offers=known.offers.get(each.name, ()),
        )
        for each in entry_form.with_errors(head, shown.errors)
    )
    lists = [
        entry_form.list_rows(
            table,
            typed,
            items=[f"{number}. {title}" for number, title in titles.items()],
            hazards=hazards,
        )
        for table in entry_form.LISTS[kind]
    ]
    settled = [
        replace(each, rows=tuple(entry_form.with_errors(row, shown.errors) for row in each.rows))
        for each in lists
    ]
    return fields, settled
