"""Data entry: open a case, write down a visit, keep drafts, enter it, issue its record."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.config import utc_now
from evidence.domain.case import Case, in_force
from evidence.domain.identifiers import CaseId, Number, VisitId, expand
from evidence.domain.week import local_date
from evidence.errors import EvidenceError
from evidence.forms.people import read_details
from evidence.forms.source import IssueRequest
from evidence.forms.tables import MistakesError
from evidence.forms.visit_entry import Recorded, SameDayError, record_visit_file
from evidence.ledger.view import View
from evidence.web import entry_form
from evidence.web.acting import actor_of, names_of
from evidence.web.acts import Act as JournalAct
from evidence.web.acts import people_words
from evidence.web.device_clock import FIELD, ahead, corrected
from evidence.web.entry_page import Shown, show
from evidence.web.entry_stored import kept_photographs, typed_of
from evidence.web.entry_synced import visit_of_paper
from evidence.web.issuing import issuing
from evidence.web.meanwhile import changes
from evidence.web.models import Draft
from evidence.web.names import safe_name
from evidence.web.pages import page
from evidence.web.presence import opened, others_at
from evidence.web.roles import Act
from evidence.web.speech import say
from evidence.web.templatetags.desk import moment


def _case(view: View, identifier: str, kind: str) -> Case:
    found = view.case(CaseId(identifier))
    if found is None or kind not in entry_form.HEADINGS:
        raise Http404
    return found


def _typed(sent: Any) -> dict[str, list[str]]:
    return {name: sent.getlist(name) for name in sent if "|" in name and any(sent.getlist(name))}


ANOTHER = "another"
"""The answer that a visit is another one than the one of that day which was entered before."""
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
    """The form: with the draft in it when there is one, with the stored facts to correct them."""
    view = request.desk.workspace.ledger.view
    case = _case(view, identifier, kind)
    paper, correcting = request.GET.get("paper", ""), request.GET.get("correct", "").upper()
    if correcting:
        visit = next((each for each in in_force(view.visits(case.id)) if each.id == correcting), None)
        if visit is None or entry_form.KIND_WORDS.get(visit.kind.value) != kind:
            raise Http404
        typed = typed_of(visit, read_details(request.desk.workspace.originals, visit.details))
        return show(request, case, kind, Shown(typed=typed, correcting=visit.id, paper=paper))
    opened(request.user, case.id, kind)
    draft = Draft.objects.filter(owner=request.user, case=case.id, kind=kind).first()
    kept = draft.data if draft else {}
    if not kept and (synced := visit_of_paper(view, case, kind, paper)) is not None:
        typed = typed_of(synced, read_details(request.desk.workspace.originals, synced.details))
        return show(request, case, kind, Shown(typed=typed, correcting=synced.id, paper=paper))
    saved = draft.saved_at if draft and kept else None
    return show(request, case, kind, Shown(typed=kept, saved=saved, paper=paper))


@page(Act.ENTER_VISIT, "POST", keyed=False)
def draft(request: Any, identifier: str, kind: str) -> Any:
    """Keep what is typed so far."""
    case = _case(request.desk.workspace.ledger.view, identifier, kind)
    kept, _created = Draft.objects.update_or_create(
        owner=request.user, case=case.id, kind=kind, defaults={"data": _typed(request.POST)}
    )
    if request.htmx:
        others = others_at(request.user, case.id, kind)
        return render(request, "desk/_saved.html", {"saved": kept.saved_at, "others": others})
    messages.success(request, say("草稿已保存。"))
    return redirect("write", identifier=identifier, kind=kind)


@page(Act.ENTER_VISIT, "POST", own_meanwhile=True)
def enter(request: Any, identifier: str, kind: str) -> Any:
    """Journal the facts; with `issue` also make the record and offer it for printing.

    The paper they were read from gets its electronic counterpart by the same press.
    """
    workspace = request.desk.workspace
    case = _case(workspace.ledger.view, identifier, kind)
    typed = _typed(request.POST)
    shown = Shown(
        typed=typed, paper=request.POST.get("paper", ""), correcting=request.POST.get("correcting", "")
    )
    if found := changes(request, {"identifier": identifier}):
        return show(request, case, kind, replace(shown, left_over=_meanwhile(request, found)))
    offset = ahead(request.POST.get(FIELD, ""), utc_now())
    if times := corrected(typed, offset, workspace.plausible()):
        return _ask_about_clock(request, case, kind, shown, offset, times)
    fields: dict[str, str] = {}
    try:
        recorded = _record(request, case, kind, typed, fields)
    except SameDayError as error:
        return show(request, case, kind, replace(shown, same_day=error.would))
    except MistakesError as error:
        return show(request, case, kind, _with_mistakes(shown, error, fields))
    Draft.objects.filter(owner=request.user, case=case.id, kind=kind).delete()
    for warning in (*recorded.warnings, *recorded.differences):
        messages.warning(request, warning)
    response = _after(request, case, kind, recorded, shown.paper)
    # The page keeps a copy on the device until it hears that the form arrived.
    response.set_cookie("entered", request.POST.get("once", "")[:64], max_age=3600, samesite="Strict")
    return response


def _meanwhile(request: Any, found: list[JournalAct]) -> list[str]:
    """Who did what at this case since the form was opened; pressing once more enters it all the same."""
    names = names_of(request.desk.workspace.ledger.view)
    done = [
        f"{moment(each.at)} {people_words(each.actor, names)} {each.words} {each.about}" for each in found
    ]
    return [say("打开表单以后，本案已有人办理；请核对后再登记："), *done]


def _after(request: Any, case: Case, kind: str, recorded: Recorded, paper: str) -> Any:
    messages.success(request, say("已登记入账。"))
    if "issue" in request.POST and kind in entry_form.FORM_OF:
        wanted = IssueRequest(
            form=entry_form.FORM_OF[kind],
            case=case.id,
            visit=VisitId(recorded.id) if recorded.kind == "visit" else None,
        )
        work = issuing(request, [wanted], back=reverse("case", args=[case.id]))
        job = request.desk.jobs.start(f"{case.id} {say('签发')} {say(entry_form.TITLES[kind])}", work)
        return redirect("job", identifier=job.id)
    if number := expand(paper):
        _transcribe(request, Number(number), recorded)
    return redirect("case", identifier=case.id)


def _transcribe(request: Any, number: Number, recorded: Recorded) -> None:
    """The electronic counterpart of the paper; the facts stand whatever becomes of it."""
    from evidence.forms.transcribe import transcribe

    workspace = request.desk.workspace
    visit = VisitId(recorded.id) if recorded.kind == "visit" else None
    try:
        transcribe(number, workspace.issuer(), actor=actor_of(request).journalled, visit=visit)
    except EvidenceError as error:
        messages.warning(
            request, say("{number} 的转录件没有生成：{why}").format(number=number, why=error.what)
        )
        return
    messages.success(request, say("已生成 {number} 的转录件。").format(number=number))


def _with_mistakes(shown: Shown, error: MistakesError, fields: dict[str, str]) -> Shown:
    """Each mistake at its field; what belongs to none is listed above the form."""
    errors: dict[str, str] = {}
    left_over = []
    for place, what in error.found:
        name = fields.get(place, "")
        if name:
            errors[name] = f"{errors[name]}；{what}" if name in errors else what
        else:
            left_over.append(f"{place}：{what}" if place else what)
    return replace(shown, errors=errors, left_over=left_over)


def _ask_about_clock(
    request: Any, case: Case, kind: str, shown: Shown, offset: timedelta, times: dict[str, str]
) -> Any:
    """The form again, with the times as they are without the offset of the device's clock."""
    said = say("本机时钟比服务器快 {minutes} 分钟，已按此更正：{times}。请核对后再登记。").format(
        minutes=round(offset.total_seconds() / 60),
        times="、".join(f"{name.partition('|')[2]} {text.replace('T', ' ')}" for name, text in times.items()),
    )
    fixed = {**shown.typed, **{name: [text] for name, text in times.items()}}
    return show(request, case, kind, replace(shown, typed=fixed, left_over=[said]))


