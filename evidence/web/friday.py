"""Friday: findings in order of gravity, exceptions, the package with its progress, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.domain.case import in_force
from evidence.domain.identifiers import CaseId
from evidence.domain.parties import Role as TeamRole
from evidence.domain.reasons import in_words, substantial
from evidence.domain.week import Week, local_date
from evidence.errors import UsageError
from evidence.ledger.view import View
from evidence.rules.deadlines import handover_day
from evidence.web.acting import actor_of
from evidence.web.jobs import Outcome
from evidence.web.matrix import Row, State, gravity, state_of
from evidence.web.middleware import role_of
from evidence.web.pages import page
from evidence.web.received import received
from evidence.web.roles import Act, may
from evidence.web.sheets import document_state
from evidence.web.speech import say
from evidence.web.today import chosen_week

if TYPE_CHECKING:
    from evidence.handover.package import Order


@page(Act.SEE)
def friday(request: Any) -> Any:
    """What would go into the package, what keeps it from being complete, what was sent."""
    workspace = request.desk.workspace
    view = workspace.ledger.view
    week = chosen_week(request, request.desk.board)
    judged = request.desk.board.judged(week, fresh=True)
    needy = [each for each in judged.findings if state_of(each) in {State.MISSING, State.UNDECIDED}]
    owed = (*judged.owing.this_week, *judged.owing.owed_before)
    blocking = sorted(owed, key=lambda each: (bool(each.since), gravity(each.finding)))
    receipts = {each.package: each for each in view.receipts()}
    packages = sorted(view.packages(), key=lambda each: each.built_at, reverse=True)
    context = {
        "week": week,
        "handover_day": handover_day(week, workspace.settings.parameters).last,
        "before": week.shift(-1),
        "after": week.shift(1),
        "judged": judged,
        "blocking": blocking,
        "stopping": bool(judged.owing.this_week),
        "incurable": judged.owing.incurable,
        "others": sorted((each for each in needy if not each.blocking), key=gravity),
        "packages": [(each, receipts.get(each.id)) for each in packages[:26]],
        "built": any(each.week == str(week) for each in packages),
        "contents": _contents(view, week, [row for row in judged.rows if row.case in judged.carried]),
        "leaders": [each for each in view.people() if each.role is TeamRole.LEADER],
    }
    return render(request, "desk/friday.html", context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """One case as it would go into the package."""

    row: Row
    documents: int
    complete: int
    """Documents of which every page and mark is there."""
    films: int
    film_bytes: int
    """Of this week's visits, for whoever has to hand over the films themselves."""


def _contents(view: View, week: Week, rows: Sequence[Row]) -> list[Going]:
    going = []
    for row in rows:
        case = CaseId(row.case)
        documents = [each for each in view.documents(case) if not each.form.voided_why]
        visits = {
            visit.id for visit in in_force(view.visits(case)) if Week.of(local_date(visit.arrived_at)) == week
        }
        films = [each for each in view.recordings(case) if each.visit in visits and not each.described]
        going.append(
            Going(
                row=row,
                documents=len(documents),
                complete=sum(document_state(each)[1] == "present" for each in documents),
                films=len(films),
                film_bytes=sum(each.bytes for each in films),
            )
        )
    return going


@page(Act.WAIVE, "POST")
def waive(request: Any) -> Any:
    """A recorded exception by the signed-in person, with the regulator's document when there is one."""
    from evidence.handover.exceptions import grant_waiver

    workspace = request.desk.workspace
    case = workspace.ledger.view.case(CaseId(request.POST.get("case", "")))
    if case is None:
        raise Http404
    actor = actor_of(request)
    with received(request, "attachment") as paper:
        waiver = grant_waiver(
            workspace.ledger,
            workspace.settings.parameters,
            rule_id=request.POST.get("rule", ""),
            case=case,
            why=request.POST.get("why", ""),
            actor=replace(actor, named=request.user.seat.person) if actor.stated else actor,
            at=workspace.clock(),
            attachment=None if paper is None else workspace.attachments.check(paper),
            keep=lambda: None if paper is None else workspace.originals.put_file(paper),
        )
    if waiver.stated:
        messages.warning(request, say("本账号没有关联名册中的人员，例外只记作自述，不解除移交阻断。"))
    else:
        messages.success(request, say("已登记例外；核对结论不变，例外随每份报告列示。"))
    return redirect(f"/friday/?week={request.POST.get('week', '')}")


@page(Act.BUILD, "POST")
def build(request: Any) -> Any:
    """Show what would be built, or start building; the page shows its progress."""
    from evidence.handover.package import build_package

    workspace = request.desk.workspace
    try:
        week = Week.parse(request.POST.get("week", ""))
    except ValueError as error:
        raise Http404 from error
    order = _order(request, week)
    if (order.allow_incomplete or order.accept_indeterminate) and not may(
        role_of(request), Act.BUILD_INCOMPLETE
    ):
        return render(request, "desk/refused.html", {"act": Act.BUILD_INCOMPLETE}, status=403)
    if "preview" in request.POST:
        return _preview(request, order)
    if order.allow_incomplete and not in_words(order.why):
        raise UsageError(
            say("不完整移交要写明原因，原因会写进包里。"), remedy=say("请用文字写明，如“企业尚未盖章”。")
        )
    if order.accept_indeterminate and not substantial(order.why):
        raise UsageError(
            say("先行移交尚不能认定有效的包，要写明原因，原因会写进包里。"),
            remedy=say("请至少用四个字写明原因。"),
        )
    actor = actor_of(request).journalled

    def work(report: Any) -> Outcome:
        built = build_package(workspace.office, order, actor=actor, report=report)
        return Outcome(
            text=say("移交包已做好并签名：") + built.package.id,
            url=reverse("package", args=[built.package.id]),
            label=say("下载"),
            back=f"{reverse('friday')}?week={week}",
        )

    job = request.desk.jobs.start(f"{week} 移交包", work)
    return redirect("job", identifier=job.id)


def _order(request: Any, week: Week) -> Order:
    from evidence.handover.package import Order

    return Order(
        week=week,
        at=request.desk.workspace.clock(),
        supplement="supplement" in request.POST,
        allow_incomplete="incomplete" in request.POST,
        accept_indeterminate="accept_indeterminate" in request.POST,
        why=request.POST.get("why", "").strip(),
        with_footage="with_footage" in request.POST,
    )


def _preview(request: Any, order: Order) -> Any:
    """What would go in and what stands in the way; nothing is written."""
    from evidence.handover.dry_run import survey_package

    asked = replace(
        order,
        allow_incomplete=order.allow_incomplete and in_words(order.why),
        accept_indeterminate=order.accept_indeterminate and substantial(order.why),
    )
    survey = survey_package(request.desk.workspace.office, asked)
    return render(request, "desk/preview.html", {"survey": survey, "week": order.week})


@page(Act.SEE)
def job(request: Any, identifier: str) -> Any:
    """Progress of a piece of work; the part that changes when htmx asks."""
    found = request.desk.jobs.get(identifier)
    if found is None:
        raise Http404
    name = "desk/_job.html" if request.htmx else "desk/job.html"
    return render(request, name, {"job": found})
