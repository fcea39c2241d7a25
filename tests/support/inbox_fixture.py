"""An inbox with a real ledger and real originals; only recognition is played.

A played scan is a well-formed PDF whose comment lines say what recognition would see:
`#WJB22-0001-JC-001/2` a page, `#blank`, `#no_code`, `#forged_code`, `#malformed` …
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

from evidence.archive.originals import Originals
from evidence.domain.case import Case, CaseKind, Visit, VisitKind
from evidence.domain.document import Box, BoxKind, IssuedForm, IssuedPage, Mark, MarkVerdict, ScannedPage
from evidence.domain.identifiers import CaseId, EnterpriseId, Number, PersonId, Sha256, VisitId, make_number
from evidence.domain.parties import Device, Enterprise, EnterpriseClass, Person, Role
from evidence.inbox.desk import Desk
from evidence.inbox.ingest import Intake
from evidence.inbox.quarantine import Quarantine
from evidence.inbox.settings import InboxSettings
from evidence.inbox.understand import Understander
from evidence.ledger.arrival_events import Suggestion
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened, FormIssued, PartiesImported, VisitRecorded
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import Arrival

NOW = datetime(2022, 4, 1, 2, 0, tzinfo=UTC)
CASE = CaseId("WJB22-0001")
CHECK = make_number(CASE, "JC", 1)
TITLES = {"inspection-record": "现场检查记录", "rectification-report": "隐患问题整改报告"}
COMPANY = "常州示例机械有限公司"
QUICK = InboxSettings(settle_s=0.0, incomplete_after_s=0.2, announce_after_s=0.0, poll_s=0.05, rescan_s=0.5)


@dataclass
class PlayedPage:
    index: int
    blank: bool = False
    problem: str = ""
    message: str = ""
    number: Number | None = None
    scan: ScannedPage | None = None
    suggestions: tuple[Suggestion, ...] = ()
    picture: Sha256 | None = None


@dataclass
class PlayedReading:
    pages: tuple[PlayedPage, ...] = ()
    problem: str = ""
    message: str = ""
    remarks: tuple[str, ...] = ()


@dataclass
class PlayedReader:
    """Reads the comment lines; counts how often each file is rendered."""

    absent: set[tuple[str, int, str]] = field(default_factory=set)
    """Marks to be missing: number, page, box."""
    reads: list[Path] = field(default_factory=list)
    fails: Exception | None = None

    def read(self, path: Path, media_type: str) -> PlayedReading:
        self.reads.append(path)
        if self.fails is not None:
            raise self.fails
        if not _opens(path, media_type):
            return PlayedReading(problem="malformed", message="文件已损坏，打不开。")
        lines = [line[1:].decode() for line in path.read_bytes().split(b"\n") if line.startswith(b"#")]
        if lines and lines[0].startswith("file:"):
            return PlayedReading(problem=lines[0][5:])
        return PlayedReading(pages=tuple(self.page(index, line) for index, line in enumerate(lines)))

    def read_placed(
        self, path: Path, media_type: str, places: Mapping[int, tuple[Number, int]]
    ) -> PlayedReading:
        """A line `unlike` shows nothing even to somebody who knows what it is."""
        reading = self.read(path, media_type)
        return replace(
            reading,
            pages=tuple(
                PlayedPage(index=page.index, scan=self.scan(*places[page.index], page.index))
                if page.index in places and page.problem != "unlike"
                else page
                for page in reading.pages
            ),
        )

    def page(self, index: int, line: str) -> PlayedPage:
        if line == "blank":
            return PlayedPage(index=index, blank=True)
        number, slash, page = line.partition("/")
        if not slash:
            reason, _, likely = line.partition(" ")
            suggestions = (
                (Suggestion(number=Number(likely), page=1, score=700, why="标题相符"),) if likely else ()
            )
            return PlayedPage(index=index, problem=reason, suggestions=suggestions)
        return PlayedPage(index=index, scan=self.scan(Number(number), int(page), index))

    def scan(self, number: Number, page: int, index: int) -> ScannedPage:
        marks = tuple(
            Mark(
                box=box.box,
                kind=box.kind,
                role=box.role,
                page=page,
                required=box.required,
                verdict=(
                    MarkVerdict.ABSENT if (number, page, box.box) in self.absent else MarkVerdict.PRESENT
                ),
                score=950,
            )
            for box in boxes(page)
        )
        return ScannedPage(
            number=number, page=page, arrival="", sha256=Sha256(""), index=index, quality=800, marks=marks
        )


def _opens(path: Path, media_type: str) -> bool:
    """What a renderer would find: a PDF with its end, a picture whose pixels are all there."""
    if media_type == "application/pdf":
        return b"%%EOF" in path.read_bytes()
    try:
        with Image.open(path) as found:
            found.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def boxes(page: int) -> tuple[Box, ...]:
    """Page 2 of the played form is where people sign."""
    if page != 2:
        return ()
    place: dict[str, Any] = {"x": 50.0, "y": 500.0, "w": 130.0, "h": 45.0, "required": True}
    return (
        Box(box="escort", kind=BoxKind.SIGNATURE, role="escort", **place),
        Box(box="enterprise-seal", kind=BoxKind.SEAL, role="enterprise", **place),
    )


def geometry(number: Number, pages: int = 2) -> tuple[IssuedPage, ...]:
    """Geometry of the played form."""
    return tuple(
        IssuedPage(page=page, width=595, height=842, check="AAAAAAAA", codes=(), boxes=boxes(page))
        for page in range(1, pages + 1)
    )


@dataclass
class Room:
    """Everything the inbox touches, under one temporary folder."""

    root: Path
    ledger: Ledger
    originals: Originals
    reader: PlayedReader
    intake: Intake
    desk: Desk
    settings: InboxSettings

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    def drop(self, name: str, content: bytes) -> Path:
        """Copy a file in, as a clerk would."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def ingest(self, *paths: Path) -> list[Arrival]:
        """One pass; the arrivals it met."""
        result = self.intake.run(paths)
        return [
            arrival for each in result.arrivals if (arrival := self.ledger.view.arrival(each)) is not None
        ]

    def take(self, name: str, content: bytes) -> Arrival:
        """Drop one file and take it."""
        self.drop(name, content)
        (arrival,) = self.ingest()
        return arrival

    def kinds(self) -> list[str]:
        """Event kinds in the journal."""
        return [entry.kind for entry in self.ledger.entries()]


