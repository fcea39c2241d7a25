"""CSV, XLSX, JSON and XML lists as rows of text; Chinese in GBK, UTF-8 or damaged by latin1 repaired."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from evidence.recordings.unreadable import UnreadableRecordingError

Row = dict[str, str]
MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000
EXPORT_SUFFIXES = frozenset({".csv", ".xlsx", ".json", ".xml"})


def read_rows(path: Path, name: str) -> list[Row]:
    """Rows of a list, one dict a row, headings as keys.

    Raises:
        UnreadableRecordingError: unreadable, too large or of another format.
    """
    if path.stat().st_size > MAX_BYTES:
        raise _malformed(name, "清单超过 64 MB")
    suffix = PurePath(name).suffix.lower()
    data = path.read_bytes()
    if suffix == ".xlsx":
        rows = _xlsx(data, name)
    elif suffix == ".json":
        rows = _json(decode(data), name)
    elif suffix == ".xml":
        rows = _xml(data, name)
    elif suffix == ".csv":
        rows = _csv(decode(data), name)
    else:
        raise UnreadableRecordingError(
            "unsupported_type",
            "采集站清单须为 CSV、XLSX、JSON 或 XML。",
            where=name,
            remedy="请换一种格式导出。",
        )
    clean = [{mend(key).strip(): mend(value) for key, value in row.items()} for row in rows]
    return [row for row in clean if any(value.strip() for value in row.values())]


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


def _csv(text: str, name: str) -> Iterator[Row]:
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t|", key=first.count)
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(text), delimiter=delimiter)):
            if number >= MAX_ROWS:
                raise _malformed(name, f"清单超过 {MAX_ROWS} 行")
            yield {key: value or "" for key, value in row.items() if key and isinstance(value, str | None)}
    except csv.Error as error:
        raise _malformed(name, f"CSV 第某行无法读取（{error}）") from error


def _xlsx(data: bytes, name: str) -> Iterator[Row]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _malformed(name, "不是有效的 XLSX 工作簿") from error
    headings: list[str] | None = None
    sheet = book.worksheets[0]
    for cells in sheet.iter_rows(max_row=MAX_ROWS, values_only=True):
        values = [_text(cell) for cell in cells]
        if headings is None:
            # Titles above the table have a single filled cell.
            if sum(bool(value) for value in values) >= 2:
                headings = values
            continue
        yield {key: value for key, value in zip(headings, values, strict=False) if key}
    book.close()


def _json(text: str, name: str) -> Iterator[Row]:
    try:
        document: Any = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
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
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(data if data.lstrip().startswith(b"<?xml") else decode(data))  # noqa: S314
    except (ParseError, ValueError, LookupError) as error:
        raise _malformed(name, "不是有效的 XML") from error
    for element in _rows_of(root):
        row = dict(element.attrib.items())
        row.update({_local(child.tag): (child.text or "") for child in element if len(child) == 0})
        yield row


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


def _malformed(name: str, what: str) -> UnreadableRecordingError:
    return UnreadableRecordingError(
        "malformed", f"采集站清单读不出来：{what}。", where=name, remedy="请从采集站重新导出后再放入收件夹。"
    )
