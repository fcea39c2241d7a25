"""One case on one page: its chain with deadlines, records and scans, hazards, footage, findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from evidence.domain.case import Visit, in_force
from evidence.domain.case_files import PHOTOGRAPHS, FileRole
from evidence.domain.coverage import segments_of, visit_coverage
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import CaseId, Number, Sha256, expand
from evidence.domain.terms import CASE_KINDS, VISIT_KINDS, form_title
from evidence.domain.week import local_date
from evidence.forms.settle import unreceived, unreviewed, untold
from evidence.recordings.assign import filmed
from evidence.recordings.timeline import timeline_svg
from evidence.rules.parameters import Parameters
from evidence.web.case_chain import chain_steps, closed
from evidence.web.case_hazards import hazard_lines
from evidence.web.entry_form import KIND_WORDS, TITLES
from evidence.web.entry_paper import kind_entered, waits
from evidence.web.matrix import State, build_rows, gravity, state_of
from evidence.web.middleware import role_of
from evidence.web.originals_shown import may_take
from evidence.web.pages import page
from evidence.web.ranges import playable
from evidence.web.roles import Act, may
from evidence.web.search import find_cases
from evidence.web.sheets import document_state, sheets_of
from evidence.web.site.choosing import waiting_versions
from evidence.web.speech import say
from evidence.web.viewings import looked_at

if TYPE_CHECKING:
    from evidence.handover.originals import Original


@page(Act.SEE)
def cases(request: Any) -> Any:
    """Find a case; the newest ones without a question."""
    wanted = request.GET.get("q", "")
    hits = find_cases(request.desk.workspace.ledger.view, wanted)
    rows = [(hit, CASE_KINDS[hit.case.kind]) for hit in hits]
    kinds = list(CASE_KINDS.items())[:2] + [
        (f"{each.kind.value}:{each.id}", f"{say(CASE_KINDS[each.kind])} {each.topic}")
        for each in request.desk.workspace.ledger.view.campaigns()
    ]
    return render(request, "desk/cases.html", {"q": wanted, "rows": rows, "kinds": kinds})


def timelines(facts: CaseFacts, parameters: Parameters) -> list[dict[str, Any]]:
    drawn = []
    for visit in in_force(facts.visits):
        if not filmed(visit):
            continue
        own = [each for each in facts.recordings if each.visit == visit.id and not each.described]
        found = visit_coverage(
            visit,
            own,
            parameters.coverage_limits,
        )
        segments = [segment for each in own for segment in segments_of(each)]
        kind = say(VISIT_KINDS[visit.kind])
        title = f"{kind} {local_date(visit.arrived_at).isoformat()}"
        drawn.append(
            {
                "visit": visit,
                "svg": _drawing(visit, found, segments, title),
                "found": found,
                "own": own,
                "films": [each for each in own if playable(each)],
            }
        )
    return drawn


def _drawing(visit: Visit, found: Any, segments: Any, title: str) -> SafeString:
    # Our own SVG: every text in it is escaped where it is drawn.
    return mark_safe(timeline_svg(found, segments, title=title, say=say))  # noqa: S308


@page(Act.SEE)
def case(request: Any, identifier: str) -> Any:
    """The case's page."""
    from evidence.handover.originals import originals_of
    from evidence.ledger.facts import gather
    from evidence.rules.judge import judge

    workspace = request.desk.workspace
    view = workspace.ledger.view
    if view.case(CaseId(identifier)) is None:
        raise Http404
    at = workspace.clock()
    gathered = gather(view, week=None, case=CaseId(identifier), at=at)
    facts = gathered.cases[0]
    findings = tuple(
        each for each in judge(gathered, workspace.settings.parameters, at) if each.subject.case == identifier
    )
    rows = build_rows(findings, {})
    enterprise = view.enterprise(facts.case.enterprise)
    shown = [each for each in findings if state_of(each) is not State.NONE]
    context = {
        "facts": facts,
        "case": facts.case,
        "kind": CASE_KINDS[facts.case.kind],
        "enterprise": enterprise,
        "row": rows[0] if rows else None,
        "visits": in_force(facts.visits),
        "versions": waiting_versions(identifier) if may(role_of(request), Act.ENTER_VISIT) else (),
        "steps": chain_steps(facts, findings, view.packages_about([facts.case.id]), view.receipts()),
        "closed": closed(findings),
        "documents": [(each, form_title(each.form.form), document_state(each)) for each in facts.documents],
        "hazards": hazard_lines(facts, workspace.settings.parameters, local_date(at)),
        "files": [
            _shown(request, each)
            for each in originals_of(view, facts, workspace.originals)
            if each.role not in (FileRole.SCAN, FileRole.OTHER_SCAN)
        ],
        "timelines": timelines(facts, workspace.settings.parameters),
        "people": {each.id: each.name for each in gathered.people},
        "problems": sorted(
            (each for each in shown if state_of(each) in {State.MISSING, State.UNDECIDED}), key=gravity
        ),
        "open": [each for each in shown if state_of(each) is State.OPEN],
        "passed": [each for each in shown if state_of(each) is State.PRESENT],
        "escalations": facts.escalations,
        "unreceived": unreceived(facts.escalations),
        "unreviewed": unreviewed(facts.reports),
        "untold": untold(facts.reports),
        "reviewers": view.people(),
        "today": local_date(at),
        "now": at,
        "at": at,
        "writable": list(TITLES.items()),
        "kind_words": KIND_WORDS,
    }
    if any(photograph for _file, photograph, _takes, _camera_file in context["files"]):
        looked_at(request, cases=[facts.case.id])
    return render(request, "desk/case.html", context)


def _shown(request: Any, file: Original) -> tuple[Original, bool, bool, Sha256 | None]:
    """A file, whether it is a photograph, whether the reader may have it, and what may carry a manifest.

    That is the camera's own file where one came along; None of what was named and never gathered.
    """
    store = request.desk.workspace.originals
    here = file.sha256 in store or (file.elsewhere is not None and file.elsewhere.is_file())
    captured = file.told.captured if file.told else None
    camera_file = captured.original if captured else file.sha256
    return (
        file,
        file.role in PHOTOGRAPHS,
        here and may_take(request, file.sha256),
        camera_file if camera_file in store else None,
    )


@page(Act.SEE)
def document(request: Any, number: str) -> Any:
    """One form: its scans with the boxes drawn on them, and its other copies."""
    workspace = request.desk.workspace
    known = expand(number)
    found = workspace.ledger.view.document(Number(known)) if known else None
    if found is None:
        raise Http404
    context = {
        "document": found,
        "title": form_title(found.form.form),
        "state": document_state(found),
        "entered_as": kind_entered(found.form) if found.form.case and waits(found) else "",
        "sheets": sheets_of(found.scans, workspace.issued),
        "others": sheets_of(found.other_copies, workspace.issued),
    }
    looked_at(request, numbers=[found.form.number])
    return render(request, "desk/document.html", context)
