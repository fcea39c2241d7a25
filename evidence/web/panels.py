"""What the side panel shows for one line: marks to judge, the page that lacks something, film, form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.domain.case import Case, Trigger
from evidence.domain.document import Alteration, Document
from evidence.domain.identifiers import CaseId, Number
from evidence.domain.terms import form_title
from evidence.domain.week import Week
from evidence.forms.settle import unreceived, unreviewed, untold
from evidence.ledger.view import View
from evidence.rules.registers import Register
from evidence.web.deeds import OF_THE_TEAM, REVIEW_RULE, TELL_RULE, Panel
from evidence.web.entry_paper import papers_of, waits
from evidence.web.inbox import arrival_context
from evidence.web.lines import Line
from evidence.web.register_form import asked_of, hint_of, keys_of, registers_of
from evidence.web.sheets import DrawnBox, Sheet, document_state, sheets_of
from evidence.web.viewings import looked_at

_AROUND = 14.0
"""Points shown around a box: a signature often leaves its box."""
_TOLERANT = frozenset({Panel.MARKS, Panel.PAPER})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """One page with what a person must look at on it."""

    sheet: Sheet
    boxes: tuple[DrawnBox, ...]
    alterations: tuple[Alteration, ...]
    unchecked: bool
    """Nobody has said yet whether the page was altered, and the copy is too poor for the program to tell."""

    def clip(self, box: DrawnBox) -> str:
        """The part of the page that shows a box, as SVG's viewBox."""
        return (
            f"{box.x - _AROUND:.1f} {box.y - _AROUND:.1f} {box.w + 2 * _AROUND:.1f} {box.h + 2 * _AROUND:.1f}"
        )

    @property
    def shown(self) -> list[tuple[DrawnBox, str]]:
        """Each box with its clip."""
        return [(box, self.clip(box)) for box in self.boxes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document with the pages to look at."""

    document: Document
    title: str
    state: tuple[str, str, str]
    pages: tuple[ReadPage, ...]

    @property
    def missing(self) -> tuple[int, ...]:
        """Pages that never came."""
        return tuple(self.document.missing_pages)


def papers(line: Line, workspace: Any, *, absent: bool) -> tuple[Paper, ...]:
    """The documents of a line's kind in its case on which a required mark is undecided.

    Args:
        absent: those on which one is missing, or a page is, too.
    """
    found = []
    for document in _documents(line, workspace.ledger.view):
        wanted = {"undecided", "absent"} if absent else {"undecided"}
        pages = tuple(
            looked
            for sheet in sheets_of(document.scans, workspace.issued)
            if (looked := _read_page(sheet, wanted)) is not None
        )
        if pages or (absent and document.missing_pages):
            found.append(
                Paper(
                    document=document,
                    title=form_title(document.form.form),
                    state=document_state(document),
                    pages=pages,
                )
            )
    return tuple(found)


def _documents(line: Line, view: View) -> Iterable[Document]:
    """Of the same form as the line's document, so that two records of one deed are seen together."""
    own = view.document(Number(line.document)) if line.document else None
    if own is None:
        return ()
    same = view.documents(CaseId(line.case)) if line.case else ()
    return (
        own,
        *(each for each in same if each.form.form == own.form.form and each.form.number != line.document),
    )


def _read_page(sheet: Sheet, wanted: set[str]) -> ReadPage | None:
    boxes = tuple(box for box in sheet.boxes if box.required and box.decidable and box.verdict in wanted)
    accepted = set(sheet.scan.accepted)
    alterations = tuple(each for each in sheet.scan.alterations if each not in accepted)
    unchecked = bool(sheet.scan.unchecked) and not sheet.scan.accepted_by
    if not boxes and not alterations and not unchecked:
        return None
    return ReadPage(sheet=sheet, boxes=boxes, alterations=alterations, unchecked=unchecked)


def still_open(line: Line, workspace: Any, waiting: set[str]) -> bool | None:
    """Whether the ledger shows that something of a line is left; None where only a new judgement can tell.

    Args:
        waiting: ids of the arrivals that wait for a person.
    """
    if line.deed.panel is Panel.ARRIVAL:
        return line.arrival in waiting
    if line.deed.panel in _TOLERANT and line.document:
        return bool(papers(line, workspace, absent=line.deed.panel is Panel.PAPER))
    if line.deed.panel is Panel.ENTRY and line.case and line.document:
        view = workspace.ledger.view
        return any(waits(each) for each in papers_of(view, view.case(CaseId(line.case)), line.entry))
    return None


def content(request: Any, line: Line) -> dict[str, Any]:
    """What the panel of a line shows beside its words."""
    made = _CONTENT.get(line.deed.panel)
    return made(request, line) if made else {}


def _marks(request: Any, line: Line) -> dict[str, Any]:
    absent = line.deed.panel is Panel.PAPER
    shown = papers(line, request.desk.workspace, absent=absent)
    looked_at(request, numbers=[each.document.form.number for each in shown])
    return {"papers": shown, "absent": absent}


def _film(request: Any, line: Line) -> dict[str, Any]:
    from evidence.ledger.facts import gather
    from evidence.web.cases import timelines

    workspace = request.desk.workspace
    view = workspace.ledger.view
    facts = gather(view, week=None, case=CaseId(line.case), at=workspace.clock()).cases[0]
    drawn = timelines(facts, workspace.settings.parameters)
    fitting = [(each, view.arrival_of(each.sha256)) for each in facts.unassigned]
    return {
        "timelines": [each for each in drawn if not line.visit or each["visit"].id == line.visit],
        "fitting": [(film, arrival) for film, arrival in fitting if arrival is not None],
    }


def _entry(request: Any, line: Line) -> dict[str, Any]:
    workspace = request.desk.workspace
    view = workspace.ledger.view
    case = view.case(CaseId(line.case)) if line.case else None
    found = papers_of(view, case, line.entry) if case is not None else ()
    shown = [each for each in found if waits(each) or len(found) == 1]
    looked_at(request, numbers=[each.form.number for each in shown])
    return {
        **_stored(request, line, case),
        "sheets": [(each, sheets_of(each.scans, workspace.issued)) for each in shown],
    }


def _stored(request: Any, line: Line, case: Case | None) -> dict[str, Any]:
    """What of the case was entered and still lacks what comes later to it."""
    if case is None:
        return {}
    view, now = request.desk.workspace.ledger.view, request.desk.workspace.clock()
    majors = tuple(each for each in view.escalations(case.id) if each.trigger is Trigger.MAJOR)
    return {
        "case": case,
        "now": now,
        "reviewers": view.people(),
        "unreceived": unreceived(majors) if line.major else (),
        "unreviewed": unreviewed(view.reports(case.id)) if line.deed.id == REVIEW_RULE else None,
        "untold": untold(view.reports(case.id)) if line.deed.id == TELL_RULE else None,
    }


def _arrival(request: Any, line: Line) -> dict[str, Any]:
    return arrival_context(request, line.arrival)


def _forms(_request: Any, line: Line) -> dict[str, Any]:
    return {"week": Week.of(line.due)} if line.due else {}


def _register(request: Any, line: Line) -> dict[str, Any]:
    view = request.desk.workspace.ledger.view
    registers = registers_of(line.deed.id)
    known = {"case": line.case, "visit": line.visit, "enterprise": line.name if line.enterprise else ""}
    return {
        "forms": [
            (
                register,
                keys_of(register),
                hint_of(register),
                [(each, known.get(each.name, "")) for each in asked_of(register)],
            )
            for register in registers
        ],
        "people": view.people(),
        "lacking": _without(view, line, registers),
    }


def _without(view: View, line: Line, registers: Sequence[Register]) -> frozenset[str]:
    """Of the team, who has no entry yet: those a line about several people means."""
    if line.deed.id not in OF_THE_TEAM:
        return frozenset()
    there = {each.person for register in registers for each in view.entries(register.id)}
    return frozenset(str(each.id) for each in view.people() if each.id not in there)


_CONTENT: dict[Panel, Callable[[Any, Line], dict[str, Any]]] = {
    Panel.MARKS: _marks,
    Panel.PAPER: _marks,
    Panel.FILM: _film,
    Panel.ENTRY: _entry,
    Panel.ARRIVAL: _arrival,
    Panel.FORMS: _forms,
    Panel.REGISTER: _register,
}
