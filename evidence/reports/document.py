"""A Word document built up from headings, paragraphs, tables and pictures in the papers' own fonts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from evidence.reports.workbook import Cell, Table

_TEXT, _HEAD = "仿宋", "黑体"
_TEXT_WIDTH_MM = 160.0
_NUMBER_WIDTH_MM = 11.0


class Paper:
    """A4 upright; every heading stays with what follows it, every table repeats its heading row."""

    def __init__(self, *title: str, made: datetime) -> None:
        self._document = Document()
        properties = self._document.core_properties
        properties.title, properties.author = "".join(title), ""
        properties.created = made.replace(tzinfo=None)
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin, section.bottom_margin = Mm(28), Mm(25)
        _page_number(section.footer.paragraphs[0])
        for line in title:
            self._line(line, size=18, face=_HEAD, align=WD_ALIGN_PARAGRAPH.CENTER, after=4)

    def heading(self, text: str) -> None:
        """`一、……`."""
        self._line(text, size=14, face=_HEAD, before=12, after=6).paragraph_format.keep_with_next = True

    def caption(self, text: str) -> None:
        """The line above a table or picture, which it never leaves."""
        self._line(text, size=10.5, face=_HEAD, before=6, after=3).paragraph_format.keep_with_next = True

    def text(self, text: str) -> None:
        """A paragraph with its first line drawn in."""
        self._line(text, size=12).paragraph_format.first_line_indent = Pt(24)

    def picture(self, png: bytes) -> None:
        """A picture as wide as the text."""
        place = self._document.add_paragraph()
        place.alignment = WD_ALIGN_PARAGRAPH.CENTER
        place.add_run().add_picture(io.BytesIO(png), width=Mm(_TEXT_WIDTH_MM))

    def table(self, table: Table, *, widths_mm: Sequence[float] | None = None) -> None:
        """A ruled table; a row never breaks over two pages.

        Args:
            widths_mm: of the columns after 序号; equal ones when None.
        """
        rows = list(table.rows)
        count = len(table.heads)
        share = (_TEXT_WIDTH_MM - _NUMBER_WIDTH_MM) / (count - 1)
        widths = [_NUMBER_WIDTH_MM, *(widths_mm or [share] * (count - 1))]
        grid = self._document.add_table(rows=0, cols=count)
        grid.style, grid.alignment, grid.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = Mm(width)
        for place, cells in enumerate([tuple(table.heads), *((n, *row) for n, row in enumerate(rows, 1))]):
            row = grid.add_row()
            _row_property(row, "w:cantSplit")
            if place == 0:
                _row_property(row, "w:tblHeader")
            for cell, value, width in zip(row.cells, cells, widths, strict=True):
                cell.width = Mm(width)
                _write(cell.paragraphs[0], _shown(value), size=9, face=_HEAD if place == 0 else _TEXT)
                if place == 0 or isinstance(value, (int, date)):
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._line("", size=6)

    def signatures(self, *labels: str) -> None:
        """One ruled row of places to sign, kept on the page of the paragraph above it."""
        if self._document.paragraphs:
            self._document.paragraphs[-1].paragraph_format.keep_with_next = True
        grid = self._document.add_table(rows=1, cols=len(labels))
        grid.style, grid.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
        _row_property(grid.rows[0], "w:cantSplit")
        grid.rows[0].height = Mm(32)
        for cell, label in zip(grid.rows[0].cells, labels, strict=True):
            _write(cell.paragraphs[0], label, size=10.5, face=_TEXT)

    def docx(self) -> bytes:
        """The document's bytes."""
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()

    def _line(
        self,
        text: str,
        *,
        size: float,
        face: str = _TEXT,
        align: Any = None,
        before: float = 0,
        after: float = 0,
    ) -> Any:
        paragraph = self._document.add_paragraph()
        paragraph.alignment = align
        form = paragraph.paragraph_format
        form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.25
        _write(paragraph, text, size=size, face=face)
        return paragraph


def _write(paragraph: Any, text: str, *, size: float, face: str) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.name = Pt(size), face
    run._element.rPr.rFonts.set(qn("w:eastAsia"), face)


def _row_property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _page_number(paragraph: Any) -> None:
    """`— 3 —`, a field that Word and LibreOffice count."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, "— ", size=10.5, face=_TEXT)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    _write(paragraph, " —", size=10.5, face=_TEXT)


def _shown(value: Cell) -> str:
    if value is None:
        return "—"
    return value.isoformat() if isinstance(value, date) else str(value)
