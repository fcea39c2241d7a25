"""Lists in the column order that an authority's system imports: which columns, is data in a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from evidence.domain.tables import convert_table
from evidence.errors import InputError, UsageError
from evidence.foreign import fault_of
from evidence.language import _
from evidence.reports.workbook import Cell, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the export."""

    heading: str
    source: str = ""
    """Heading of ours whose cells stand here; written `from`."""
    text: str = ""
    """The same text in every row."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Our words -> theirs, where the other system names things otherwise; other words stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One export's columns."""

    name: str
    of: Literal["hazards", "visits"]
    columns: tuple[Column, ...]
    numbered: bool = True
    """序号 stands in front."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    of: Literal["hazards", "visits"]
    columns: tuple[dict[str, str | dict[str, str]], ...]
    numbered: bool = True


def preset(name: str, folder: Path) -> Preset:
    """The preset of this name: the workspace's own file, else the shipped one.

    Args:
        name: of the file, without `.toml`.
        folder: `presets/` of the workspace.

    Raises:
        UsageError: there is none of this name.
        InputError: the file is no preset; says what is wrong.
    """
    known = shipped() | {path.stem: path for path in sorted(folder.glob("*.toml"))}
    if name not in known:
        raise UsageError(
            _("没有这个导出格式：{name}。").format(name=name),
            remedy=_("现有：{names}。自定的格式放在工作区的 presets/ 下。").format(names="、".join(known)),
        )
    path = known[name]
    try:
        written = convert_table(tomllib.loads(path.read_text(encoding="utf-8")), _Written)
        columns = tuple(_column(each) for each in written.columns)
        return Preset(name=name, of=written.of, columns=columns, numbered=written.numbered)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError, ValueError) as error:
        raise InputError(
            _("导出格式文件有一处不对：{fault}。").format(fault=fault_of(error)),
            where=str(path),
            remedy=_("每列写 heading，以及 from（本程序的列名，可加 values 换词）或 text（固定文字）之一。"),
        ) from error


def shipped() -> dict[str, Path]:
    """Presets that come with the program, by name."""
    return {
        Path(str(each)).stem: Path(str(each))
        for each in sorted(files("evidence.reports.presets").iterdir(), key=str)
        if each.name.endswith(".toml")
    }


def _column(written: Mapping[str, str | dict[str, str]]) -> Column:
    known = {"heading", "from", "text", "values"}
    ours = {name: value for name, value in written.items() if name in known}
    values = ours.pop("values", {})
    one_source = ("from" in ours) != ("text" in ours) and ("from" in ours or not values)
    texts = {name: value for name, value in ours.items() if isinstance(value, str)}
    if set(written) - known or "heading" not in ours or not one_source or texts != ours:
        raise ValueError(f"columns: {written}")
    if not isinstance(values, dict):
        raise ValueError(f"columns: {written}")
    return Column(
        heading=texts["heading"], source=texts.get("from", ""), text=texts.get("text", ""), values=values
    )


def arranged(table: Table, wanted: Preset) -> Table:
    """The table with the preset's columns in its order; the running number stays in front unless left out.

    Raises:
        InputError: a column of ours that the table does not have.
    """
    places = {heading: place for place, heading in enumerate(table.heads[1:])}
    for column in wanted.columns:
        if column.source and column.source not in places:
            raise InputError(
                _("导出格式“{name}”引用了没有的列：{column}。").format(
                    name=wanted.name, column=column.source
                ),
                remedy=_("可用的列：{columns}").format(columns="、".join(places)),
            )
    rows = [
        [
            _in_their_words(column, row[places[column.source]]) if column.source else column.text
            for column in wanted.columns
        ]
        for row in table.rows
    ]
    heads = (table.heads[0], *(column.heading for column in wanted.columns))
    return Table(title=wanted.name[:31], heads=heads, rows=rows, numbered=wanted.numbered)


def _in_their_words(column: Column, cell: Cell) -> Cell:
    return column.values.get(cell, cell) if isinstance(cell, str) else cell
