"""A workbook maker that writes what other programs write: any cell, any relation, no styles if need be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

Cells = Mapping[str, str | int | float]
"""`A1` -> value."""


def sheet_xml(cells: Cells, *, namespace: str = TRANSITIONAL, dimension: str = "", after: str = "") -> str:
    """One sheet; `after` follows the data: merged ranges and the like."""
    rows: dict[int, list[str]] = {}
    for place, value in cells.items():
        number = int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        if isinstance(value, str):
            cell = f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        else:
            cell = f'<c r="{place}"><v>{value}</v></c>'
        rows.setdefault(number, []).append(cell)
    data = "".join(f'<row r="{number}">{"".join(row)}</row>' for number, row in sorted(rows.items()))
    used = f"<dimension ref={quoteattr(dimension)}/>" if dimension else ""
    return f'<worksheet xmlns="{namespace}">{used}<sheetData>{data}</sheetData>{after}</worksheet>'


def workbook(
    sheets: Sequence[tuple[str, str]],
    *,
    namespace: str = TRANSITIONAL,
    styles: str | None = None,
    main: str = "xl/workbook.xml",
) -> bytes:
    """A package of named sheets.

    Args:
        sheets: name and XML of each.
        namespace: of the workbook part.
        styles: XML of the styles part; None leaves it out.
        main: name of the workbook part.
    """
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, (name, _xml) in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="sheets/s{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    if styles is not None:
        related += f'<Relationship Id="rIdS" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    folder, _slash, name = main.rpartition("/")
    root = f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="{main}"/>'
    override = f'<Override PartName="/{main}" ContentType="{_MAIN}"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}">{override}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}">{root}</Relationships>',
        main: f'<workbook xmlns="{namespace}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        f"{folder}/_rels/{name}.rels": f'<Relationships xmlns="{_PACKAGE}">{related}</Relationships>',
    }
    if styles is not None:
        parts[f"{folder}/styles.xml"] = styles
    for number, (_name, xml) in enumerate(sheets, 1):
        parts[f"{folder}/sheets/s{number}.xml"] = xml
    return packed(parts)


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of named parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()
