"""Lists for people: text stays text, days are days, and no cell is lost for being long."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl

from evidence.reports.workbook import Table, write_tables


def test_text_is_no_formula_days_are_days_and_long_text_is_cut_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    rows = [("=1+1", 3, date(2022, 3, 14), None), ("长" * 40_000, 0, None, "末")]
    write_tables(path, Table(title="甲", heads=("序号", "文", "数", "日", "空"), rows=rows))
    first, second = openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True)
    assert first[:3] == (1, "=1+1", 3)
    assert first[3].date() == date(2022, 3, 14)
    assert first[4] is None
    assert second[0] == 2
    assert len(second[1]) == 32_767
    assert second[1].endswith("…")


def test_each_table_is_a_sheet_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    tables = [Table(title=name, heads=("序号", "名"), rows=[(name,)], filtered=True) for name in ("甲", "乙")]
    write_tables(path, *tables)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["甲", "乙"]
    assert book["乙"].auto_filter.ref == "A1:B2"
