"""import, case, visit, schema, issue, reissue, void, form, template from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import docx
import jsonschema
import openpyxl
import pytest
import yaml

from evidence.cli.main import main
from evidence.new_workspace import create_workspace, sample_settings
from evidence.recognition import reference

REGISTER = """
企业:
- 企业名称: 常州甲精密机械有限公司
  统一社会信用代码: "91310110666007217T"
  地址: 西湖路18号
  企业类别: 规模以下一般工贸
  法定代表人: 张伟
人员:
- {编号: P01, 姓名: 李建国, 角色: 项目负责人, 职称: 高级}
"""
CHECK = """
类型: 检查
到达时间: 2022-03-14 09:00
离开时间: 2022-03-14 10:30
检查人员: 李建国
出示工作证: 是
陪同人员: 赵敏
检查场所: 一车间
情况: 现场检查。
计划复查日期: 2022-03-31
隐患:
- {部位: 一车间, 描述: 无防护罩, 整改期限: 2022-03-29, 整改建议: 加装, 已交底: 是}
"""
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one enterprise, one person and one case."""
    root = tmp_path / "ws"
    create_workspace(root, sample_settings())
    (tmp_path / "名册.yaml").write_text(REGISTER, encoding="utf-8")
    return root


def run(workspace: Path, *arguments: str, capsys: Capture) -> tuple[int, str, str]:
    """Exit code, stdout, stderr of one command."""
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--workspace", str(workspace)])
    output = capsys.readouterr()
    return int(stopped.value.code or 0), output.out, output.err


def opened(workspace: Path, capsys: Capture) -> None:
    """Import the register and open the case."""
    assert run(workspace, "import", str(workspace.parent / "名册.yaml"), capsys=capsys)[0] == 0
    code, out, _err = run(workspace, "case", "open", "甲精密机械", "--on", "2022-03-10", capsys=capsys)
    assert (code, out.strip()) == (0, "已开立案件 WJB22-0001。")


def test_import_counts_what_it_took(workspace: Path, capsys: Capture) -> None:
    code, out, _err = run(workspace, "import", str(workspace.parent / "名册.yaml"), "--json", capsys=capsys)
    assert code == 0
    document: dict[str, Any] = json.loads(out)
    assert (document["enterprises"], document["people"], document["warnings"]) == (1, 1, [])


def test_import_names_every_wrong_cell_and_takes_nothing(workspace: Path, capsys: Capture) -> None:
    path = workspace.parent / "名册.xlsx"
    assert run(workspace, "import", "--template", str(path), capsys=capsys)[0] == 0
    book = openpyxl.load_workbook(path)
    book["人员"]["A2"], book["人员"]["B2"], book["人员"]["C2"] = "P01", "李建国", "经理"
    book.save(path)
    code, out, err = run(workspace, "import", str(path), capsys=capsys)
    assert (code, out) == (2, "")
    assert "人员!C2" in err
    assert "Traceback" not in err
    assert (
        not (workspace / "archive/ledger/journal.jsonl").exists()
        or not (workspace / "archive/ledger/journal.jsonl").read_bytes()
    )


def test_a_visit_is_entered_corrected_and_shown(workspace: Path, capsys: Capture) -> None:
    opened(workspace, capsys)
    path = workspace.parent / "检查.yaml"
    path.write_text(CHECK, encoding="utf-8")
    code, out, _err = run(workspace, "visit", "add", "wjb22-0001", str(path), capsys=capsys)
    assert (code, out.strip()) == (0, "● 已登记 WJB22-0001-V1。")
    path.write_text(CHECK.replace("03-29", "03-28"), encoding="utf-8")
    code, out, _err = run(workspace, "visit", "add", "WJB22-0001", str(path), capsys=capsys)
    assert "隐患 1 · 整改期限：2022-03-29 → 2022-03-28" in out
    code, out, _err = run(workspace, "case", "show", "WJB22-0001", capsys=capsys)
    assert "WJB22-0001-V1  2" in out, "both versions are listed"
    code, out, _err = run(workspace, "case", "list", "--json", capsys=capsys)
    assert json.loads(out)[0]["id"] == "WJB22-0001"


def test_a_visit_to_an_unknown_case_is_a_usage_error(workspace: Path, capsys: Capture) -> None:
    path = workspace.parent / "检查.yaml"
    path.write_text(CHECK, encoding="utf-8")
    code, _out, err = run(workspace, "visit", "add", "WJB22-0099", str(path), capsys=capsys)
    assert code == 2
    assert "evidence case list" in err


@pytest.mark.parametrize("name", ["visit", "parties"])
def test_schema_prints_a_valid_schema(name: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["schema", name])
    assert not stopped.value.code
    printed = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(printed)
    if name == "parties":
        jsonschema.validate(yaml.safe_load(REGISTER), printed)


def test_an_unknown_form_lists_the_known_ones(workspace: Path, capsys: Capture) -> None:
    opened(workspace, capsys)
    code, _out, err = run(workspace, "issue", "WJB22-0001", "罚款单", capsys=capsys)
    assert code == 2
    assert "inspection-record（现场检查记录）" in err


