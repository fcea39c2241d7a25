"""CSV, XLSX, JSON and XML lists as rows of text; Chinese in GBK, UTF-8 or damaged by latin1 repaired."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from evidence.domain.arrival_outcome import Reason
from evidence.errors import UnreadableError
from evidence.filetypes.workbook import read_workbook

Row = dict[str, str]
MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000
_HEADING_SEARCH = 12
"""The heading row is looked for among so many first rows."""
_WIDEST = 500
"""Columns of a list; a stray cell far to the right is no column of it."""
_TEXT_FORMULA = re.compile(r'=\s*"((?:[^"]|"")*)"')
_ENCODING = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_NATIVE = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "utf-16", "iso-8859-1"})
EXPORT_SUFFIXES = frozenset({".csv", ".xlsx", ".json", ".xml"})


def read_rows(path: Path, name: str, fits: Callable[[set[str]], int]) -> list[Row]:
    """Rows of a list, one dict a row, headings as keys; to be called in a bounded child.

    Args:
        path: its bytes.
        name: decides the format.
        fits: how many headings in a row of cells are known; the row that fits best is the heading row,
            on whichever sheet it stands and whatever titles stand above it.

    Raises:
        UnreadableError: unreadable, too large or of another format.
    """
    if path.stat().st_size > MAX_BYTES:
        what = f"清单有 {path.stat().st_size // 1024**2} MB，上限 {MAX_BYTES // 1024**2} MB。"
        raise UnreadableError(Reason.TOO_LARGE, what, where=name, remedy="请按日期分成几份导出。")
    suffix = PurePath(name).suffix.lower()
    if suffix == ".xlsx":
        rows = _best(_sheets(path), fits)
    elif suffix == ".json":
        rows = list(_json(decode(_content(path)), name))
    elif suffix == ".xml":
        rows = list(_xml(_content(path), name))
    elif suffix == ".csv":
        rows = _best([_csv(decode(_content(path)), name)], fits)
    else:
        raise UnreadableError(
            Reason.UNSUPPORTED_TYPE,
            "采集站清单须为 CSV、XLSX、JSON 或 XML。",
            where=name,
            remedy="请换一种格式导出。",
        )
    clean = [{mend(key).strip(): plain(mend(value)) for key, value in row.items()} for row in rows]
    return [row for row in clean if any(value.strip() for value in row.values())]


def _content(path: Path) -> bytes:
    """The file without the NULs that some systems leave behind its end."""
    data = path.read_bytes()
    kept = data.rstrip(b"\0")
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return kept + b"\0" * (len(kept) % 2) if wide else kept


def plain(value: str) -> str:
    """A cell without the formula (`="001"`) or apostrophe that keeps its leading zeros."""
    match = _TEXT_FORMULA.fullmatch(value.strip())
    return match[1].replace('""', '"') if match else value.strip().lstrip("'")


def decode(data: bytes) -> str:
    """Text of a list: UTF-8 with or without mark, UTF-16 with mark, else GB 18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def mend(text: str) -> str:
    """Repair Chinese that was stored through a latin1 connection (`å¼ ä¸‰` or `ÕÅÈý`).

    Only text whose characters all are latin1 (or its Windows variant) and whose bytes are valid
    UTF-8 or GB 2312 with Chinese in it is changed; everything else stays as it is.
    """
    if text.isascii():
        return text
    for single in ("latin-1", "cp1252"):
        try:
            raw = text.encode(single)
        except UnicodeEncodeError:
            continue
        # GB 2312 rather than GBK: both bytes are high, so accented Latin before plain letters is safe.
        for real in ("utf-8", "gb2312"):
            try:
                candidate = raw.decode(real)
            except UnicodeDecodeError:
                continue
            if re.search(r"[一-鿿]", candidate) and not re.search(r"[\x80-\xff]", candidate):
                return candidate
    return text


def _best(grids: Iterable[list[list[str]]], fits: Callable[[set[str]], int]) -> list[Row]:
    """Rows below the heading row that fits best; below the first with two filled cells when none fits."""
    best: tuple[int, list[Row]] = (-1, [])
    for grid in grids:
        for index, cells in enumerate(grid[:_HEADING_SEARCH]):
            headings = [mend(cell).strip() for cell in cells]
            known = fits({heading for heading in headings if heading})
            if known > best[0] and sum(bool(heading) for heading in headings) >= 2:
                best = known, [_row(headings, below) for below in grid[index + 1 :]]
    return best[1]


