"""The auditor's report as PDF/A-3b: fonts embedded, the machine-readable reports attached to it.

Set with fpdf2, which needs nothing beside the base installation (docs/decisions/0015-report-pdf.md).
States are drawn, not typed: shape and colour.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from fontTools.ttLib import TTCollection, TTLibError
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from evidence.errors import MissingPartError
from evidence.language import _
from evidence.verify.etsi_report import etsi_xml
from evidence.verify.line_breaking import broken
from evidence.verify.model import CheckKind, Report
from evidence.verify.report_content import Field, Line, Section, machine_report, sections, summary
from evidence.verify.series import SeriesReport
from evidence.verify.series_content import series_document, series_sections, series_summary

CANDIDATES = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "C:/Windows/Fonts/simsun.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "/System/Library/Fonts/Supplemental/Songti.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
)
"""Where Chinese fonts are usually installed, best first."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 25.0, 22.0, 24.0, 24.0
_LABEL = 32.0
_LEADING = 0.56
"""Line height in millimetres for each point of type size."""
_COLOURS = {
    CheckKind.PASS: (26, 128, 56),
    CheckKind.FAIL: (191, 26, 26),
    CheckKind.REVIEW: (204, 133, 13),
    CheckKind.NOTE: (115, 115, 115),
}
_ABSENT = "〓"
"""Printers' mark for a character that the font lacks."""

logging.getLogger("fpdf").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


