"""Taking files in: outcomes, duplicates, re-runs, sums."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.domain.identifiers import CaseId, make_number
from evidence.errors import MissingPartError
from evidence.inbox import words
from evidence.inbox.report import arrival_row, summary
from evidence.ledger.events import FormVoided
from evidence.ledger.upkeep import LedgerRestored
from tests.support.inbox_fixture import CHECK, NOW, Room, issue, open_room, outcomes, picture, real_pdf, scan

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
    # opening every page decides about an odd end; nothing else is opened at all
    assert len(room.reader.reads) == (name == "半.pdf")


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


def test_a_page_in_the_gap_of_a_restore_is_unknown_and_never_called_forged(room: Room) -> None:
    lost = "WJB22-0009-JC-001"
    assert "恢复" not in room.take("先.pdf", scan(f"{lost}/1")).message
    room.ledger.append(
        "restore",
        LedgerRestored(backup="/b", backed_up_at=NOW, size=1, digest="0" * 64, by="lihua", gap=20),
    )
    arrival = room.take("后.pdf", scan(f"{lost}/2"))
    assert arrival.reason == "unknown_code"
    assert f"编号 {lost} 可能是恢复备份之前签发的" in arrival.message


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
    names = (".DS_Store", "Thumbs.db", "~$记录.docx", "大文件.pdf.part", "README.md")
    for name in names:
        room.drop(name, b"x")
    result = room.intake.run()
    assert (list(result.arrivals), result.ignored) == ([], tuple(sorted(names)))


@pytest.mark.parametrize("folder", [".sync", "~$夹", "扫描.part", "Thumbs.db"])
def test_only_files_are_ignored_by_name_never_folders(room: Room, folder: str) -> None:
    room.drop(f"{folder}/甲.pdf", scan(f"{CHECK}/1"))
    (arrival,) = room.ingest()
    assert (arrival.path, arrival.outcome) == (f"{folder}/甲.pdf", "linked")


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


def test_a_missing_service_is_no_verdict_about_a_file(room: Room) -> None:
    room.reader.fails = MissingPartError("识别组件没有安装。")
    missing = room.take("甲.pdf", scan(f"{CHECK}/1"))
    assert (missing.outcome, missing.reason) == ("waiting", "")
    assert "识别组件没有安装" in missing.message
    assert (room.inbox / "甲.pdf").exists()
    room.reader.fails = None
    (arrival,) = room.ingest()
    assert (arrival.id, arrival.outcome) == (missing.id, "linked")


def test_a_reader_that_breaks_says_so_and_promises_nothing(room: Room) -> None:
    room.reader.fails = RuntimeError("boom")
    broken = room.take("乙.pdf", scan(f"{CHECK}/2"))
    assert broken.reason == "malformed"
    assert "RuntimeError" in broken.message
    room.reader.fails = None
    room.intake.judge_again(broken)
    retried = room.ledger.view.arrival(broken.id)
    assert retried is not None
    assert retried.outcome == "linked"


def test_each_file_is_rendered_once(room: Room) -> None:
    for number in range(5):
        room.drop(f"{number}.pdf", scan(f"{CHECK}/1", salt=str(number)))
    room.ingest()
    assert len(room.reader.reads) == 5


def test_remarks_name_their_document_when_a_file_holds_several(room: Room) -> None:
    issue(room.ledger, OTHER)
    room.reader.absent.add((OTHER, 2, "escort"))
    arrival = room.take("混扫.pdf", scan(f"{CHECK}/1", f"{CHECK}/2", f"{OTHER}/1", f"{OTHER}/2"))
    assert f"{OTHER} 第2页未见陪同人员签名，请补签后重新扫描该页。" in arrival.message


def test_every_reason_of_the_interface_has_its_words() -> None:
    assert set(words.REASONS) == {
        "empty", "incomplete", "malformed", "encrypted", "too_large", "unsupported_type", "type_mismatch",
        "not_regular_file", "forged_code", "unknown_code", "void_form", "conflicting_codes", "wrong_case",
        "engine_timeout", "damaged", "not_readable", "infected",
    }  # fmt: skip
    assert all(
        (sentence.endswith("。") and "请" in sentence) or "retry" in sentence
        for sentence in words.REASONS.values()
    )
