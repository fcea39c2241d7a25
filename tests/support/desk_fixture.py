"""A workspace with a week in it for the desk's tests: real ledger, pictures of pages, things that wait."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw

from evidence.config import Workspace, open_workspace
from evidence.domain.document import Box, Document, IssuedPage, MarkVerdict
from evidence.domain.facts import Facts
from evidence.domain.identifiers import ArrivalId, Number, Sha256
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, Suggestion, UnlinkedPage
from evidence.settings import SETTINGS_FILE
from tests.support import sample
from tests.support.first_contract import SETTINGS_TEXT

UNKNOWN = ArrivalId("A-20220401-0090")
HOSTILE = ArrivalId("A-20220401-0091")
HOSTILE_NAME = "<img src=x onerror=document.title='pwned'>.pdf"
HOSTILE_COMPANY = "恒冶<script>document.title='pwned'</script>铸造"
CHECK_RECORD = Number("WJB22-0002-JC-001")
RECHECK_RECORD = Number("WJB22-0001-FC-001")
API = "\n[api]\nenabled = true\nrequests_per_minute = 100000\n"
WIDTH, HEIGHT = 595.3, 841.9


def page_picture(lines: list[str]) -> bytes:
    """A page as a scanner would show it."""
    image = Image.new("RGB", (827, 1170), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 120, 767, 1080), outline="black", width=2)
    for number, line in enumerate(lines):
        draw.text((80, 140 + 40 * number), line, fill="black")
    for row in range(8):
        draw.line((60, 300 + 80 * row, 767, 300 + 80 * row), fill="gray")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def desk_facts() -> Facts:
    """The week with one signature missing, one undecided, and twelve minutes without footage."""
    facts = sample.week_facts()
    facts = sample.with_mark(facts, CHECK_RECORD, "escort", MarkVerdict.ABSENT)
    facts = sample.with_mark(facts, CHECK_RECORD, "principal", MarkVerdict.UNDECIDED)
    facts = sample.on_recordings(facts, "WJB22-0003-V1", started_at=sample.instant("2022-03-30", 9, 12))
    return sample.on_enterprise(facts, 2, short_name=HOSTILE_COMPANY)


def make_workspace(root: Path) -> Workspace:
    """The workspace; its clock stands at Friday of the week."""
    root.mkdir(parents=True, exist_ok=True)
    (root / SETTINGS_FILE).write_text(SETTINGS_TEXT + API, encoding="utf-8")
    (root / "inbox").mkdir(exist_ok=True)
    workspace = open_workspace(root, clock=lambda: sample.FRIDAY)
    picture = workspace.previews.put(page_picture(["INSPECTION RECORD", CHECK_RECORD]), ".jpg")
    facts = sample.on_document(desk_facts(), CHECK_RECORD, lambda found: _with_pictures(found, picture))
    workspace.ledger.append("test", *sample.journal_events(facts), at=sample.FRIDAY - timedelta(hours=2))
    _store_geometry(workspace, CHECK_RECORD)
    _store_geometry(workspace, RECHECK_RECORD)
    question = UnlinkedPage(
        index=0,
        reason="no_code",
        picture=workspace.previews.put(page_picture(["PAGE WITHOUT CODE"]), ".jpg"),
        suggestions=(Suggestion(number=CHECK_RECORD, page=2, score=830, why="标题与企业名相符"),),
    )
    for arrival, name in ((UNKNOWN, "微信图片_20220401.jpg"), (HOSTILE, HOSTILE_NAME)):
        digest = workspace.originals.put_bytes(name.encode())
        workspace.ledger.append(
            "test",
            ArrivalTaken(
                arrival=arrival, path=name, sha256=digest, bytes=len(name.encode()),
                received_at=sample.FRIDAY - timedelta(hours=1), media_type="image/jpeg",
            ),
            ArrivalJudged(
                arrival=arrival,
                outcome="unidentified",
                message="没有读到本系统签发的条码，也认不出是哪份文书。",
                unlinked=(question,),
            ),
            at=sample.FRIDAY - timedelta(hours=1),
        )  # fmt: skip
    return workspace


def _with_pictures(found: Document, picture: Sha256) -> Document:
    return replace(found, scans=tuple(replace(scan, picture=picture) for scan in found.scans))


def _store_geometry(workspace: Workspace, number: Number) -> None:
    document = workspace.ledger.view.document(number)
    assert document is not None
    marks = document.scans[-1].marks
    boxes = tuple(
        Box(
            box=mark.box, kind=mark.kind, role=mark.role, required=True,
            x=60.0 + 240 * (n % 2), y=560.0 + 90 * (n // 2), w=150.0, h=56.0,
        )
        for n, mark in enumerate(marks)
    )  # fmt: skip
    pages = [
        IssuedPage(
            page=n, width=WIDTH, height=HEIGHT, check="AAAAAAAA", codes=(), boxes=boxes if n == 2 else ()
        )
        for n in (1, 2)
    ]
    workspace.issued.put(
        number, pdf=b"%PDF-1.7\n%%EOF\n", docx=b"docx", data=b"{}", geometry=msgspec.json.encode(pages)
    )
