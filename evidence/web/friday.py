"""Friday: findings in order of gravity, exceptions, the package with its progress, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.domain.case import in_force
from evidence.domain.identifiers import CaseId
from evidence.domain.reasons import in_words, substantial
from evidence.domain.register import Package
from evidence.domain.week import Week, local_date
from evidence.errors import UsageError
from evidence.ledger.view import View
from evidence.rules.deadlines import handover_day
from evidence.rules.owed import Owed
from evidence.web.acting import actor_of
from evidence.web.friday_stage import STAGES, enterprise_rows, of_enterprise, stage_of
from evidence.web.jobs import Outcome, forgotten
from evidence.web.lines import Line
from evidence.web.listed import url_of
from evidence.web.matrix import SIGNS, Row
from evidence.web.middleware import role_of
from evidence.web.pages import page
from evidence.web.panel_redirect import in_panel
from evidence.web.received import received
from evidence.web.reckoning import Judged
from evidence.web.roles import Act, may
from evidence.web.sheets import document_state
from evidence.web.speech import say
from evidence.web.today import chosen_week
from evidence.web.worklist import Sources, worklist

if TYPE_CHECKING:
    from evidence.handover.package import Order


UNFOLDED = 60
"""Findings that unfold at once; the next ones follow when asked for."""


@page(Act.SEE)
def friday(request: Any) -> Any:
    """What would go into the package, what keeps it from being complete, what was sent."""
    workspace = request.desk.workspace
    view = workspace.ledger.view
    week = chosen_week(request, request.desk.board)
    today = local_date(workspace.clock())
    judged = request.desk.board.judged(week, fresh=True)
    receipts = {each.package: each for each in view.receipts()}
    packages = sorted(view.packages(), key=lambda each: each.built_at, reverse=True)
    own = [each for each in packages if each.week == str(week)]
    changed = _changed(view, own)
    handover = handover_day(week, workspace.settings.parameters)
    stage = stage_of(
        today,
        handover.first,
        own,
        receipts,
        gaps=bool(judged.owing.this_week),
        changed=bool(changed),
        active=bool(judged.carried),
    )
    state, words, advice = STAGES[stage]
    owed = _owed(judged)
    context = {
        "week": week,
        "today": today,
        "handover_day": handover.last,
        "before": week.shift(-1),
        "after": week.shift(1),
        "judged": judged,
        "stage": stage.value,
        "stage_sign": SIGNS[state],
        "stage_css": state.value,
        "stage_words": words,
        "stage_advice": advice,
        "running": today < handover.first,
        "last": own[0] if own else None,
        "changed": changed,
        "enterprise_rows": enterprise_rows(
            owed, judged.needy, _lines(judged, today), judged.context.enterprise_names
        ),
        # Of another week's lines 今天 knows nothing: they lead to the thing itself.
        "places": {
            line.key: reverse("deed", args=[line.key])
            if week == request.desk.board.this_week()
            else url_of(line, writes=may(role_of(request), Act.ENTER_VISIT))
            for line in _lines(judged, today)
        },
        "blocking": len(owed),
        "stopping": bool(judged.owing.this_week),
        "incurable": judged.owing.incurable,
        "packages": [(each, receipts.get(each.id)) for each in packages[:26]],
        "older": max(0, len(packages) - 26),
        "contents": _contents(view, week, [row for row in judged.rows if row.case in judged.carried]),
    }
    return render(request, "desk/friday.html", context)


@page(Act.SEE)
def owed_by(request: Any, week: str) -> Any:
    """One enterprise's findings of a week, in words, with the exceptions to be granted; when asked for."""
    try:
        chosen = Week.parse(week)
    except ValueError as error:
        raise Http404 from error
    judged = request.desk.board.judged(chosen)
    blocking, others = of_enterprise(_owed(judged), judged.needy, request.GET.get("enterprise", ""))
    text = request.GET.get("first", "")
    first = int(text) if text.isdecimal() and len(text) < 7 else 0
    after = first + UNFOLDED
    everything = len(blocking) + len(others)
    context = {
        "week": chosen,
        "blocking": blocking[first:after],
        "others": others[max(0, first - len(blocking)) : max(0, after - len(blocking))],
        "left": max(0, everything - after),
        "rest": urlencode({"enterprise": request.GET.get("enterprise", ""), "first": after}),
    }
    return render(request, "desk/_owed_by.html", context)


def _owed(judged: Judged) -> list[Owed]:
    return [*judged.owing.this_week, *judged.owing.owed_before]


@lru_cache(maxsize=8)
def _lines(judged: Judged, today: date) -> tuple[Line, ...]:
    """What to do about each enterprise's findings."""
    context = judged.context
    sources = Sources(
        today=today,
        findings=judged.needy,
        enterprise_names=context.enterprise_names,
        enterprise_of_case=context.enterprise_of_case,
        people=context.people,
        visit_kinds=context.visit_kinds,
        visit_people=context.visit_people,
    )
    return tuple(worklist(sources).lines)


def _changed(view: View, own: Sequence[Package]) -> list[tuple[str, str]]:
    """Case and enterprise of what changed since the week's last package and was in one of its packages."""
    if not own:
        return []
    size = own[0].known_size if own[0].known_size is not None else own[0].tree_size
    carried = {case for each in own for case in each.cases}
    found = []
    for id in view.touched_since(size):
        case = view.case(id) if id in carried else None
        enterprise = view.enterprise(case.enterprise) if case else None
        if case is not None:
            found.append((str(id), enterprise.short_name if enterprise else str(case.enterprise)))
    return found


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
    handover = handover_day(week, workspace.settings.parameters).first
    if local_date(workspace.clock()) < handover and "early" not in request.POST:
        raise UsageError(
            say("{week} 还没有结束，移交日是 {day}。").format(week=week, day=handover.isoformat()),
            remedy=say("先预览；确实要提前制作，请勾选“本周还没有结束，仍要现在制作”。"),
        )
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
        built = build_package(workspace.handover, order, actor=actor, report=report)
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
    survey = survey_package(request.desk.workspace.handover, asked)
    return render(request, "desk/preview.html", {"survey": survey, "week": order.week})


@page(Act.SEE)
def job(request: Any, identifier: str) -> Any:
    """Progress of a piece of work; the part that changes when htmx asks."""
    found = request.desk.jobs.get(identifier)
    if found is None and not request.htmx:
        raise Http404
    name = "desk/_job.html" if request.htmx else "desk/job.html"
    if in_panel(request):
        name = "desk/_panel_job.html"
    return render(request, name, {"job": found or forgotten(identifier)})
