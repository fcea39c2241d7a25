"""The inbox desk: drop files, see the page beside the suggestion, decide, take back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from evidence.domain.arrival_outcome import Reason
from evidence.domain.case import in_force
from evidence.domain.document import MarkVerdict
from evidence.domain.identifiers import ArrivalId, CaseId, Number, VisitId, expand
from evidence.domain.reasons import in_words
from evidence.domain.terms import CASE_KINDS, form_title
from evidence.errors import UsageError
from evidence.inbox.deciding import Decider
from evidence.inbox.names import is_ignored, why_ignored
from evidence.inbox.placing import Placement
from evidence.inbox.words import PAGE_REASONS
from evidence.ledger.view import Arrival, View
from evidence.web.names import safe_name
from evidence.web.originals_shown import may_take
from evidence.web.pages import decider, page
from evidence.web.panel_redirect import in_panel
from evidence.web.ranges import playable
from evidence.web.received import store_upload
from evidence.web.roles import Act
from evidence.web.search import find_cases
from evidence.web.sheets import sheets_of
from evidence.web.sorting import LANES, lay_out, placements_of
from evidence.web.speech import say
from evidence.web.uploads import unfinished
from evidence.web.viewings import looked_at
from evidence.web.wording import sentence_words

SHOWN = 60


@page(Act.SEE)
def inbox(request: Any) -> Any:
    """What waits, then everything else, newest first."""
    board = request.desk.board
    board.arrivals.follow()
    waiting = board.arrivals.waiting()
    latest = [each for each in board.arrivals.latest(SHOWN) if each not in waiting]
    begun = unfinished(request.desk.workspace, request.user).begun()
    return render(request, "desk/inbox.html", {"waiting": waiting, "latest": latest, "begun": begun})


@page(Act.UPLOAD, "POST")
def upload(request: Any) -> Any:
    """Files dropped on the page go into the inbox folder as if they had been copied there."""
    folder: Path = request.desk.workspace.inbox
    files = request.FILES.getlist("files")
    ignored = [name for name in (safe_name(each.name) for each in files) if is_ignored(name)]
    if ignored:
        why = sentence_words(why_ignored(ignored[0]))
        raise UsageError(
            say("收件夹不收这样命名的文件（{why}）。").format(why=why),
            where=ignored[0],
            remedy=say("请改名后再送。"),
        )
    taken = [store_upload(folder, each) for each in files]
    if not taken:
        raise UsageError(say("没有收到文件。"), remedy=say("请把文件拖到虚线框内，或点“选择文件”。"))
    messages.success(
        request, say("已放入收件夹 {count} 个文件，识别后会出现在这里。").format(count=len(taken))
    )
    if request.htmx and not in_panel(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("inbox")


def _arrival(view: View, identifier: str) -> Arrival:
    found = view.arrival(ArrivalId(identifier))
    if found is None:
        raise Http404
    return found


@page(Act.SEE)
def arrival(request: Any, identifier: str) -> Any:
    """One arrival: its pages beside what they are or may be."""
    return render(request, "desk/arrival.html", arrival_context(request, identifier))


def arrival_context(request: Any, identifier: str) -> dict[str, Any]:
    """What its page and its panel show."""
    workspace = request.desk.workspace
    view = workspace.ledger.view
    found = _arrival(view, identifier)
    looked_at(request, arrival=found.id)
    judged = found.judged
    linked = _current(view, judged.pages) if judged else ()
    board = request.desk.board
    board.arrivals.follow()
    others = [each for each in board.arrivals.waiting() if each.id != identifier]
    recordings = [view.recording(each.sha256) or each for each in judged.recordings] if judged else []
    asked = [
        number for text in request.GET.getlist("doc")[:LANES] if (number := expand(text.strip().upper()))
    ]
    layout = lay_out(view, judged, found.id, map(Number, asked)) if judged else None
    return {
        "arrival": found,
        "takes": found.sha256 is not None
        and found.reason != Reason.INFECTED
        and may_take(request, found.sha256),
        "layout": layout if layout is not None and layout.tiles > 1 else None,
        "asked": asked,
        "sheets": sheets_of(linked, workspace.issued),
        "unlinked": [_question(view, each) for each in judged.unlinked] if judged else [],
        "blank": [index + 1 for index in judged.blank_pages] if judged else [],
        "recordings": recordings,
        "visits": {
            each.id: each for recording in recordings for each in _visits(view, recording.suggestions)
        },
        "films": {each.sha256 for each in recordings if playable(each)},
        "edocument": judged.edocument_of if judged else None,
        "can_undo": bool(found.decisions) and found.decisions[-1].decision != "undo",
        "next": others[0] if others else None,
        "waiting": len(others),
    }


def _current(view: View, scans: Any) -> tuple[Any, ...]:
    """The scans with people's later words about their marks."""
    held = {}
    for number in dict.fromkeys(scan.number for scan in scans):
        document = view.document(number)
        for each in (*document.scans, *document.other_copies) if document else ():
            held[(each.arrival, each.index, each.number, each.page)] = each
    return tuple(held.get((scan.arrival, scan.index, scan.number, scan.page), scan) for scan in scans)


