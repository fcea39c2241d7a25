"""Buttons that take an act back, and the one that makes a handwritten record's electronic document."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect

from evidence.domain.identifiers import CaseId, Number, VisitId, expand
from evidence.domain.reasons import in_words
from evidence.errors import UsageError
from evidence.rules.registers import BY_ID
from evidence.web.acting import actor_of
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.speech import say


def _why(request: Any) -> str:
    why: str = request.POST.get("why", "").strip()
    if not in_words(why):
        raise UsageError(say("请写明原因。"), remedy=say("原因连同经办账号记入账本。"))
    return why


@page(Act.ENTER_VISIT, "POST")
def withdraw_visit(request: Any, identifier: str) -> Any:
    """Take back a visit entered by mistake."""
    from evidence.forms import take_back

    workspace, actor, why = request.desk.workspace, actor_of(request), _why(request)
    visit = VisitId(identifier)
    numbers = take_back.withdraw_visit(
        workspace.ledger, visit, why=why, by=actor.by, actor=actor.journalled, follow=workspace.releases
    )
    messages.success(request, say("已撤回 {visit}。").format(visit=visit))
    for number in numbers:
        messages.warning(
            request, say("{number} 是为它签发的：请重新登记，或作废该编号。").format(number=number)
        )
    return redirect("case", identifier=visit.rpartition("-V")[0])


@page(Act.ENTER_VISIT, "POST")
def cancel_case(request: Any, identifier: str) -> Any:
    """Cancel a case opened by mistake."""
    from evidence.forms import take_back

    workspace, actor, why = request.desk.workspace, actor_of(request), _why(request)
    case = workspace.ledger.view.case(CaseId(identifier))
    if case is None:
        raise Http404
    take_back.cancel_case(workspace.ledger, case, why=why, by=actor.by, actor=actor.journalled)
    messages.success(request, say("已撤销案件 {case}。").format(case=case.id))
    return redirect("cases")


@page(Act.ENTER_VISIT, "POST")
def withdraw_entry(request: Any, identifier: str) -> Any:
    """Take back a register entry."""
    from evidence.forms import take_back

    if identifier not in BY_ID:
        raise Http404
    actor, key = actor_of(request), request.POST.get("key", "")
    take_back.withdraw_entry(
        request.desk.workspace.ledger,
        identifier,
        key,
        why=_why(request),
        by=actor.by,
        actor=actor.journalled,
    )
    messages.success(request, say("已撤回登记号 {key}。").format(key=key))
    return redirect("register", identifier=identifier)


@page(Act.ENTER_VISIT, "POST")
def transcribe(request: Any, number: str) -> Any:
    """Make the electronic document of a record filled in by hand from its entered facts."""
    from evidence.forms import transcribe as transcribing

    known = expand(number)
    if known is None:
        raise Http404
    chosen = request.POST.get("visit", "")
    transcribing.transcribe(
        Number(known),
        request.desk.workspace.issuer(),
        actor=actor_of(request).journalled,
        visit=VisitId(chosen) if chosen else None,
    )
    messages.success(request, say("已生成转录件。"))
    return redirect("document", number=known)
