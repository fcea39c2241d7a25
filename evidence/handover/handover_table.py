"""移交清单.xlsx: the rows of the list with bytes and digests, and every finding, for programs to read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from evidence.handover.handed_over import HandedOver
from evidence.handover.week import WeekWork
from evidence.handover.wording import STATE_WORDS, clause_of, incurable_words
from evidence.rules.clause import KIND_NAMES, Finding

_ROWS = (
    ("序号", 6),
    ("移交单编号", 20),
    ("企业", 30),
    ("统一社会信用代码", 22),
    ("案件", 13),
    ("材料类型", 16),
    ("记录编号", 22),
    ("页数", 6),
    ("纸质份数", 9),
    ("电子文件", 48),
    ("字节数", 12),
    ("SHA-256", 68),
    ("状态", 10),
    ("备注", 20),
)
"""Columns of what is handed over, with their widths in characters; `_row` fills them."""
_FINDINGS = (
    ("案件", 13),
    ("规则", 22),
    ("条款", 16),
    ("条款原文", 50),
    ("结果", 14),
    ("影响移交", 9),
    ("情况", 60),
    ("期限", 12),
    ("处理", 50),
    ("例外", 30),
)
"""Columns of what was judged; `_finding` fills them."""


def handover_table(work: WeekWork, rows: Sequence[HandedOver], *, number: str) -> bytes:
    """移交清单.xlsx: the same rows with bytes and digests, and every finding; same input, same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    created = work.at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": f"移交清单 {work.id}", "created": created})
    head = book.add_format(
        {"bold": True, "bg_color": "#EBEBEB", "border": 1, "text_wrap": True, "align": "center"}
    )
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    _write(
        book.add_worksheet("移交清单"),
        _ROWS,
        [_row(n, number, row) for n, row in enumerate(rows, 1)],
        head,
        cell,
    )
    _write(
        book.add_worksheet("完整性核对"), _FINDINGS, [_finding(each) for each in work.findings], head, cell
    )
    book.close()
    return buffer.getvalue()


def _write(
    page: Worksheet,
    columns: Sequence[tuple[str, int]],
    lines: Sequence[Sequence[Any]],
    head: Format,
    cell: Format,
) -> None:
    """A sheet whose first row stays in sight and filters the others."""
    page.freeze_panes(1, 0)
    for column, (title, width) in enumerate(columns):
        page.set_column(column, column, width)
        page.write_string(0, column, title, head)
    for position, line in enumerate(lines, 1):
        for column, value in enumerate(line):
            if isinstance(value, int):
                page.write_number(position, column, value, cell)
            else:
                page.write_string(position, column, str(value), cell)
    page.autofilter(0, 0, max(1, len(lines)), len(columns) - 1)


def _row(n: int, number: str, row: HandedOver) -> tuple[Any, ...]:
    return (
        n,
        number,
        row.enterprise,
        row.credit_code,
        row.case,
        row.material,
        row.number,
        row.pages or "",
        row.paper_copies,
        row.file,
        row.bytes,
        row.sha256,
        STATE_WORDS[row.state],
        row.note,
    )


def _finding(finding: Finding) -> tuple[str, ...]:
    return (
        finding.subject.case,
        finding.rule_id,
        clause_of(finding),
        finding.clause.text,
        KIND_NAMES[finding.kind],
        "是" if finding.blocking else "",
        finding.message,
        finding.due.isoformat() if finding.due else "",
        finding.remediation,
        finding.waiver.why if finding.waiver else incurable_words(finding),
    )
