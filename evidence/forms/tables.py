"""Tables with Chinese headings, from an Excel sheet or a YAML list, read by declared columns.

Every mistake is collected with its place (`人员!C14`), so that one pass shows all of them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import yaml
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from evidence.errors import InputError
from evidence.foreign import fault_of
from evidence.forms import cells
from evidence.language import _

HEADER_SEARCH = 12
"""The heading row is looked for among so many first rows; titles may stand above it."""
MAX_BYTES = 50_000_000
SHOWN = 20
"""So many mistakes are shown at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    heading: str
    read: Callable[[Any], Any] = cells.text
    required: bool = False
    comment: str = ""
    """Help shown on the heading of the empty workbook."""
    options: tuple[str, ...] = ()
    """Words of the drop-down."""
    width: int = 14
    kind: str = "text"
    """`text`, `date`, `moment` or `number`: the cell format in the empty workbook."""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet."""

    name: str
    columns: tuple[Column, ...]
    note: str = ""

    def column(self, heading: str) -> Column | None:
        """The column of that heading, blanks and asterisks aside."""
        plain = heading.replace(" ", "").replace("\n", "").strip("*＊")
        for column in self.columns:
            if plain == column.heading or plain in column.aliases:
                return column
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row that was read; missing columns are absent."""

    place: str
    """`企业!14`, for messages."""
    values: Mapping[str, Any]
    places: Mapping[str, str]

    def __getitem__(self, heading: str) -> Any:
        return self.values.get(heading)

    def where(self, heading: str) -> str:
        """`企业!C14`, or the row when that column is missing."""
        return self.places.get(heading, self.place)


@dataclass(slots=True)
class Mistakes:
    """Collected errors and warnings, in reading order."""

    source: Path
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(self, where: str, what: str) -> None:
        """Note an error at a cell."""
        self.errors.append(f"{where}：{what}")

    def warn(self, where: str, what: str) -> None:
        """Note something a person should look at."""
        self.warnings.append(f"{where}：{what}")

    def stop_if_any(self) -> None:
        """All or nothing.

        Raises:
            InputError: any error was noted; up to twenty are listed.
        """
        if not self.errors:
            return
        shown = self.errors[:SHOWN]
        rest = len(self.errors) - len(shown)
        lines = "\n".join(f"  {line}" for line in shown) + (
            _("\n  ……另有 {rest} 处").format(rest=rest) if rest > 0 else ""
        )
        raise InputError(
            _("文件有 {count} 处需要改正，什么都没有导入：\n{lines}").format(
                count=len(self.errors), lines=lines
            ),
            where=str(self.source),
            remedy=_("请在原文件中改正后重新导入。"),
        )


def read_tables(path: Path, tables: Sequence[Table], mistakes: Mistakes) -> dict[str, list[Record]]:
    """Records of each table; a table without a sheet is absent.

    Raises:
        InputError: no workbook or YAML file, macros inside, or too large.
    """
    if not path.is_file():
        raise InputError(_("没有这个文件。"), where=str(path), remedy=_("请检查文件名和路径。"))
    if path.stat().st_size > MAX_BYTES:
        raise InputError(
            _("文件过大，不像名册或登记表。"),
            where=str(path),
            remedy=_("请确认选对了文件；图片和附件不要放在表里。"),
        )
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        return _from_yaml(path, tables, mistakes)
    return _from_workbook(path, tables, mistakes)


