"""Content decides what a file is; its name is only a claim."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from evidence.filetypes import media
from evidence.filetypes.media import Family, identify_media
from tests.support.inbox_fixture import picture, real_pdf


def office(part: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return buffer.getvalue()


def box(kind: bytes, body: bytes = b"") -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


CONTENTS = {
    "pdf": real_pdf(),
    "png": picture("PNG"),
    "jpg": picture("JPEG"),
    "tif": picture("TIFF"),
    "bmp": picture("BMP"),
    "webp": picture("WEBP"),
    "heic": box(b"ftyp", b"heic\0\0\0\0"),
    "mp4": box(b"ftyp", b"isom\0\0\0\0"),
    "mov": box(b"ftyp", b"qt  \0\0\0\0"),
    "avi": b"RIFF\x10\0\0\0AVI LIST",
    "mkv": b"\x1aE\xdf\xa3\x93B\x82\x88matroska",
    "docx": office("word/document.xml"),
    "xlsx": office("xl/workbook.xml"),
    "csv": "文件名,开始时间\na.mp4,2022-03-28\n".encode("gbk"),
    "json": b'[{"F_FileName": "a.mp4"}]',
    "xml": b"<?xml version='1.0'?><rows/>",
    "ini": b"[ZFY]\r\nDevNo=TA00716\r\n",
    "dat": b"TA00716;x;JX0227\n",
}


@pytest.mark.parametrize("extension", sorted(CONTENTS))
def test_each_accepted_kind_is_known_by_its_content(tmp_path: Path, extension: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(CONTENTS[extension])
    found = identify_media(path, f"x.{extension.upper()}")
    assert found.type == media.CLAIMS[extension]
    assert not found.mismatch


@pytest.mark.parametrize("extension", ["pdf", "png", "mp4", "docx", "xlsx", "mkv"])
def test_a_file_without_extension_is_what_its_content_says(tmp_path: Path, extension: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(CONTENTS[extension])
    found = identify_media(path, "没有扩展名")
    assert found.type == media.CLAIMS[extension]
    assert not found.mismatch


@pytest.mark.parametrize(
    ("content", "name", "mismatch"),
    [
        ("png", "messenger.jpg", False),
        ("heic", "iphone.jpg", False),
        ("mov", "recorder.mp4", False),
        ("pdf", "scan.jpg", True),
        ("png", "scan.pdf", True),
        ("docx", "list.xlsx", True),
        ("pdf", "film.mp4", True),
        ("mp4", "film.csv", True),
        ("csv", "list.pdf", True),
    ],
)
def test_a_claim_of_another_family_is_a_mismatch(
    tmp_path: Path, content: str, name: str, mismatch: bool
) -> None:
    path = tmp_path / "x"
    path.write_bytes(CONTENTS[content])
    assert identify_media(path, name).mismatch is mismatch


def test_two_documents_in_one_file_are_a_polyglot(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(CONTENTS["png"][:33] + b"%PDF-1.7\n" + CONTENTS["png"][33:])
    assert identify_media(path, "x.png").mismatch


def test_noise_before_a_pdf_is_forgiven(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\x01\x02\x00noise" + real_pdf())
    assert identify_media(path, "x.pdf").type == media.PDF


def test_recorder_files_with_a_byte_prefix_are_still_films(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xef\xbb\xbf\xef\xbb\xbf" + CONTENTS["mp4"])
    found = identify_media(path, "x.mp4")
    assert found.family is Family.FOOTAGE


@pytest.mark.parametrize("content", [b"", b"\0", b"RIFF", b"\xff\xd8", b"BM", bytes(4096)])
def test_scraps_are_unknown_and_never_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert identify_media(path, "x.pdf").family is Family.OTHER
