"""Electronic counterparts: certain by number, suggested by name and title, never guessed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.domain.identifiers import Number, Sha256, make_number
from evidence.errors import UnreadableError
from evidence.filetypes.office_text import OfficeFile, office_text
from evidence.inbox.edocuments import numbers_in
from evidence.ledger.events import FormIssued, FormVoided
from tests.support.inbox_fixture import CASE, CHECK, COMPANY, Room, issue, open_room, real_pdf

REPORT = make_number(CASE, "ZG", 1)


def docx(text: str) -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
    body = f'<w:document xmlns:w="urn:w"><w:body>{paragraphs}</w:body></w:document>'
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": body})


def xlsx(text: str) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = f'<Relationship Id="r1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/>'
    cell = f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>'
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f'<w xmlns:r="{kind}"><sheets><sheet name="1" r:id="r1"/></sheets></w>',
            "xl/_rels/workbook.xml.rels": f"<Relationships>{relation}</Relationships>",
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>",
        }
    )


def packed(entries: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    issue(room.ledger, REPORT, form="rectification-report")
    return room


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        (f"{REPORT}.docx", "随便", REPORT),
        (f"甲公司 {REPORT} 整改报告.docx", f"针对 {CHECK} 的整改", REPORT),
        ("整改.docx", f"隐患问题整改报告\n编号 {REPORT}", REPORT),
        ("整改.docx", "隐患问题整改报告\n编号：ＷＪＢ２２－０００１－ＺＧ－００１", REPORT),
        (f"{REPORT.lower()}.docx", "", REPORT),
    ],
)
def test_a_file_that_names_its_number_is_linked(room: Room, name: str, text: str, number: Number) -> None:
    arrival = room.take(name, docx(text))
    assert arrival.outcome == "linked", arrival.message
    assert arrival.judged is not None
    assert arrival.judged.edocument_of == number
    assert room.ledger.view.document(number).edocuments == (arrival.sha256,)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        # a report quotes the number of its check: a number alone decides nothing
        (f"隐患问题整改报告\n针对检查记录 {CHECK}", [CHECK]),
        (f"隐患问题整改报告\n{COMPANY}", [REPORT]),
        (f"{CHECK} 和 {REPORT}", [CHECK, REPORT]),
        ("请假条", []),
        ("WJB22-0404-JC-001 现场检查记录", []),
    ],
)
def test_anything_less_is_a_suggestion(room: Room, text: str, likely: list[Number]) -> None:
    arrival = room.take("文件.docx", docx(text))
    assert arrival.outcome == "unidentified"
    assert arrival.judged is not None
    found = [each.number for page in arrival.judged.unlinked for each in page.suggestions]
    assert sorted(found) == sorted(likely)


def test_a_workbook_that_is_no_station_list_is_read_as_a_document(room: Room) -> None:
    arrival = room.take(f"{REPORT}.xlsx", xlsx("隐患清单"))
    assert arrival.judged is not None
    assert arrival.judged.edocument_of == REPORT


def test_our_own_issued_word_file_byte_for_byte_is_its_electronic_original(room: Room) -> None:
    content = docx(f"现场检查记录 {CHECK} 以及 {REPORT}")
    form = replace(
        room.ledger.view.document(CHECK).form,  # type: ignore[union-attr]
        docx=Sha256(hashlib.sha256(content).hexdigest()),
    )
    room.ledger.append("test", FormIssued(form=form))
    arrival = room.take("导出.docx", content)
    assert arrival.outcome == "linked"
    assert "与签发件完全相同" in arrival.message


def test_a_file_for_a_void_number_is_quarantined(room: Room) -> None:
    room.ledger.append("test", FormVoided(number=REPORT, why="写错"))
    arrival = room.take(f"{REPORT}.docx", docx("x"))
    assert (arrival.outcome, arrival.reason) == ("quarantined", "void_form")


def test_a_picture_page_of_a_pdf_without_text_keeps_what_recognition_said(room: Room) -> None:
    arrival = room.take("空白.pdf", real_pdf() + b"#no_code\n%%EOF\n")
    assert arrival.outcome == "unidentified"
    assert "没有读到本项目文书的二维码" in arrival.message


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("WJB22-0001-JC-001", ["WJB22-0001-JC-001"]),
        ("WJB220001JC001", ["WJB22-0001-JC-001"]),
        ("见WJB22—0001—JC—001号", ["WJB22-0001-JC-001"]),
        ("XWJB22-0001-JC-001", []),
        ("WJB22-0001-JC-0012", []),
        (
            "WJB22-0001-JC-001、WJB22-0001-JC-001、WJB22-0002-JC-001",
            ["WJB22-0001-JC-001", "WJB22-0002-JC-001"],
        ),
    ],
)
def test_numbers_are_found_as_people_write_them(text: str, numbers: list[str]) -> None:
    assert list(numbers_in(text)) == numbers


def test_a_damaged_document_is_malformed(tmp_path: Path) -> None:
    content = bytearray(docx("x" * 5000))
    content[60:90] = bytes(30)
    path = tmp_path / "x.docx"
    path.write_bytes(bytes(content))
    with pytest.raises(UnreadableError) as stopped:
        office_text(OfficeFile(path=path, workbook=False, max_unpacked=10**6))
    assert stopped.value.reason == "malformed"


def test_entities_are_never_resolved(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    evil = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><w:t>&e;</w:t>"
    path.write_bytes(packed({"[Content_Types].xml": "", "word/document.xml": evil}))
    with pytest.raises(UnreadableError):
        office_text(OfficeFile(path=path, workbook=False, max_unpacked=10**6))
