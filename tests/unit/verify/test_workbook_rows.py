"""A sheet is read as people are shown it, or not at all; whatever it is made of, in little time."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from evidence.verify.workbook_rows import workbook_rows

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
RELATIONS, BOOK = "xl/_rels/workbook.xml.rels", "xl/workbook.xml"


def workbook(changed: str = "", change: Callable[[str], str] = str) -> bytes:
    """A head and one line, as the program writes them; one part of it changed."""
    made, again = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet("清单")
        page.write_row(0, 0, ["案件", "是否闭环", "家数"])
        page.write_row(1, 0, ["A & B", "否", 3])
        page.write_blank(1, 3, None, book.add_format({"bold": True}))
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, change(text) if name == changed else text)
    return again.getvalue()


def test_what_the_program_writes_is_read() -> None:
    head, line = workbook_rows(workbook())
    assert head == {"A": "案件", "B": "是否闭环", "C": "家数"}
    assert line == {"A": "A & B", "B": "否", "C": "3", "D": ""}


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, "</sheetData>", '<row><c r="A3" t="inlineStr"><is><t>C</t></is></c></row></sheetData>'),
        (SHEET, '<c r="B2"', "<c r='B2'"),
        (SHEET, '<row r="2"', '<row r="2" hidden="1"'),
        (SHEET, '<row r="2"', '<row r="9"/><row r="2"'),
        (SHEET, "<v>3</v>", "<f>1+1</f><v>3</v>"),
        (SHEET, "<sheetData>", "<sheetData><!-- -->"),
        (SHEET, "<sheetData>", "<sheetData></sheetData><sheetData>"),
        (STRINGS, "<t>否</t>", "<t></t><rPh sb='0' eb='1'><t>否</t></rPh>"),
        (RELATIONS, "worksheets/sheet1.xml", "worksheets/sheet2.xml"),
        (RELATIONS, "sharedStrings.xml", "otherStrings.xml"),
        (BOOK, 'r:id="rId1"', 'r:id="rId2"'),
    ],
)
def test_what_people_would_be_shown_otherwise_is_refused(part: str, old: str, new: str) -> None:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        workbook_rows(workbook(part, change))


@pytest.mark.parametrize(
    ("part", "piece"),
    [
        (SHEET, '<row r="1">'),
        (SHEET, "<sheetData>"),
        (STRINGS, "<si>"),
        (STRINGS, "<si><t>"),
        (BOOK, "<sheet "),
    ],
)
def test_a_part_of_nothing_but_beginnings_takes_little_time(part: str, piece: str) -> None:
    begin = time.process_time()
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        workbook_rows(workbook(part, lambda _text: piece * 200_000))
    assert time.process_time() - begin < 5