def test_a_record_without_its_visit_says_what_to_do(workspace: Path, capsys: Capture) -> None:
    opened(workspace, capsys)
    code, _out, err = run(workspace, "issue", "WJB22-0001", "JC", capsys=capsys)
    assert code == 2
    assert "--blank" in err


def test_without_libreoffice_the_exit_code_is_seven(
    workspace: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(workspace, capsys)
    monkeypatch.setenv("PATH", "/nonexistent")
    code, _out, err = run(workspace, "issue", "WJB22-0001", "JC", "--blank", capsys=capsys)
    assert code == 7
    assert "apt-get install" in err


@pytest.mark.office
def test_a_form_is_issued_shown_reissued_and_void(workspace: Path, capsys: Capture) -> None:
    opened(workspace, capsys)
    batch = workspace.parent / "明天.txt"
    batch.write_text("# 明天\nWJB22-0001 JC blank\nWJB22-0001 服务质量问卷\n", encoding="utf-8")
    code, out, _err = run(workspace, "issue", "--batch", str(batch), "--json", capsys=capsys)
    assert code == 0
    numbers = [row["number"] for row in json.loads(out)["issued"]]
    assert numbers == ["WJB22-0001-JC-001", "WJB22-0001-WJ-001"]
    code, out, _err = run(workspace, "form", "show", "wjb220001jc001", "--json", capsys=capsys)
    shown = json.loads(out)
    assert set(shown) == {"number", "form", "case", "pages"}
    assert set(shown["pages"][0]) == {"page", "width", "height", "codes", "boxes"}
    boxes = [box for page in shown["pages"] for box in page["boxes"]]
    assert set(boxes[0]) == {"box", "kind", "role", "required", "x", "y", "w", "h"}
    code, out, _err = run(workspace, "reissue", numbers[0], "--why", "日期写错", "--json", capsys=capsys)
    assert json.loads(out)["issued"][0]["number"] == "WJB22-0001-JC-002"
    assert run(workspace, "void", numbers[1], "--why", "重复", capsys=capsys)[0] == 0
    assert run(workspace, "void", numbers[1], "--why", "重复", capsys=capsys)[0] == 2


@pytest.mark.office
def test_a_blank_record_gets_its_electronic_document_without_codes(workspace: Path, capsys: Capture) -> None:
    opened(workspace, capsys)
    assert run(workspace, "issue", "WJB22-0001", "JC", "--blank", capsys=capsys)[0] == 0
    code, _out, err = run(workspace, "transcribe", "WJB22-0001-JC-001", capsys=capsys)
    assert code == 2
    assert "visit add" in err
    path = workspace.parent / "检查.yaml"
    path.write_text(CHECK, encoding="utf-8")
    run(workspace, "visit", "add", "WJB22-0001", str(path), capsys=capsys)
    code, out, _err = run(workspace, "transcribe", "WJB22-0001-JC-001", "--json", capsys=capsys)
    assert code == 0
    made = json.loads(out)
    assert made["new"]
    typed = docx.Document(str(made["path"]))
    assert typed.paragraphs[0].text.startswith("转录件")
    assert "WJB22-0001-V1，第 1 版" in typed.paragraphs[0].text
    assert "无防护罩" in "".join(text.text or "" for text in typed.element.body.iter("{*}t"))
    assert "WJB22-0001-JC-001" in typed.sections[0].header.paragraphs[0].text
    assert not typed.inline_shapes
    code, out, _err = run(workspace, "transcribe", "WJB22-0001-JC-001", "--json", capsys=capsys)
    assert (code, json.loads(out)["new"]) == (0, False)


@pytest.mark.office
def test_a_spoilt_template_is_explained_and_nothing_is_issued(workspace: Path, capsys: Capture) -> None:
    opened(workspace, capsys)
    path = workspace / "templates/questionnaire/form.docx"
    document = docx.Document(str(path))
    document.add_paragraph("{{ 不存在 }}")
    for paragraph in document.sections[0].header.paragraphs:
        paragraph.clear()
    for paragraph in document.sections[0].footer.paragraphs:
        paragraph.clear()
    document.save(str(path))
    code, out, _err = run(workspace, "template", "check", "WJ", capsys=capsys)
    assert code == 3
    assert "用了不存在的字段“不存在”" in out
    code, _out, err = run(workspace, "issue", "WJB22-0001", "WJ", capsys=capsys)
    assert code == 2
    assert "不存在" in err
    assert not list((workspace / "archive/issued").rglob("*.pdf"))


@pytest.mark.office
def test_a_box_outside_any_cell_and_a_missing_number_are_found_on_the_page(
    workspace: Path, capsys: Capture
) -> None:
    path = workspace / "templates/questionnaire/form.docx"
    document = docx.Document(str(path))
    for part in (document.sections[0].header, document.sections[0].footer):
        for paragraph in part.paragraphs:
            paragraph.clear()
    for table in document.element.body.iter("{*}tbl"):
        for text in table.iter("{*}t"):
            if text.text and "框.filler " in text.text:
                text.text = ""
    document.add_paragraph("{{r 框.filler }}{{ 编号 }}")
    document.save(str(path))
    code, out, _err = run(workspace, "template", "check", "WJ", "--json", capsys=capsys)
    assert code == 3
    messages = " ".join(finding["message"] for finding in json.loads(out)["findings"])
    assert "版面上找不到“填写人签名”" in messages
    code, out, _err = run(workspace, "template", "fields", "WJ", capsys=capsys)
    assert "{{r 框.filler }}" in out


@pytest.mark.office
def test_a_campaign_is_summed_up_and_the_register_named(workspace: Path, capsys: Capture) -> None:
    campaign = (
        "专项:\n- {编号: ZX2022-01, 主题: 粉尘, 类型: 专项, 下达日期: 2022-03-01, 完成期限: 2022-03-31, "
    )
    campaign += "对象: 常州甲精密机械有限公司}\n"
    (workspace.parent / "名册.yaml").write_text(REGISTER + campaign, encoding="utf-8")
    opened(workspace, capsys)
    code, out, err = run(workspace, "issue", "zx2022-01", "campaign-summary", capsys=capsys)
    assert code == 0, err
    first = out.split()[1]
    assert first.startswith("WJB")
    assert first.endswith("-0000-HZ-001")
    assert "evidence register add campaign-pack ZX2022-01" in out
    _code, out, err = run(workspace, "reissue", first, "--why", "漏项", "--json", capsys=capsys)
    (row,) = json.loads(out)["issued"]
    assert (row["number"][-6:], row["case"]) == ("HZ-002", None)
    data = json.loads(Path(row["pdf"]).with_suffix(".json").read_text(encoding="utf-8"))
    assert (data["专项编号"], data["汇总"][0]["检查日期"]) == ("ZX2022-01", "未检查")


def test_an_unknown_campaign_is_refused(workspace: Path, capsys: Capture) -> None:
    code, _out, err = run(workspace, "issue", "ZX2022-09", "HZ", capsys=capsys)
    assert code == 2
    assert "ZX2022-09" in err


@pytest.mark.office
def test_a_notice_is_completed_from_a_file_of_values(workspace: Path, capsys: Capture) -> None:
    opened(workspace, capsys)
    path = workspace.parent / "约谈.yaml"
    path.write_text("约谈地点: 三楼会议室\n约谈时间: 2022-04-08 14:30:00\n", encoding="utf-8")
    code, out, err = run(
        workspace, "issue", "WJB22-0001", "YT", "--values", str(path), "--json", capsys=capsys
    )
    assert code == 0, err
    (row,) = json.loads(out)["issued"]
    data = json.loads(Path(row["pdf"]).with_suffix(".json").read_text(encoding="utf-8"))
    assert (data["约谈地点"], data["约谈时间"]) == ("三楼会议室", "2022年4月8日14时30分")
    path.write_text("约谈地点: 二楼会议室\n", encoding="utf-8")
    again = ("reissue", row["number"], "--why", "改地点", "--values", str(path), "--json")
    (row,) = json.loads(run(workspace, *again, capsys=capsys)[1])["issued"]
    data = json.loads(Path(row["pdf"]).with_suffix(".json").read_text(encoding="utf-8"))
    assert data["约谈地点"] == "二楼会议室"


def test_a_value_for_no_field_is_refused_before_anything_is_issued(workspace: Path, capsys: Capture) -> None:
    opened(workspace, capsys)
    path = workspace.parent / "约谈.yaml"
    path.write_text("约谈地方: 三楼\n", encoding="utf-8")
    code, _out, err = run(workspace, "issue", "WJB22-0001", "YT", "--values", str(path), capsys=capsys)
    assert code == 2
    assert "约谈.yaml · 约谈地方" in err
    assert not list((workspace / "archive").rglob("*-YT-*"))


@pytest.mark.office
def test_what_recognition_needs_is_kept_at_issue_and_never_stops_it(
    workspace: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(workspace, capsys)
    code, out, _err = run(workspace, "issue", "WJB22-0001", "WJ", "--json", capsys=capsys)
    pdf = Path(json.loads(out)["issued"][0]["pdf"])
    assert (code, reference.reference_beside(pdf).is_file()) == (0, True)

    def full(*_given: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(reference, "keep_references", full)
    code, out, err = run(workspace, "issue", "WJB22-0001", "WJ", "--json", capsys=capsys)
    assert (code, len(json.loads(out)["issued"])) == (0, 1)
    assert "disk full" in err


@pytest.mark.office
def test_the_regulators_questionnaire_has_its_own_box_on_one_page(workspace: Path, capsys: Capture) -> None:
    opened(workspace, capsys)
    path = workspace.parent / "回访.yaml"
    path.write_text("来源: 监管部门\n", encoding="utf-8")
    code, out, err = run(
        workspace, "issue", "WJB22-0001", "WJ", "--values", str(path), "--json", capsys=capsys
    )
    assert code == 0, err
    assert json.loads(out)["issued"][0]["pages"] == 1
    shown = json.loads(run(workspace, "form", "show", "WJB22-0001-WJ-001", "--json", capsys=capsys)[1])
    assert {box["box"] for box in shown["pages"][0]["boxes"]} == {"return-visitor", "return-visitor-date"}
