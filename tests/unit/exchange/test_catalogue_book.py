"""Rows of the printed catalogue hold their text: a title that wraps would else lie over the next row."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from evidence.exchange.catalogue import FileEntry, Volume
from evidence.exchange.catalogue_book import columns_of, pages_of, row_height, write_catalogue

WIDTHS = (6, 44)


def test_a_chinese_character_takes_two_columns() -> None:
    assert columns_of("案卷 WJB22（甲）") == 4 + 1 + 5 + 6


@pytest.mark.parametrize(
    ("text", "lines"), [("", 0), ("甲" * 21, 1), ("甲" * 22, 2), ("a" * 42, 1), ("a" * 43, 2), ("甲" * 43, 3)]
)
def test_a_row_is_as_high_as_its_longest_text_wraps(text: str, lines: int) -> None:
    assert row_height({1: text}, WIDTHS) == max(26, 15 * lines + 8)


def test_the_text_with_most_lines_decides() -> None:
    assert row_height({0: "甲乙丙丁戊己", 1: "甲"}, WIDTHS) == 15 * 3 + 8


def entry(number: int, title: str = "安全生产检查记录") -> FileEntry:
    return FileEntry(
        number=f"WJB22-0001-JC{number:02d}", author="甲公司", title=title, day=date(2022, 4, 1), pages=2
    )


def volume(files: int) -> Volume:
    return Volume(
        code="WJB·2022-D10-0001",
        title="甲公司安全生产检查卷宗（WJB22-0001）",
        author="乙机构",
        begun=date(2022, 4, 1),
        ended=date(2022, 4, 1),
        files=tuple(entry(number) for number in range(files)),
        retention="10年",
    )


@pytest.mark.parametrize(("files", "pages"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_a_volume_goes_on_where_a_page_is_full(files: int, pages: int) -> None:
    found = pages_of([entry(number) for number in range(files)], room=265)
    assert len(found) == pages
    assert [number for page in found for number, _ in page] == list(range(1, files + 1))


def test_a_row_that_no_page_has_room_for_stands_alone() -> None:
    found = pages_of([entry(1), entry(2, "甲" * 900), entry(3)], room=265)
    assert [len(page) for page in found] == [1, 1, 1]


@pytest.mark.parametrize("files", [40, 3])
def test_every_printed_page_has_the_head_of_its_volume(tmp_path: Path, files: int) -> None:
    write_catalogue(tmp_path / "out.xlsx", [volume(files), volume(1)], agency="乙机构")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["卷内文件目录"]
    breaks = [each.id for each in sheet.row_breaks.brk]
    assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    for first, last in pairwise([0, *breaks, sheet.max_row]):
        top = [sheet.cell(row, 1).value for row in range(first + 1, first + 4)]
        assert top[0] in {"卷内文件目录", "卷内文件目录（续）"}
        assert top[1].startswith("档号：WJB·2022-D10-0001")
        assert "保管期限：10年" in top[1]
        assert "密级：无" in top[1]
        assert top[2] == "序号"
        height = sum(sheet.row_dimensions[row].height for row in range(first + 1, last + 1))
        assert height * 0.96 <= 595.3 - 1.6 * 72  # all columns stand on a page at 96 % or less
    assert len(breaks) == (1 if files == 3 else 3)
