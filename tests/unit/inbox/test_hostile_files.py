"""Nothing executed, followed, or written outside the archive, whatever lies in the inbox."""

from __future__ import annotations

import io
import os
import socket
import stat
import struct
import sys
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from evidence.inbox.inbox_listing import MovedAwayError, look, look_at, opened
from evidence.inbox.names import is_ignored, shown, storable
from evidence.inbox.readers import BareRenderer
from tests.support.inbox_fixture import CHECK, Room, issue, open_room, picture, real_pdf, scan

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file kinds")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    return room


def tree(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")}


def test_links_pipes_and_sockets_are_named_and_never_opened(room: Room, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(scan(f"{CHECK}/1"))
    (room.inbox / "链接.pdf").symlink_to(secret)
    (room.inbox / "悬空.pdf").symlink_to(tmp_path / "nowhere")
    os.mkfifo(room.inbox / "管道.pdf")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(room.inbox)
        try:
            listener.bind("插座.pdf")
        finally:
            os.chdir(here)
        arrivals = room.ingest()
    assert {(each.path, each.outcome, each.reason, each.sha256) for each in arrivals} == {
        (name, "quarantined", "not_regular_file", None)
        for name in ("链接.pdf", "悬空.pdf", "管道.pdf", "插座.pdf")
    }
    assert list(room.originals.digests()) == []
    assert secret.exists()


def test_a_device_is_no_regular_file() -> None:
    assert not look_at(Path("/dev/zero"), Path("/dev")).regular


def test_a_longest_name_is_as_long_as_names_get() -> None:
    assert len(("长" * 83 + "55.pdf").encode()) == 255


def test_an_encrypted_file_and_a_picture_that_unpacks_to_gigabytes_are_refused_by_name(
    tmp_path: Path,
) -> None:
    room = open_room(tmp_path)
    bare = BareRenderer(settings=room.settings)
    archived = room.intake.archived
    room.intake.archived = replace(archived, understander=replace(archived.understander, pages=bare))
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(real_pdf())) as document:
        document.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert room.take("加密.pdf", locked.getvalue()).reason == "encrypted"
    header = struct.pack(">IIBBBBB", 35_000, 35_000, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    bomb = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    assert room.take("炸弹.png", b"\x89PNG\r\n\x1a\n" + bomb).reason == "too_large"


def test_a_path_that_climbs_out_of_the_inbox_is_a_file_elsewhere_and_stays(
    room: Room, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(scan(f"{CHECK}/1"))
    result = room.intake.run([room.inbox / ".." / "outside.pdf"])
    (arrival,) = [room.ledger.view.arrival(each) for each in result.arrivals]
    assert arrival is not None
    assert outside.exists(), "only what lies in the inbox is ever removed"


def test_a_folder_that_is_a_link_is_not_entered(room: Room, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "私人.pdf").write_bytes(scan(f"{CHECK}/1"))
    (room.inbox / "文件夹").symlink_to(outside, target_is_directory=True)
    (arrival,) = room.ingest()
    assert (arrival.path, arrival.reason) == ("文件夹", "not_regular_file")
    assert (outside / "私人.pdf").exists()


def test_a_link_put_in_the_place_of_a_file_is_refused_when_it_is_opened(room: Room, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"secret")
    path = room.drop("甲.pdf", b"innocent")
    (sighting,) = look(room.inbox).sightings
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(MovedAwayError), opened(sighting):
        pass


def test_another_file_put_in_its_place_is_refused_too(room: Room) -> None:
    path = room.drop("甲.pdf", b"innocent")
    (sighting,) = look(room.inbox).sightings
    other = room.drop("乙.pdf", b"other")
    other.replace(path)
    with pytest.raises(MovedAwayError), opened(sighting):
        pass


def test_a_hard_link_is_copied_and_only_its_name_in_the_inbox_goes(room: Room, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.pdf"
    elsewhere.write_bytes(scan(f"{CHECK}/1"))
    os.link(elsewhere, room.inbox / "硬链接.pdf")
    (arrival,) = room.ingest()
    assert arrival.outcome == "linked"
    assert elsewhere.read_bytes() == scan(f"{CHECK}/1")
    assert arrival.sha256 is not None
    assert room.originals.path(arrival.sha256).stat().st_ino != elsewhere.stat().st_ino


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("扫描件.pdf".encode("gbk"), "扫描件.pdf"),
        (b"a\nb.pdf", "a�b.pdf"),
        (b"\xff\xfe\xfa.pdf", None),
        ("图\u202efdp.pdf".encode(), "图�fdp.pdf"),
        (("长" * 83 + "55.pdf").encode(), "长" * 83 + "55.pdf"),
        (b"a\\..\\x.pdf", "a\\..\\x.pdf"),
        ("e\u0301.pdf".encode(), "é.pdf"),
        (b"-rf.pdf", "-rf.pdf"),
        (b"$(touch x).pdf", "$(touch x).pdf"),
        (b"con.pdf", "con.pdf"),
    ],
)
def test_strange_names_are_taken_and_shown_without_tricks(room: Room, raw: bytes, path: str | None) -> None:
    target = os.path.join(os.fsencode(room.inbox), raw)  # noqa: PTH118 - bytes names need os.path
    Path(os.fsdecode(target)).write_bytes(b"")
    (arrival,) = room.ingest()
    assert arrival.reason == "empty"
    assert arrival.path.isprintable()
    assert path is None or arrival.path == path
    assert not any(room.inbox.iterdir())


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c", "..", "", " . ", "a\x00b", "CON:", "x" * 400 + ".pdf", "龘" * 200]
)
def test_names_in_our_own_folders_are_one_short_plain_component(name: str) -> None:
    stored = storable(name)
    assert stored not in {"", ".", ".."}
    assert not set(stored) & set('/\\\x00<>:"|?*%\n')
    assert len(stored.encode()) <= 120


def test_shown_keeps_a_good_name_as_it_is() -> None:
    assert shown("企业甲/2022-03-28 检查记录（一）.pdf") == "企业甲/2022-03-28 检查记录（一）.pdf"


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        (".DS_Store", True),
        ("thumbs.DB", True),
        ("~$记录.docx", True),
        ("扫描.pdf.part", True),
        ("扫描.crdownload", True),
        (".隐藏.pdf", True),
        ("扫描.pdf", False),
        ("part", False),
        ("$记录.docx", False),
    ],
)
def test_names_that_are_never_arrivals(name: str, ignored: bool) -> None:
    assert is_ignored(name) is ignored


