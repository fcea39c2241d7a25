"""案卷目录 and 卷内文件目录 of chosen years, as an archive binds them (DA/T 22-2015, DA/T 13-2022)."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from evidence.domain.case import Case
from evidence.domain.document import Document
from evidence.domain.terms import form_title
from evidence.domain.week import local_date
from evidence.exchange.gather import Parties
from evidence.ledger.view import View

NOT_CLASSIFIED = "无"
"""密级: nothing that the contract makes is a state secret."""
_BY_ENTERPRISE = frozenset({"整改报告"})
"""Forms whose author is the enterprise; all others are the agency's."""
_VOLUME_HEADS = ("序号", "档号", "题名", "责任者", "起止日期", "件数", "页数", "保管期限", "密级", "备注")
_FILE_HEADS = ("序号", "文件编号", "责任者", "题名", "日期", "页数", "备注")
_VOLUME_WIDTHS = (6, 20, 44, 24, 24, 6, 6, 9, 6, 14)
_FILE_WIDTHS = (6, 22, 28, 46, 13, 7, 20)
_LEAST_ROW, _LINE, _ROOM = 26, 15, 8
"""Points: the lowest row, one line of 11 pt, and what is free above and below the lines together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One row of 卷内文件目录."""

    number: str
    author: str
    title: str
    day: date
    pages: int | None
    """None where nobody counted them."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One case as a volume."""

    code: str
    """档号: contract, year, retention, running number of the case in its year."""
    title: str
    author: str
    begun: date
    ended: date
    files: tuple[FileEntry, ...]
    retention: str
    note: str = ""

    @property
    def pages(self) -> int:
        """Of the files whose pages are counted."""
        return sum(file.pages or 0 for file in self.files)


def volumes(
    view: View, parties: Parties, *, retention_years: int, years: Collection[int] = ()
) -> tuple[Volume, ...]:
    """Every case opened in these years (all when empty), in order of number.

    Args:
        view: the ledger.
        parties: who made the records.
        retention_years: how long they are kept.
        years: calendar years.
    """
    cases = [case for case in view.cases() if not years or case.opened_on.year in years]
    return tuple(_volume(view, case, parties, retention_years) for case in cases)


def _volume(view: View, case: Case, parties: Parties, retention_years: int) -> Volume:
    enterprise = view.enterprise(case.enterprise)
    name = enterprise.name if enterprise is not None else case.enterprise
    files = tuple(_files(view, case, parties, name))
    days = [case.opened_on, *(file.day for file in files)]
    return Volume(
        code=f"{case.id[:3]}·{case.opened_on.year}-D{retention_years}-{case.id[-4:]}",
        title=f"{name}安全生产检查卷宗（{case.id}）",
        author=parties.agency,
        begun=min(days),
        ended=max(days),
        files=files,
        retention=f"{retention_years}年",
        note=f"已撤销：{case.cancelled_why}" if case.cancelled_why else "",
    )


def _files(view: View, case: Case, parties: Parties, enterprise: str) -> Iterator[FileEntry]:
    for document in view.documents(case.id):
        title = form_title(document.form.form)
        yield FileEntry(
            number=document.form.number,
            author=enterprise if title in _BY_ENTERPRISE else parties.agency,
            title=f"{enterprise}{title}",
            day=local_date(document.form.issued_at),
            pages=document.form.pages,
            note=_state(document),
        )
    for material in view.materials(case.id):
        arrival = view.arrival(material.arrival)  # type: ignore[arg-type]
        if arrival is not None:
            yield FileEntry(
                number=arrival.id,
                author=enterprise,
                title=arrival.path.rpartition("/")[2],
                day=local_date(arrival.received_at),
                pages=None,
            )


def _state(document: Document) -> str:
    if document.form.voided_why:
        return f"作废：{document.form.voided_why}"
    missing = document.missing_pages
    return f"缺第{'、'.join(str(page) for page in missing)}页" if missing else ""