def _record(
    request: Any, case: Case, kind: str, typed: dict[str, list[str]], fields: dict[str, str]
) -> Recorded:
    """Journal what was typed.

    Args:
        fields: filled with the field of each place of the document, for its mistakes.
    """
    workspace = request.desk.workspace
    chosen = request.POST.get("same_day", "") or request.POST.get("correcting", "")
    with tempfile.TemporaryDirectory(prefix="desk-entry-") as name:
        folder = Path(name)
        photos = _photographs(request, folder)
        if "-V" in chosen:
            stored = {each.id: each for each in in_force(workspace.ledger.view.visits(case.id))}
            kept_photographs(stored.get(VisitId(chosen)), typed, photos, folder, workspace.originals)
        written = entry_form.document(kind, typed, photos)
        fields |= written.fields
        path = folder / "登记.json"
        path.write_text(json.dumps(written.content, ensure_ascii=False), encoding="utf-8")
        return record_visit_file(
            path,
            case=case,
            ledger=workspace.ledger,
            originals=workspace.originals,
            actor=actor_of(request).journalled,
            visit=VisitId(chosen) if "-V" in chosen else None,
            separate=chosen == ANOTHER,
            settled=bool(chosen),
            follow=workspace.claims,
            bounds=workspace.plausible(),
            admit=workspace.attachments.admit_picture,
        )


def _photographs(request: Any, folder: Path) -> dict[str, list[str]]:
    """The photographs sent, written into the folder; field name -> paths in it."""
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
    return photos


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
