"""What is done with several rows of a list at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from evidence.domain.case import Case
from evidence.domain.identifiers import EnterpriseId, Number
from evidence.domain.week import local_date
from evidence.forms.open_case import AnotherCaseError, open_case
from evidence.forms.source import IssueRequest
from evidence.web.acting import actor_of
from evidence.web.issuing import issuing
from evidence.web.lists.lists import BY_KEY
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.speech import say

MOST = 40
"""Rows at once."""


@page(Act.ENTER_VISIT, "POST")
def act(request: Any, name: str) -> Any:
    """Open annual cases for the enterprises chosen, print their forms, print the documents chosen."""
    chosen = list(dict.fromkeys(request.POST.getlist("row")))[: MOST + 1]
    wanted = request.POST.get("act", "")
    if name not in BY_KEY or (name, wanted) not in _ACTS:
        raise Http404
    back = reverse("list", args=[name])
    if not chosen or len(chosen) > MOST:
        messages.error(request, say("请勾选 1 至 {most} 项。").format(most=MOST))
        return redirect(back)
    return _ACTS[name, wanted](request, chosen)


def _print(request: Any, numbers: list[str]) -> Any:
    view = request.desk.workspace.ledger.view
    known = [each for each in numbers if (found := view.document(Number(each))) and not found.form.voided_why]
    if not known:
        messages.error(request, say("选中的文书都已作废，没有可打印的。"))
        return redirect("list", name="documents")
    return redirect(f"{reverse('print-forms')}?{urlencode([('n', each) for each in known])}")


def _open(request: Any, enterprises: list[str]) -> Any:
    open_for(request, enterprises, "annual")
    return redirect("list", name="enterprises")


def _open_and_issue(request: Any, enterprises: list[str]) -> Any:
    return open_and_issue(request, enterprises, "annual", back=reverse("list", args=["enterprises"]))


def open_and_issue(request: Any, enterprises: list[str], kind: str, *, back: str) -> Any:
    """Open their cases, issue a blank inspection record for each, and offer all of them for printing.

    Args:
        kind: as `open_case` takes it: `annual`, `special:ZX2022-01`.
    """
    made = _opened(request, enterprises, kind)
    if not made:
        return redirect(back)
    orders = [IssueRequest(form="inspection-record", case=each.id, blank=True) for each in made]
    work = issuing(request, orders, back=back)
    title = say("为 {count} 家企业签发空白检查记录").format(count=len(made))
    return redirect("job", identifier=request.desk.jobs.start(title, work).id)


def open_for(request: Any, enterprises: list[str], kind: str) -> None:
    """Open a case of this kind for each, and say so."""
    made = _opened(request, enterprises, kind)
    if made:
        messages.success(
            request,
            say("已开立 {count} 个案件：{ids}。").format(
                count=len(made), ids="、".join(each.id for each in made)
            ),
        )


def _opened(request: Any, enterprises: list[str], kind: str) -> list[Case]:
    """New cases; an enterprise that has one of this kind already is named and left alone."""
    workspace = request.desk.workspace
    view, today = workspace.ledger.view, local_date(workspace.clock())
    made, left, gone = [], [], []
    for wanted in enterprises:
        party = view.enterprise(EnterpriseId(wanted))
        if party is None:
            raise Http404
        if party.active_to is not None and party.active_to < today:
            gone.append(party.name)
            continue
        try:
            made.append(
                open_case(
                    workspace.ledger,
                    contract=workspace.settings.contract.code,
                    enterprise=wanted,
                    kind=kind,
                    on=today,
                    year_of=workspace.year_of,
                    actor=actor_of(request).journalled,
                )
            )
        except AnotherCaseError:
            left.append(party.name)
    if left:
        messages.warning(request, say("已有同类案件，没有另开：{names}。").format(names="、".join(left)))
    if gone:
        messages.warning(request, say("企业已退出名册，没有开立：{names}。").format(names="、".join(gone)))
    return made


_ACTS = {
    ("documents", "print"): _print,
    ("enterprises", "open"): _open,
    ("enterprises", "forms"): _open_and_issue,
}
