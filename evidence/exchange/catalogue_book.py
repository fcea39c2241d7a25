"""案卷目录 and 卷内文件目录 as a workbook whose printed form is what an archive binds.

Pages are counted here: every page of 卷内文件目录 must bear the head of its own volume, and a sheet can
only repeat one. Columns are fitted to the page's width by whatever program prints; that scale is at most
the one reckoned here, for fonts that stand in for others are wider, so that no page holds less.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from evidence.exchange.catalogue import NOT_CLASSIFIED, FileEntry, Volume

_VOLUME_HEADS = ("序号", "档号", "题名", "责任者", "起止日期", "件数", "页数", "保管期限", "密级", "备注")
_FILE_HEADS = ("序号", "文件编号", "责任者", "题名", "日期", "页数", "备注")
_VOLUME_WIDTHS = (6, 20, 44, 24, 24, 6, 6, 9, 6, 14)
_FILE_WIDTHS = (6, 22, 28, 46, 13, 7, 20)
_LEAST_ROW, _LINE, _ROOM = 26, 15, 8
"""Points: the lowest row, one line of 11 pt, and what is free above and below the lines together."""
_TITLE_ROW, _ABOUT_ROW, _HEAD_ROW = 36, 20, 24
_A4_WIDTH, _A4_HEIGHT = 841.9, 595.3
"""Points, landscape."""
_LEFT, _RIGHT, _ABOVE, _BELOW = 0.9, 0.6, 0.8, 0.8
"""Margins in inches."""
_SLACK = 0.96
"""What is planned with of a page: programs lay rows and columns out a little differently."""


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
    _set_up(sheet, _VOLUME_WIDTHS)
    sheet.merge_range(0, 0, 0, len(_VOLUME_HEADS) - 1, "案卷目录", looks["title"])
    sheet.set_row(0, _TITLE_ROW)
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
    scale = _set_up(sheet, _FILE_WIDTHS)
    row, breaks = 0, []
    for volume in found:
        for page, entries in enumerate(pages_of(volume.files, room_on_page(scale))):
            if row:
                breaks.append(row)
            row = _write_head_of(sheet, row, volume, looks, again=page > 0)
            for number, file in entries:
                _write_file(sheet, row, number, file, looks)
                row += 1
    sheet.set_h_pagebreaks(breaks)


def pages_of(files: Sequence[FileEntry], room: float) -> list[list[tuple[int, FileEntry]]]:
    """The files of a volume page by page, each with its running number; one page where there are none.

    Args:
        files: of one volume.
        room: points for rows below the head of a page.
    """
    pages: list[list[tuple[int, FileEntry]]] = [[]]
    used = 0
    for number, file in enumerate(files, 1):
        height = row_height(_texts_of(file), _FILE_WIDTHS)
        if pages[-1] and used + height > room:
            pages.append([])
            used = 0
        pages[-1].append((number, file))
        used += height
    return pages


def room_on_page(scale: int) -> float:
    """Points for rows below the head of a page that is printed at so many percent."""
    printable = _A4_HEIGHT - 72 * (_ABOVE + _BELOW)
    return printable / scale * 100 * _SLACK - (_TITLE_ROW + _ABOUT_ROW + _HEAD_ROW)


def _write_head_of(sheet: Any, row: int, volume: Volume, looks: dict[str, Any], *, again: bool) -> int:
    """What stands above the files on each page; returns the row below it."""
    title = "卷内文件目录（续）" if again else "卷内文件目录"
    sheet.merge_range(row, 0, row, len(_FILE_HEADS) - 1, title, looks["title"])
    sheet.set_row(row, _TITLE_ROW)
    about = (f"档号：{volume.code}", f"案卷题名：{volume.title}", f"保管期限：{volume.retention}")
    sheet.write_string(row + 1, 0, "　　".join((*about, f"密级：{NOT_CLASSIFIED}")), looks["about"])
    sheet.set_row(row + 1, _ABOUT_ROW)
    _write_heads(sheet, row + 2, _FILE_HEADS, looks)
    return row + 3


def _texts_of(file: FileEntry) -> dict[int, str]:
    """Column -> text that may wrap."""
    return {1: file.number, 2: file.author, 3: file.title, 6: file.note}


def _write_file(sheet: Any, row: int, number: int, file: FileEntry, looks: dict[str, Any]) -> None:
    sheet.write_number(row, 0, number, looks["middle"])
    for column, text in _texts_of(file).items():
        sheet.write_string(row, column, text, looks["text"])
    sheet.write_datetime(row, 4, file.day, looks["day"])
    if file.pages is None:
        sheet.write_blank(row, 5, None, looks["middle"])
    else:
        sheet.write_number(row, 5, file.pages, looks["middle"])
    sheet.set_row(row, row_height(_texts_of(file), _FILE_WIDTHS))


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
    sheet.set_row(row, _HEAD_ROW)


def _set_up(sheet: Any, widths: Sequence[int]) -> int:
    """Columns and page; returns the largest scale at which all columns stand on one page, in percent."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    # a column is seven pixels a digit and five of padding, a pixel three quarters of a point
    wide = sum(7 * width + 5 for width in widths) * 0.75
    scale = math.ceil(100 * min(1.0, (_A4_WIDTH - 72 * (_LEFT + _RIGHT)) / wide))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=_LEFT, right=_RIGHT, top=_ABOVE, bottom=_BELOW)
    sheet.set_footer("&C第 &P 页 共 &N 页")
    return scale
