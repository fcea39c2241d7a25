"""The sample roster as the Excel workbook a clerk would fill in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import yaml

from evidence.forms.empty_workbook import write_empty_workbook
from evidence.forms.party_tables import TABLES


def write_roster(source: Path, target: Path, *, made: datetime) -> Path:
    """Fill the empty workbook of `import --template` with the sample rows.

    Args:
        source: YAML, sheet -> rows by heading.
        target: workbook to write.
        made: its creation date.
    """
    write_empty_workbook(target, TABLES, title="企业、人员、记录仪名册", made=made)
    book = openpyxl.load_workbook(target)
    for name, rows in yaml.safe_load(source.read_text(encoding="utf-8")).items():
        sheet = book[name]
        columns = {str(cell.value).rstrip(" *"): cell.column for cell in sheet[1] if cell.value}
        for line, row in enumerate(rows, 2):
            for heading, value in row.items():
                sheet.cell(line, columns[heading], value)
    book.save(target)
    return target
