"""Next week's plan: the proposal on a board of days, moved by hand, filed with its form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.domain.case import CaseKind
from evidence.domain.register import PlanLine
from evidence.domain.week import Week, local_date
from evidence.ledger.facts import gather_open
from evidence.rules.planning import Proposal, propose_plan
from evidence.web.acting import actor_of
from evidence.web.issuing import printed
from evidence.web.jobs import Outcome
from evidence.web.pages import page
from evidence.web.plan_board import days_of, moved
from evidence.web.roles import Act
from evidence.web.speech import say
from evidence.web.week_forms import wanted_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One planned visit on the board."""

    key: int
    line: PlanLine
    name: str
    people: str


def _week(request: Any) -> Week:
    given = request.POST.get("week") or request.GET.get("week") or ""
    try:
        return Week.parse(given)
    except ValueError as error:
        if given:
            raise Http404 from error
        return Week.of(local_date(request.desk.workspace.clock())).shift(1)


def _current(workspace: Any, week: Week) -> tuple[Proposal, bool]:
    """What the board shows: the version filed last, else a proposal; and whether it is filed."""
    view, at = workspace.ledger.view, workspace.clock()
    filed = max(
        (plan for plan in view.plans() if plan.week == str(week)), key=lambda plan: plan.version, default=None
    )
    if filed is not None:
        return Proposal(plan=filed, unplaced=()), True
    return propose_plan(gather_open(view, at), workspace.settings.parameters, at, week), False


@page(Act.SEE)
def plan(request: Any) -> Any:
    """The board."""
    workspace = request.desk.workspace
    view, week = workspace.ledger.view, _week(request)
    proposal, filed = _current(workspace, week)
    names = {each.id: each.short_name or each.name for each in view.enterprises()}
    people = {each.id: each.name for each in view.people()}
    cards = [
        Card(
            key=position,
            line=line,
            name=names.get(line.enterprise, line.enterprise),
            people="、".join(people.get(each, each) for each in line.experts),
        )
        for position, line in enumerate(proposal.plan.lines)
    ]
    days = days_of(week)
    context = {
        "week": week,
        "before": week.shift(-1),
        "after": week.shift(1),
        "plan": proposal.plan,
        "filed": filed,
        "days": [(day, [card for card in cards if card.line.day == day]) for day in days],
        "unplaced": proposal.unplaced,
        "head": workspace.ledger.head.size,
        "printable": [(day, len(wanted_on(view, proposal.plan, day))) for day in days] if filed else [],
        "version": say("第 {version} 版").format(version=proposal.plan.version),
    }
    return render(request, "desk/plan.html", context)


@page(Act.PLAN, "POST")
def file(request: Any) -> Any:
    """File the plan as arranged, with its form; a plan filed before gets a new version."""
    from evidence.forms.plan_filing import file_plan

    workspace, week = request.desk.workspace, _week(request)
    proposal, filed = _current(workspace, week)
    shown = request.POST.get("lines", "")
    if shown != str(len(proposal.plan.lines)):
        # Something changed since the board was drawn: show it again rather than file something else.
        return redirect(f"{reverse('plan')}?week={week}")
    chosen = {
        int(name[4:]): value
        for name, value in request.POST.items()
        if name.startswith("day-") and name[4:].isdecimal()
    }
    arranged = replace(
        moved(proposal.plan, chosen, week),
        version=proposal.plan.version + 1 if filed else proposal.plan.version,
        filed_on=local_date(workspace.clock()),
        number="",
        receipt_on=None,
    )
    actor, compiler = actor_of(request).journalled, request.user.seat.person

    def work(report: Any) -> Outcome:
        report(say("正在生成计划表……"))
        made = file_plan(arranged, workspace.issuer(), now=workspace.clock(), actor=actor, compiler=compiler)
        return Outcome(
            text=say("计划已报备，请打印计划表送监管部门：") + made.number,
            url=reverse("form-pdf", args=[made.number]),
            label=say("打印"),
            back=f"{reverse('plan')}?week={week}",
        )

    job = request.desk.jobs.start(f"{week} 计划", work)
    return redirect("job", identifier=job.id)


@page(Act.ENTER_VISIT, "POST")
def day_forms(request: Any) -> Any:
    """Open the cases of one planned day where needed, issue its records, print them together."""
    from evidence.forms.batch import issue_batch
    from evidence.forms.open_case import open_case

    workspace, week = request.desk.workspace, _week(request)
    proposal, filed = _current(workspace, week)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError as error:
        raise Http404 from error
    wanted = wanted_on(workspace.ledger.view, proposal.plan, day) if filed else []
    if not wanted:
        raise Http404
    actor, now = actor_of(request).journalled, workspace.clock()

    def work(report: Any) -> Outcome:
        requests = []
        for each in wanted:
            if each.ready is not None:
                continue
            case = each.case
            if case is None:
                case = open_case(
                    workspace.ledger,
                    contract=workspace.settings.contract.code,
                    enterprise=each.line.enterprise,
                    kind=CaseKind.ANNUAL,
                    on=local_date(now),
                    actor=actor,
                    again_why=f"{week} 计划",
                ).id
                report(say("已开立案件 {id}。").format(id=case))
            requests.append(each.request(case))
        report(say("正在填写模板并生成 PDF……"))
        made = issue_batch(requests, workspace.issuer(), now=now, actor=actor)
        for failure in made.failures:
            error = failure.error
            report(say("✕ {id} 没有签发：").format(id=failure.request.case) + f"{error.what}{error.remedy}")
        forms = [*(each.ready.form for each in wanted if each.ready is not None), *made.issued]
        if not forms:
            raise made.failures[0].error
        text = (
            say("有 {count} 份没有签发，原因见上；其余的请一次打印：").format(count=len(made.failures))
            if made.failures
            else say("当天的文书已备好，请一次打印：")
        )
        return printed(forms, text, f"{reverse('plan')}?week={week}", workspace)

    job = request.desk.jobs.start(f"{day} {say('当天文书')}", work)
    return redirect("job", identifier=job.id)
