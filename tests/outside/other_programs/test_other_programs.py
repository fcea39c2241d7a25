"""Files of programs that this one does not read: kept, named, and never taken for something else."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.outside.compound import compound
from tests.outside.workbooks.maker import packed, sheet_xml, workbook
from tests.support.inbox_fixture import Room, issue, open_room, picture


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    return room


def dicom(preamble: bytes = b"") -> bytes:
    """File meta information alone (DICOM PS3.10, 7.1)."""
    kind = b"1.2.840.10008.5.1.4.1.1.2\0"
    element = b"\x02\0\x02\0UI" + struct.pack("<H", len(kind)) + kind
    return preamble.ljust(128, b"\0") + b"DICM\x02\0\0\0UL\x04\0" + struct.pack("<I", len(element)) + element


def opendocument(kind: str) -> bytes:
    return packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": "<document-content/>",
            "Thumbnails/thumbnail.png": picture("PNG"),
        }
    )


WORD = compound({"WordDocument": b"\xec\xa5\xc1\0" + bytes(600)})
"""WPS writes .wps as Word 97, .et as Excel 97."""
SHEET = compound({"ETExtData": b"x", "Workbook": b"\x09\x08\x10\0" + bytes(600)})
LOCKED = compound({"WordDocument": b"\xec\xa5\xc1\0" + bytes(6) + b"\0\x01" + bytes(600)})


@pytest.mark.parametrize(
    ("name", "content", "reason", "said"),
    [
        ("CT.dcm", dicom(), "unsupported_type", "DICOM 医学影像"),
        ("CT0001", dicom(), "unsupported_type", "DICOM 医学影像"),
        ("切片.dcm", dicom(b"II*\0\x08\0\0\0"), "unsupported_type", "DICOM 医学影像"),
        ("胸片.jpg", dicom(), "type_mismatch", "DICOM 医学影像"),
        ("方案.wps", WORD, "unsupported_type", "另存为"),
        ("台账.et", SHEET, "unsupported_type", "另存为"),
        ("方案.doc", WORD, "unsupported_type", "另存为"),
        ("加密.wps", LOCKED, "encrypted", "密码"),
        ("说明.odt", opendocument("text"), "unsupported_type", "LibreOffice 文档"),
        ("清单.ods", opendocument("spreadsheet"), "unsupported_type", "LibreOffice 表格"),
        ("函.ott", opendocument("text-template"), "unsupported_type", "LibreOffice 文档"),
        ("改名.docx", opendocument("text"), "type_mismatch", "LibreOffice 文档"),
        ("改名.xlsx", opendocument("spreadsheet"), "type_mismatch", "LibreOffice 表格"),
        ("改名.zip", opendocument("text"), "type_mismatch", "LibreOffice 文档"),
    ],
)
def test_each_is_kept_and_named(room: Room, name: str, content: bytes, reason: str, said: str) -> None:
    arrival = room.take(name, content)
    assert (arrival.outcome, arrival.reason) == ("quarantined", reason)
    assert said in arrival.message
    assert "损坏" not in arrival.message, "a sound file is not accused"
    assert list(room.inbox.iterdir()) == []
    kept = [each for each in room.inbox.parent.rglob("*") if each.is_file() and each.read_bytes() == content]
    assert kept


def test_a_workbook_under_the_name_that_wps_gives_it_is_read(room: Room) -> None:
    arrival = room.take("清单.et", workbook([("清单", sheet_xml({"A1": "文件名"}))]))
    assert arrival.outcome == "unidentified", arrival.message


@pytest.mark.parametrize("stated", ["application/zip", "x" * 5000, "文档"])
def test_a_zip_that_states_something_else_stays_a_zip(room: Room, stated: str) -> None:
    room.drop("材料.zip", packed({"mimetype": stated, "图.png": picture("PNG")}))
    assert "材料.zip" in {arrival.path for arrival in room.ingest()}
    assert any(arrival.within for arrival in room.ledger.view.arrivals())
