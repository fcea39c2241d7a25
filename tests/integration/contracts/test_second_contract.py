"""Another agency's contract through the commands: nothing it is shown or hands over speaks of the first."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pikepdf
import pypdfium2
import pytest

from evidence import config
from evidence.domain.week import SHANGHAI
from tests.support.scenario_runner.workspace import Agency, Clock

pytestmark = [pytest.mark.office, pytest.mark.slow]

# Check codes and signatures may hold the first contract's letters by chance: its numbers begin with them.
FIRST_CONTRACT = re.compile(
    "武进|高新区|高新技术|安监|经济发展局|承安|常州|B标段|(?<![0-9A-Za-z+/])WJB(?![A-Za-z+/])|附件[一二三五六七八]（|附件[一二三五六七八]\\(|"
    "第[一二三四五六七八九十]+条[0-9(（]|每?周五移交|每周五|15 ?天|7[~～]10|招标代理|25 ?项检查|25 ?个检查项"
)
CODE = "91320412MA2XDEM01F"
PARTIES = {
    "企业": [
        {
            "企业名称": "临江丁木业有限公司", "简称": "丁木业", "统一社会信用代码": CODE,
            "企业类别": "规模以上一般工贸", "人数": 46, "纳入日期": "2022-01-04", "主要负责人": "何平",
            "地址": "临江园区一号路3号",
        }
    ],
    "人员": [
        {
            "编号": f"P0{n}", "姓名": name, "角色": role, "职称": title, "专业": "机械安全",
            "有安全资格": "是",
            "工作证号": f"LJ-00{n}", "工作证起": "2022-01-05", "工作证止": "2023-12-31",
            "在岗起": "2022-01-04", "投标人员": "是",
        }
        for n, (name, role, title) in enumerate(
            [("钟敏", "项目负责人", "高级"), ("丁强", "项目组成员", "中级"), ("罗琳", "项目组成员", "初级")],
            1,
        )
    ],
}  # fmt: skip
HAZARD = {
    "部位": "木工车间", "描述": "锯床防护罩缺失", "检查项": 6, "依据": "《安全生产法》第三十六条",
    "等级": "一般", "整改期限": "2022-03-18", "整改建议": "加装防护罩", "已交底": "是",
}  # fmt: skip
CHECK = {
    "类型": "检查", "到达时间": "2022-03-08 09:00", "离开时间": "2022-03-08 10:00", "检查人员": "P01、P02",
    "出示工作证": "是", "陪同人员": "何平", "主要负责人": "何平", "检查场所": "木工车间",
    "情况": "全面检查。", "检查项目": [{"序号": n, "结果": "合格"} for n in range(1, 13)], "隐患": [HAZARD],
}  # fmt: skip
URGING = {
    "类型": "督促", "到达时间": "2022-03-13 09:00", "离开时间": "2022-03-13 09:10", "检查人员": "P01",
    "督促方式": "电话", "企业态度": "不积极", "接洽人": "何平", "接洽人电话": "0500-0000001", "通话分钟": 10,
    "情况": "督促整改。", "整改进度": [{"隐患": "H01", "进度": "未开始"}],
}  # fmt: skip
ESCALATION = {
    "类型": "上报", "上报情形": "不积极整改", "收件单位": "主管科室", "上报时间": "2022-03-14 09:00",
    "上报隐患": "H01", "签收时间": "2022-03-14 10:00",
}  # fmt: skip
RECHECK = {
    "类型": "复查", "到达时间": "2022-03-20 09:00", "离开时间": "2022-03-20 09:30", "检查人员": "P01、P02",
    "出示工作证": "是", "陪同人员": "何平", "主要负责人": "何平", "检查场所": "木工车间", "情况": "复查。",
    "复查结果": [{"隐患": "H01", "结果": "未整改", "描述": "仍未加装"}],
}  # fmt: skip
CASE = "LJA22-0001"


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agency]:
    """The second agency with one enterprise checked, urged, reported and rechecked."""
    clock = Clock()
    clock.now = at("2022-01-04 09:00")
    root = tmp_path_factory.mktemp("第二份合同") / "工作区"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "open_workspace", clock.open_workspace)
        made = Agency(root, clock)
        done(made.run(
            "init", str(root), "--contract", "sample", "--agency", "宁川安达安全技术有限公司",
            "--contract-name", "临江园区企业安全检查技术服务", "--signed-on", "2022-01-04",
            "--regulator", "临江经济园区管理委员会", "--section", "东区", "--bureau", "临江园区管委会",
            "--safety-section", "园区监督科", "--enforcement", "县应急执法大队", "--evaluation-keys",
        ))  # fmt: skip
        done(made.run("import", str(made.write(PARTIES))))
        clock.now = at("2022-03-08 08:00")
        done(made.run("case", "open", "丁木业", "--kind", "annual"))
        for day, fact in (
            ("2022-03-08 18:00", CHECK),
            ("2022-03-13 18:00", URGING),
            ("2022-03-14 18:00", ESCALATION),
            ("2022-03-20 18:00", RECHECK),
        ):
            clock.now = at(day)
            done(made.run("visit", "add", CASE, str(made.write(fact))))
        yield made


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def done(result: tuple[int, str, Any]) -> str:
    """What a command printed that did what it was asked."""
    code, printed, refused = result
    assert refused is None, refused
    assert code == 0, printed
    return printed


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every file: of PDFs, workbooks, data, and what is inside zips."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".pdf":
            document = pypdfium2.PdfDocument(path)
            pages = "".join(page.get_textpage().get_text_bounded() for page in document)
            with pikepdf.open(path) as pdf:
                yield path.name, pages + str(pdf.docinfo)
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            cells = (str(cell.value) for sheet in book for row in sheet for cell in row if cell.value)
            lists = (str(each.formula1) for sheet in book for each in sheet.data_validations.dataValidation)
            yield path.name, " ".join((*cells, *lists))
        elif path.suffix == ".docx":
            with zipfile.ZipFile(path) as parts:
                xml = "".join(parts.read(n).decode() for n in parts.namelist() if n.endswith(".xml"))
            yield path.name, re.sub("<[^>]+>", "", xml)
        elif path.suffix in {".json", ".sarif", ".txt", ".toml", ".yaml", ".jsonl", ".md"}:
            yield path.name, path.read_text(encoding="utf-8")


def spoken_of(said: Iterator[tuple[str, str]]) -> list[str]:
    """Each word of the first contract with the file it stands in and what is around it."""
    return [
        f"{name}: …{text[max(0, found.start() - 20) : found.end() + 20]}…"
        for name, text in said
        for found in FIRST_CONTRACT.finditer(text)
    ]


def test_issued_forms_bear_its_titles_and_no_word_of_the_first(agency: Agency) -> None:
    agency.now = at("2022-03-21 09:00")
    for form in ("JC", "DD", "FC", "SB", "YT", "WJ", "YQ"):
        done(agency.run("issue", CASE, form))
    for form in ("CN", "LH", "BG"):
        done(agency.run("issue", "P01", form))
    why = {"情形": "☑ 新进企业", "终结情形": "☑ 搬迁", "情况说明": "企业已搬迁，设备拆除"}
    done(agency.run("issue", CASE, "GZ", "--values", str(agency.write({"情形": why["情形"]}))))
    del why["情形"]
    done(agency.run("issue", CASE, "JA", "--values", str(agency.write(why))))
    done(agency.run("issue", CASE, "ZD", "--blank", "--expert", "P01"))
    done(agency.run("issue", CASE, "ZG", "--blank"))
    done(agency.run("issue", CASE, "JC", "--blank", "--expert", "P01", "--expert", "P02"))
    issued = dict(texts(agency.root / "archive" / "issued"))
    titles = {"JC": "临江园区安全检查表", "DD": "临江园区隐患整改督促表", "FC": "临江园区安全复查表"}
    for code, title in titles.items():
        assert title in "".join(text for name, text in issued.items() if f"-{code}-" in name)
    urged = "".join(text for name, text in issued.items() if "-DD-" in name)
    assert "第4～6天" in urged
    assert spoken_of(iter(issued.items())) == []


def test_what_it_is_asked_and_told_names_only_its_own(agency: Agency, tmp_path: Path) -> None:
    agency.now = at("2022-03-24 18:00")
    done(agency.run("import", "--template", str(tmp_path / "名册.xlsx")))
    done(agency.run("visit", "template", str(tmp_path / "登记表.xlsx")))
    words = [
        ("check", "--json"), ("check",), ("check", "--sarif"), ("due",), ("due", "--json"),
        ("plan", "--propose", "--week", "2022-W13"),
        ("register", "kinds"), ("schema", "visit"), ("schema", "parties"), ("status",), ("instalment",),
    ]  # fmt: skip
    said = {" ".join(each): agency.run(*each)[1] for each in words}
    assert all(said.values())
    assert spoken_of(iter(said.items())) == []
    assert spoken_of(texts(tmp_path)) == []
    assert "3.2款" in said["check --json"]


def test_its_workspace_and_package_name_only_its_own(agency: Agency) -> None:
    agency.now = at("2022-03-24 18:30")
    done(agency.run("plan", "--week", "2022-W13", "--by", "钟敏"))
    built = agency.run("bundle", "--week", "2022-W12", "--allow-incomplete", "--why", "首周，材料尚在路上")
    assert built[2] is None, built
    (package,) = (agency.root / "archive" / "handover").rglob("LJA-2022-W12.zip")
    taken = agency.root.parent / "拆开"
    with zipfile.ZipFile(package) as bag:
        bag.extractall(taken)
    assert spoken_of(texts(taken)) == []
    assert spoken_of(texts(agency.root / "contract")) == []
    assert spoken_of(texts(agency.root / "templates")) == []
    code, printed, _refused = agency.run(
        "verify", str(package), "--trust", str(agency.root / "keys" / "ca.pem"), "--json"
    )
    assert code == 3, printed
    assert msgspec.json.decode(printed)["completeness"]["recomputed"] == "equal"
