"""Issuing any form of a case at the desk: what the ledger knows is filled in, the rest is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.domain.case import VisitKind, in_force
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import CaseId, Number, PersonId, VisitId, expand
from evidence.domain.parties import Role
from evidence.domain.reasons import in_words
from evidence.domain.terms import FORM_TITLES, VISIT_KINDS
from evidence.errors import EvidenceError, UsageError
from evidence.forms.declaration import FormDeclaration
from evidence.forms.source import IssueRequest, Source, find_source
from evidence.web.acting import actor_of
from evidence.web.issue_form import fields_of, first_step, given
from evidence.web.jobs import Outcome
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.speech import say

Report = Callable[[str], None]


def case_forms(workspace: Any) -> list[FormDeclaration]:
    """The forms a case may have, in the order of the procedure."""

    order = {name: place for place, name in enumerate(FORM_TITLES)}
    forms = [form for form in workspace.catalogue() if not form.weekly and form.id != "campaign-summary"]
    return sorted(forms, key=lambda form: order.get(form.id, len(order)))


def _known(source: Source) -> dict[str, Any]:
    from evidence.forms.content.marks import Marks
    from evidence.forms.content.registry import form_values

    return form_values(source, Marks(form=source.form))


def _request(case: CaseId, form: FormDeclaration, sent: Any) -> IssueRequest:
    visit = sent.get("visit", "")
    values = {"来源": sent["value|来源"]} if form.id == "questionnaire" and sent.get("value|来源") else {}
    return IssueRequest(
        form=form.id,
        case=case,
        visit=VisitId(visit) if visit else None,
        blank="blank" in sent,
        experts=tuple(PersonId(each) for each in sent.getlist("expert")),
        values=values,
    )


@page(Act.ENTER_VISIT)
def forms(request: Any, identifier: str) -> Any:
    """The forms this case may have; those that need an entry first say so."""
    workspace = request.desk.workspace
    case = workspace.ledger.view.case(CaseId(identifier))
    if case is None:
        raise Http404
    issued = [each.form for each in workspace.ledger.view.documents(case.id) if not each.form.voided_why]
    context = {
        "case": case,
        "enterprise": workspace.ledger.view.enterprise(case.enterprise),
        "forms": [
            (
                form,
                VISIT_KINDS[VisitKind(form.visit_kind)] if form.visit_kind else "",
                [each for each in issued if each.form == form.id],
            )
            for form in case_forms(workspace)
        ],
    }
    return render(request, "desk/forms.html", context)


@page(Act.ENTER_VISIT, "GET", "POST")
def issue(request: Any, identifier: str, form: str) -> Any:
    """One form: see what will be printed, complete it, issue it."""

    workspace = request.desk.workspace
    view = workspace.ledger.view
    case = view.case(CaseId(identifier))
    declared = next((each for each in case_forms(workspace) if each.id == form), None)
    if case is None or declared is None:
        raise Http404
    sent = request.POST if request.method == "POST" else request.GET
    wanted = _request(case.id, declared, sent)
    folder = workspace.catalogue().folder / declared.id
    problem: EvidenceError | None = None
    known: dict[str, Any] = {}
    try:
        source = find_source(
            wanted,
            form=declared,
            folder=folder,
            view=view,
            originals=workspace.originals,
            settings=workspace.settings,
        )
        known = _known(source)
    except UsageError as error:
        problem = error
    if request.method == "POST" and problem is None:
        values = {**wanted.values, **given(declared, request.POST, known)}
        work = issuing(request, [replace(wanted, values=values)], back=reverse("case", args=[case.id]))
        job = request.desk.jobs.start(f"{case.id} {say('签发')} {declared.short}", work)
        return redirect("job", identifier=job.id)
    blanks, listings = fields_of(declared, known)
    visits = [each for each in in_force(view.visits(case.id)) if each.kind == declared.visit_kind]
    context = {
        "case": case,
        "enterprise": view.enterprise(case.enterprise),
        "form": declared,
        "blanks": blanks,
        "listings": listings,
        "visits": visits,
        "chosen": wanted,
        "experts": [each for each in view.people() if each.role is not Role.SUPERVISOR],
        "problem": problem,
        "first": first_step(declared),
        "blank_report": declared.id == "rectification-report",
    }
    return render(request, "desk/issue.html", context, status=200 if problem is None else 409)


def issuing(request: Any, wanted: Sequence[IssueRequest], *, back: str) -> Callable[[Report], Outcome]:
    """Work for a job: issue the forms, all or none, and offer them for printing."""
    from evidence.forms.issue import issue_forms

    workspace = request.desk.workspace
    actor = actor_of(request).journalled

    def work(report: Report) -> Outcome:
        report(say("正在填写模板并生成 PDF……"))
        made = issue_forms(wanted, workspace.issuer(), now=workspace.clock(), actor=actor)
        report(say("已登记编号。"))
        return printed(made, say("文书已签发，请打印后签名盖章："), back, workspace)

    return work


def printed(made: Sequence[IssuedForm], text: str, back: str, workspace: Any) -> Outcome:
    """What to do with forms just issued: print them, all in one go.

    What recognition will ask of their pages is reckoned afterwards.
    """
    numbers = [form.number for form in made]
    url = (
        reverse("form-pdf", args=[numbers[0]])
        if len(numbers) == 1
        else f"{reverse('print-forms')}?n={'&n='.join(numbers)}"
    )
    return Outcome(
        text=text + "、".join(numbers),
        url=url,
        label=say("打印"),
        back=back,
        afterwards=lambda: workspace.keep_features(made),
    )


@page(Act.ENTER_VISIT, "POST")
def withdraw(request: Any, number: str) -> Any:
    """Void a form, or replace it with a new one from the facts as they stand now."""
    from evidence.forms import withdraw as forms_withdraw

    workspace = request.desk.workspace
    known = expand(number)
    if known is None or workspace.ledger.view.document(Number(known)) is None:
        raise Http404
    old, why = Number(known), request.POST.get("why", "").strip()
    actor, back = actor_of(request).journalled, reverse("document", args=[known])
    if not in_words(why):
        raise UsageError(say("作废要写明原因。"), remedy=say("例：打印模糊、内容有误。"))
    why = f"{why}（{request.user.seat.person}）"
    if request.POST.get("action") == "void":
        forms_withdraw.void(workspace.ledger, old, why=why, actor=actor)
        return redirect("document", number=known)

    def work(report: Report) -> Outcome:
        report(say("正在填写模板并生成 PDF……"))
        made = forms_withdraw.reissue(old, workspace.issuer(), why=why, now=workspace.clock(), actor=actor)
        return printed([made], say("已重新签发，原编号作废："), back, workspace)

    return redirect("job", identifier=request.desk.jobs.start(f"{known} {say('重新签发')}", work).id)
