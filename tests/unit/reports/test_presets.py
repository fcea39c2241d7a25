"""Lists in another system's columns: the preset is data, and what it names must exist."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from evidence.errors import InputError, UsageError
from evidence.reports.presets import arranged, preset, shipped
from evidence.reports.tables import HAZARD_HEADS, hazards_table
from evidence.reports.visits import VISIT_HEADS, visits_table
from evidence.reports.workbook import write_tables
from evidence.rules.figures.hazards import hazard_lines
from evidence.rules.ground import Ground
from tests import world
from tests.world import PARAMETERS


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(world.week_facts(), PARAMETERS, world.FRIDAY)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_preset_fits_its_table(name: str, ground: Ground, tmp_path: Path) -> None:
    wanted = preset(name, tmp_path)
    whole = hazards_table(hazard_lines(ground), {}) if wanted.of == "hazards" else visits_table(ground)
    export = arranged(whole, wanted)
    write_tables(tmp_path / "out.xlsx", export)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    heads = [cell.value for cell in sheet[1]]
    assert heads == ["序号", *(column.heading for column in wanted.columns)]
    assert sheet.max_row == len(list(whole.rows)) + 1 > 1


def test_columns_come_in_the_order_of_the_preset_with_fixed_texts_between(
    ground: Ground, tmp_path: Path
) -> None:
    (tmp_path / "自定.toml").write_text(
        'of = "visits"\n[[columns]]\nheading = "B"\nfrom = "案件"\n'
        '[[columns]]\nheading = "A"\ntext = "固定"\n'
    )
    export = arranged(visits_table(ground), preset("自定", tmp_path))
    place = VISIT_HEADS.index("案件") - 1
    assert [list(row) for row in export.rows] == [[row[place], "固定"] for row in visits_table(ground).rows]


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
    ],
    ids=["no TOML", "unknown list", "no columns", "neither", "both", "misspelt"],
)
def test_a_file_that_is_no_preset_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "坏.toml").write_text(text)
    with pytest.raises(InputError) as refused:
        preset("坏", tmp_path)
    assert "坏.toml" in refused.value.where


def test_an_unknown_name_and_an_unknown_column_say_what_there_is(ground: Ground, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as unknown:
        preset("没有", tmp_path)
    assert "隐患上报" in unknown.value.remedy
    (tmp_path / "错列.toml").write_text('of = "hazards"\n[[columns]]\nheading = "X"\nfrom = "公司"\n')
    with pytest.raises(InputError) as refused:
        arranged(hazards_table(hazard_lines(ground), {}), preset("错列", tmp_path))
    assert all(head in refused.value.remedy for head in HAZARD_HEADS[1:])
