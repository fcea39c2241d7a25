"""Data entry: open a case, write down a visit, keep drafts, enter it, issue its record."""

from __future__ import annotations

import json
import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.config import utc_now
from evidence.domain.case import Case
from evidence.domain.identifiers import CaseId
from evidence.domain.week import local_date
from evidence.errors import InputError
from evidence.forms.source import IssueRequest
from evidence.ledger.view import View
from evidence.recordings.assign import in_force
from evidence.web import entry_form
from evidence.web.acting import actor_of
from evidence.web.device_clock import FIELD, ahead, corrected
from evidence.web.issuing import issuing
from evidence.web.models import Draft
from evidence.web.names import safe_name
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.speech import say


def _case(view: View, identifier: str, kind: str) -> Case:
    found = view.case(CaseId(identifier))
    if found is None or kind not in entry_form.HEADINGS:
        raise Http404
    return found


def _hazards(view: View, case: Case) -> dict[str, str]:
    return {
        hazard.id: f"{hazard.location}：{hazard.description}"
        for visit in in_force(view.visits(case.id))
        for hazard in visit.hazards
    }


def _items(workspace: Any) -> list[str]:
    from evidence.forms.content.checklist import checklist_rows

    return [
        f"{row['序号']}. {row['名称']}"
        for kind in checklist_rows(workspace.checklist_folder, None)
        for row in kind["项目"]
    ]


def _typed(sent: Any) -> dict[str, list[str]]:
    return {name: sent.getlist(name) for name in sent if "|" in name and any(sent.getlist(name))}


_PARTING = re.compile(r"[、,，;；]")


@page(Act.ENTER_VISIT, "POST")
def open_case(request: Any) -> Any:
    """Open a case for an enterprise."""
    from evidence.forms import open_case as opening

    workspace = request.desk.workspace
    enterprise, kind = request.POST.get("enterprise", "").strip(), request.POST.get("kind", "annual")
    try:
        made = opening.open_case(
            workspace.ledger,
            contract=workspace.settings.contract.code,
            enterprise=enterprise,
            kind=kind,
            on=local_date(workspace.clock()),
            again_why=request.POST.get("again_why"),
            year_of=workspace.year_of,
            actor=actor_of(request).journalled,
        )
    except opening.AnotherCaseError as error:
        context = {"error": error, "enterprise": enterprise, "kind": kind}
        return render(request, "desk/again.html", context, status=409)
    messages.success(request, say("已开立案件 {id}。").format(id=made.id))
    return redirect("case", identifier=made.id)


@page(Act.ENTER_VISIT)
def write(request: Any, identifier: str, kind: str) -> Any:
    """The form, with the draft in it when there is one."""
    view = request.desk.workspace.ledger.view
    case = _case(view, identifier, kind)
    draft = Draft.objects.filter(owner=request.user, case=case.id, kind=kind).first()
    return _show(request, case, kind, draft.data if draft else {}, saved=draft.saved_at if draft else None)


def _show(
    request: Any,
    case: Case,
    kind: str,
    typed: dict[str, list[str]],
    *,
    saved: Any = None,
    error: InputError | None = None,
) -> Any:
    workspace = request.desk.workspace
    view = workspace.ledger.view
    hazards = _hazards(view, case)
    items = _items(workspace) if kind == "检查" else []
    context = {
        "case": case,
        "enterprise": view.enterprise(case.enterprise),
        "kind": kind,
        "title": entry_form.TITLES[kind],
        "fields": entry_form.head_fields(
            kind, typed, people=view.people(), devices=view.devices(), hazards=hazards
        ),
        "lists": [
            entry_form.list_rows(table, typed, items=items, hazards=hazards)
            for table in entry_form.LISTS[kind]
        ],
        "can_issue": kind in entry_form.FORM_OF,
        "saved": saved,
        # The place is a temporary file nobody knows; the headings in the message say where.
        "error": error
        and {"what": error.what, "remedy": say("请改正后再登记；已填的内容都还在，照片请重新选择。")},
    }
    return render(request, "desk/entry.html", context, status=200 if error is None else 409)


