"""Years of an agency's work as journal lines, quickly: each cycle is a stencil with its own names put in.

Not a benchmark itself. A cycle is one inspected enterprise with ten records of nine events each and a
register entry; a week has a hundred cycles in its plan, and ends with the package that hands them over
and its receipt. Weeks count backwards; week 0 is the newest, which `bench.scale` judges, and not handed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import product

from evidence.domain.case import Case, CaseKind, ItemResult, ItemVerdict, Visit, VisitKind
from evidence.domain.document import BoxKind, IssuedForm, Mark, MarkVerdict, ScannedPage
from evidence.domain.identifiers import ArrivalId, CaseId, EnterpriseId, Number, Sha256, VisitId
from evidence.domain.parties import Enterprise, EnterpriseClass
from evidence.domain.register import Package, Plan, PlanLine, PlannedWork, Receipt, RegisterEntry
from evidence.domain.week import Week
from evidence.ledger.arrival_events import (
    AlterationDecided,
    ArrivalJudged,
    ArrivalTaken,
    MarkDecided,
    PersonDecided,
)
from evidence.ledger.canonical import encode
from evidence.ledger.codec import payload_of
from evidence.ledger.events import (
    CaseOpened,
    Event,
    FormIssued,
    PackageBuilt,
    PartiesImported,
    PlanFiled,
    ReceiptReceived,
    RegisterEntered,
    VisitRecorded,
)

CYCLES_A_WEEK = 100
RECORDS_A_CYCLE = 10
ENTERPRISES = 5000
"""Of the section: a hundred a week is each of them once a year."""
EVENTS_A_WEEK = 1 + CYCLES_A_WEEK * (3 + 9 * RECORDS_A_CYCLE) + 2
"""Of a week that was handed over."""
NEWEST = Week(2022, 13)
CODES = ("JC", "DD", "ZG", "FC", "YT", "YJ", "SB", "WJ", "GZ", "HZ")
_CASE, _DAY = "XXX00-0000", "1999-01-01"
_AT = datetime(1999, 1, 1, 2, tzinfo=UTC)
_ENTERPRISE = "X-0000000000"
_MARK = "deadbeef00"
"""Stands at the end of every digest of the stencil; replaced, it gives each cycle digests of its own."""


def case_of(week: int, cycle: int) -> CaseId:
    """Weeks count backwards from the newest; each year of a contract has numbers up to 9999."""
    running = week * CYCLES_A_WEEK + cycle
    return CaseId(f"W{chr(65 + running // 9000 // 100)}B{running // 9000 % 100:02d}-{running % 9000 + 1:04d}")


def number_of(week: int, cycle: int, record: int) -> Number:
    """A record's number."""
    return Number(f"{case_of(week, cycle)}-{CODES[record]}-001")


def scan_of(week: int, cycle: int, record: int) -> Sha256:
    """Digest of a record's scan."""
    return Sha256(_digest(f"scan {record}").replace(_MARK, _own(week, cycle)))


def week_lines(week: int, prev: str, seq: int) -> list[bytes]:
    """The journal lines of one week, sealed onto what stands before.

    Args:
        week: weeks before the newest.
        prev: digest of the journal's last line.
        seq: lines there are.
    """
    block: list[bytes] = []
    for bare in _week(week, seq):
        line, prev = _sealed(bare, prev, seq + len(block))
        block.append(line)
    return block


def roster_lines(prev: str, seq: int) -> list[bytes]:
    """The journal line that imports the section's enterprises."""
    enterprises = tuple(
        Enterprise(
            id=EnterpriseId(f"X-{running:010d}"),
            name=f"常州第{running}精密机械有限公司",
            short_name=f"第{running}精密",
            classes=(EnterpriseClass.BELOW_SCALE,),
            headcount=40,
        )
        for running in range(ENTERPRISES)
    )
    roster = PartiesImported(source=Sha256(_digest("roster")), enterprises=enterprises)
    return [_sealed(encode(_bare(roster)), prev, seq)[0]]


def _week(week: int, seq: int) -> Iterator[bytes]:
    """The bare lines of one week."""
    yield encode(_bare(PlanFiled(plan=_plan(week))))
    for cycle in range(CYCLES_A_WEEK):
        for record, bare in _stencil():
            yield _filled(bare, week, cycle, record)
    if week:
        package = _package(week, seq + EVENTS_A_WEEK - 2)
        yield encode(_bare(PackageBuilt(package=package)))
        receipt = Receipt(
            package=package.id,
            at=package.built_at,
            source=Sha256(_digest(f"receipt {week}")),
            manner="scan",
        )
        yield encode(_bare(ReceiptReceived(receipt=receipt)))


@cache
def _stencil() -> list[tuple[int, bytes]]:
    return [(record, encode(_bare(event))) for record, event in _cycle()]


def _plan(week: int) -> Plan:
    name = NEWEST.shift(-week)
    return Plan(
        week=str(name),
        filed_on=name.shift(-1).friday,
        lines=tuple(
            PlanLine(
                day=name.monday + timedelta(days=cycle % 5),
                enterprise=EnterpriseId(_enterprise(week, cycle)),
                work=PlannedWork.CHECK,
            )
            for cycle in range(CYCLES_A_WEEK)
        ),
    )


