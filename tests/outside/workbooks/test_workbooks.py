"""Workbooks as Excel, WPS and exporters write them: read by used cells, in bounded time and memory."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from evidence.errors import InputError, UnreadableError
from evidence.filetypes.workbook import read_workbook
from evidence.forms.parties import import_parties
from evidence.forms.tables import Mistakes
from evidence.forms.visit_sheets import read_visit_tables
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from tests.outside.compound import compound
from tests.outside.workbooks.maker import STRICT, Cells, packed, sheet_xml, workbook

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
    ("sheet", "where"),
    [
        ("<worksheet><sheetData><row><c", "企业!1"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet/>", "企业"),
        ("<worksheet><sheetData><row r='3'><c r='B3'/><c r='C3' s='x'/>", "企业!C3"),
        ("<worksheet><sheetData><row r='3'><c r='B3'><v>x</v></c>", "企业!B3"),
        ("<worksheet><sheetData><row r='-7'/>", "企业!-7"),
        ("<worksheet><sheetData><row r='1'><c r='ZZZZZZZZZZZZZZZZZZZZ1'><v>1</v></c>", "企业!"),
        ("<worksheet>" + "<a>" * 50_000 + "</a>" * 50_000 + "</worksheet>", None),
    ],
)
def test_a_broken_sheet_is_named_with_its_cell(tmp_path: Path, sheet: str, where: str | None) -> None:
    path = written(tmp_path, workbook([("企业", sheet)]))
    if where is None:
        assert run_bounded(read_workbook, path, TIGHT).sheets[0].rows == {}
        return
    with pytest.raises(UnreadableError) as refused:
        run_bounded(read_workbook, path, TIGHT)
    assert refused.value.reason == "malformed"
    assert refused.value.where.startswith(where)


def test_more_filled_cells_than_any_register_has_are_refused_with_the_figure(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}">{"<c><v>1</v></c>" * 100}</row>' for n in range(1, 4100))
    path = written(tmp_path, workbook([("企业", f"<worksheet><sheetData>{rows}</sheetData></worksheet>")]))
    with pytest.raises(UnreadableError, match="400000") as refused:
        run_bounded(read_workbook, path)
    assert refused.value.reason == "too_large"


DATE_STYLE = '<styleSheet xmlns="http://x"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
PEOPLE: Cells = {
    "A1": "编号*", "B1": "姓名*", "C1": "角色*", "D1": "工作证起",
    "A2": "P01", "B2": "张安", "C2": "项目组成员", "D2": 0,
}  # fmt: skip
FIRST_OF_1904, FIRST_OF_1900 = 43_190, 44_652
"""1 April 2022 in either way of counting days."""


def people_xml(day: str, *, styled: bool) -> str:
    style = ' s="1"' if styled else ""
    return sheet_xml(PEOPLE).replace('<c r="D2"><v>0</v></c>', f'<c r="D2"{style}>{day}</c>')


def counted_from_1904(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {each.filename: archive.read(each) for each in archive.infolist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"<sheets>", b'<workbookPr date1904="1"/><sheets>'
    )
    return packed(parts)


@pytest.mark.parametrize("styled", [True, False], ids=["a date format", "no format"])
@pytest.mark.parametrize("old_mac", [True, False], ids=["from 1904", "from 1900"])
def test_days_are_counted_from_the_year_the_workbook_says(
    tmp_path: Path, styled: bool, old_mac: bool
) -> None:
    day = FIRST_OF_1904 if old_mac else FIRST_OF_1900
    content = workbook([("人员", people_xml(f"<v>{day}</v>", styled=styled))], styles=DATE_STYLE)
    path = written(tmp_path, counted_from_1904(content) if old_mac else content)
    (person,) = import_parties(path).people
    assert person.badge_from == date(2022, 4, 1)


@pytest.mark.parametrize("old_mac", [True, False], ids=["from 1904", "from 1900"])
@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("<v>1e308</v>", id="a day beyond the calendar"),
        pytest.param("<v>-9999999</v>", id="a day before it"),
        pytest.param("<v>nan</v>", id="no number"),
        pytest.param("<v>inf</v>", id="no end"),
        pytest.param("<f>TODAY()</f>", id="a formula never calculated"),
        pytest.param("<f>TODAY()</f><v>44650</v>", id="a formula"),
        pytest.param("<f>1/0</f><v></v>", id="a formula without a value"),
    ],
)
def test_a_value_that_is_no_date_is_named_by_its_cell(tmp_path: Path, cell: str, old_mac: bool) -> None:
    content = workbook([("人员", people_xml(cell, styled=True))], styles=DATE_STYLE)
    path = written(tmp_path, counted_from_1904(content) if old_mac else content)
    with pytest.raises(InputError, match="人员!D2"):
        import_parties(path)


@pytest.mark.parametrize("value", ["2022-02-30", "x", "9999999"])
def test_a_written_date_that_does_not_exist_is_named_by_its_cell(tmp_path: Path, value: str) -> None:
    sheet = people_xml(f"<v>{value}</v>", styled=False).replace('<c r="D2">', '<c r="D2" t="d">')
    path = written(tmp_path, workbook([("人员", sheet)]))
    with pytest.raises(InputError, match="人员!D2"):
        import_parties(path)


def test_merged_cells_far_apart_and_of_nonsense_ranges(tmp_path: Path) -> None:
    ranges = ("C2:C3", "A1:XFD1048576x", "", "ZZZZ1:A1", "C9:A2")
    merged = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
    cells = {**PARTIES, "A3": "常州乙某机械有限公司", "B3": "91320412MA1XXXXX0X"}
    path = written(
        tmp_path, workbook([("企业", sheet_xml(cells, after=f"<mergeCells>{merged}</mergeCells>"))])
    )
    first, second = import_parties(path).enterprises
    assert first.classes == second.classes


BOMB = '<!DOCTYPE a [<!ENTITY b "xx"><!ENTITY c "&b;&b;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "part",
    [
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/sheets/s1.xml",
        "xl/sharedStrings.xml",
        "_rels/.rels",
    ],
)
def test_entities_are_refused_wherever_they_stand(tmp_path: Path, part: str, encoding: str) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook([("企业", sheet_xml(PARTIES))]))) as archive:
        parts: dict[str, str | bytes] = {each.filename: archive.read(each) for each in archive.infolist()}
    rels = bytes(parts["xl/_rels/workbook.xml.rels"])  # type: ignore[arg-type]
    strings = b'<Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = rels.replace(b"</Relationships>", strings)
    parts.setdefault("xl/sharedStrings.xml", b"<sst/>")
    text = bytes(parts[part]).decode()  # type: ignore[arg-type]
    parts[part] = f'<?xml version="1.0" encoding="{encoding}"?>{BOMB}{text}'.encode(encoding)
    with pytest.raises(InputError, match="损坏"):
        import_parties(written(tmp_path, packed(parts)))


@pytest.mark.parametrize("name", ["企业名册", "", "企\n业", "企业" * 500])
def test_sheets_of_other_names_are_answered_with_the_names_that_count(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="企业"):
        import_parties(written(tmp_path, workbook([(name, sheet_xml(PARTIES))])))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(compound({"EncryptedPackage": b"x" * 100, "EncryptionInfo": b"y"}), "密码", id="locked"),
        pytest.param(workbook([("企业", "<worksheet><sheetData><row><c")]), "企业", id="broken"),
        pytest.param(workbook([("企业", sheet_xml(PARTIES))]), "基本情况", id="another workbook"),
        pytest.param(b"PK\x03\x04 and no more", "损坏", id="the beginning of a zip"),
        pytest.param(packed({"x": "y"}), "工作簿", id="another zip"),
        pytest.param(b"", "工作簿", id="nothing"),
    ],
)
def test_a_visit_workbook_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, words: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError, match=words) as refused:
        read_visit_tables(path, Mistakes(source=path))
    assert str(path) in refused.value.where


def test_a_sheet_whose_stream_is_damaged_is_named(tmp_path: Path) -> None:
    content = workbook([("企业", sheet_xml(PARTIES)), ("说明", sheet_xml({"A1": "x"}))])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo("xl/sheets/s1.xml").header_offset + 30 + len("xl/sheets/s1.xml")
    for damage in (b"\xff" * 40, bytes(40)):
        path = written(tmp_path, content[:start] + damage + content[start + 40 :])
        with pytest.raises(InputError, match="工作表“企业”的内容已损坏") as refused:
            import_parties(path)
        assert "企业" in refused.value.where


def test_a_mistake_never_quotes_an_endless_value(tmp_path: Path) -> None:
    sheet = people_xml("<v>x</v>", styled=False).replace('"D2"><v>x', '"D2" t="str"><v>' + "9" * 50_000)
    with pytest.raises(InputError, match="人员!D2") as refused:
        import_parties(written(tmp_path, workbook([("人员", sheet)])))
    assert len(refused.value.what) < 400