def write_catalogue(path: Path, found: Sequence[Volume], *, agency: str) -> None:
    """Write the workbook: one sheet lists the volumes, one the files of each, a printed page a volume.

    Raises:
        OSError: disk full or folder not writable.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        looks = _looks(book)
        _write_volumes(book.add_worksheet("案卷目录"), found, agency, looks)
        _write_files(book.add_worksheet("卷内文件目录"), found, looks)


def _looks(book: Any) -> dict[str, Any]:
    border = {"border": 1, "font_name": "SimSun", "font_size": 11, "valign": "vcenter"}
    return {
        "title": book.add_format(
            {"bold": True, "font_name": "SimSun", "font_size": 20, "align": "center", "valign": "vcenter"}
        ),
        "about": book.add_format({"font_name": "SimSun", "font_size": 11}),
        "head": book.add_format({**border, "bold": True, "align": "center", "text_wrap": True}),
        "text": book.add_format({**border, "text_wrap": True}),
        "middle": book.add_format({**border, "align": "center", "text_wrap": True}),
        "day": book.add_format({**border, "align": "center", "num_format": "yyyy-mm-dd"}),
    }


def _write_volumes(sheet: Any, found: Sequence[Volume], agency: str, looks: dict[str, Any]) -> None:
    _set_up(sheet, _VOLUME_WIDTHS, landscape=True)
    sheet.merge_range(0, 0, 0, len(_VOLUME_HEADS) - 1, "案卷目录", looks["title"])
    sheet.set_row(0, 36)
    sheet.write_string(1, 0, f"立卷单位：{agency}", looks["about"])
    _write_heads(sheet, 2, _VOLUME_HEADS, looks)
    sheet.repeat_rows(0, 2)
    for number, volume in enumerate(found, 1):
        span = f"{volume.begun:%Y-%m-%d} 至 {volume.ended:%Y-%m-%d}"
        texts = (volume.code, volume.title, volume.author, span)
        sheet.write_number(number + 2, 0, number, looks["middle"])
        for column, text in enumerate(texts, 1):
            sheet.write_string(number + 2, column, text, looks["text"])
        sheet.write_number(number + 2, 5, len(volume.files), looks["middle"])
        sheet.write_number(number + 2, 6, volume.pages, looks["middle"])
        for column, text in enumerate((volume.retention, NOT_CLASSIFIED), 7):
            sheet.write_string(number + 2, column, text, looks["middle"])
        sheet.write_string(number + 2, 9, volume.note, looks["text"])
        texts_of = dict(enumerate(texts, 1)) | {9: volume.note}
        sheet.set_row(number + 2, row_height(texts_of, _VOLUME_WIDTHS))


def _write_files(sheet: Any, found: Sequence[Volume], looks: dict[str, Any]) -> None:
    _set_up(sheet, _FILE_WIDTHS, landscape=True)
    row, breaks = 0, []
    for volume in found:
        sheet.merge_range(row, 0, row, len(_FILE_HEADS) - 1, "卷内文件目录", looks["title"])
        sheet.set_row(row, 36)
        sheet.write_string(row + 1, 0, f"档号：{volume.code}　　案卷题名：{volume.title}", looks["about"])
        _write_heads(sheet, row + 2, _FILE_HEADS, looks)
        row += 3
        for number, file in enumerate(volume.files, 1):
            _write_file(sheet, row, number, file, looks)
            row += 1
        breaks.append(row)
    sheet.set_h_pagebreaks(breaks[:-1])


def _write_file(sheet: Any, row: int, number: int, file: FileEntry, looks: dict[str, Any]) -> None:
    sheet.write_number(row, 0, number, looks["middle"])
    for column, text in enumerate((file.number, file.author, file.title), 1):
        sheet.write_string(row, column, text, looks["text"])
    sheet.write_datetime(row, 4, file.day, looks["day"])
    if file.pages is None:
        sheet.write_blank(row, 5, None, looks["middle"])
    else:
        sheet.write_number(row, 5, file.pages, looks["middle"])
    sheet.write_string(row, 6, file.note, looks["text"])
    texts = {1: file.number, 2: file.author, 3: file.title, 6: file.note}
    sheet.set_row(row, row_height(texts, _FILE_WIDTHS))


def row_height(texts: Mapping[int, str], widths: Sequence[int]) -> int:
    """Points a row needs so that no wrapped text is cut: a workbook has no heights of its own in print.

    Args:
        texts: column -> text in it.
        widths: of all columns, in characters of a digit's width; a Chinese character takes two.
    """
    lines = max(math.ceil(columns_of(text) / (widths[column] - 2)) for column, text in texts.items())
    return max(_LEAST_ROW, lines * _LINE + _ROOM)


def columns_of(text: str) -> int:
    """Width of a text in digits."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def _write_heads(sheet: Any, row: int, heads: Sequence[str], looks: dict[str, Any]) -> None:
    for column, head in enumerate(heads):
        sheet.write_string(row, column, head, looks["head"])
    sheet.set_row(row, 24)


def _set_up(sheet: Any, widths: Sequence[int], *, landscape: bool) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.9, right=0.6, top=0.8, bottom=0.8)
    sheet.set_footer("&C第 &P 页 共 &N 页")