@page(Act.ENTER_VISIT, "POST")
def draft(request: Any, identifier: str, kind: str) -> Any:
    """Keep what is typed so far."""
    case = _case(request.desk.workspace.ledger.view, identifier, kind)
    kept, _created = Draft.objects.update_or_create(
        owner=request.user, case=case.id, kind=kind, defaults={"data": _typed(request.POST)}
    )
    if request.htmx:
        return render(request, "desk/_saved.html", {"saved": kept.saved_at})
    messages.success(request, say("草稿已保存。"))
    return redirect("write", identifier=identifier, kind=kind)


@page(Act.ENTER_VISIT, "POST")
def enter(request: Any, identifier: str, kind: str) -> Any:
    """Journal the facts; with `issue` also make the record and offer it for printing."""
    workspace = request.desk.workspace
    case = _case(workspace.ledger.view, identifier, kind)
    typed = _typed(request.POST)
    offset = ahead(request.POST.get(FIELD, ""), utc_now())
    if times := corrected(typed, offset, workspace.plausible()):
        return _ask_about_clock(request, case, kind, typed, offset, times)
    try:
        warnings = _record(request, case, kind, typed)
    except InputError as error:
        return _show(request, case, kind, typed, error=error)
    Draft.objects.filter(owner=request.user, case=case.id, kind=kind).delete()
    for warning in warnings:
        messages.warning(request, warning)
    if "issue" in request.POST and kind in entry_form.FORM_OF:
        wanted = IssueRequest(form=entry_form.FORM_OF[kind], case=case.id)
        work = issuing(request, [wanted], back=reverse("case", args=[case.id]))
        job = request.desk.jobs.start(f"{case.id} {say('签发')} {say(entry_form.TITLES[kind])}", work)
        return redirect("job", identifier=job.id)
    messages.success(request, say("已登记入账。"))
    return redirect("case", identifier=case.id)


def _ask_about_clock(
    request: Any,
    case: Case,
    kind: str,
    typed: dict[str, list[str]],
    offset: timedelta,
    times: dict[str, str],
) -> Any:
    """The form again, with the times as they are without the offset of the device's clock."""
    said = say("本机时钟比服务器快 {minutes} 分钟，已按此更正：{times}。请核对后再登记。").format(
        minutes=round(offset.total_seconds() / 60),
        times="、".join(f"{name.partition('|')[2]} {text.replace('T', ' ')}" for name, text in times.items()),
    )
    fixed = {**typed, **{name: [text] for name, text in times.items()}}
    return _show(request, case, kind, fixed, error=InputError(said))


def _record(request: Any, case: Case, kind: str, typed: dict[str, list[str]]) -> tuple[str, ...]:
    from evidence.forms.visit_entry import record_visit_file

    workspace = request.desk.workspace
    with tempfile.TemporaryDirectory(prefix="desk-entry-") as name:
        folder = Path(name)
        photos: dict[str, list[str]] = {}
        for field in request.FILES:
            for number, sent in enumerate(request.FILES.getlist(field)):
                # a folder each: the photograph keeps the name it was sent with
                # and what would part one name into two in a cell stays out of it
                kept = _PARTING.sub("_", safe_name(sent.name))
                beside = f"{len(photos)}-{number}/{kept}"
                path = folder / beside
                path.parent.mkdir()
                path.write_bytes(sent.read())
                photos.setdefault(field, []).append(beside)
        document = entry_form.document(kind, typed, photos)
        path = folder / "登记.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        recorded = record_visit_file(
            path,
            case=case,
            ledger=workspace.ledger,
            originals=workspace.originals,
            actor=actor_of(request).journalled,
            follow=workspace.claims,
            bounds=workspace.plausible(),
            admit=workspace.attachments.admit_picture,
        )
    return (*recorded.warnings, *recorded.differences)


@page(Act.ENTER_VISIT)
def companies(request: Any) -> Any:
    """Enterprises that fit what is typed, for the form that opens a case."""
    from evidence.web.search import fits

    wanted = request.GET.get("q", "").strip()
    view = request.desk.workspace.ledger.view
    found = [each for each in view.enterprises() if wanted and fits(each, wanted)][:20]
    if not found:
        return HttpResponse("")
    rows = [(each.name, each.credit_code, "") for each in found]
    return render(request, "desk/_numbers.html", {"rows": rows})
