"""Whole is whole: bytes behind the end, odd ends, and a person's word."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pikepdf
import pytest

from evidence.errors import UnreadableError, UsageError
from evidence.inbox.deciding import Decider
from evidence.inbox.placing import Placement
from evidence.inbox.readers import BareRenderer
from evidence.recognition.pdf_pages import pdf_pages
from evidence.recognition.reading import Limits
from evidence.recordings.read import read_recording
from tests.support.clips import make_clip
from tests.support.inbox_fixture import CHECK, QUICK, Room, issue, open_room, picture, real_pdf, scan

WHO = Decider(actor="cli:test", by="王芳", why="各页看过都在")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """The real renderer opens every page; nothing is recognised."""
    room = open_room(tmp_path, reader=BareRenderer(settings=QUICK))  # type: ignore[arg-type]
    issue(room.ledger)
    return room


def linearised(pages: int = 3) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(real_pdf(pages))) as document:
        document.save(buffer, linearize=True)
    return buffer.getvalue()


def with_text(content: bytes) -> bytes:
    """A page with something on it: a blank page of an odd end is not believed."""
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            page.obj.Contents = document.make_stream(b"0 0 m 300 300 l S 40 40 200 200 re f")
        buffer = io.BytesIO()
        document.save(buffer)
    return buffer.getvalue()


def wrong_length(content: bytes) -> bytes:
    """A linearised file that a gateway wrote anew: /L says more than there is."""
    start = content.index(b"/L ") + 3
    end = start + len(content[start : start + 12].split()[0])
    return (
        content[:start] + str(int(content[start:end]) + 7).encode().rjust(end - start, b"0") + content[end:]
    )


SOUND = {
    "pdf with 5000 NUL": (real_pdf() + bytes(5000), "pdf"),
    "pdf with text behind": (real_pdf() + b"-- scanned by gateway --\n" * 200, "pdf"),
    "pdf without end marker": (with_text(real_pdf()).replace(b"%%EOF", b"     "), "pdf"),
    "linearised, saved again": (wrong_length(linearised()), "pdf"),
    "startxref beyond the end": (
        b"".join((with_text(real_pdf()).rpartition(b"startxref")[0], b"startxref\n99999999\n%%EOF\n")),
        "pdf",
    ),
    "jpeg with a film behind": (picture("JPEG") + b"\0\0\0\x18ftypmp42" + b"\xff\x11" * 60_000, "jpg"),
    "jpeg with 100 kB of zeros": (picture("JPEG") + bytes(100_000), "jpg"),
    "png with padding": (picture("PNG") + bytes(3000), "png"),
    "bmp of a wrong size": (picture("BMP")[:2] + struct.pack("<I", 99_999_999) + picture("BMP")[6:], "bmp"),
    "tiff with padding": (picture("TIFF") + bytes(3000), "tif"),
    "avif": (picture("AVIF"), "avif"),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_every_renderer_opens_is_taken(room: Room, name: str) -> None:
    content, extension = SOUND[name]
    arrival = room.take(f"甲.{extension}", content)
    assert arrival.outcome == "unidentified", arrival.message
    assert list(room.inbox.iterdir()) == []


def test_the_trailer_is_noted(room: Room) -> None:
    assert "5001 字节" in room.take("甲.pdf", real_pdf() + bytes(5000)).message or "5000" in str(
        room.ledger.view.arrivals()[0].message
    )


@pytest.mark.parametrize("share", [10, 35, 60, 85, 97])
@pytest.mark.parametrize("extension", ["pdf", "jpg", "png", "tif", "bmp"])
def test_what_is_really_cut_is_incomplete(room: Room, extension: str, share: int) -> None:
    formats = {"jpg": "JPEG", "png": "PNG", "tif": "TIFF", "bmp": "BMP"}
    content = with_text(real_pdf(3)) if extension == "pdf" else picture(formats[extension])
    arrival = room.take(f"甲.{extension}", content[: len(content) * share // 100])
    assert arrival.outcome == "quarantined"
    assert arrival.reason in {"incomplete", "malformed"}


@pytest.mark.parametrize(
    "trailer", [b"\0" * 500, b"VENDOR-GPS-DATA;" * 40, b"\x00\x00\x10\x00gpmd" + bytes(90), b"abc"]
)
def test_a_film_with_a_makers_trailer_plays_to_its_end(tmp_path: Path, trailer: bytes) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=2)
    path.write_bytes(path.read_bytes() + trailer)
    recording = read_recording(path, name="a.mp4")
    assert not recording.truncated
    assert (recording.duration_ms or 0) >= 1900


@pytest.mark.parametrize("marks", [0, 1, 2, 3, 4])
def test_any_number_of_byte_order_marks_before_a_film(room: Room, tmp_path: Path, marks: int) -> None:
    film = make_clip(tmp_path / "a.mp4", seconds=2).read_bytes()
    arrival = room.take("0012346_000124_20220329140500.MP4", b"\xef\xbb\xbf" * marks + film)
    assert arrival.outcome == "unidentified", arrival.message
    assert arrival.judged is not None
    assert [each.truncated for each in arrival.judged.recordings] == [False]


def test_a_person_takes_a_cut_scan_as_it_is(tmp_path: Path) -> None:
    room = open_room(tmp_path)
    issue(room.ledger)
    cut = room.take("甲.pdf", scan(f"{CHECK}/1")[:-8])
    assert cut.reason == "incomplete"
    accepted = room.desk.accept(cut.id, WHO)
    assert accepted.outcome == "unidentified"
    assert accepted.decisions[-1].decision == "accept"
    (gone,) = room.ingest()
    assert (gone.id, list(room.inbox.iterdir())) == (cut.id, [])
    with pytest.raises(UsageError):
        room.desk.accept(cut.id, WHO)


def test_a_person_links_a_page_of_a_file_that_was_never_read(tmp_path: Path) -> None:
    room = open_room(tmp_path)
    issue(room.ledger)
    cut = room.take("甲.pdf", scan(f"{CHECK}/1")[:-8])
    linked = room.desk.place(cut.id, (Placement(index=0, number=CHECK, page=2),), WHO)
    assert linked.outcome == "linked"
    assert linked.judged is not None
    assert {mark.verdict for mark in linked.judged.pages[0].marks} == {"undecided"}


def test_a_cut_film_is_taken_by_a_persons_word(room: Room, tmp_path: Path) -> None:
    film = make_clip(tmp_path / "a.mp4", seconds=4, options={"movflags": "+faststart"}).read_bytes()
    cut = room.take("0012346_000124_20220329140500.MP4", film[: len(film) * 3 // 4])
    assert cut.reason == "incomplete"
    accepted = room.desk.accept(cut.id, WHO)
    assert accepted.outcome == "unidentified"
    assert accepted.judged is not None
    assert accepted.judged.recordings[0].truncated


def test_what_is_said_of_a_pdf_is_not_about_the_one_before(tmp_path: Path) -> None:
    """pdfium keeps the last error of the whole process; a locked file was followed by "locked" ones."""
    locked, empty, broken = (tmp_path / f"{name}.pdf" for name in ("locked", "empty", "broken"))
    with pikepdf.open(io.BytesIO(real_pdf(1))) as document:
        document.save(locked, encryption=pikepdf.Encryption(user="x", owner="y"))
    with pikepdf.open(io.BytesIO(real_pdf(1))) as document:
        del document.pages[0]
        document.save(empty)
    broken.write_bytes(b"%PDF-1.7\n" + b"x" * 900)
    reasons = []
    for path in (locked, empty, locked, broken):
        with pytest.raises(UnreadableError) as refused:
            list(pdf_pages(path, Limits(), 0, 1))
        reasons.append((refused.value.reason, refused.value.what))
    assert [reason for reason, _what in reasons] == ["encrypted", "malformed", "encrypted", "malformed"]
    assert "没有页面" in reasons[1][1]
