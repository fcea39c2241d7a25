"""The in-memory week as a real workspace: journal, originals, issued forms, evaluation keys.

Papers are drawn quickly (no office program); everything else is the product's own.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import segno
import typst
from PIL import Image, ImageDraw

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.bundles.keys import make_evaluation_keys
from evidence.bundles.settings import SignerSettings, TimestampSettings
from evidence.config import examine_own_package
from evidence.domain.document import Box, BoxKind, CodePlace, Document, IssuedPage, ScannedPage
from evidence.domain.facts import Facts
from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.domain.week import Week
from evidence.forms.finish import code_places
from evidence.handover.form_printer import FormPrinter, Paper, Wanted, page_checks
from evidence.handover.handover_context import HandoverContext, Names
from evidence.handover.package import Built, Order, build_package
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, RecordingAssigned
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import (
    CaseOpened,
    Event,
    FormIssued,
    PartiesImported,
    PlanFiled,
    RegisterEntered,
    ReportRecorded,
    VisitRecorded,
)
from evidence.rules.parameters import Parameters
from tests.support import sample
from tests.support.first_contract import FIRST_CONTRACT

PROFILE = FIRST_CONTRACT
NAMES = Names(
    contract_code="WJB",
    contract_name="武进国家高新区安全生产第三方技术服务（B标段）",
    agency="常州承安安全咨询服务有限公司",
    regulator="武进国家高新区经济发展局安监科",
    profile=PROFILE,
)
WEEK = Week(2022, 13)
A4 = (595.28, 841.89)


@cache
def keys(home: Path, curve: bool = False) -> Path:
    """Evaluation keys, made once for all tests of a session."""
    folder = home / ("keys-p256" if curve else "keys")
    make_evaluation_keys(folder, curve=curve)
    return folder


class QuickPrinter:
    """Papers drawn in a moment, with real codes and boxes; the product's printer needs LibreOffice."""

    def print(self, wanted: Sequence[Wanted], *, head: str, at: datetime) -> list[Paper]:
        """One page each: what the form is about, two codes, the receipt's boxes."""
        papers = []
        for one in wanted:
            draw = page_checks(head, one.number)
            check = draw()
            codes = code_places(one.number, 1, 1, check, *A4)
            boxes = tuple(
                Box(box=name, kind=kind, role=role, required=True, x=100, y=y, w=200, h=90)
                for name, kind, role, y in (
                    ("receiver", BoxKind.SIGNATURE, "receiver", 500),
                    ("regulator-seal", BoxKind.SEAL, "regulator", 620),
                )
                if one.form == "handover-receipt"
            )
            page = IssuedPage(page=1, width=A4[0], height=A4[1], check=check, codes=codes, boxes=boxes)
            papers.append(
                Paper(
                    form=one.form,
                    number=one.number,
                    pdf=drawn_paper(one.number, str(one.values), codes),
                    docx=b"docx",
                    data=b"{}",
                    pages=(page,),
                )
            )
        return papers


def drawn_paper(number: str, text: str, codes: Sequence[CodePlace]) -> bytes:
    """One page with two codes and some text."""
    with tempfile.TemporaryDirectory() as scratch:
        source = f'#set page(paper: "a4")\n#set text(font: "Noto Serif CJK SC", size: 8pt)\n= {number}\n'
        for code in codes:
            segno.make(code.payload, version=2, error="q", mode="alphanumeric", boost_error=False).save(
                str(Path(scratch, f"{code.corner}.svg")), border=0
            )
            picture = f'image("{code.corner}.svg", width: {code.size}pt)'
            source += f"#place(top + left, dx: {code.x}pt - 2.5cm, dy: {code.y}pt - 2.5cm, {picture})\n"
        source = source.replace("2.5cm", "70.866pt") + '#json("text.json")'
        Path(scratch, "text.json").write_text(json.dumps(text, ensure_ascii=False))
        Path(scratch, "page.typ").write_text(source)
        pdf = typst.compile(str(Path(scratch, "page.typ")), timestamp=0)
    assert isinstance(pdf, bytes)
    return pdf


def open_office(
    root: Path, *, clock: Callable[[], datetime] = lambda: sample.FRIDAY, printer: FormPrinter | None = None
) -> HandoverContext:
    """The parts of a workspace folder."""
    return HandoverContext(
        root=root,
        names=NAMES,
        ledger=EmbeddedLedger.open(root / "archive" / "ledger", clock=clock),
        originals=Originals(root / "archive" / "originals"),
        issued=IssuedStore(root / "archive" / "issued"),
        parameters=Parameters(),
        printer=printer or QuickPrinter(),
        examine=examine_own_package,
        signer=SignerSettings(),
        timestamp=TimestampSettings(),
    )


def make_office(
    root: Path, home: Path, facts: Facts | None = None, *, stamped: bool = True
) -> HandoverContext:
    """A workspace that holds some facts; by default the whole week in order."""
    shutil.copytree(keys(home), root / "keys")
    office = open_office(root)
    if not stamped:
        office = replace(office, timestamp=TimestampSettings(local=""))
    record(office, sample.week_facts() if facts is None else facts)
    return office


