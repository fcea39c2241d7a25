"""What people enter about a case: read strictly, each mistake named, nothing stored of a refused file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import openpyxl
import pytest
import yaml

from evidence.contracts.contract import shipped_contract
from evidence.errors import InputError
from evidence.forms.schemas import schema
from evidence.forms.visit_entry import record_visit_file
from evidence.forms.visit_workbook import write_visit_workbook
from tests.support.forms_fixture import FormsWorld
from tests.support.visits_fixture import CHECK, OTHER, RECHECK, REPORT, enter, refused, visits_fixture

NEW_MAJOR = (
    "- {部位: 危化品库, 描述: 无可燃气体报警, 等级: 重大, 判定条款: GM2017-01-03, 整改期限: 2022-04-15}\n"
)


@pytest.fixture
def world(tmp_path: Path) -> FormsWorld:
    return visits_fixture(tmp_path)


def test_a_check_is_read_into_facts(world: FormsWorld) -> None:
    recorded = enter(world, CHECK)
    (visit,) = world.ledger.view.visits(OTHER)
    assert recorded.id == visit.id == "WJB22-0002-V1"
    assert visit.arrived_at == datetime(2022, 3, 15, 1, 0, tzinfo=UTC)
    assert (visit.experts, visit.supervisors) == (("P01", "P02"), ("S01",))
    assert visit.devices == ("DSJ-1", "DSJ-2")
    assert visit.escort_present is True
    assert [hazard.id for hazard in visit.hazards] == ["H01", "H02"]
    assert visit.hazards[1].deadline == date(2022, 3, 15)
    assert visit.hazards[0].photos[0] in world.originals
    assert "赵敏" not in world.ledger.journal_path.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("结果: 合格", "结果: 好", "检查项目[1].结果"),
        ("序号: 1,", "序号: 26,", "检查项目[1].序号"),
        ("序号: 2,", "序号: 1,", "检查项目[2].序号"),
        ("说明: 无此工艺", "说明: ''", "检查项目[2].说明"),
        ("2022-03-30", "二月三十", "隐患[1].整改期限"),
        ("2022-03-30", "2022-03-01", "隐患[1].整改期限"),
        ("李建国", "张三", "检查人员"),
        ("现场.jpg", "没有.jpg", "隐患[1].照片"),
        ("现场.jpg", "登记.yaml", "隐患[1].照片"),
        ("离开时间: 2022-03-15 11:30", "离开时间: 2022-03-15 08:00", "离开时间"),
        ("到达时间: 2022-03-15 09:00", "到达时间:", "到达时间"),
        ("类型: 检查", "类型: 视察", "类型"),
        ("类型: 检查", "类别: 检查", "类别"),
        ("部位: 一车间,", "等级: 重大, 部位: 一车间,", "隐患[1].判定条款"),
        ("描述: 无防护罩,", "", "隐患[1].描述"),
    ],
)
def test_a_mistake_is_named_by_its_field_and_nothing_is_stored(
    world: FormsWorld, old: str, new: str, place: str
) -> None:
    assert old in CHECK
    assert f"  {place}" in refused(world, CHECK.replace(old, new))


def test_progress_of_a_hazard_nobody_found_is_refused(world: FormsWorld) -> None:
    enter(world, CHECK)
    text = "类型: 督促\n到达时间: 2022-03-23 10:00\n整改进度:\n- {隐患: H09, 进度: 已完成}\n"
    assert "H09" in refused(world, text)


def test_the_workbook_says_the_same_as_the_yaml_file(world: FormsWorld, tmp_path: Path) -> None:
    path = tmp_path / "登记表.xlsx"
    folder = shipped_contract().folder
    write_visit_workbook(path, checklist_folder=folder, made=datetime(2022, 1, 1, tzinfo=UTC))
    book = openpyxl.load_workbook(path)
    head = book["基本情况"]
    places = {str(head.cell(n, 1).value).strip("*"): n for n in range(1, head.max_row + 1)}
    document = yaml.safe_load(CHECK)
    for key, value in document.items():
        if key in places:
            head.cell(places[key], 2, "、".join(value) if isinstance(value, list) else value)
    assert book["检查项目"]["B26"].value == "严格履行环保设施安全评估"
    book["检查项目"]["C2"], book["检查项目"]["C3"], book["检查项目"]["D3"] = "合格", "不适用", "无此工艺"
    sheet = book["隐患"]
    headings = [str(cell.value).strip("*") for cell in sheet[1]]
    for row, entry in enumerate(document["隐患"], 2):
        for key, value in entry.items():
            sheet.cell(row, headings.index(key) + 1, value)
    book.save(path)
    enter(world, CHECK)
    case = world.ledger.view.case(OTHER)
    assert case is not None
    again = record_visit_file(path, case=case, ledger=world.ledger, originals=world.originals, actor="test")
    assert again.unchanged
    head.cell(places["类型"], 2, "视察")
    book.save(path)
    with pytest.raises(InputError, match=f"基本情况!B{places['类型']}"):
        record_visit_file(path, case=case, ledger=world.ledger, originals=world.originals, actor="test")


@pytest.mark.parametrize("text", [CHECK, REPORT])
def test_the_published_schema_takes_what_the_program_takes(text: str) -> None:
    document = yaml.safe_load(text)
    for key in ("收到日期", "到达时间"):
        if key in document:
            document[key] = str(document[key])
    for entry in document.get("隐患", []):
        if "整改期限" in entry:
            entry["整改期限"] = str(entry["整改期限"])
        entry["立即整改"] = "是"
        entry["已交底"] = True
    jsonschema.Draft202012Validator.check_schema(schema("visit"))
    jsonschema.validate(document, schema("visit"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "类别": "检查"}, schema("visit"))


@pytest.mark.parametrize("kind", ["复查", "指导"])
def test_a_hazard_found_at_a_recheck_or_guidance_is_kept_under_a_number_of_its_own(
    kind: str, world: FormsWorld
) -> None:
    enter(world, CHECK)
    text = RECHECK if kind == "复查" else RECHECK.replace("复查\n", "指导\n", 1).partition("复查结果")[0]
    recorded = enter(world, text + "隐患:\n" + NEW_MAJOR)
    visit = world.ledger.view.visits(OTHER)[-1]
    assert [(hazard.id, hazard.grade.value) for hazard in visit.hazards] == [("H03", "重大")]
    assert any("H03" in warning for warning in recorded.warnings)


def test_two_checks_of_a_case_never_share_a_hazard_number(world: FormsWorld) -> None:
    enter(world, CHECK)
    enter(world, CHECK.replace("2022-03-15", "2022-03-22"))
    ids = [hazard.id for visit in world.ledger.view.visits(OTHER) for hazard in visit.hazards]
    assert ids == ["H01", "H02", "H03", "H04"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("类型: 督促\n到达时间: 2022-03-24 09:00\n隐患:\n" + NEW_MAJOR, "隐患"),
        ("类型: 督促\n到达时间: 2022-03-24 09:00\n审核人: P01\n", "审核人"),
        (RECHECK + "整改答复:\n- {隐患: H01, 整改措施: 加装}\n", "整改答复"),
        (
            "类型: 整改报告\n收到日期: 2022-03-28\n到达时间: 2022-03-28 09:00\n"
            "整改答复:\n- {隐患: H01, 整改措施: 加装}\n",
            "到达时间",
        ),
        (
            "类型: 上报\n上报情形: 重大事故隐患\n收件单位: 安监科\n上报时间: 2022-03-15 15:00\n情况: 发现\n",
            "情况",
        ),
    ],
)
def test_what_a_kind_cannot_carry_is_refused_by_name(text: str, what: str, world: FormsWorld) -> None:
    enter(world, CHECK)
    assert f"不登记“{what}”" in refused(world, text)
