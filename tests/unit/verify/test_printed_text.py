"""The characters of our own papers, read from their content streams as pypdf reads them."""

from __future__ import annotations

import io

import pytest
import typst
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PageObject, PdfReader

from evidence.verify.pdf import task
from evidence.verify.pdf.printed_text import UnusualContentError, printed_text

SIGNS = "移交清单第页份缺少齐全0123456789abcdefABCDEF（）()[]<>\\/-，。：%'"


def pages(source: str) -> list[PageObject]:
    head = '#set page(paper: "a4")\n#set text(font: ("Noto Serif CJK SC", "DejaVu Sans"), size: 9pt)\n'
    pdf = typst.compile((head + source).encode())
    assert isinstance(pdf, bytes)
    return list(PdfReader(io.BytesIO(pdf)).pages)


def letters(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(SIGNS, min_size=1, max_size=40), min_size=1, max_size=8))
def test_every_character_of_a_table_is_read(cells: list[str]) -> None:
    quoted = ", ".join('"' + cell.replace("\\", "\\\\") + '"' for cell in cells)
    (page,) = pages(f"#table(columns: 3, ..({quoted},).map(cell => text(cell)))")
    assert sorted(letters(printed_text(page))) == sorted(letters("".join(cells)))


def test_a_number_and_a_digest_stand_as_they_are_printed() -> None:
    digest = "0123456789abcdef" * 4
    rows = f'#table(columns: 2, "WJB22-0001-JC-001", "{digest}", "WJB22-0002-JC-001", "{digest[::-1]}")'
    (page,) = pages(rows)
    read = letters(printed_text(page))
    assert f"WJB22-0001-JC-001{digest}WJB22-0002-JC-001{digest[::-1]}" in read
    assert read == letters(page.extract_text())


def test_all_pages_of_a_long_paper_are_read_alike() -> None:
    made = pages("#for number in range(300) [ 第 #number 行：原件已核对 \\ ]")
    assert len(made) > 2
    for page in made:
        assert letters(printed_text(page)) == letters(page.extract_text())


def test_a_paper_of_another_typesetter_is_left_to_pypdf() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.cell(text="WJB-2022-W13")
    (page,) = PdfReader(io.BytesIO(bytes(pdf.output()))).pages
    with pytest.raises(UnusualContentError):
        printed_text(page)


def test_a_page_whose_map_is_broken_is_read_by_pypdf() -> None:
    (page,) = pages("WJB-2022-W13")
    for font in page["/Resources"]["/Font"].values():
        font.get_object()["/ToUnicode"].get_object().set_data(b"1 beginbfrange <0000> <ffff> < > endbfrange")
    with pytest.raises(IndexError):
        printed_text(page)
    assert task.page_text(page, printed=True) == page.extract_text()
