"""Registers from workbooks as people keep them: all or nothing, mistakes by sheet and cell."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from evidence.contracts.contract import shipped_contract
from evidence.domain.parties import EnterpriseClass, Role
from evidence.errors import InputError
from evidence.forms.empty_workbook import write_empty_workbook
from evidence.forms.parties import import_parties, record_parties, short_name
from evidence.forms.party_tables import TABLES
from tests.support.forms_fixture import forms_fixture

GOOD = "91310110666007217T"
OTHER = "91350200776049653A"
ROW = {
    "企业名称": "常州甲精密机械有限公司",
    "统一社会信用代码": GOOD,
    "企业类别": "规模以上一般工贸、粉尘涉爆",
}


def workbook(path: Path, **sheets: list[dict[str, Any]]) -> Path:
    """A workbook with one sheet for each list of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        headings = list(dict.fromkeys(key for row in rows for key in row))
        sheet.append(headings)
        for row in rows:
            sheet.append([row.get(heading) for heading in headings])
    book.save(path)
    return path


def errors(path: Path) -> str:
    """The message of a refused file."""
    with pytest.raises(InputError) as refused:
        import_parties(path)
    assert str(path) in refused.value.where
    return refused.value.what


def test_a_plain_register_is_read(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "名册.xlsx",
        企业=[{**ROW, "法定代表人": "张伟", "法定代表人电话": "０５１９-86000001", "人数": "35人"}],
        人员=[{"编号": "p01", "姓名": "李建国", "角色": "项目负责人", "工作证起": "2022.1.1"}],
        记录仪=[{"设备号": "DSJ-1", "持有人": "李建国", "别名": "A1、A2"}],
        专项=[{"编号": "ZX1", "主题": "粉尘", "类型": "专项", "下达日期": 44634, "对象": "全部"}],
    )
    parties = import_parties(path, places=shipped_contract().places)
    (enterprise,) = parties.enterprises
    assert enterprise.id == GOOD
    assert enterprise.classes == (EnterpriseClass.ABOVE_SCALE, EnterpriseClass.DUST_EXPLOSIVE)
    assert enterprise.short_name == "甲精密机械"
    assert parties.contacts[enterprise.id].legal.telephone == "0519-86000001"
    assert (parties.people[0].id, parties.people[0].role) == ("P01", Role.LEADER)
    assert parties.people[0].badge_from == date(2022, 1, 1)
    assert parties.devices[0].holder == "P01"
    assert parties.devices[0].aliases == ("A1", "A2")
    assert parties.campaigns[0].targets == (GOOD,)
    assert parties.warnings == ()


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        ({"企业类别": "纺织"}, "企业!C2"),
        ({"企业名称": None}, "企业!A2"),
        ({"企业类别": None}, "企业!C2"),
        ({"统一社会信用代码": "9131"}, "企业!B2"),
        ({"统一社会信用代码": "9135020077604965IA"}, "企业!B2"),
        ({"企业名称": '=CONCATENATE("常州","公司")'}, "企业!A2"),
        ({"企业名称": "#REF!"}, "企业!A2"),
        ({"统一社会信用代码": 913101106660072171}, "企业!B2"),
        ({"人数": "很多"}, "企业!D2"),
        ({"投产日期": "去年"}, "企业!D2"),
        ({"出租方": "不存在的公司"}, "企业!D2"),
    ],
)
def test_a_mistake_is_named_by_its_cell(tmp_path: Path, change: dict[str, Any], cell: str) -> None:
    assert cell in errors(workbook(tmp_path / "名册.xlsx", 企业=[{**ROW, **change}]))


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "名册.xlsx",
        企业=[{**ROW, "企业类别": "纺织"}],
        人员=[{"编号": "P01", "姓名": "", "角色": "经理"}],
    )
    message = errors(path)
    assert "企业!C2" in message
    assert "人员!B2" in message
    assert "人员!C2" in message
    assert "3 处" in message


def test_a_control_character_cannot_enter_by_yaml(tmp_path: Path) -> None:
    path = tmp_path / "名册.yaml"
    path.write_text('企业:\n- {企业名称: "常州\\x07公司", 企业类别: 铸造}\n', encoding="utf-8")
    assert "企业[1].企业名称" in errors(path)
    assert "U+0007" in errors(path)


def test_the_same_enterprise_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    message = errors(workbook(tmp_path / "名册.xlsx", 企业=[ROW, {**ROW, "企业名称": "乙公司"}]))
    assert "企业!B3" in message
    assert "企业!2" in message


def test_a_wrong_check_digit_only_warns(tmp_path: Path) -> None:
    parties = import_parties(
        workbook(tmp_path / "名册.xlsx", 企业=[{**ROW, "统一社会信用代码": "91350200776049653B"}])
    )
    assert len(parties.enterprises) == 1
    assert "校验位" in parties.warnings[0]
    assert "企业!B2" in parties.warnings[0]


def test_published_codes_are_taken_or_warned_about_as_their_source_says(tmp_path: Path) -> None:
    vectors = json.loads((Path(__file__).parents[2] / "data/domain/credit_codes.json").read_text("utf-8"))
    for number, vector in enumerate(vectors):
        row = {**ROW, "统一社会信用代码": vector["code"]}
        path = workbook(tmp_path / f"{number}.xlsx", 企业=[row])
        if vector["check_ok"] is None:
            assert "企业!B2" in errors(path)
        else:
            assert bool(import_parties(path).warnings) is not vector["check_ok"]


