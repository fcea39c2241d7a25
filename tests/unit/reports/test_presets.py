"""Lists in another system's columns: the preset is data, and what it names must exist."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from evidence.errors import InputError, UsageError
from evidence.reports.presets import arranged, preset, shipped
from evidence.reports.tables import HAZARD_HEADS, hazards_table
from evidence.reports.visits import VISIT_HEADS, visits_table
from evidence.reports.workbook import write_tables
from evidence.rules.facts_index import FactsIndex
from evidence.rules.figures.hazards import hazard_lines
from tests.support import sample
from tests.support.sample import PARAMETERS


@pytest.fixture(scope="module")
def index() -> FactsIndex:
    return FactsIndex(sample.week_facts(), PARAMETERS, sample.FRIDAY)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_preset_fits_its_table(name: str, index: FactsIndex, tmp_path: Path) -> None:
    wanted = preset(name, tmp_path)
    whole = hazards_table(hazard_lines(index), {}) if wanted.of == "hazards" else visits_table(index)
    export = arranged(whole, wanted)
    write_tables(tmp_path / "out.xlsx", export)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    heads = [cell.value for cell in sheet[1]]
    assert heads == ["序号", *(column.heading for column in wanted.columns)]
    assert sheet.max_row == len(list(whole.rows)) + 1 > 1


def test_columns_come_in_the_order_of_the_preset_with_fixed_texts_between(
    index: FactsIndex, tmp_path: Path
) -> None:
    (tmp_path / "自定.toml").write_text(
        'of = "visits"\n[[columns]]\nheading = "B"\nfrom = "案件"\n'
        '[[columns]]\nheading = "A"\ntext = "固定"\n'
    )
    export = arranged(visits_table(index), preset("自定", tmp_path))
    place = VISIT_HEADS.index("案件") - 1
    assert [list(row) for row in export.rows] == [[row[place], "固定"] for row in visits_table(index).rows]


def taken_in(path: Path) -> tuple[list[str], list[list[object]]]:
    """As the other system reads the file: headings, and each row's cells with days as days."""
    sheet = openpyxl.load_workbook(path).active
    heads, *rows = sheet.iter_rows(values_only=True)
    return [str(head) for head in heads], [
        [each.date() if isinstance(each, datetime) else each for each in row] for row in rows
    ]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_what_another_system_takes_in_is_what_the_list_holds(
    name: str, index: FactsIndex, tmp_path: Path
) -> None:
    wanted = preset(name, tmp_path)
    whole = hazards_table(hazard_lines(index), {}) if wanted.of == "hazards" else visits_table(index)
    write_tables(tmp_path / "out.xlsx", arranged(whole, wanted))
    heads, rows = taken_in(tmp_path / "out.xlsx")
    ours = [dict(zip(whole.heads[1:], row, strict=True)) for row in whole.rows]
    assert len(rows) == len(ours)
    for number, (theirs, mine) in enumerate(zip(rows, ours, strict=True), 1):
        told = dict(zip(heads, theirs, strict=True))
        assert told.pop("序号") == number
        for column in wanted.columns:
            held = mine[column.source] if column.source else column.text
            assert told.pop(column.heading) == held, column.heading
        assert told == {}


def test_a_list_without_our_numbers_in_their_words_begins_with_their_first_column(
    index: FactsIndex, tmp_path: Path
) -> None:
    (tmp_path / "省平台.toml").write_text(
        'of = "hazards"\nnumbered = false\n'
        '[[columns]]\nheading = "等级代码"\nfrom = "等级"\nvalues = {"一般" = "1", "重大" = "2"}\n'
        '[[columns]]\nheading = "单位"\nfrom = "企业"\nvalues = {"没有这一家" = "x"}\n'
    )
    whole = hazards_table(hazard_lines(index), {})
    write_tables(tmp_path / "out.xlsx", arranged(whole, preset("省平台", tmp_path)))
    heads, rows = taken_in(tmp_path / "out.xlsx")
    grade, name = (HAZARD_HEADS.index(head) - 1 for head in ("等级", "企业"))
    assert heads == ["等级代码", "单位"]
    assert rows == [[{"一般": "1", "重大": "2"}[str(row[grade])], row[name]] for row in whole.rows]
    assert rows


def test_the_workspace_s_own_preset_wins_over_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "隐患上报.toml").write_text('of = "hazards"\n[[columns]]\nheading = "X"\nfrom = "企业"\n')
    assert [column.heading for column in preset("隐患上报", tmp_path).columns] == ["X"]


@pytest.mark.parametrize(
    "text",
    [
        "of =",
        'of = "people"\ncolumns = []',
        'of = "hazards"',
        'of = "hazards"\n[[columns]]\nheading = "X"',
        'of = "hazards"\n[[columns]]\nheading = "X"\nfrom = "企业"\ntext = "y"',
        'of = "hazards"\n[[columns]]\nheading = "X"\nform = "企业"',
        'of = "hazards"\n[[columns]]\nheading = "X"\ntext = "y"\nvalues = {a = "b"}',
        'of = "hazards"\n[[columns]]\nheading = "X"\nfrom = "企业"\nvalues = "b"',
        'of = "hazards"\n[[columns]]\nheading = {a = "b"}\nfrom = "企业"',
        'of = "hazards"\nnumbered = "no"\n[[columns]]\nheading = "X"\nfrom = "企业"',
    ],
    ids=[
        "no TOML",
        "unknown list",
        "no columns",
        "neither",
        "both",
        "misspelt",
        "values of a text",
        "values no table",
        "heading no text",
        "numbered no boolean",
    ],
)
def test_a_file_that_is_no_preset_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "坏.toml").write_text(text)
    with pytest.raises(InputError) as refused:
        preset("坏", tmp_path)
    assert "坏.toml" in refused.value.where


def test_an_unknown_name_and_an_unknown_column_say_what_there_is(index: FactsIndex, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as unknown:
        preset("没有", tmp_path)
    assert "隐患上报" in unknown.value.remedy
    (tmp_path / "错列.toml").write_text('of = "hazards"\n[[columns]]\nheading = "X"\nfrom = "公司"\n')
    with pytest.raises(InputError) as refused:
        arranged(hazards_table(hazard_lines(index), {}), preset("错列", tmp_path))
    assert all(head in refused.value.remedy for head in HAZARD_HEADS[1:])
