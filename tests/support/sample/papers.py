"""Documents with their marks, and footage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from evidence.domain.case import (
    Visit,
)
from evidence.domain.document import (
    BoxKind,
    Document,
    IssuedForm,
    Mark,
    MarkVerdict,
    ScannedPage,
)
from evidence.domain.identifiers import (
    CaseId,
    make_number,
)
from evidence.domain.recording import Recording
from tests.support.sample.parties import FORM_CODES, digest, instant

_MARKS = {
    "inspection-record": (
        ("expert-1", "signature", "expert"),
        ("escort", "signature", "escort"),
        ("principal", "signature", "principal"),
        ("enterprise-seal", "seal", "enterprise"),
    ),
    "urging-record": (("urger", "signature", "urger"),),
    "rectification-report": (
        ("principal", "signature", "principal"),
        ("enterprise-seal", "seal", "enterprise"),
        ("reviewer", "signature", "reviewer"),
    ),
    "interview-record": (
        ("interviewer", "signature", "interviewer"),
        ("principal", "signature", "principal"),
    ),
}
_MARKS["recheck-record"] = _MARKS["inspection-record"]


def document(
    case: CaseId,
    form: str,
    day: date,
    *,
    visit: Visit | None = None,
    pages: int = 2,
    marks: tuple[tuple[str, str, str], ...] | None = None,
    running: int = 1,
) -> Document:
    """A signed, sealed and scanned form with all its pages; the marks stand on the last page."""
    number = make_number(case, FORM_CODES[form], running)
    boxes = list(_MARKS[form] if marks is None else marks)
    if visit is not None and form in ("inspection-record", "recheck-record"):
        boxes += [(f"expert-{n}", "signature", "expert") for n in range(2, len(visit.experts) + 1)]
        boxes += [(f"supervisor-{n}", "signature", "supervisor") for n, _ in enumerate(visit.supervisors, 1)]
    seen = tuple(
        Mark(
            box=box,
            kind=BoxKind(kind),
            role=role,
            page=pages,
            required=True,
            verdict=MarkVerdict.PRESENT,
            score=990,
        )
        for box, kind, role in boxes
    )
    scans = tuple(
        ScannedPage(
            number=number,
            page=page,
            arrival="A-20220401-0001",
            sha256=digest(f"scan {number}"),
            index=page - 1,
            quality=900,
            marks=seen if page == pages else (),
        )
        for page in range(1, pages + 1)
    )
    return Document(
        form=IssuedForm(
            number=number,
            form=form,
            case=case,
            visit=visit.id if visit else None,
            visit_version=visit.version if visit else None,
            issued_at=instant(day, 8),
            checks=("AAAAAAAA",) * pages,
            pdf=digest(f"pdf {number}"),
            docx=digest(f"docx {number}"),
            data=digest(f"data {number}"),
            geometry=digest(f"geometry {number}"),
            required_boxes=tuple(f"{pages}:{box}:{kind}:{role}" for box, kind, role in boxes),
        ),
        scans=scans,
        received_at=instant(day, 17),
    )


def footage(visit: Visit, **changes: Any) -> Recording:
    """One recording that covers a visit from a minute before to a minute after."""
    assert visit.left_at is not None
    length = visit.left_at - visit.arrived_at + timedelta(minutes=2)
    device = visit.devices[0] if visit.devices else "TA00716"
    recording = Recording(
        sha256=digest(f"video {visit.id}"),
        name=f"{device}_JX0227_{visit.arrived_at:%Y%m%d%H%M%S}.mp4",
        bytes=1_000_000,
        device=device,
        started_at=visit.arrived_at - timedelta(minutes=1),
        duration_ms=int(length.total_seconds() * 1000),
        video=True,
        audio=True,
        visit=visit.id,
        assigned_by="device+time",
    )
    return replace(recording, **changes)