def _row(headings: list[str], cells: list[str]) -> Row:
    return {key: value for key, value in zip(headings, cells, strict=False) if key}


def _csv(text: str, name: str) -> list[list[str]]:
    first = text.splitlines()[:_HEADING_SEARCH]
    delimiter = max(",;\t|", key=lambda mark: max((line.count(mark) for line in first), default=0))
    grid: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            if len(grid) > MAX_ROWS:
                raise _too_many(name)
            grid.append(row)
    except csv.Error as error:
        raise _malformed(name, f"CSV 第 {len(grid) + 1} 行无法读取") from error
    return grid


def _sheets(path: Path) -> Iterator[list[list[str]]]:
    """The sheets of a workbook as rows of text, without empty rows."""
    for sheet in read_workbook(path).sheets:
        rows = list(sheet.rows.values())
        width = max((column for cells in rows[:_HEADING_SEARCH] for column in cells), default=0)
        if width > _WIDEST:
            width = _WIDEST
        yield [
            [_text(cells[column].value) if column in cells else "" for column in range(1, width + 1)]
            for cells in rows[: MAX_ROWS + 1]
        ]


def _json(text: str, name: str) -> Iterator[Row]:
    try:
        document: Any = json.loads(text)
    except RecursionError as error:
        raise _malformed(name, "JSON 嵌套过深") from error
    except ValueError as error:  # also a number of thousands of digits
        raise _malformed(name, "不是有效的 JSON") from error
    for item in _records(document):
        yield {str(key): _text(value) for key, value in item.items()}


def _records(document: Any) -> list[dict[str, Any]]:
    """The list of objects in a document: itself, under one key, or a single object."""
    if isinstance(document, list):
        return [item for item in document if isinstance(item, dict)]
    if isinstance(document, dict):
        for value in document.values():
            if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
                return value
            if isinstance(value, dict) and (inner := _records(value)) and len(inner) > 1:
                return inner
        return [document]
    return []


def _xml(data: bytes, name: str) -> Iterator[Row]:
    # Entity definitions are how XML bombs are built; no station list needs them.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _malformed(name, "XML 含有文档类型定义，不予读取")
    try:
        root = ElementTree.fromstring(transcoded(data))  # noqa: S314 - no entities, in a bounded child
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise _malformed(name, "不是有效的 XML") from error
    for element in _rows_of(root):
        row = dict(element.attrib.items())
        row.update({_local(child.tag): (child.text or "") for child in element if len(child) == 0})
        yield row


def transcoded(data: bytes) -> bytes | str:
    """XML that expat can read: it knows no Chinese encodings, so their text is decoded beforehand."""
    declared = _ENCODING.match(data)
    encoding = declared[1].decode("ascii").lower() if declared else ""
    if declared and encoding in _NATIVE:
        return data
    text = data.decode("gb18030", errors="replace") if encoding.startswith("gb") else decode(data)
    if encoding and not encoding.startswith("gb"):
        text = data.decode(encoding, errors="replace")
    return _DECLARATION.sub("", text.lstrip("\ufeff \r\n\t"), count=1)


def _rows_of(root: Element) -> list[Element]:
    """The elements that repeat: the deepest level whose children are fields."""
    if len(root) and all(len(child) == 0 and not child.attrib for child in root):
        return [root]
    if len(root) and all(len(child) == 0 for child in root):
        return list(root)
    return [row for child in root for row in (_rows_of(child) if len(child) else [])]


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(" ") if hasattr(value, "isoformat") else str(value)


def _too_many(name: str) -> UnreadableError:
    return UnreadableError(Reason.TOO_LARGE, f"清单超过上限 {MAX_ROWS} 行。", where=name)


def _malformed(name: str, what: str) -> UnreadableError:
    return UnreadableError(
        Reason.MALFORMED,
        f"采集站清单读不出来：{what}。",
        where=name,
        remedy="请从采集站重新导出后再放入收件夹。",
    )
