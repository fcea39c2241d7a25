"""One case on one page: its chain with deadlines, records and scans, hazards, footage, findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from evidence.domain.case import Visit, in_force
from evidence.domain.case_files import PHOTOGRAPHS, FileRole
from evidence.domain.coverage import segments_of, visit_coverage
from evidence.domain.facts import CaseFacts
from evidence.domain.hazard import Hazard
from evidence.domain.identifiers import CaseId, Number, expand
from evidence.domain.terms import CASE_KINDS, VISIT_KINDS, form_title
from evidence.domain.week import local_date
from evidence.recordings.assign import filmed
from evidence.recordings.timeline import timeline_svg
from evidence.rules.clause import Finding
from evidence.rules.parameters import Parameters
from evidence.web.entry_form import KIND_WORDS, TITLES
from evidence.web.entry_paper import kind_entered, waits
from evidence.web.matrix import State, build_rows, column_of, gravity, state_of
from evidence.web.pages import page
from evidence.web.ranges import playable
from evidence.web.roles import Act
from evidence.web.search import find_cases
from evidence.web.sheets import document_state, sheets_of
from evidence.web.speech import say


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One station of the chain: done on a day, or due on one."""

    title: str
    day: date | None
    state: str
    sign: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardLine:
    """One hazard and what became of it."""

    hazard: Hazard
    sign: str
    css: str
    words: str


def chain_steps(facts: CaseFacts, findings: tuple[Finding, ...]) -> list[Step]:
    """What happened and what comes next, in order of days."""
    done = [
        Step(
            title=VISIT_KINDS[visit.kind],
            day=local_date(visit.arrived_at),
            state="present",
            sign="●",
            note=visit.id if visit.version == 1 else f"{visit.id} {_version(visit.version)}",
        )
        for visit in in_force(facts.visits)
    ]
    done += [
        Step(
            title="整改报告", day=report.received_on, state="present", sign="●",
            note=f"{_version(report.version)} · {say(report.review.value if report.review else '待审核')}",
        )
        for report in facts.reports
    ]  # fmt: skip
    coming: dict[tuple[str, date], Step] = {}
    for finding in findings:
        if finding.due is not None and state_of(finding) in {State.OPEN, State.MISSING}:
            late = state_of(finding) is State.MISSING
            coming.setdefault(
                (column_of(finding).id, finding.due),
                Step(
                    title=finding.message,
                    day=finding.due,
                    state="missing" if late else "open",
                    sign="✕" if late else "○",
                    note=finding.clause.number,
                ),
            )
    return sorted([*done, *coming.values()], key=lambda step: (step.day or date.max, step.sign != "●"))


def _version(version: int) -> str:
    return say("第 {version} 版").format(version=version)


def hazard_lines(facts: CaseFacts) -> list[HazardLine]:
    """Every hazard with its last known state."""
    visits = in_force(facts.visits)
    results = {result.hazard: result for visit in visits for result in visit.results}
    progress = {each.hazard: each for visit in visits for each in visit.progress}
    lines = []
    for visit in visits:
        for hazard in visit.hazards:
            result = results.get(hazard.id)
            if result is not None and result.state.value == "已整改":
                state = ("●", "present", "已整改")
            elif result is not None:
                state = ("✕", "missing", "未整改")
            elif hazard.id in progress:
                state = ("◐", "undecided", f"整改{progress[hazard.id].state.value}")
            else:
                state = ("○", "open", "待整改")
            lines.append(HazardLine(hazard=hazard, sign=state[0], css=state[1], words=state[2]))
    return lines


def _timelines(facts: CaseFacts, parameters: Parameters) -> list[dict[str, Any]]:
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
    return mark_safe(timeline_svg(found, segments, title=title))  # noqa: S308


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
        "steps": chain_steps(facts, findings),
        "documents": [(each, form_title(each.form.form), document_state(each)) for each in facts.documents],
        "hazards": hazard_lines(facts),
        "files": [
            (each, each.role in PHOTOGRAPHS)
            for each in originals_of(view, facts, workspace.originals)
            if each.role not in (FileRole.SCAN, FileRole.OTHER_SCAN)
        ],
        "timelines": _timelines(facts, workspace.settings.parameters),
        "people": {each.id: each.name for each in gathered.people},
        "problems": sorted(
            (each for each in shown if state_of(each) in {State.MISSING, State.UNDECIDED}), key=gravity
        ),
        "open": [each for each in shown if state_of(each) is State.OPEN],
        "passed": [each for each in shown if state_of(each) is State.PRESENT],
        "today": local_date(at),
        "at": at,
        "writable": list(TITLES.items()),
        "kind_words": KIND_WORDS,
    }
    return render(request, "desk/case.html", context)


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
    return render(request, "desk/document.html", context)
