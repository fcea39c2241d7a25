"""The handover list against the bag: every file and record it names, and nothing that it leaves out.

The list is read from its table (移交清单.xlsx); what the signed 移交清单.pdf prints is compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidence.verify.bag import TEXT_LIMIT
from evidence.verify.material_original import Known, originals
from evidence.verify.material_paper import LIST
from evidence.verify.model import Check, failed, passed, review
from evidence.verify.package import Package
from evidence.verify.workbook_rows import workbook_rows

TABLE = "data/移交清单.xlsx"
_ID = "material.list"
_RECORD = re.compile(r"[A-Z]{3}\d{2}-\d{4}-[A-Z]{2}-\d{3}")
_COLUMNS = {"case": "案件", "number": "记录编号", "pages": "页数", "file": "电子文件", "sha256": "SHA-256"}
_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line of the table."""

    line: int
    case: str
    number: str
    pages: str
    file: str
    """Path below `data/`, the package that carried it, or empty."""
    sha256: str


def examine_list(package: Package, texts: Mapping[str, str]) -> tuple[Check, ...]:
    """Whether the list names what is here.

    Args:
        package: taken apart.
        texts: path -> printed text of the PDFs, as far as it could be read.
    """
    extent = package.container.files.get(TABLE)
    if extent is None or package.info.get("Package-Format", "1") == "1":
        return ()  # a file that a manifest declares and nobody finds is the bag's affair
    try:
        rows = _rows(extent.read(TEXT_LIMIT))
    except (ValueError, IndexError, KeyError):
        return (review(_ID, "移交清单的表格读不出，不能与包内文件核对。", TABLE),)
    known = Known.of(package.journal)
    wrong = [text for row in rows for text in _wrong(package, known, row)]
    wrong += _left_out(package, rows)
    found = [failed(_ID, text, TABLE, "HASH_FAILURE") for text in wrong[:_MOST]]
    found += _printed(texts.get(LIST, ""), package.id, rows)
    if found:
        return tuple(found)
    return (passed(_ID, f"移交清单的 {len(rows)} 行与包内文件、文书一一相符。", TABLE),)


def _rows(data: bytes) -> list[_Row]:
    head, *lines = workbook_rows(data)
    columns = {title: column for column, title in head.items()}
    places = {name: columns[title] for name, title in _COLUMNS.items()}
    return [
        _Row(line=number, **{name: line.get(column, "") for name, column in places.items()})
        for number, line in enumerate(lines, 1)
    ]


def _wrong(package: Package, known: Known, row: _Row) -> Iterator[str]:
    """What one line says that is not so."""
    if "/" in row.file:
        found = package.digests.get(f"data/{row.file}")
        if found is None or found.sha256 != row.sha256:
            yield f"移交清单第 {row.line} 行所列的文件不在包中，或不是所列的内容：{row.file}。"
    elif row.file and package.journal.whole and known.carried.get(row.sha256) != row.file:
        yield f"移交清单第 {row.line} 行说文件已随 {row.file} 移交，账本没有这样的记载。"
    if _RECORD.fullmatch(row.number):
        pages = _documents(package).get(row.number)
        if pages is None:
            yield f"移交清单第 {row.line} 行所列的文书 {row.number} 不在事实之中。"
        elif row.pages and row.pages != str(pages):  # further files of a record have none
            yield f"移交清单第 {row.line} 行的页数与文书 {row.number} 不符。"


def _documents(package: Package) -> dict[str, int]:
    """Number -> pages of every record of the cases under judgement."""
    facts = package.facts.get("facts") or {}
    return {
        document["form"]["number"]: len(document["form"]["checks"])
        for case in facts.get("cases", ())
        for document in case.get("documents", ())
        if not document["form"].get("voided_why")
    }


def _left_out(package: Package, rows: list[_Row]) -> Iterator[str]:
    """Records and originals of this package that no line names."""
    facts = package.facts.get("facts") or {}
    moved = facts.get("moved")
    numbers, digests = {row.number for row in rows}, {row.sha256 for row in rows}
    for number in sorted(_documents(package).keys() - numbers):
        if moved is None or number[:10] in moved:
            yield f"文书 {number} 没有列入移交清单。"
    for path in originals(package):
        if package.digests[path].sha256 not in digests:
            yield f"原件没有列入移交清单：{path.removeprefix('data/')}。"


def _printed(text: str, id: str, rows: list[_Row]) -> list[Check]:
    """What the signed paper prints, against its table; one that cannot be read is asked about elsewhere."""
    letters = "".join(text.split())
    if id not in letters:
        return []
    absent = [row for row in rows if not (row.number in letters and row.sha256[:16] in letters)]
    if not absent:
        return []
    named = "、".join(row.number or row.sha256[:16] for row in absent[:_MOST])
    said = f"移交清单（PDF）上读不到表格所列的 {len(absent)} 行：{named}，请逐行核对。"
    return [review(_ID, said, LIST, "HASH_FAILURE")]