def _package(week: int, seq: int) -> Package:
    name = NEWEST.shift(-week)
    built = datetime.combine(name.friday, datetime.min.time(), UTC)
    return Package(
        id=f"WJB-{name}",
        week=str(name),
        built_at=built,
        sha256=Sha256(_digest(f"package {week}")),
        complete=True,
        tree_size=seq,
        root=_digest(f"root {week}"),
        cases=tuple(case_of(week, cycle) for cycle in range(CYCLES_A_WEEK)),
        documents=tuple(number_of(week, cycle, record) for cycle, record in _records()),
        originals=tuple(scan_of(week, cycle, record) for cycle, record in _records()),
    )


def _records() -> Iterator[tuple[int, int]]:
    return product(range(CYCLES_A_WEEK), range(RECORDS_A_CYCLE))


def _filled(bare: bytes, week: int, cycle: int, record: int) -> bytes:
    day = NEWEST.shift(-week).monday + timedelta(days=cycle % 5)
    running = (week * CYCLES_A_WEEK + cycle) // 5 % 20 * RECORDS_A_CYCLE + record + 1
    return (
        bare.replace(_CASE.encode(), case_of(week, cycle).encode())
        .replace(_MARK.encode(), _own(week, cycle).encode())
        .replace(b"A-19990101-0000", f"A-{day:%Y%m%d}-{running:04d}".encode())
        .replace(_DAY.encode(), day.isoformat().encode())
        .replace(_ENTERPRISE.encode(), _enterprise(week, cycle).encode())
    )


def _enterprise(week: int, cycle: int) -> str:
    return f"X-{(week * CYCLES_A_WEEK + cycle) % ENTERPRISES:010d}"


def _own(week: int, cycle: int) -> str:
    return f"{week * CYCLES_A_WEEK + cycle:010d}"


def _bare(event: Event) -> dict[str, object]:
    return {"actor": "bench", "at": "2022-03-30T04:00:00Z", "kind": event.KIND, "payload": payload_of(event)}


def _sealed(bare: bytes, prev: str, seq: int) -> tuple[bytes, str]:
    """As `chain.seal`, for a line whose canonical bytes are known but for `prev` and `seq`."""
    whole = b'%s,"prev":"%s","seq":%d}' % (bare[:-1], prev.encode(), seq)
    digest = sha256(whole).hexdigest()
    cut = whole.index(b'","kind":') + 1
    return b'%s,"digest":"%s"%s' % (whole[:cut], digest.encode(), whole[cut:]), digest


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[: 64 - len(_MARK)] + _MARK


def _cycle() -> Iterator[tuple[int, Event]]:
    case = CaseId(_CASE)
    yield (
        0,
        CaseOpened(
            case=Case(
                id=case,
                enterprise=EnterpriseId(_ENTERPRISE),
                kind=CaseKind.ANNUAL,
                opened_on=date(1999, 1, 1),
            )
        ),
    )
    items = tuple(ItemResult(item=item, verdict=ItemVerdict.CONFORMING) for item in range(1, 26))
    yield (
        0,
        VisitRecorded(
            visit=Visit(
                id=VisitId(f"{case}-V1"),
                case=case,
                kind=VisitKind.CHECK,
                arrived_at=_AT,
                items=items,
                hazards_none=True,  # closed with the check, as an office's old cases are
            )
        ),
    )
    entry = RegisterEntry(register="questionnaire", key=_CASE, on=date(1999, 1, 1), case=case)
    yield 0, RegisterEntered(entry=entry)
    for record, code in enumerate(CODES):
        for event in _record(Number(f"{case}-{code}-001"), record):
            yield record, event


def _record(number: Number, record: int) -> Iterator[Event]:
    """Issued, scanned, judged, looked at by a person: nine events."""
    arrival = ArrivalId("A-19990101-0000")
    scan = Sha256(_digest(f"scan {record}"))
    yield FormIssued(
        form=IssuedForm(
            number=number,
            form="inspection-record",
            case=CaseId(_CASE),
            issued_at=_AT,
            checks=("ABCDEFGH", "ABCDEFGI"),
            pdf=Sha256(_digest(f"pdf {record}")),
            docx=Sha256(_digest(f"docx {record}")),
            data=Sha256(_digest(f"data {record}")),
            geometry=Sha256(_digest(f"geometry {record}")),
        )
    )
    yield ArrivalTaken(
        arrival=arrival,
        path=f"{number}.pdf",
        sha256=scan,
        bytes=100_000,
        received_at=_AT,
        media_type="application/pdf",
    )
    yield ArrivalJudged(arrival=arrival, outcome="unidentified", message="没有条码")
    yield PersonDecided(arrival=arrival, decision="retry", by="lihua", why="重新识别", detail={})
    yield ArrivalJudged(
        arrival=arrival, outcome="linked", pages=tuple(_page(number, scan, page) for page in (1, 2))
    )
    for box in ("escort", "expert-1", "expert-2"):
        yield MarkDecided(
            number=number, page=1, box=box, verdict=MarkVerdict.PRESENT, by="lihua", why="本人确认"
        )
    yield AlterationDecided(number=number, page=1, accepted=True, by="lihua", why="签名压线")


def _page(number: Number, scan: Sha256, page: int) -> ScannedPage:
    marks = tuple(
        Mark(
            box=box,
            kind=BoxKind.SIGNATURE,
            role="escort",
            page=1,
            required=True,
            verdict=MarkVerdict.UNDECIDED,
            score=500,
        )
        for box in ("escort", "expert-1", "expert-2")
    )
    return ScannedPage(
        number=number,
        page=page,
        arrival="",
        sha256=scan,
        index=page - 1,
        quality=800,
        marks=marks if page == 1 else (),
    )