def report_bytes(report: Report | SeriesReport, *, candidates: tuple[str, ...] | None = None) -> bytes:
    """The PDF.

    Args:
        report: what was found, of one package or PDF or of a series.
        candidates: fonts to choose from, best first; those of `CANDIDATES` when None.

    Raises:
        MissingPartError: no Chinese font is installed.
    """
    font = chinese_font(candidates or CANDIDATES)
    made = report.circumstances.verified_at if report.circumstances else report.at
    told = _told(report)
    sheet = _Sheet(*font, subject=report.subject, made=made)
    sheet.heading(told.heading)
    sheet.section(told.summary)
    sheet.add_page()
    for section in told.sections:
        sheet.section(section, heading=True)
    machine = msgspec.json.format(msgspec.json.encode(told.document), indent=2)
    for name, data, mime in (
        ("verify.json", machine, "application/json"),
        ("etsi-validation-report.xml", etsi_xml(told.reports), "application/xml"),
    ):
        sheet.embed_file(
            bytes=data,
            basename=name,
            mime_type=mime,
            associated_file_relationship="Data",
            desc="本报告的机器可读形式",
            compress=True,
            modification_date=made,
        )
    return bytes(sheet.output())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Everything that a report says, before it is set."""

    heading: str
    summary: Section
    sections: Iterable[Section]
    document: dict[str, Any]
    reports: tuple[Report, ...]


def _told(report: Report | SeriesReport) -> _Told:
    if isinstance(report, SeriesReport):
        return _Told(
            heading="历次电子移交材料验证报告",
            summary=series_summary(report),
            sections=series_sections(report),
            document=series_document(report),
            reports=report.packages,
        )
    return _Told(
        heading="电子移交材料验证报告" if report.what == "package" else "电子签名验证报告",
        summary=summary(report),
        sections=sections(report),
        document=machine_report(report),
        reports=(report,),
    )


@lru_cache(maxsize=4)
def chinese_font(candidates: tuple[str, ...]) -> tuple[str, int]:
    """The first usable font and its face for Chinese.

    Raises:
        MissingPartError: none of them is there.
    """
    for path in candidates:
        if Path(path).is_file():
            try:
                return path, _chinese_face(path)
            except (TTLibError, OSError, AssertionError, struct.error):
                continue  # a damaged font is passed over
    raise MissingPartError(
        _("本机没有中文字体，验证报告不能写成 PDF。"),
        remedy=_("请安装 fonts-noto-cjk（apt install fonts-noto-cjk）后再试；验证结论不受影响。"),
    )


def _chinese_face(path: str) -> int:
    """Position of the simplified Chinese face in a collection; 0 elsewhere."""
    if not path.endswith(".ttc"):
        return 0
    with TTCollection(path, lazy=True) as collection:
        for place, face in enumerate(collection.fonts):
            family = face["name"].getDebugName(1) or ""
            if {"SC", "CN"} & set(family.split()):
                return place
    return 0


class _Sheet(FPDF):
    """Paragraphs and labelled fields flowing over pages."""

    def __init__(self, path: str, face: int, *, subject: str, made: datetime) -> None:
        super().__init__(format="A4", unit="mm", enforce_compliance="PDF/A-3B")
        self._subject = subject
        self._widths: dict[str, float] = {}
        self.add_font("song", fname=path, collection_font_number=face)
        font = self.fonts["song"]
        self._known = font.cmap if isinstance(font, TTFFont) else {}
        self.set_title(f"验证报告 {self._shown(subject)}")
        self.set_lang("zh-CN")
        self.set_creator("evidence verify")
        self.set_creation_date(made)
        self.set_margins(_LEFT, _TOP, _RIGHT)
        self.set_auto_page_break(auto=True, margin=_BOTTOM)
        self.set_font("song", size=10)
        self.add_page()

    def footer(self) -> None:
        """Subject and page number."""
        self.set_y(-15)
        self.set_font("song", size=8)
        self.set_text_color(90)
        name = self._shown(self._subject)
        self.cell(0, 5, f"{name[:60]}　第 {self.page_no()} 页，共 {{nb}} 页", align="C")

    def heading(self, text: str) -> None:
        """The document's name."""
        self._text(text, size=18)
        self.ln(2)

    def section(self, section: Section, *, heading: bool = False) -> None:
        """A section with its parts."""
        if heading:
            self._room(24)
            self.ln(3)
            self._text(section.title, size=12.5)
            self.set_draw_color(150)
            self.set_line_width(0.2)
            self.line(_LEFT, self.get_y(), self.w - _RIGHT, self.get_y())
            self.ln(1.5)
        for part in section.parts:
            if isinstance(part, Line):
                self._paragraph(part)
            else:
                self._field(part)

    def _paragraph(self, line: Line) -> None:
        size = 13.0 if line.strong else 10.0
        indent = 0.0
        if line.state is not None:
            self._room(size * _LEADING)
            indent = size * 0.5
            self._mark(line.state, _LEFT + size * 0.19, self.get_y() + size * _LEADING / 2, size * 0.14)
        colour = _COLOURS[line.state] if line.strong and line.state is not None else (0, 0, 0)
        self._text(line.text, size=size, indent=indent, colour=colour)
        self.ln(1.2 if line.strong else 0.5)

    def _field(self, field: Field) -> None:
        """Label at the left, value beside it; a long label has a line to itself."""
        size = 9.5
        self._room(size * _LEADING)
        top, indent = self.get_y(), _LABEL
        label = self._shown(field.label)
        narrow = sum(map(self._advance, label)) * size < _LABEL - 4
        self._text(label, size=size, colour=(90, 90, 90))
        if narrow:
            self.set_y(top)
        if field.state is not None:
            at = self.get_y() + size * _LEADING / 2
            self._mark(field.state, _LEFT + indent + size * 0.15, at, size * 0.13)
            indent += size * 0.45
        self._text(field.value, size=size, indent=indent)
        self.ln(0.4)

    def _text(
        self, text: str, *, size: float, indent: float = 0.0, colour: tuple[int, int, int] = (0, 0, 0)
    ) -> None:
        self.set_font("song", size=size)
        width = self.w - _LEFT - _RIGHT - indent
        for line in broken(self._shown(text), width / size, self._advance):
            self._room(size * _LEADING)
            self.set_text_color(*colour)
            self.set_font("song", size=size)
            self.set_x(_LEFT + indent)
            self.cell(width, size * _LEADING, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _shown(self, text: str) -> str:
        """The text with what the font lacks replaced: a report that cannot be archived helps nobody."""
        plain = (one for one in text.replace("\u3000", "  ") if one.isprintable())
        return "".join(one if ord(one) in self._known else _ABSENT for one in plain)

    def _advance(self, letter: str) -> float:
        """Width of a letter at size 1, in millimetres."""
        width = self._widths.get(letter)
        if width is None:
            self.set_font("song", size=100)
            width = self._widths[letter] = float(self.get_string_width(letter)) / 100
        return width

    def _room(self, height: float) -> None:
        """Start a new page when so many millimetres no longer fit."""
        if self.will_page_break(height):
            self.add_page()

    def _mark(self, state: CheckKind, x: float, y: float, radius: float) -> None:
        self.set_draw_color(*_COLOURS[state])
        self.set_fill_color(*_COLOURS[state])
        self.set_line_width(0.35)
        if state is CheckKind.FAIL:
            self.line(x - radius, y - radius, x + radius, y + radius)
            self.line(x - radius, y + radius, x + radius, y - radius)
            return
        style = "DF" if state is CheckKind.PASS else "D"
        self.circle(x, y, radius, style=style)
        if state is CheckKind.REVIEW:
            self.solid_arc(x - radius, y - radius, 2 * radius, 90, 270, style="F")
