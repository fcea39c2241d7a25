"""An evening at the desk: three factories' signed papers and recorders are back, nothing is entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from evidence.config import Workspace, open_workspace
from evidence.domain.document import Box, IssuedPage, MarkVerdict
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import ArrivalId, CaseId, Number, PersonId
from evidence.domain.register import PlanLine, PlannedWork
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, Suggestion, UnlinkedPage
from evidence.settings import SETTINGS_FILE
from tests.support import sample
from tests.support.desk_fixture import HEIGHT, WIDTH, page_picture
from tests.support.first_contract import SETTINGS_TEXT

CASES = tuple(CaseId(f"WJB22-000{number}") for number in (1, 2, 3))
DAY = date(2022, 3, 28)
UNPLACED = ArrivalId("A-20220401-0099")


def make_returned_week(root: Path) -> Workspace:
    """The second factory's principal signed unreadably; one page of the third's record has no code."""
    root.mkdir(parents=True)
    (root / SETTINGS_FILE).write_text(SETTINGS_TEXT, encoding="utf-8")
    (root / "inbox").mkdir()
    workspace = open_workspace(root, clock=lambda: sample.FRIDAY)
    picture = workspace.previews.put(page_picture(["INSPECTION RECORD"]), ".jpg")
    cases = tuple(_returned(number, picture) for number in range(3))
    facts = replace(sample.week_facts(), cases=cases, services=())
    lines = tuple(
        PlanLine(day=DAY + timedelta(days=n), enterprise=one.id, work=PlannedWork.CHECK)
        for n, one in enumerate(sample.enterprises())
    )
    facts = replace(
        facts,
        plans=tuple(replace(one, lines=lines) if one.week == sample.WEEK else one for one in facts.plans),
    )
    facts = sample.with_mark(facts, number_of(1), "principal", MarkVerdict.UNDECIDED)
    facts = sample.without_page(facts, number_of(2), 1)
    workspace.ledger.append("test", *sample.journal_events(facts), at=sample.FRIDAY - timedelta(hours=2))
    for case in cases:
        _store_geometry(workspace, case)
    name = "扫描0007.jpg"
    question = UnlinkedPage(
        index=0, reason="no_code", picture=picture,
        suggestions=(Suggestion(number=number_of(2), page=1, score=910, why="标题与企业名相符"),),
    )  # fmt: skip
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=UNPLACED, path=name, sha256=workspace.originals.put_bytes(name.encode()), bytes=10,
            received_at=sample.FRIDAY - timedelta(hours=1), media_type="image/jpeg",
        ),
        ArrivalJudged(
            arrival=UNPLACED,
            outcome="unidentified",
            message="没有读到本系统签发的条码，也认不出是哪份文书。",
            unlinked=(question,),
        ),
    )  # fmt: skip
    return workspace


def number_of(factory: int) -> Number:
    """The record of one of the three factories."""
    return Number(f"{CASES[factory]}-JC-001")


def _returned(factory: int, picture: Any) -> CaseFacts:
    """Visited, filmed, signed on paper; the visit itself is nowhere but on that paper."""
    case, day = CASES[factory], DAY + timedelta(days=factory)
    whole = sample.checked_case(case, enterprise=factory, day=day)
    (visit,), (paper,), (film,) = whole.visits, whole.documents, whole.recordings
    people: dict[str, Any] = {"experts": (PersonId("P2"),)}
    if factory == 2:
        people = {"experts": (PersonId("P2"), PersonId("P3")), "supervisors": (PersonId("G1"),)}
    visit = replace(visit, **people)
    paper = sample.document(case, "inspection-record", day, visit=visit)
    paper = replace(
        paper,
        form=replace(paper.form, blank=True, visit=None, visit_version=None),
        scans=tuple(replace(scan, picture=picture) for scan in paper.scans),
    )
    return replace(whole, visits=(), documents=(paper,), recordings=(replace(film, visit=None),))


def _store_geometry(workspace: Workspace, case: CaseFacts) -> None:
    (paper,) = case.documents
    people = {"expert": ["P2", "P3"], "supervisor": ["G1"]}
    boxes = tuple(
        Box(
            box=mark.box, kind=mark.kind, role=mark.role, required=True,
            x=60.0 + 240 * (n % 2), y=500.0 + 80 * (n // 2), w=150.0, h=56.0,
            person=PersonId(people[mark.role].pop(0)) if mark.role in people else None,
        )
        for n, mark in enumerate(mark for scan in paper.scans for mark in scan.marks)
    )  # fmt: skip
    pages = [
        IssuedPage(
            page=n, width=WIDTH, height=HEIGHT, check="AAAAAAAA", codes=(), boxes=boxes if n == 2 else ()
        )
        for n in (1, 2)
    ]
    workspace.issued.put(
        paper.form.number, pdf=b"%PDF-1.7\n%%EOF\n", docx=b"docx", data=b"{}",
        geometry=msgspec.json.encode(pages),
    )  # fmt: skip
