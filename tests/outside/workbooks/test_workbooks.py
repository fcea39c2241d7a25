"""Workbooks as Excel, WPS and exporters write them: read by used cells, in bounded time and memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.errors import InputError, UnreadableError
from evidence.filetypes.workbook import read_workbook
from evidence.forms.parties import import_parties
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from tests.outside.compound import compound
from tests.outside.workbooks.maker import STRICT, Cells, sheet_xml, workbook

PARTIES: Cells = {
    "A1": "企业名称*", "B1": "统一社会信用代码", "C1": "企业类别*",
    "A2": "常州甲某机械有限公司", "B2": "91320412MA2XDEM01F", "C2": "规模以下一般工贸",
}  # fmt: skip
TIGHT = Bounds(cpu_seconds=20, memory=700_000_000)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "名册.xlsx"
    path.write_bytes(content)
    return path


EMPTY_FILL = '<styleSheet xmlns="http://x"><fills><fill/></fills><cellXfs><xf/></cellXfs></styleSheet>'


@pytest.mark.parametrize(
    ("cells", "after", "dimension"),
    [
        pytest.param({**PARTIES, "XFD1048576": " "}, "", "A1:XFD1048576", id="one blank in the last cell"),
        pytest.param({**PARTIES, "T1048576": " "}, "", "", id="one blank far down"),
        pytest.param(
            PARTIES,
            '<mergeCells count="2"><mergeCell ref="E1:E1048576"/><mergeCell ref="A3:XFD3"/></mergeCells>',
            "",
            id="whole columns and rows merged",
        ),
        pytest.param(PARTIES, "", "A1", id="a dimension that says A1"),
    ],
)
def test_a_wide_used_range_costs_nothing(tmp_path: Path, cells: Cells, after: str, dimension: str) -> None:
    path = written(tmp_path, workbook([("企业", sheet_xml(cells, after=after, dimension=dimension))]))
    book = run_bounded(read_workbook, path, TIGHT)
    assert book.sheets[0].rows[2][1].value == "常州甲某机械有限公司"
    assert [each.name for each in import_parties(path).enterprises] == ["常州甲某机械有限公司"]


def test_two_hundred_thousand_empty_styled_rows_are_passed_over(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 200_000))
    content = sheet_xml(PARTIES).replace("</sheetData>", f"{rows}</sheetData>")
    path = written(tmp_path, workbook([("企业", content)]))
    assert len(run_bounded(read_workbook, path, TIGHT).sheets[0].rows) == 2


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(workbook([("企业", sheet_xml(PARTIES))]), id="no styles"),
        pytest.param(workbook([("企业", sheet_xml(PARTIES))], styles=EMPTY_FILL), id="an empty fill"),
        pytest.param(
            workbook([("企业", sheet_xml(PARTIES, namespace=STRICT))], namespace=STRICT), id="Strict OOXML"
        ),
        pytest.param(workbook([("企业", sheet_xml(PARTIES))], main="xl/workbook2.xml"), id="another name"),
        pytest.param(
            workbook([("说明", sheet_xml({"A1": "名册"})), ("企业", sheet_xml(PARTIES))]), id="second sheet"
        ),
    ],
)
def test_what_no_value_needs_may_be_missing(tmp_path: Path, content: bytes) -> None:
    assert len(import_parties(written(tmp_path, content)).enterprises) == 1


def test_a_password_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, compound({"EncryptedPackage": b"x" * 100, "EncryptionInfo": b"y"}))
    with pytest.raises(UnreadableError) as refused:
        run_bounded(read_workbook, path)
    assert refused.value.reason == "encrypted"
    with pytest.raises(InputError, match="密码"):
        import_parties(path)


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        ("<worksheet><sheetData><row><c", "malformed"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet/>", "malformed"),
        ("<worksheet>" + "<a>" * 50_000 + "</a>" * 50_000 + "</worksheet>", None),
    ],
)
def test_a_broken_sheet_is_named(tmp_path: Path, sheet: str, reason: str | None) -> None:
    path = written(tmp_path, workbook([("企业", sheet)]))
    if reason is None:
        assert run_bounded(read_workbook, path, TIGHT).sheets[0].rows == {}
        return
    with pytest.raises(UnreadableError) as refused:
        run_bounded(read_workbook, path, TIGHT)
    assert (refused.value.reason, refused.value.where) == (reason, "企业")


def test_more_filled_cells_than_any_register_has_are_refused_with_the_figure(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}">{"<c><v>1</v></c>" * 100}</row>' for n in range(1, 4100))
    path = written(tmp_path, workbook([("企业", f"<worksheet><sheetData>{rows}</sheetData></worksheet>")]))
    with pytest.raises(UnreadableError, match="400000") as refused:
        run_bounded(read_workbook, path)
    assert refused.value.reason == "too_large"
