"""Buttons on the stored thing: a report is signed for, a rectification report is reviewed or returned."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect

from evidence.domain.case import Case
from evidence.domain.identifiers import CaseId, PersonId
from evidence.domain.week import SHANGHAI, local_date
from evidence.errors import UsageError
from evidence.forms.settle import receive_escalation, review_report, tell_enterprise
from evidence.web.acting import actor_of
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.speech import say


def _case(request: Any, identifier: str) -> Case:
    found: Case | None = request.desk.workspace.ledger.view.case(CaseId(identifier))
    if found is None:
        raise Http404
    return found


@page(Act.ENTER_VISIT, "POST")
def receive(request: Any, identifier: str, report: str) -> Any:
    """The regulator signed for a report."""
    workspace, case = request.desk.workspace, _case(request, identifier)
    made = receive_escalation(
        workspace.ledger,
        case,
        report,
        at=_moment(request.POST.get("receipt_at", "")),
        outcome=request.POST.get("outcome", "")[:400],
        bounds=workspace.plausible(),
        actor=actor_of(request).journalled,
    )
    messages.success(request, say("已登记“{trigger}”上报的签收。").format(trigger=say(made.trigger.value)))
    return redirect("case", identifier=case.id)


@page(Act.ENTER_VISIT, "POST")
def review(request: Any, identifier: str, version: int) -> Any:
    """A rectification report was looked through: it conforms, or goes back."""
    workspace, case = request.desk.workspace, _case(request, identifier)
    person = workspace.ledger.view.person(PersonId(request.POST.get("by", "")))
    if person is None:
        raise UsageError(say("名册中没有这个人。"), remedy=say("请选择审核人。"))
    made = review_report(
        workspace.ledger,
        case,
        version,
        wrong=frozenset(request.POST.getlist("wrong")),
        on=_day(request.POST.get("on", ""), local_date(workspace.clock())),
        by=person.id,
        notified_by=request.POST.get("notified_by", "")[:80],
        bounds=workspace.plausible(),
        actor=actor_of(request).journalled,
    )
    result = made.review.value if made.review else ""
    messages.success(request, say("已登记初步审核：{result}。").format(result=say(result)))
    return redirect("case", identifier=case.id)


@page(Act.ENTER_VISIT, "POST")
def tell(request: Any, identifier: str, version: int) -> Any:
    """The enterprise was told of its returned report."""
    workspace, case = request.desk.workspace, _case(request, identifier)
    tell_enterprise(
        workspace.ledger,
        case,
        version,
        on=_day(request.POST.get("on", ""), local_date(workspace.clock())),
        by=request.POST.get("notified_by", "")[:80],
        bounds=workspace.plausible(),
        actor=actor_of(request).journalled,
    )
    messages.success(request, say("已登记告知企业。"))
    return redirect("case", identifier=case.id)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise UsageError(
            say("“{text}”不是日期。").format(text=text[:20]), remedy=say("请写明签收的日期和时刻。")
        ) from None


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        raise UsageError(
            say("“{text}”不是日期。").format(text=text[:20]), remedy=say("请写明当天的日期。")
        ) from None
