"""The daily count can be recomputed by anyone from the journal's lines alone."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.inbox.numbering import next_arrival
from evidence.inbox.quarantine import Quarantine
from evidence.inbox.report import arrival_row, summary
from evidence.inbox.words import page_list
from evidence.ledger.arrival_events import ArrivalTaken
from evidence.ledger.upkeep import LedgerRestored
from tests.support.inbox_fixture import CHECK, NOW, Room, issue, open_room, picture, real_pdf, scan


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    return room


def test_an_auditor_recomputes_the_count_from_the_journal(room: Room) -> None:
    room.drop("甲.pdf", scan(f"{CHECK}/1"))
    room.drop("乙.pdf", scan(f"{CHECK}/1"))
    room.drop("半.pdf", real_pdf()[:300])
    room.drop("空.pdf", b"")
    room.drop("猫.jpg", picture("JPEG"))
    (room.inbox / "链接").symlink_to("/etc/hostname")
    with (room.inbox / "复制中.pdf").open("wb"):
        room.ingest()
        outcomes: dict[str, str] = {}
        for line in room.ledger.journal_path.read_bytes().splitlines():
            entry = json.loads(line)
            if entry["kind"] == "arrival.waiting/1":
                outcomes.setdefault(entry["payload"]["arrival"], "waiting")
            if entry["kind"] == "arrival.judged/1":
                outcomes[entry["payload"]["arrival"]] = entry["payload"]["outcome"]
        counts = summary(room.ledger.view.arrivals())
    assert counts["received"] == len(outcomes) == 7
    assert {name: counts[name] for name in set(outcomes.values())} == Counter(outcomes.values())


def test_bytes_that_are_safe_but_not_yet_judged_count_as_waiting_and_are_judged_at_the_next_start(
    room: Room,
) -> None:
    content = scan(f"{CHECK}/1")
    room.originals.put_bytes(content)
    path = room.drop("x.pdf", content)
    stored = room.originals.put_file(path)
    path.unlink()
    id = ArrivalId("A-20220401-0001")
    taken = ArrivalTaken(
        arrival=id,
        path="x.pdf",
        sha256=stored.sha256,
        bytes=stored.bytes,
        received_at=NOW,
        media_type="application/pdf",
    )
    room.ledger.append("inbox", taken)
    arrival = room.ledger.view.arrival(id)
    assert arrival is not None
    assert summary([arrival])["waiting"] == 1
    assert arrival_row(arrival, room.ledger.view)["outcome"] == "waiting"
    restarted = open_room(room.root)
    restarted.intake.resume()
    judged = restarted.ledger.view.arrival(id)
    assert judged is not None
    assert judged.outcome == "linked"


def test_arrival_numbers_of_a_day_have_no_holes_and_follow_the_shanghai_date(room: Room) -> None:
    late = datetime(2022, 4, 1, 17, 0, tzinfo=UTC)  # already the 2nd in Shanghai
    assert next_arrival(room.ledger.view, NOW) == "A-20220401-0001"
    assert next_arrival(room.ledger.view, late) == "A-20220402-0001"
    for number in range(7):
        room.take(f"{number}.pdf", scan("no_code", salt=str(number)))
    ids = [arrival.id for arrival in room.ledger.view.arrivals()]
    assert ids == [f"A-20220401-{number:04}" for number in range(1, 8)]


def test_on_the_day_of_a_restore_ids_go_on_at_the_next_thousand(room: Room) -> None:
    first = room.take("先.pdf", scan(f"{CHECK}/1"))
    room.ledger.append(
        "restore",
        LedgerRestored(backup="/b", backed_up_at=NOW, size=1, digest="0" * 64, by="lihua", gap=20),
        at=NOW,
    )
    ids = [room.take(f"后{page}.pdf", scan(f"{CHECK}/{page}")).id for page in (1, 2, 3)]
    assert first.id == "A-20220401-0001"
    assert ids == ["A-20220401-1001", "A-20220401-1002", "A-20220401-1003"]
    assert next_arrival(room.ledger.view, NOW + timedelta(days=1)) == "A-20220402-0001"


def test_the_quarantine_folder_is_brought_back_in_line_with_the_ledger(room: Room) -> None:
    arrival = room.take("程序.exe", b"MZ" + bytes(50))
    folder = room.root / "archive/quarantine"
    (folder / arrival.id / "原因.txt").unlink()
    (folder / arrival.id / "程序.exe").unlink()
    (folder / "A-20220401-0999").mkdir()
    (folder / "说明.txt").write_text("由人放在这里")
    room.intake.resume()
    assert sorted(path.name for path in folder.iterdir()) == [arrival.id, "说明.txt"]
    assert (folder / arrival.id / "程序.exe").read_bytes() == b"MZ" + bytes(50)
    text = (folder / arrival.id / "原因.txt").read_text("utf-8-sig")
    for part in (arrival.id, "程序.exe", "unsupported_type", "evidence inbox retry", str(arrival.sha256)):
        assert part in text


def test_a_large_file_is_named_in_quarantine_and_not_copied_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.inbox.quarantine.MAX_COPY", 10)
    arrival = room.take("大.exe", b"MZ" + bytes(50))
    folder = Quarantine(room.root / "archive/quarantine", room.originals).put(arrival)
    assert [path.name for path in folder.iterdir()] == ["原因.txt"]
    assert "请直接查看原件" in (folder / "原因.txt").read_text("utf-8-sig")


def test_the_row_of_an_arrival_knows_people_s_decisions(room: Room) -> None:
    arrival = room.take("扫描.pdf", scan(f"{CHECK}/1", f"{CHECK}/2"))
    row = arrival_row(arrival, room.ledger.view)
    (document,) = row["documents"]
    assert (document["number"], document["case"], document["pages"]) == (CHECK, "WJB22-0001", [1, 2])
    assert document["marks"][0] == {
        "page": 2,
        "box": "escort",
        "kind": "signature",
        "role": "escort",
        "required": True,
        "verdict": "present",
        "score": 0.95,
        "decided_by": None,
        "why": "",
    }
    assert row["received_at"] == "2022-04-01T02:00:00Z"
    json.dumps(row)


@pytest.mark.parametrize(
    ("pages", "text"),
    [([1], "第1页"), ([3, 1, 2], "第1–3页"), ([1, 2, 5, 7, 8], "第1–2、5、7–8页"), ([2, 2], "第2页")],
)
def test_pages_are_listed_as_people_say_them(pages: list[int], text: str) -> None:
    assert page_list(pages) == text


def test_digests_in_rows_are_those_of_the_bytes(room: Room) -> None:
    content = picture("PNG")
    arrival = room.take("a.png", content)
    assert arrival.sha256 is not None
    assert room.originals.read(Sha256(arrival.sha256)) == content