def _question(view: View, unlinked: Any) -> dict[str, Any]:
    suggestions = []
    for each in unlinked.suggestions:
        document = view.document(each.number)
        case = view.case(document.form.case) if document and document.form.case else None
        enterprise = view.enterprise(case.enterprise) if case else None
        suggestions.append(
            {
                "number": each.number,
                "page": each.page,
                "score": each.score,
                "why": each.why,
                "form": form_title(document.form.form) if document else "",
                "enterprise": enterprise.name if enterprise else "",
            }
        )
    return {
        "index": unlinked.index,
        "picture": unlinked.picture,
        "reason": PAGE_REASONS.get(unlinked.reason, unlinked.reason),
        "suggestions": suggestions,
    }


def _visits(view: View, ids: tuple[VisitId, ...]) -> list[Any]:
    found = []
    for each in ids:
        found += [
            visit for visit in in_force(view.visits(CaseId(each.rpartition("-V")[0]))) if visit.id == each
        ]
    return found


@page(Act.DECIDE_ARRIVAL, "POST")
def decide(request: Any, identifier: str) -> Any:
    """One decision about an arrival."""
    found = _arrival(request.desk.workspace.ledger.view, identifier)
    who = decider(request, request.POST.get("why", ""))
    deed = _DEEDS.get(request.POST.get("action", ""))
    if deed is None:
        raise Http404
    deed(request, found, who)
    messages.success(request, say("已记入账本：{by}。").format(by=who.by))
    return redirect("arrival", identifier=identifier)


def _typed(request: Any, field: str) -> str:
    return str(request.POST.get(field, "")).strip().upper()


def _place(request: Any, found: Arrival, who: Decider) -> None:
    request.desk.workspace.desk.place(found.id, _placements(request.POST), who)


def _sort(request: Any, found: Arrival, who: Decider) -> None:
    if found.judged is None:
        raise Http404
    request.desk.workspace.desk.place(found.id, placements_of(request.POST, found.judged), who)


def _edocument(request: Any, found: Arrival, who: Decider) -> None:
    number = _number(request.POST.get("number", ""))
    request.desk.workspace.desk.link_edocument(found.id, number, who)


def _case_material(request: Any, found: Arrival, who: Decider) -> None:
    case, hazard = CaseId(_typed(request, "case")), _typed(request, "hazard")
    request.desk.workspace.desk.link_case(found.id, case, who, hazard=hazard)


def _film(request: Any, found: Arrival, who: Decider) -> None:
    request.desk.workspace.desk.link_visit(found.id, VisitId(_typed(request, "visit")), who)


