"""Taking files in: outcomes, duplicates, broken files and their rest, re-runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence.archive.originals import Stored
from evidence.domain.identifiers import CaseId, Number, Sha256, make_number
from evidence.domain.register import Package
from evidence.errors import ExitCode, MissingPartError
from evidence.inbox import words
from evidence.inbox.ingest import NoRoomError
from evidence.inbox.report import arrival_row, summary
from evidence.ledger.events import FormVoided, PackageBuilt
from tests.inbox_room import CHECK, NOW, QUICK, Room, issue, open_room, outcomes, picture, real_pdf, scan

OTHER = make_number(CaseId("WJB22-0002"), "JC", 1)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    return room


def test_a_whole_scan_is_linked_and_leaves_the_inbox_only_after_it_is_archived(room: Room) -> None:
    content = scan(f"{CHECK}/1", f"{CHECK}/2")
    arrival = room.take("周二/扫描.pdf", content)
    assert (arrival.outcome, arrival.path) == ("linked", "周二/扫描.pdf")
    assert arrival.sha256 is not None
    assert room.originals.read(arrival.sha256) == content
    assert not (room.inbox / "周二/扫描.pdf").exists()
    document = room.ledger.view.document(CHECK)
    assert document is not None
    assert document.missing_pages == ()
    assert {page.arrival for page in document.scans} == {arrival.id}


@pytest.mark.parametrize(
    ("pages", "outcome", "reason"),
    [
        ((f"{CHECK}/1", "blank", f"{CHECK}/2"), "linked", ""),
        ((f"{CHECK}/1", "no_code"), "unidentified", ""),
        ((f"{CHECK}/1", "forged_code"), "unidentified", ""),
        (("no_code",), "unidentified", ""),
        (("blank",), "unidentified", ""),
        (("forged_code", "no_code"), "quarantined", "forged_code"),
        (("unknown_code",), "quarantined", "unknown_code"),
        (("conflicting_codes",), "quarantined", "conflicting_codes"),
        (("wrong_case",), "quarantined", "wrong_case"),
        (("engine_timeout",), "quarantined", "engine_timeout"),
        (("file:encrypted",), "quarantined", "encrypted"),
        (("file:too_large",), "quarantined", "too_large"),
        (("malformed",), "quarantined", "malformed"),
        (("WJB22-0009-JC-001/1",), "quarantined", "unknown_code"),
        ((f"{CHECK}/3",), "quarantined", "unknown_code"),
    ],
)
def test_pages_decide_the_outcome(room: Room, pages: tuple[str, ...], outcome: str, reason: str) -> None:
    arrival = room.take("扫描.pdf", scan(*pages))
    assert (arrival.outcome, arrival.reason) == (outcome, reason)
    assert arrival.message


def test_certain_documents_of_a_mixed_file_are_linked_all_the_same(room: Room) -> None:
    arrival = room.take("混扫.pdf", scan(f"{CHECK}/2", "forged_code", f"no_code {CHECK}"))
    document = room.ledger.view.document(CHECK)
    assert document is not None
    assert [page.page for page in document.scans] == [2]
    assert "二维码校验不符" in arrival.message
    assert f"{CHECK} 共2页，缺第1页，请补扫" in arrival.message
    rows = arrival_row(arrival, room.ledger.view)["documents"]
    assert [row["number"] for row in rows] == [CHECK, None, None]
    assert rows[0]["missing_pages"] == [1]
    assert rows[2]["suggestions"] == [{"number": CHECK, "page": 1, "score": 0.7, "why": "标题相符"}]


def test_a_missing_signature_is_said_in_the_trade_s_words(room: Room) -> None:
    room.reader.absent.add((CHECK, 2, "escort"))
    arrival = room.take("扫描.pdf", scan(f"{CHECK}/1", f"{CHECK}/2"))
    assert arrival.outcome == "linked"
    assert "第2页未见陪同人员签名，请补签后重新扫描该页。" in arrival.message


def test_a_scan_of_a_voided_form_is_quarantined(room: Room) -> None:
    room.ledger.append("test", FormVoided(number=CHECK, why="企业名称写错"))
    arrival = room.take("扫描.pdf", scan(f"{CHECK}/1"))
    assert (arrival.outcome, arrival.reason) == ("quarantined", "void_form")


def test_the_page_signed_afterwards_replaces_the_first_and_is_named_a_rescan(room: Room) -> None:
    room.reader.absent.add((CHECK, 2, "escort"))
    first = room.take("周二.pdf", scan(f"{CHECK}/1", f"{CHECK}/2"))
    room.reader.absent.clear()
    second = room.take("补签.pdf", scan(f"{CHECK}/2"))
    assert second.judged is not None
    assert second.judged.rescan_of == first.id
    assert f"其中有 {first.id} 已收过的页（再次扫描）" in second.message
    document = room.ledger.view.document(CHECK)
    assert document is not None
    assert [page.arrival for page in document.scans] == [first.id, second.id]
    assert [page.arrival for page in document.other_copies] == [first.id]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("空.pdf", b"", "empty"),
        ("半.pdf", real_pdf()[:300], "incomplete"),
        ("零.pdf", bytes(5000), "incomplete"),
        ("半.docx", b"PK\x03\x04" + bytes(range(200)), "incomplete"),
        ("半.jpg", picture("JPEG")[:900], "incomplete"),
        ("文字.pdf", "这不是PDF\n".encode(), "type_mismatch"),
        ("图.pdf", picture("PNG"), "type_mismatch"),
        ("表.xlsx", real_pdf(), "type_mismatch"),
        ("程序.exe", b"MZ" + bytes(100), "unsupported_type"),
        ("说明.txt", "你好\n".encode(), "unsupported_type"),
        ("网页.html", b"<html><script>alert(1)</script></html>", "unsupported_type"),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unsupported_type"),
        ("乱.pdf", bytes(range(128, 256)) * 9, "malformed"),
    ],
)
def test_what_cannot_be_read_is_kept_with_its_reason(
    room: Room, name: str, content: bytes, reason: str
) -> None:
    arrival = room.take(name, content)
    assert (arrival.outcome, arrival.reason) == ("quarantined", reason)
    assert arrival.sha256 is not None
    assert room.originals.read(arrival.sha256) == content
    text = (room.root / "archive/quarantine" / arrival.id / "原因.txt").read_text("utf-8-sig")
    assert arrival.message in text
    assert room.reader.reads == []


def test_a_broken_file_stays_in_the_inbox_and_its_rest_becomes_the_same_arrival(room: Room) -> None:
    whole = scan(f"{CHECK}/1", f"{CHECK}/2")
    broken = room.take("慢.pdf", whole[:-8])
    assert (broken.outcome, broken.reason) == ("quarantined", "incomplete")
    assert (room.inbox / "慢.pdf").exists()
    assert room.ingest() == [broken]
    room.drop("慢.pdf", whole)
    (arrival,) = room.ingest()
    assert (arrival.id, arrival.outcome) == (broken.id, "linked")
    assert not (room.inbox / "慢.pdf").exists()
    assert not (room.root / "archive/quarantine" / broken.id).exists()
    assert len(room.ledger.view.arrivals()) == 1


def test_a_broken_file_taken_away_is_closed_and_a_new_one_of_that_name_is_a_new_arrival(room: Room) -> None:
    whole = scan(f"{CHECK}/1")
    broken = room.take("慢.pdf", whole[:-8])
    (room.inbox / "慢.pdf").unlink()
    room.ingest()
    closed = room.ledger.view.arrival(broken.id)
    assert closed is not None
    assert [decision.decision for decision in closed.decisions] == ["withdrawn"]
    room.ingest()
    later = room.take("慢.pdf", whole)
    assert later.id != broken.id


def test_the_same_bytes_again_are_a_duplicate_that_names_the_first(room: Room) -> None:
    first = room.take("甲.pdf", scan(f"{CHECK}/1"))
    again = room.take("甲.pdf", scan(f"{CHECK}/1"))
    third = room.take("乙.pdf", scan(f"{CHECK}/1"))
    assert [again.outcome, third.outcome] == ["duplicate", "duplicate"]
    assert [again.duplicate_of, third.duplicate_of] == [first.id, first.id]
    assert len({first.id, again.id, third.id}) == 3
    assert len(room.reader.reads) == 1


def test_the_same_bytes_twice_in_one_pass_are_one_arrival_and_one_duplicate(room: Room) -> None:
    room.drop("甲.pdf", scan(f"{CHECK}/1"))
    room.drop("子/乙.pdf", scan(f"{CHECK}/1"))
    arrivals = room.ingest()
    assert sorted(arrival.outcome for arrival in arrivals) == ["duplicate", "linked"]


def test_the_bytes_of_a_quarantined_arrival_retry_that_arrival(room: Room) -> None:
    content = scan(f"{OTHER}/1")
    refused = room.take("早到.pdf", content)
    assert refused.reason == "unknown_code"
    issue(room.ledger, OTHER, pages=1)
    again = room.take("早到.pdf", content)
    assert (again.id, again.outcome) == (refused.id, "linked")
    assert not (room.root / "archive/quarantine" / refused.id).exists()


def test_two_empty_files_are_two_arrivals(room: Room) -> None:
    room.drop("一.pdf", b"")
    room.drop("二.pdf", b"")
    assert outcomes(room.ingest()) == {"一.pdf": "quarantined", "二.pdf": "quarantined"}


def test_the_same_name_with_other_content_is_another_arrival(room: Room) -> None:
    first = room.take("scan001.pdf", scan(f"{CHECK}/1"))
    second = room.take("scan001.pdf", scan(f"{CHECK}/2"))
    assert first.id != second.id
    assert second.outcome == "linked"


def test_a_second_pass_over_nothing_new_writes_nothing(room: Room) -> None:
    room.drop("甲.pdf", scan(f"{CHECK}/1"))
    room.drop("半.pdf", real_pdf()[:300])
    (room.inbox / "链接.pdf").symlink_to("/etc/hostname")
    room.ingest()
    before = room.ledger.head
    room.ingest()
    assert room.ledger.head == before
    restarted = open_room(room.root)
    restarted.intake.resume()
    restarted.ingest()
    assert restarted.ledger.head == before


def test_a_file_elsewhere_is_copied_and_never_removed(room: Room, tmp_path: Path) -> None:
    outside = tmp_path / "usb" / "扫描.pdf"
    outside.parent.mkdir()
    outside.write_bytes(scan(f"{CHECK}/1"))
    (arrival,) = room.ingest(outside)
    assert (arrival.outcome, arrival.path) == ("linked", "扫描.pdf")
    assert outside.exists()
    assert room.ingest(outside) == [arrival]
    assert room.ingest(outside.parent) == [arrival]


def test_a_folder_inside_the_inbox_can_be_taken_alone(room: Room) -> None:
    room.drop("周一/甲.pdf", scan(f"{CHECK}/1"))
    room.drop("周二/乙.pdf", scan(f"{CHECK}/2"))
    (arrival,) = room.ingest(room.inbox / "周一")
    assert arrival.path == "周一/甲.pdf"
    assert (room.inbox / "周二/乙.pdf").exists()


def test_ignored_names_are_counted_and_stay(room: Room) -> None:
    for name in (".DS_Store", "Thumbs.db", "~$记录.docx", "大文件.pdf.part", ".sync/甲.pdf", "README.md"):
        room.drop(name, b"x")
    result = room.intake.run()
    assert (list(result.arrivals), result.ignored) == ([], 6)


def test_every_pass_adds_up(room: Room) -> None:
    room.drop("甲.pdf", scan(f"{CHECK}/1"))
    room.drop("乙.pdf", scan(f"{CHECK}/1"))
    room.drop("空.pdf", b"")
    room.drop("猫.jpg", picture("JPEG"))
    counts = summary(room.ingest())
    assert counts == {
        "received": 4,
        "linked": 1,
        "unidentified": 1,
        "quarantined": 1,
        "duplicate": 1,
        "waiting": 0,
        "ignored": 0,
    }


def test_a_reader_that_crashes_or_is_missing_leaves_the_bytes_kept_and_retry_open(room: Room) -> None:
    room.reader.fails = MissingPartError("识别组件没有安装。")
    missing = room.take("甲.pdf", scan(f"{CHECK}/1"))
    room.reader.fails = RuntimeError("boom")
    crashed = room.take("乙.pdf", scan(f"{CHECK}/2"))
    assert (missing.reason, crashed.reason) == ("engine_timeout", "engine_timeout")
    assert "识别组件没有安装" in missing.message
    room.reader.fails = None
    room.intake.judge_again(missing)
    retried = room.ledger.view.arrival(missing.id)
    assert retried is not None
    assert retried.outcome == "linked"


def test_each_file_is_rendered_once(room: Room) -> None:
    for number in range(5):
        room.drop(f"{number}.pdf", scan(f"{CHECK}/1", salt=str(number)))
    room.ingest()
    assert len(room.reader.reads) == 5


def test_a_file_somebody_holds_open_for_writing_waits(room: Room) -> None:
    path = room.inbox / "复制中.pdf"
    with path.open("wb") as copying:
        copying.write(scan(f"{CHECK}/1"))
        copying.flush()
        (arrival,) = room.ingest()
        assert (arrival.outcome, arrival.sha256) == ("waiting", None)
        assert path.exists()
    (taken,) = room.ingest()
    assert (taken.id, taken.outcome) == (arrival.id, "linked")


def test_a_waiting_file_that_disappears_is_accounted_for(room: Room) -> None:
    path = room.inbox / "复制中.pdf"
    with path.open("wb"):
        (waiting,) = room.ingest()
    path.unlink()
    room.ingest()
    gone = room.ledger.view.arrival(waiting.id)
    assert gone is not None
    assert (gone.outcome, gone.reason) == ("quarantined", "incomplete")
    assert "没有收到内容" in gone.message


def test_a_patient_watcher_waits_for_the_rest_before_it_judges(tmp_path: Path) -> None:
    clock = [100.0]
    settings = replace(QUICK, settle_s=2.0, incomplete_after_s=60.0)
    room = open_room(tmp_path, settings)
    room.intake._monotonic = lambda: clock[0]
    room.intake._wall = lambda: 0.0
    issue(room.ledger)
    whole = scan(f"{CHECK}/1")
    room.drop("慢.pdf", whole[:-8])
    for step in (0.0, 3.0, 30.0):
        clock[0] += step
        assert room.intake.look_once(patient=True).arrivals == {}
    clock[0] += 60.0
    (taken,) = room.intake.look_once(patient=True).arrivals
    broken = room.ledger.view.arrival(taken)
    assert broken is not None
    assert broken.reason == "incomplete"


def test_a_file_is_not_taken_before_it_has_been_quiet(tmp_path: Path) -> None:
    clock = [100.0]
    room = open_room(tmp_path, replace(QUICK, settle_s=2.0))
    room.intake._monotonic = lambda: clock[0]
    room.intake._wall = lambda: 0.0
    issue(room.ledger)
    path = room.drop("多页.pdf", scan(f"{CHECK}/1"))
    assert room.intake.look_once(patient=True).growing == 1
    clock[0] += 1.5
    path.write_bytes(scan(f"{CHECK}/1", f"{CHECK}/2"))
    assert room.intake.look_once(patient=True).growing == 1
    clock[0] += 1.5
    assert room.intake.look_once(patient=True).growing == 1
    clock[0] += 1.0
    (taken,) = room.intake.look_once(patient=True).arrivals
    arrival = room.ledger.view.arrival(taken)
    assert arrival is not None
    assert arrival.judged is not None
    assert len(arrival.judged.pages) == 2


def test_the_same_file_found_again_after_an_interrupted_removal_is_no_duplicate(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = room.drop("甲.pdf", scan(f"{CHECK}/1"))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _refused)
        (first,) = room.ingest()
    assert path.exists()
    restarted = open_room(room.root)
    restarted.intake.resume()
    assert restarted.ingest() == [first]
    assert not path.exists()
    assert len(restarted.ledger.view.arrivals()) == 1


_UNLINK = Path.unlink


def _refused(path: Path, missing_ok: bool = False) -> None:
    if path.parent.name == "inbox":
        raise PermissionError("read-only share")
    _UNLINK(path, missing_ok)


def test_a_read_only_inbox_is_taken_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.drop("甲.pdf", scan(f"{CHECK}/1"))
    monkeypatch.setattr(Path, "unlink", _refused)
    (first,) = room.ingest()
    assert room.ingest() == [first]
    assert room.ingest() == [first]
    assert len(room.ledger.view.arrivals()) == 1


def test_a_file_that_changes_while_it_is_copied_is_taken_only_at_rest(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = room.drop("甲.pdf", scan(f"{CHECK}/1"))
    real = room.originals.put_file
    changes = iter([scan(f"{CHECK}/1", f"{CHECK}/2")])

    def overwritten(source: Path) -> Stored:
        stored = real(source)
        for content in changes:
            path.write_bytes(content)
        return stored

    monkeypatch.setattr(room.originals, "put_file", overwritten)
    (arrival,) = room.ingest()
    assert arrival.judged is not None
    assert [page.page for page in arrival.judged.pages] == [1, 2]
    assert len(room.ledger.view.arrivals()) == 1


def test_remarks_name_their_document_when_a_file_holds_several(room: Room) -> None:
    issue(room.ledger, OTHER)
    room.reader.absent.add((OTHER, 2, "escort"))
    arrival = room.take("混扫.pdf", scan(f"{CHECK}/1", f"{CHECK}/2", f"{OTHER}/1", f"{OTHER}/2"))
    assert f"{OTHER} 第2页未见陪同人员签名，请补签后重新扫描该页。" in arrival.message


def test_an_archive_that_cannot_be_written_stops_the_pass_and_says_what_to_do(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = room.drop("甲.pdf", scan(f"{CHECK}/1"))

    def refused(_source: Path) -> Stored:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(room.originals, "put_file", refused)
    with pytest.raises(NoRoomError) as stopped:
        room.ingest()
    assert stopped.value.exit_code == ExitCode.MISSING_PART
    assert "文件仍在收件夹" in stopped.value.remedy
    assert path.exists()
    assert room.ledger.view.arrivals() == ()


def test_every_reason_of_the_interface_has_its_words() -> None:
    assert set(words.REASONS) == {
        "empty", "incomplete", "malformed", "encrypted", "too_large", "unsupported_type", "type_mismatch",
        "not_regular_file", "forged_code", "unknown_code", "void_form", "conflicting_codes", "wrong_case",
        "engine_timeout",
    }  # fmt: skip
    assert all(
        (sentence.endswith("。") and "请" in sentence) or "retry" in sentence
        for sentence in words.REASONS.values()
    )


@pytest.mark.parametrize(("content", "outcome"), [(real_pdf()[:300], "quarantined"), (b"", "waiting")])
def test_where_writers_are_invisible_a_pass_takes_nothing_away_too_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, outcome: str
) -> None:
    monkeypatch.setattr("evidence.inbox.ingest.being_written", lambda _descriptor: None)
    room = open_room(tmp_path, replace(QUICK, incomplete_after_s=3600.0))
    path = room.drop("甲.pdf", content)
    (arrival,) = room.ingest()
    assert arrival.outcome == outcome
    assert path.exists()


RECEIPT = Number("WJB22-0000-HS-003")


def handed_over(room: Room) -> None:
    issue(room.ledger, RECEIPT, form="handover-receipt")
    package = Package(
        id="WJB-2022-W13",
        week="2022-W13",
        built_at=NOW,
        sha256=Sha256("5" * 64),
        complete=True,
        tree_size=1,
        root="6" * 64,
        list_number="WJB22-0000-YD-003",
    )
    room.ledger.append("test", PackageBuilt(package=package))


def test_the_regulator_s_receipt_comes_back_through_the_scanner(room: Room) -> None:
    handed_over(room)
    arrival = room.take("回执.pdf", scan(f"{RECEIPT}/1", f"{RECEIPT}/2"))
    assert "WJB-2022-W13 的接收回执已登记" in arrival.message
    (receipt,) = room.ledger.view.receipts()
    assert (receipt.package, receipt.manner, receipt.source) == ("WJB-2022-W13", "scan", arrival.sha256)


def test_a_receipt_nobody_signed_is_no_receipt_yet(room: Room) -> None:
    handed_over(room)
    room.reader.absent.add((RECEIPT, 2, "escort"))
    arrival = room.take("回执.pdf", scan(f"{RECEIPT}/1", f"{RECEIPT}/2"))
    assert arrival.outcome == "linked"
    assert "第2页未见" in arrival.message
    assert room.ledger.view.receipts() == ()
