"""Lines that are looked at and not read: nothing wrong in them is ever taken for sound."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.domain.case import Case, CaseKind, Visit, VisitKind
from evidence.domain.identifiers import CaseId, EnterpriseId, VisitId
from evidence.errors import LedgerDamagedError
from evidence.ledger import bulk
from evidence.ledger import embedded as ledger_module
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened, VisitRecorded

CASE, OTHER = CaseId("WJB22-0012"), CaseId("WJB22-0013")


def opened(case: CaseId) -> CaseOpened:
    return CaseOpened(
        case=Case(id=case, enterprise=EnterpriseId("X-1"), kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 1))
    )


VISIT = VisitRecorded(
    visit=Visit(
        id=VisitId(f"{CASE}-V1"),
        case=CASE,
        kind=VisitKind.CHECK,
        arrived_at=datetime(2022, 3, 14, 1, tzinfo=UTC),
        summary="SUMMARY",
    )
)


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every opening is one beside a second process."""
    monkeypatch.setattr(ledger_module, "_BULK_BYTES", 0)
    monkeypatch.setattr(bulk, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(bulk.threading, "active_count", lambda: 1)


def forge(folder: Path, old: bytes, new: bytes) -> None:
    """Replace bytes of the last line and give it the digest that then is right."""
    journal = folder / "journal.jsonl"
    *before, last = journal.read_bytes().splitlines(keepends=True)
    assert old in last
    head, _mark, tail = last[:-1].replace(old, new).partition(b',"digest":"')
    digest = sha256(head + tail[65:]).hexdigest().encode()
    journal.write_bytes(b"".join(before) + head + b',"digest":"' + digest + tail[64:] + b"\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"SUMMARY"', b"SUMMARY"),
        (b'"SUMMARY"', b'"\xff"'),
        (b'"SUMMARY"', b'"\\x"'),
        (b'"SUMMARY"', b'"\\ud800"'),
        (b'"SUMMARY"', b'"\t"'),
        (b'"SUMMARY"', b"01"),
        (b'"SUMMARY"', b"[1,]"),
        (b'"SUMMARY"', b"-"),
        (b'"version":1', b'"version":"1"'),
        (b'"arrived_at"', b'"left_at_"'),
        (b'"visit":{', b'"visiting":{'),
        (b"visit.recorded/1", b"visit.recorded/9"),
    ],
)
def test_what_is_no_event_though_its_digest_is_right_stops_at_once_and_names_the_line(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    EmbeddedLedger.open(tmp_path).append("x", opened(CASE), VISIT)
    forge(tmp_path, old, new)
    with pytest.raises(LedgerDamagedError, match="第 2 行"):
        EmbeddedLedger.open(tmp_path, snapshots=False)


def test_a_number_beyond_every_range_stops_where_it_is_wanted(tmp_path: Path) -> None:
    EmbeddedLedger.open(tmp_path).append("x", opened(OTHER), opened(CASE), VISIT)
    forge(tmp_path, b'"SUMMARY"', b"1e999")
    ledger = EmbeddedLedger.open(tmp_path, snapshots=False)
    assert ledger.view.case(OTHER) is not None
    with pytest.raises(LedgerDamagedError, match="第 2 至 3 行"):
        ledger.view.visits(CASE)


def test_a_second_process_that_dies_is_made_up_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = EmbeddedLedger.open(tmp_path)
    ledger.append("x", opened(CASE), VISIT)
    monkeypatch.setattr(bulk.os, "write", lambda _where, _digest: 0)
    checked: list[int] = []
    monkeypatch.setattr(bulk, "_check", lambda _journal, _start, end: checked.append(end))
    assert EmbeddedLedger.open(tmp_path, snapshots=False).head == ledger.head
    assert checked == [ledger.journal_path.stat().st_size]


def test_appending_to_unread_tables_reads_them(tmp_path: Path) -> None:
    EmbeddedLedger.open(tmp_path).append("x", opened(CASE), VISIT)
    ledger = EmbeddedLedger.open(tmp_path, snapshots=False)
    ledger.append("x", opened(OTHER))
    assert [case.id for case in ledger.view.cases()] == [CASE, OTHER]
    [visit] = ledger.view.visits(CASE)
    assert visit == VISIT.visit