def _reject(request: Any, found: Arrival, who: Decider) -> None:
    if not in_words(request.POST.get("why", "")):
        raise UsageError(say("退回要写明理由。"), remedy=say("请写明退回的原因，例如：页面不全。"))
    request.desk.workspace.desk.reject(found.id, who)


def _undo(request: Any, found: Arrival, who: Decider) -> None:
    request.desk.workspace.desk.undo(found.id, who)


def _retry(request: Any, found: Arrival, who: Decider) -> None:
    request.desk.workspace.desk.retry(found.id, who)


def _release(request: Any, found: Arrival, who: Decider) -> None:
    """Take one film of this arrival from the visit it was assigned to."""
    from evidence.recordings.decide import release_by_person

    digest = request.POST.get("recording", "")
    if found.judged is None or digest not in {each.sha256 for each in found.judged.recordings}:
        raise Http404
    if not in_words(request.POST.get("why", "")):
        raise UsageError(say("请写明原因。"), remedy=say("原因连同经办账号记入账本。"))
    release_by_person(request.desk.workspace.ledger, digest, why=who.why, by=who.by, actor=who.actor)


_DEEDS: Mapping[str, Callable[[Any, Arrival, Decider], None]] = {
    "place": _place,
    "sort": _sort,
    "edocument": _edocument,
    "case": _case_material,
    "visit": _film,
    "release": _release,
    "reject": _reject,
    "undo": _undo,
    "retry": _retry,
}
"""What a form's `action` asks for."""


def _placements(sent: Any) -> list[Placement]:
    """`number-<index>` and `page-<index>` of each page image; empty ones stay where they are."""
    placements = []
    for key, value in sent.items():
        name, dash, index = key.partition("-")
        if name == "number" and dash and index.isdecimal() and value.strip():
            text = sent.get(f"page-{index}", "1").strip()
            placements.append(
                Placement(index=int(index), number=_number(value), page=int(text) if text.isdecimal() else 1)
            )
    if not placements:
        raise UsageError(say("没有指明归入哪份文书。"), remedy=say("请填写文书编号和页号。"))
    return placements


def _number(text: str) -> Number:
    number = expand(text.strip().upper())
    if number is None:
        raise UsageError(
            say("“{text}”不是文书编号。").format(text=text[:40]), remedy=say("编号形如 WJB22-0012-JC-001。")
        )
    return number


@page(Act.DECIDE_MARK, "POST")
def mark(request: Any, number: str) -> Any:
    """A person's word on one box, or on flagged print."""
    desk = request.desk.workspace.desk
    who = decider(request, request.POST.get("why", ""))
    text = request.POST.get("page", "")
    page_number = int(text) if text.isdecimal() else 1
    if "accepted" in request.POST:
        desk.accept_print(_number(number), page_number, request.POST["accepted"] == "1", who)
    else:
        try:
            verdict = MarkVerdict(request.POST.get("verdict", ""))
        except ValueError as error:
            raise Http404 from error
        desk.mark(_number(number), page_number, request.POST.get("box", ""), verdict, who)
    messages.success(request, say("已记入账本：{by}。").format(by=who.by))
    back = request.POST.get("arrival", "")
    return redirect("arrival", identifier=back) if back else redirect("document", number=number)


@page(Act.SEE)
def suggest(request: Any) -> Any:
    """Documents that fit what is typed into the number field, by company, number or initials."""
    view = request.desk.workspace.ledger.view
    if request.GET.get("of") == "case":
        hits = find_cases(view, request.GET.get("q", ""), limit=16)
        cases = [(hit.case.id, hit.name, CASE_KINDS[hit.case.kind]) for hit in hits]
        return render(request, "desk/_numbers.html", {"rows": cases})
    rows = []
    for hit in find_cases(view, request.GET.get("q", ""), limit=8):
        rows += [
            (document.form.number, hit.name, form_title(document.form.form))
            for document in view.documents(hit.case.id)
            if not document.form.voided_why
        ]
    return render(request, "desk/_numbers.html", {"rows": rows[:24], "field": request.GET.get("field", "")})