def open_room(root: Path, settings: InboxSettings = QUICK, reader: PlayedReader | None = None) -> Room:
    """Open the room in a folder; opening it again is a restart."""
    (root / "inbox").mkdir(parents=True, exist_ok=True)
    ledger = EmbeddedLedger.open(root / "archive" / "ledger", clock=lambda: NOW)
    originals = Originals(root / "archive" / "originals")
    reader = reader or PlayedReader()
    understander = Understander(pages=reader, settings=settings, inbox=root / "inbox", titles=lambda: TITLES)
    intake = Intake(
        inbox=root / "inbox",
        ledger=ledger,
        originals=originals,
        quarantine=Quarantine(root / "archive" / "quarantine", originals),
        understander=understander,
        settings=settings,
        clock=lambda: NOW,
    )
    desk = Desk(ledger=ledger, intake=intake, geometry=geometry)
    return Room(root, ledger, originals, reader, intake, desk, settings)


def issue(
    ledger: Ledger, number: Number = CHECK, pages: int = 2, form: str = "inspection-record"
) -> IssuedForm:
    """Open the case if need be, and register a form of so many pages."""
    case = CaseId(number[:10])
    enterprise = EnterpriseId("91320412MA1XXXXX0" + case[-1])
    if ledger.view.case(case) is None:
        ledger.append(
            "test",
            PartiesImported(
                source=Sha256("0" * 64),
                enterprises=(
                    Enterprise(
                        id=enterprise,
                        name=COMPANY if case == CASE else f"{COMPANY}{case[-4:]}",
                        short_name="示例机械",
                        classes=(EnterpriseClass.BELOW_SCALE,),
                    ),
                ),
                people=(Person(id=PersonId("P01"), name="张安", role=Role.MEMBER),),
                devices=(Device(serial="TA00716", holder=PersonId("P01"), officer_id="JX0227"),),
            ),
            CaseOpened(
                case=Case(id=case, enterprise=enterprise, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 28))
            ),
            VisitRecorded(
                visit=Visit(
                    id=VisitId(f"{case}-V1"),
                    case=case,
                    kind=VisitKind.CHECK,
                    arrived_at=datetime(2022, 3, 27 + (int(case[-1]) or 5) % 5, 1, 0, tzinfo=UTC),
                    left_at=datetime(2022, 3, 27 + (int(case[-1]) or 5) % 5, 3, 0, tzinfo=UTC),
                    experts=(PersonId("P01"),),
                    devices=("TA00716",),
                )
            ),
        )
    issued = IssuedForm(
        number=number,
        form=form,
        case=case,
        issued_at=NOW,
        checks=("AAAAAAAA",) * pages,
        pdf=Sha256("1" * 64),
        docx=Sha256("2" * 64),
        data=Sha256("3" * 64),
        geometry=Sha256("4" * 64),
    )
    ledger.append("test", FormIssued(form=issued))
    return issued


def scan(*pages: str, salt: str = "") -> bytes:
    """A played scan with these pages; `salt` makes other bytes of the same content."""
    lines = "".join(f"#{page}\n" for page in pages)
    return f"%PDF-1.4\n{lines}% {salt}\nstartxref\n9\n%%EOF\n".encode()


def real_pdf(pages: int = 1) -> bytes:
    """A real PDF of blank pages."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def picture(format_: str = "PNG", size: tuple[int, int] = (80, 60), frames: int = 1) -> bytes:
    """A real picture of noise."""
    images = [Image.effect_noise(size, 60).convert("RGB") for _ in range(frames)]
    buffer = io.BytesIO()
    more: dict[str, Any] = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    images[0].save(buffer, format_, **more)
    return buffer.getvalue()


def outcomes(arrivals: Sequence[Arrival]) -> dict[str, str]:
    """Path -> outcome."""
    return {arrival.path: arrival.outcome for arrival in arrivals}


def age(path: Path, seconds: float) -> None:
    """Set a file's modification time back; its change time stays now."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - int(seconds * 1e9)))