def test_a_zip_bomb_in_a_word_file_is_refused_without_unpacking_it(room: Room) -> None:
    bomb = room.root / "bomb"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "")
        with archive.open("word/document.xml", "w") as part:
            for _ in range(600):
                part.write(bytes(1024**2))
    (arrival,) = [room.take("炸弹.docx", bomb.read_bytes())]
    assert arrival.reason == "too_large"


def test_a_word_file_whose_sizes_lie_is_read_no_further_than_allowed(room: Room) -> None:
    content = bytearray(_docx("x" * 100))
    # the declared size in the central directory says 1 byte
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (1).to_bytes(4, "little")
    arrival = room.take("谎.docx", bytes(content))
    assert arrival.reason in {"malformed", ""}
    assert arrival.outcome in {"quarantined", "unidentified"}


def test_macros_scripts_and_polyglots_are_not_material(room: Room) -> None:
    assert room.take("宏.docm", _docx("x")).outcome == "unidentified"
    assert (
        room.take("两面.jpg", picture("JPEG")[:20] + b"%PDF-1.4\n" + picture("JPEG")[20:]).reason
        == "type_mismatch"
    )
    assert room.take("脚本.pdf", b"#!/bin/sh\nrm -rf /\n").reason == "type_mismatch"
    assert room.take("压缩.zip", _zip({"a.exe": "MZ"})).reason == "unsupported_type"


def test_a_pdf_with_javascript_is_only_ever_rendered(room: Room) -> None:
    content = real_pdf().replace(
        b"/Type /Catalog", b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> /Type /Catalog"
    )
    arrival = room.take("脚本.pdf", content)
    assert arrival.outcome in {"unidentified", "quarantined"}


def test_nothing_is_written_outside_the_archive_and_nothing_is_executable(room: Room, tmp_path: Path) -> None:
    before = tree(tmp_path)
    room.drop("程序.exe", b"MZ" + bytes(50)).chmod(0o777)
    room.drop("%2f..%2fx.pdf", b"")
    room.ingest()
    new = tree(tmp_path) - before
    assert all(path.startswith("archive/") for path in new)
    for path in (tmp_path / "archive").rglob("*"):
        if path.is_file():
            assert not path.stat().st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH), path


def test_folders_nested_beyond_reason_are_an_entry_not_a_walk(room: Room) -> None:
    deep = room.inbox.joinpath(*["d"] * 40)
    deep.mkdir(parents=True)
    (deep / "甲.pdf").write_bytes(scan(f"{CHECK}/1"))
    (arrival,) = room.ingest()
    assert (arrival.reason, arrival.sha256) == ("not_readable", None)
    assert "32 层" in arrival.message


def test_a_file_that_may_not_be_read_waits_and_says_so(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    path = room.drop("锁.pdf", scan(f"{CHECK}/1"))
    real = os.open

    def forbidden(name: object, *args: object, **kwargs: object) -> int:
        if str(name) == str(path):
            raise PermissionError(13, "Permission denied")
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", forbidden)
        (arrival,) = room.ingest()
    assert (arrival.outcome, arrival.message) == ("waiting", "没有权限读取该文件。")
    (taken,) = room.ingest()
    assert (taken.id, taken.outcome) == (arrival.id, "linked")


def _docx(text: str) -> bytes:
    return _zip(
        {"[Content_Types].xml": "<Types/>", "word/document.xml": f'<w:p xmlns:w="urn:w">{text}</w:p>'}
    )


def _zip(entries: dict[str, str]) -> bytes:
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()