def load_yaml(path: Path) -> Any:
    """A YAML document, safely.

    Raises:
        InputError: not UTF-8 or not YAML; `where` names line and column.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        raise InputError(
            _("文件不是 UTF-8 编码。"), where=str(path), remedy=_("请在编辑器中另存为 UTF-8 编码。")
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(
            _("YAML 格式有错：{problem}。").format(problem=fault_of(error)),
            where=f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path),
            remedy=_("请改正该处（文件名后面是行号和列号）后再试。"),
        ) from error


def open_workbook(path: Path) -> openpyxl.Workbook:
    """A workbook with its formulas visible.

    Raises:
        InputError: not an .xlsx workbook, damaged, or with macros.
    """
    remedy = _("请在 Excel 中另存为 .xlsx（不含宏）后再试。")
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise InputError(_("工作簿带有宏，不予读取。"), where=str(path), remedy=remedy)
            if sum(entry.file_size for entry in package.infolist()) > 20 * MAX_BYTES:
                raise InputError(_("工作簿展开后过大。"), where=str(path), remedy=remedy)
        return openpyxl.load_workbook(path, data_only=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError) as error:
        raise InputError(_("这不是可读的 Excel 工作簿。"), where=str(path), remedy=remedy) from error


def _from_workbook(path: Path, tables: Sequence[Table], mistakes: Mistakes) -> dict[str, list[Record]]:
    book = open_workbook(path)
    found: dict[str, list[Record]] = {}
    sheets = {sheet.title.strip(): sheet for sheet in book.worksheets}
    for table in tables:
        sheet = sheets.get(table.name)
        if sheet is not None:
            found[table.name] = rows_of_sheet(sheet, table, mistakes)
    if not found:
        wanted = "、".join(table.name for table in tables)
        raise InputError(
            _("工作簿中没有需要的工作表（{wanted}）。").format(wanted=wanted),
            where=str(path),
            remedy=_("请用 --template 生成空白工作簿后填写。"),
        )
    return found


def rows_of_sheet(sheet: Worksheet, table: Table, mistakes: Mistakes) -> list[Record]:
    """Records of one sheet; rows without any value are passed over."""
    return list(_sheet_records(sheet, table, mistakes))


def _sheet_records(sheet: Worksheet, table: Table, mistakes: Mistakes) -> Iterator[Record]:
    grid = [list(row) for row in sheet.iter_rows(values_only=True)]
    _spread_merged(sheet, grid)
    header = _header_row(grid, table)
    if header is None:
        needed = "、".join(column.heading for column in table.columns if column.required)
        mistakes.error(table.name, _("找不到表头行，至少应有：{needed}").format(needed=needed))
        return
    columns: dict[int, Column] = {}
    for index, heading in enumerate(grid[header]):
        shown = str(heading).strip() if heading is not None else ""
        column = table.column(shown) if shown else None
        if column is not None:
            columns[index] = column
        elif shown:
            mistakes.warn(
                f"{table.name}!{get_column_letter(index + 1)}{header + 1}",
                _("不认识的列“{shown}”，已略过").format(shown=shown),
            )
    present = set(columns.values())
    for column in table.columns:
        if column.required and column not in present:
            mistakes.error(
                f"{table.name}!{header + 1}", _("缺少列“{heading}”").format(heading=column.heading)
            )
    for number in range(header + 1, len(grid)):
        row = {column: grid[number][index] for index, column in columns.items()}
        if all(value is None or str(value).strip() == "" for value in row.values()):
            continue
        letters = {column: get_column_letter(index + 1) for index, column in columns.items()}
        places = {column.heading: f"{table.name}!{letters[column]}{number + 1}" for column in row}
        yield record_of(row, f"{table.name}!{number + 1}", places, table, mistakes)


def _spread_merged(sheet: Worksheet, grid: list[list[Any]]) -> None:
    """Give every cell of a merged range the value of its first cell, as a reader understands it."""
    for merged in sheet.merged_cells.ranges:
        first = grid[merged.min_row - 1][merged.min_col - 1]
        for line in grid[merged.min_row - 1 : merged.max_row]:
            line[merged.min_col - 1 : merged.max_col] = [first] * len(
                line[merged.min_col - 1 : merged.max_col]
            )


def _header_row(grid: Sequence[Sequence[Any]], table: Table) -> int | None:
    best, row = 0, None
    for index, values in enumerate(grid[:HEADER_SEARCH]):
        hits = sum(1 for value in values if value is not None and table.column(str(value)) is not None)
        if hits > best:
            best, row = hits, index
    return row if best >= min(2, len(table.columns)) else None


def record_of(
    row: Mapping[Column, Any], place: str, places: dict[str, str], table: Table, mistakes: Mistakes
) -> Record:
    """One row read by its columns; mistakes are noted with their place."""
    values: dict[str, Any] = {}
    for column, raw in row.items():
        where = places[column.heading]
        if isinstance(raw, str) and raw.startswith("=") and len(raw) > 1:
            mistakes.error(where, _("“{heading}”是公式，请改成数值").format(heading=column.heading))
            continue
        if isinstance(raw, str) and raw.startswith("#") and raw.endswith(("!", "?", "A")):
            mistakes.error(
                where, _("“{heading}”是 Excel 的错误值 {raw}").format(heading=column.heading, raw=raw)
            )
            continue
        try:
            values[column.heading] = column.read(raw)
        except cells.CellError as error:
            mistakes.error(where, f"“{column.heading}”{error}")
    for column in table.columns:
        value = values.get(column.heading)
        where = places.get(column.heading, place)
        failed = column.heading not in values and column in row
        if column.required and not failed and value in (None, "", ()):
            mistakes.error(where, _("“{heading}”必填").format(heading=column.heading))
    return Record(place=place, values=values, places=places)


def _from_yaml(path: Path, tables: Sequence[Table], mistakes: Mistakes) -> dict[str, list[Record]]:
    document = load_yaml(path)
    if not isinstance(document, dict):
        raise InputError(
            _("YAML 最外层应是“表名: 列表”。"),
            where=str(path),
            remedy=_("可写的内容见 evidence schema parties。"),
        )
    by_name = {table.name: table for table in tables}
    found: dict[str, list[Record]] = {}
    for name, rows in document.items():
        table = by_name.get(str(name))
        if table is None:
            mistakes.error(str(name), _("应是下列之一的列表：{names}").format(names="、".join(by_name)))
        else:
            found[table.name] = rows_of_yaml(rows, table, mistakes)
    return found


def rows_of_yaml(rows: Any, table: Table, mistakes: Mistakes) -> list[Record]:
    """Records of one YAML list."""
    if not isinstance(rows, list):
        mistakes.error(table.name, _("应是一个列表，每项以“- ”开头"))
        return []
    places = [f"{table.name}[{number}]" if table.name else "" for number in range(1, len(rows) + 1)]
    records = [_yaml_record(row, place, table, mistakes) for row, place in zip(rows, places, strict=True)]
    return [record for record in records if record is not None]


def _yaml_record(row: Any, place: str, table: Table, mistakes: Mistakes) -> Record | None:
    if not isinstance(row, dict):
        mistakes.error(place, _("应是“列名: 值”"))
        return None
    values: dict[Column, Any] = {}
    prefix = f"{place}." if place else ""
    for heading, value in row.items():
        column = table.column(str(heading))
        if column is None:
            mistakes.error(f"{prefix}{heading}", _("没有这个字段"))
        elif isinstance(value, dict):
            mistakes.error(f"{prefix}{heading}", _("应是一个值，不是嵌套的内容"))
        else:
            values[column] = "、".join(map(str, value)) if isinstance(value, list) else value
    places = {column.heading: f"{prefix}{column.heading}" for column in table.columns}
    return record_of(values, place, places, table, mistakes)


def as_written(value: Any) -> str:
    """A value for a comparison shown to a person."""
    return value.isoformat(" ", "minutes") if isinstance(value, datetime) else str(value)
