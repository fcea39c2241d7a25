"""One bad directory entry never stops the rest, and every entry is named."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.errors import MissingPartError
from evidence.filetypes.examine import Examined, Question, examine
from evidence.inbox import kinds
from evidence.inbox.names import why_ignored
from evidence.inbox.passes import NoRoomError
from evidence.inbox.report import arrival_row
from evidence.ledger.inspection import inspect
from tests.outside.workbooks.maker import packed
from tests.support.inbox_fixture import CHECK, QUICK, Room, issue, open_room, outcomes, scan

GOOD = scan(f"{CHECK}/1")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    return room


def forbid(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Listing a folder of this name fails, as for another user's folder; root may list everything."""
    real = os.scandir

    def scandir(folder: os.PathLike[str] | str) -> object:
        if not isinstance(folder, int) and Path(folder).name == name:
            raise PermissionError(13, "Permission denied", str(folder))
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_folder_that_may_not_be_listed_is_one_row(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.drop("lost+found/里面.pdf", GOOD)
    room.drop("甲.pdf", GOOD)
    forbid(monkeypatch, "lost+found")
    arrivals = room.ingest()
    assert outcomes(arrivals) == {"lost+found": "quarantined", "甲.pdf": "linked"}
    closed = next(each for each in arrivals if each.path == "lost+found")
    assert closed.reason == "not_readable"
    assert "没有权限" in closed.message
    before = len(room.kinds())
    assert [each.id for each in room.ingest()] == [closed.id]
    assert len(room.kinds()) == before, "a second look says nothing new"
    monkeypatch.undo()
    assert outcomes(room.ingest()) == {"lost+found/里面.pdf": "duplicate"}
    again = room.ledger.view.arrival(closed.id)
    assert again is not None
    assert again.decisions[-1].decision == "withdrawn"


def test_a_path_longer_than_the_system_allows_is_one_row(room: Room) -> None:
    here = os.open(room.inbox, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("夹" * 80, dir_fd=here)
        deeper = os.open("夹" * 80, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    room.drop("甲.pdf", GOOD)
    arrivals = room.ingest()
    assert [each.outcome for each in arrivals if each.path == "甲.pdf"] == ["linked"]
    assert [each.reason for each in arrivals if each.path != "甲.pdf"] == ["not_readable"]


@pytest.mark.parametrize(
    "raw", ["记录.pdf".encode("gbk"), "檢查.pdf".encode("big5"), b"\xff\xfe\x00.pdf"[:2] + b".pdf"]
)
def test_a_name_that_is_no_utf8_keeps_its_bytes(room: Room, raw: bytes) -> None:
    with open(os.fsencode(room.inbox) + b"/" + raw, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(GOOD)
    (arrival,) = room.ingest()
    assert arrival.outcome == "linked"
    assert bytes.fromhex(arrival.path_bytes) == raw
    assert arrival_row(arrival, room.ledger.view)["path_bytes"] == raw.hex()
    assert arrival.path.isprintable()


def test_a_lost_inbox_is_no_empty_inbox(room: Room) -> None:
    room.inbox.rename(room.root / "别处")
    with pytest.raises(MissingPartError):
        room.ingest()


def test_files_outside_and_one_closed_folder_among_the_paths(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "usb/夹").mkdir(parents=True)
    (tmp_path / "usb2").mkdir()
    (tmp_path / "usb2/甲.pdf").write_bytes(GOOD)
    forbid(monkeypatch, "usb")
    assert outcomes(room.ingest(tmp_path / "usb", tmp_path / "usb2")) == {
        "usb": "quarantined",
        "甲.pdf": "linked",
    }


def test_too_large_is_said_before_anything_is_copied(tmp_path: Path) -> None:
    room = open_room(tmp_path, replace(QUICK, max_bytes=1024**2))
    issue(room.ledger)
    path = room.drop("大.pdf", GOOD)
    with path.open("r+b") as file:
        file.truncate(3 * 1024**2)
    room.drop("小.pdf", GOOD)
    large, small = sorted(room.ingest(), key=lambda each: each.path)
    assert (large.outcome, large.reason, large.sha256) == ("quarantined", "too_large", None)
    assert "3 MB" in large.message
    assert "1 MB" in large.message
    assert small.outcome == "linked"
    assert path.exists()
    assert len(list(room.originals.digests())) == 1
    assert [each.id for each in room.ingest()] == [large.id]
    wider = open_room(tmp_path, QUICK)
    (taken,) = wider.ingest()
    assert taken.id == large.id
    assert taken.sha256 is not None


def test_a_large_file_without_room_does_not_hold_up_small_ones(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = type(room.originals).put_file

    def put_file(self: object, path: Path) -> object:
        if path.stat().st_size > 10_000:
            raise OSError(28, "No space left on device")
        return real(room.originals, path)

    monkeypatch.setattr(type(room.originals), "put_file", put_file)
    room.drop("a大.pdf", scan(f"{CHECK}/2", salt="x" * 20_000))
    room.drop("b小.pdf", GOOD)
    with pytest.raises(NoRoomError, match="磁盘") as full:
        room.ingest()
    assert full.value.result is not None
    assert outcomes(room.ledger.view.arrivals()) == {"b小.pdf": "linked"}
    assert [path.name for path in room.inbox.iterdir()] == ["a大.pdf"]
    monkeypatch.undo()
    assert outcomes(room.ingest()) == {"a大.pdf": "linked"}


@pytest.mark.parametrize(
    ("name", "content", "reason", "words"),
    [
        ("说明.pdf", "整改已完成。".encode(), "type_mismatch", "内容是纯文本"),
        ("说明.jpg", b"<!DOCTYPE html><p>x", "type_mismatch", "内容是网页"),
        ("照片.pdf", b"MZ" + b"\0" * 200, "type_mismatch", "内容是Windows 程序"),
        ("说明.txt", "整改已完成。".encode(), "unsupported_type", "内容是纯文本"),
    ],
)
def test_a_clerk_reads_no_media_types(room: Room, name: str, content: bytes, reason: str, words: str) -> None:
    room.drop(name, content)
    (arrival,) = room.ingest()
    assert (arrival.outcome, arrival.reason) == ("quarantined", reason)
    assert words in arrival.message
    assert "/" not in arrival.message


def test_what_is_never_an_arrival_is_called_what_it_is() -> None:
    assert why_ignored("README.md") == "收件夹的说明"
    assert why_ignored("三月/.DS_Store") == why_ignored("Thumbs.db") == "系统文件"
    assert why_ignored("~$整改.docx") == "Office 打开时的临时文件"
    assert why_ignored("整改.pdf.part") == "没有下载完的文件"
    assert why_ignored(".附件.pdf") == "隐藏文件"


@pytest.mark.parametrize("damage", [b"\xff" * 40, b"\x06" + b"\0" * 39])
def test_a_document_whose_list_of_contents_does_not_unpack_stops_nobody(room: Room, damage: bytes) -> None:
    types = b"<Types>" + bytes(range(65, 91)) * 40 + b"</Types>"
    whole = packed({"[Content_Types].xml": types, "word/document.xml": "<d><t>x</t></d>"})
    start = whole.index(b"[Content_Types].xml") + len(b"[Content_Types].xml")
    room.drop("a.docx", whole[:start] + damage[:20] + whole[start + 20 :])
    room.drop("b.pdf", GOOD)
    broken, good = sorted(room.ingest(), key=lambda each: each.path)
    assert (broken.outcome, broken.reason) == ("quarantined", "malformed")
    assert good.outcome == "linked"


def test_a_file_that_breaks_the_first_question_stops_nobody(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "examine", breaks_on_text)
    room.drop("a.csv", b"broken")
    room.drop("b.pdf", GOOD)
    broken, good = sorted(room.ingest(), key=lambda each: each.path)
    assert (broken.outcome, broken.reason) == ("quarantined", "malformed")
    assert good.outcome == "linked"


def breaks_on_text(question: Question) -> Examined:
    """In place of `examine`, in the child."""
    if question.name.endswith(".csv"):
        raise ArithmeticError(question.name)
    return examine(question)


def test_what_was_refused_before_it_was_archived_leaves_a_sound_ledger(tmp_path: Path) -> None:
    room = open_room(tmp_path, replace(QUICK, max_bytes=1024**2))
    issue(room.ledger)
    os.mkfifo(room.inbox / "管道.pdf")
    with room.drop("大.pdf", GOOD).open("r+b") as file:
        file.truncate(3 * 1024**2)
    assert outcomes(room.ingest()) == {"管道.pdf": "quarantined", "大.pdf": "quarantined"}
    assert inspect(room.ledger).problems == ()