def record(office: HandoverContext, facts: Facts) -> None:
    """Write facts into the ledger as events, with real bytes behind every digest that a package needs."""
    events: list[Event] = [
        PartiesImported(
            source=sample.digest("workbook"),
            enterprises=facts.enterprises,
            people=facts.people,
            devices=facts.devices,
        )
    ]
    events += [RegisterEntered(entry=entry) for entry in facts.entries]
    events += [PlanFiled(plan=plan) for plan in facts.plans]
    arrivals = 0
    for case in facts.cases:
        events.append(CaseOpened(case=case.case))
        events += [VisitRecorded(visit=visit) for visit in case.visits]
        events += [ReportRecorded(report=report) for report in case.reports]
        for document in case.documents:
            arrivals += 1
            events += document_events(office, document, ArrivalId(f"A-20220401-{arrivals:04d}"))
        for recording in case.recordings:
            arrivals += 1
            arrival = ArrivalId(f"A-20220401-{arrivals:04d}")
            events.append(_taken(arrival, recording.name, recording.sha256, recording.bytes, "video/mp4"))
            events.append(ArrivalJudged(arrival=arrival, outcome="linked", recordings=(recording,)))
            if recording.visit is not None:
                events.append(
                    RecordingAssigned(sha256=recording.sha256, visit=recording.visit, by="device+time")
                )
    office.ledger.append("test", *events, at=sample.FRIDAY)


def document_events(office: HandoverContext, document: Document, arrival: ArrivalId) -> Iterable[Event]:
    """A form issued with a drawn PDF, and its scan as one multi-page TIFF or JPEG."""
    form = document.form
    pdf = drawn_form(form.number, form.pages)
    office.issued.put(form.number, pdf=pdf, docx=b"docx", data=b"{}", geometry=b"[]")
    yield FormIssued(form=replace(form, pdf=Sha256(sha256(pdf).hexdigest())))
    if document.scans:
        data, name, media = scan(form.number, [page.index for page in document.scans])
        digest = office.originals.put_bytes(data)
        yield _taken(arrival, f"周五/{name}", digest, len(data), media)
        pages = tuple(_page(page, arrival, digest) for page in document.scans)
        yield ArrivalJudged(arrival=arrival, outcome="linked", pages=pages)


def _page(page: ScannedPage, arrival: ArrivalId, digest: Sha256) -> ScannedPage:
    return replace(page, arrival=arrival, sha256=digest)


def _taken(arrival: ArrivalId, path: str, digest: Sha256, size: int, media: str) -> ArrivalTaken:
    return ArrivalTaken(
        arrival=arrival, path=path, sha256=digest, bytes=size, received_at=sample.FRIDAY, media_type=media
    )


@cache
def drawn_form(number: str, pages: int) -> bytes:
    """A plain PDF that stands for an issued form."""
    body = "#pagebreak()".join(f"#text(size: 20pt)[{number} 第 {page} 页]" for page in range(1, pages + 1))
    pdf = typst.compile(f'#set page(paper: "a4")\n#set text(font: "Noto Serif CJK SC")\n{body}'.encode())
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _picture(number: str, page: int) -> Image.Image:
    image = Image.new("L", (827, 1169), 250)
    draw = ImageDraw.Draw(image)
    draw.text((80, 80), f"{number} / {page}", fill=20)
    seed = int(sha256(f"{number}{page}".encode()).hexdigest()[:8], 16)
    for line in range(30):
        y = 150 + line * 30
        draw.line((80, y, 80 + (seed >> (line % 8)) % 600, y + line % 3), fill=60, width=2)
    return image


def scan(number: str, indices: list[int]) -> tuple[bytes, str, str]:
    """A scan of as many pages as the highest index asks for: JPEG for one, TIFF for more."""
    frames = [_picture(number, index) for index in range(max(indices) + 1)]
    buffer = io.BytesIO()
    if len(frames) == 1:
        frames[0].save(buffer, "JPEG", quality=80, dpi=(100, 100))
        return buffer.getvalue(), f"扫描 {number}.JPG", "image/jpeg"
    frames[0].save(
        buffer, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_lzw", dpi=(100, 100)
    )
    return buffer.getvalue(), f"扫描 {number}.tif", "image/tiff"


def order(week: Week = WEEK, **options: object) -> Order:
    """Friday's order."""
    return Order(week=week, at=sample.FRIDAY, **options)  # type: ignore[arg-type]


def something_new(office: HandoverContext) -> None:
    """A paper was registered since the last package: a reason for a supplement."""
    entry = sample.entry("assessment", f"K{office.ledger.head.size}", "2022-03-20", case=sample.CLOSED)
    office.ledger.append("test", RegisterEntered(entry=replace(entry, attachment=None)), at=sample.FRIDAY)


def build(office: HandoverContext, **options: object) -> Built:
    """Friday's package."""
    return build_package(office, order(**options), clock=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Friday:
    """A workspace with its first package, unpacked beside it."""

    office: HandoverContext
    built: Built
    folder: Path