def test_merged_cells_count_for_every_row_they_cover(tmp_path: Path) -> None:
    path = workbook(tmp_path / "名册.xlsx", 企业=[ROW, {**ROW, "企业名称": "乙", "统一社会信用代码": OTHER}])
    book = openpyxl.load_workbook(path)
    book["企业"]["C3"] = None
    book["企业"].merge_cells("C2:C3")
    book.save(path)
    parties = import_parties(path)
    assert parties.enterprises[0].classes == parties.enterprises[1].classes != ()


def test_a_title_above_the_headings_is_passed_over(tmp_path: Path) -> None:
    path = workbook(tmp_path / "名册.xlsx", 企业=[ROW])
    book = openpyxl.load_workbook(path)
    book["企业"].insert_rows(1, 2)
    book["企业"]["A1"] = "武进高新区B标段企业名册"
    book.save(path)
    assert len(import_parties(path).enterprises) == 1


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    row = {key: value for key, value in ROW.items() if key != "企业类别"}
    assert "企业类别" in errors(workbook(tmp_path / "名册.xlsx", 企业=[row]))


def test_an_unknown_column_is_passed_over_with_a_warning(tmp_path: Path) -> None:
    parties = import_parties(workbook(tmp_path / "名册.xlsx", 企业=[{**ROW, "我的备注": "x"}]))
    assert "我的备注" in parties.warnings[0]


def test_a_workbook_with_a_macro_is_not_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "名册.xlsx", 企业=[ROW])
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", b"macro")
    assert "宏" in errors(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"plain text", b"\xd0\xcf\x11\xe0 old xls"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "名册.xlsx"
    path.write_bytes(content)
    assert "工作簿" in errors(path)


def test_broken_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "名册.yaml"
    path.write_text("企业:\n- {企业名称: [\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        import_parties(path)
    assert f"{path}:" in refused.value.where


def test_an_enterprise_without_a_code_is_found_again_by_name(tmp_path: Path) -> None:
    row = {**ROW, "统一社会信用代码": None}
    path = workbook(tmp_path / "名册.xlsx", 企业=[row])
    first = import_parties(path).enterprises[0]
    again = import_parties(path, known=[first]).enterprises[0]
    assert first.id == again.id == "X-0001"


def test_a_landlord_is_found_in_the_same_file(tmp_path: Path) -> None:
    tenant = {**ROW, "企业名称": "乙公司", "统一社会信用代码": OTHER, "出租方": ROW["企业名称"]}
    parties = import_parties(workbook(tmp_path / "名册.xlsx", 企业=[tenant, ROW]))
    assert parties.enterprises[0].landlord == GOOD


def test_a_refused_file_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    world = forms_fixture(tmp_path)
    before = world.ledger.head
    path = workbook(tmp_path / "名册.xlsx", 企业=[ROW], 人员=[{"编号": "P9", "姓名": "甲", "角色": "经理"}])
    with pytest.raises(InputError):
        import_parties(path)
    assert world.ledger.head == before


def test_telephones_stay_out_of_the_journal(tmp_path: Path) -> None:
    world = forms_fixture(tmp_path)
    path = workbook(
        tmp_path / "名册.xlsx", 企业=[{**ROW, "主要负责人": "欧阳喆", "主要负责人电话": "13912345678"}]
    )
    record_parties(
        import_parties(path), source=path, ledger=world.ledger, originals=world.originals, actor="test"
    )
    journal = world.ledger.journal_path.read_text("utf-8")
    assert "13912345678" not in journal
    assert "欧阳喆" not in journal
    contacts = world.ledger.view.enterprise(GOOD).contacts  # type: ignore[union-attr,arg-type]
    assert "13912345678" in world.originals.read(contacts).decode()  # type: ignore[arg-type]


def test_the_empty_workbook_can_be_filled_in_and_imported(tmp_path: Path) -> None:
    path = tmp_path / "空白.xlsx"
    write_empty_workbook(path, TABLES, title="名册", made=datetime(2022, 1, 1, tzinfo=UTC))
    book = openpyxl.load_workbook(path)
    sheet = book["企业"]
    headings = [str(cell.value).strip("*") for cell in sheet[1]]
    assert sheet.data_validations.dataValidation, "drop-downs"
    assert any(cell.comment for cell in sheet[1]), "comments"
    for heading, value in ROW.items():
        sheet.cell(2, headings.index(heading) + 1, value)
    book.save(path)
    assert import_parties(path).enterprises[0].name == ROW["企业名称"]


def test_several_hundred_rows_are_read(tmp_path: Path) -> None:
    rows = [{**ROW, "企业名称": f"第{n}公司", "统一社会信用代码": None} for n in range(400)]
    parties = import_parties(workbook(tmp_path / "名册.xlsx", 企业=rows))
    assert len({enterprise.id for enterprise in parties.enterprises}) == 400


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("常州甲精密机械有限公司", "甲精密机械"),
        ("江苏乙新材料股份有限公司", "乙新材料"),
        ("有限公司", "有限公司"),
        ("常州市武进区丙", "丙"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert short_name(name, shipped_contract().places) == short


def test_another_contract_leaves_out_its_own_places() -> None:
    places = shipped_contract("sample").places
    assert short_name("临江县丁阀门有限公司", places) == "丁阀门"
    assert short_name("常州甲精密机械有限公司", places) == "常州甲精密机械"
    assert short_name("常州甲精密机械有限公司") == "常州甲精密机械"


def test_an_empty_roster_is_refused_and_told_what_to_fill_in(tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    write_empty_workbook(path, TABLES, title="名册", made=datetime(2022, 4, 1, tzinfo=UTC))
    with pytest.raises(InputError, match="一行内容也没有") as refused:
        import_parties(path)
    assert "表头以下" in refused.value.remedy
