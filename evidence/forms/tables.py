"""Tables with Chinese headings, from an Excel sheet or a YAML list, read by declared columns.

Every mistake is collected with its place (`人员!C14`), so that one pass shows all of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence.errors import InputError, UnreadableError
from evidence.filetypes.workbook import Sheet, Workbook, letters_of, read_workbook
from evidence.filetypes.yaml_file import read_yaml
from evidence.foreign import fault_of
from evidence.forms import cells
from evidence.isolation.calls import run_bounded
from evidence.language import _

HEADER_SEARCH = 12
"""The heading row is looked for among so many first rows; titles may stand above it."""
WIDEST = 200
"""Columns over which a merged cell is spread."""
MOST_SPREAD = 1_000_000
"""Cells of a sheet that get their value from a merged range."""
MAX_BYTES = 50_000_000
_DAYS_TO_1904 = 1462
SHOWN = 20
"""So many mistakes are shown at once."""
LONGEST = 300
"""Characters of one of them."""


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


class MistakesError(InputError):
    """A file with mistakes, each with its place.

    Attributes:
        found: (place, what is wrong) of every mistake, in reading order; the message lists twenty.
    """

    def __init__(self, what: str, found: Sequence[tuple[str, str]], *, where: str, remedy: str) -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.found = tuple(found)


@dataclass(slots=True)
class Mistakes:
    """Collected errors and warnings, in reading order."""

    source: Path
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)
    """The errors once more, as (place, what is wrong)."""

    def error(self, where: str, what: str) -> None:
        """Note an error at a cell."""
        self.errors.append(f"{where}：{what}")
        self.found.append((where, what))

    def warn(self, where: str, what: str) -> None:
        """Note something a person should look at."""
        self.warnings.append(f"{where}：{what}")

    def stop_if_any(self) -> None:
        """All or nothing.

        Raises:
            MistakesError: any error was noted; up to twenty are listed.
        """
        if not self.errors:
            return
        shown = self.errors[:SHOWN]
        rest = len(self.errors) - len(shown)
        lines = "\n".join(f"  {_shortened(line)}" for line in shown) + (
            _("\n  ……另有 {rest} 处").format(rest=rest) if rest > 0 else ""
        )
        raise MistakesError(
            _("文件有 {count} 处需要改正，什么都没有导入：\n{lines}").format(
                count=len(self.errors), lines=lines
            ),
            self.found,
            where=str(self.source),
            remedy=_("请在原文件中改正后重新导入。"),
        )


def _shortened(line: str) -> str:
    """A mistake quotes the value, which may be endless."""
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


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
    """A YAML document, read in a bounded child.

    Raises:
        InputError: not UTF-8, not YAML, too deep or too much; `where` names line and column.
    """
    remedy = _("请在编辑器中检查该文件后再试。")
    try:
        return run_bounded(read_yaml, path).value
    except UnreadableError as error:
        raise InputError(error.what, where=str(path), remedy=error.remedy or remedy) from error
    except OSError as error:
        raise InputError(
            _("文件读不出来：{reason}。").format(reason=fault_of(error)), where=str(path), remedy=remedy
        ) from error


def open_workbook(path: Path) -> Workbook:
    """The values of a workbook, read by used cells in a bounded child; formulas are visible as such.

    Raises:
        InputError: not an .xlsx workbook, damaged, encrypted, too large, or with macros.
    """
    remedy = _("请在 Excel 中另存为 .xlsx（不含宏）后再试。")
    try:
        book = run_bounded(read_workbook, path)
    except UnreadableError as error:
        where = f"{path} · {error.where}" if error.where else str(path)
        raise InputError(error.what, where=where, remedy=error.remedy or remedy) from error
    except OSError as error:
        raise InputError(
            _("文件读不出来：{reason}。").format(reason=fault_of(error)), where=str(path), remedy=remedy
        ) from error
    if book.macros:
        raise InputError(_("工作簿带有宏，不予读取。"), where=str(path), remedy=remedy)
    return book


def _from_workbook(path: Path, tables: Sequence[Table], mistakes: Mistakes) -> dict[str, list[Record]]:
    book = open_workbook(path)
    found: dict[str, list[Record]] = {}
    sheets = {sheet.name.strip(): sheet for sheet in book.sheets}
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


def rows_of_sheet(sheet: Sheet, table: Table, mistakes: Mistakes) -> list[Record]:
    """Records of one sheet; rows without any value are passed over."""
    return list(_sheet_records(sheet, table, mistakes))


def _sheet_records(sheet: Sheet, table: Table, mistakes: Mistakes) -> Iterator[Record]:
    grid = values_of(sheet)
    header = _header_row(grid, table)
    if header is None:
        needed = "、".join(column.heading for column in table.columns if column.required)
        mistakes.error(table.name, _("找不到表头行，至少应有：{needed}").format(needed=needed))
        return
    columns: dict[int, Column] = {}
    for index, heading in grid[header].items():
        shown = str(heading).strip()
        column = table.column(shown) if shown else None
        if column is not None:
            columns[index] = column
        elif shown:
            mistakes.warn(
                f"{table.name}!{letters_of(index)}{header}",
                _("不认识的列“{shown}”，已略过").format(shown=shown),
            )
    present = set(columns.values())
    for column in table.columns:
        if column.required and column not in present:
            mistakes.error(f"{table.name}!{header}", _("缺少列“{heading}”").format(heading=column.heading))
    letters = {column: letters_of(index) for index, column in columns.items()}
    for number, values in grid.items():
        row = {column: day_number(values.get(index), column, sheet) for index, column in columns.items()}
        if number <= header or all(value is None or str(value).strip() == "" for value in row.values()):
            continue
        places = {column.heading: f"{table.name}!{letters[column]}{number}" for column in row}
        yield record_of(row, f"{table.name}!{number}", places, table, mistakes)


def values_of(sheet: Sheet) -> dict[int, dict[int, Any]]:
    """Values by row and column, both from 1; a formula stands for itself as text that begins with `=`.

    Every cell of a merged range that lies in a filled row has the value of the first, as a reader
    understands it.
    """
    grid = {
        number: {index: "=…" if cell.formula else cell.value for index, cell in cells.items()}
        for number, cells in sheet.rows.items()
    }
    filled = sorted(grid)
    left = MOST_SPREAD
    for merged in sheet.merged:
        first = grid.get(merged.top, {}).get(merged.left)
        if first is None:
            continue
        columns = range(merged.left, min(merged.right, merged.left + WIDEST) + 1)
        for number in filled[bisect_left(filled, merged.top) : bisect_right(filled, merged.bottom)]:
            left -= len(columns)
            if left >= 0:
                grid[number].update(dict.fromkeys(columns, first))
    return grid


def day_number(value: Any, column: Column, sheet: Sheet) -> Any:
    """A day number that nothing formats as a date, counted from 1900 whatever the workbook counts from."""
    counts = isinstance(value, (int, float)) and not isinstance(value, bool)
    return (
        value + _DAYS_TO_1904 if sheet.from_1904 and counts and column.kind in {"date", "moment"} else value
    )


def _header_row(grid: Mapping[int, Mapping[int, Any]], table: Table) -> int | None:
    best, row = 0, None
    for number, values in grid.items():
        if number > HEADER_SEARCH:
            break
        hits = sum(1 for value in values.values() if table.column(str(value)) is not None)
        if hits > best:
            best, row = hits, number
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
