"""What is typed at the desk is the same document that `visit add` reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence.archive.originals import Originals
from evidence.domain.case import VisitKind
from evidence.forms.visit_file import read_visit_file
from evidence.forms.visit_tables import HAZARDS, ITEMS, RESULTS
from evidence.ledger.embedded import EmbeddedLedger
from evidence.web import entry_form
from tests.support import sample

CHECK = {
    "head|到达时间": ["2022-03-14T09:00"],
    "head|离开时间": ["2022-03-14T10:30"],
    "head|检查人员": ["P2", "P3"],
    "head|记录仪": ["TA00716"],
    "head|出示工作证": ["是"],
    "head|陪同人员": ["张三"],
    "head|情况": ["现场整体受控"],
    "检查项目|0|结果": ["合格"],
    "检查项目|2|结果": ["不合格"],
    "隐患|0|部位": ["冲压车间"],
    "隐患|0|描述": ["光电保护失效"],
    "隐患|0|检查项": ["3"],
    "隐患|1|部位": [""],
    "unknown": ["x"],
}


def test_a_check_becomes_its_document() -> None:
    made = entry_form.document("检查", CHECK, {"隐患|0|照片": ["0-0-a.jpg", "1-0-b.jpg"]}).content
    assert made["类型"] == "检查"
    assert made["到达时间"] == "2022-03-14 09:00"
    assert made["检查人员"] == "P2、P3"
    assert made["检查项目"] == [{"结果": "合格", "序号": "1"}, {"结果": "不合格", "序号": "3"}]
    assert made["隐患"] == [
        {"部位": "冲压车间", "描述": "光电保护失效", "检查项": "3", "照片": "0-0-a.jpg、1-0-b.jpg"}
    ]
    assert "unknown" not in json.dumps(made)


def test_the_one_reader_understands_it(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path / "ledger")
    ledger.append("test", *sample.journal_events(sample.week_facts()))
    case = ledger.view.case(sample.CHECKED)
    assert case is not None
    path = tmp_path / "登记.json"
    path.write_text(
        json.dumps(entry_form.document("检查", CHECK, {}).content, ensure_ascii=False), encoding="utf-8"
    )
    entered = read_visit_file(path, case=case, view=ledger.view, originals=Originals(tmp_path / "originals"))
    assert entered.visit is not None
    assert entered.visit.kind is VisitKind.CHECK
    assert entered.visit.arrived_at == sample.instant("2022-03-14", 9)
    assert entered.visit.experts == ("P2", "P3")
    assert [each.item for each in entered.visit.items] == [1, 3]
    assert entered.visit.hazards[0].description == "光电保护失效"


def test_a_row_says_which_hazard_it_answers() -> None:
    hazards = {"H01": "冲压车间", "H02": "配电间"}
    rows = entry_form.list_rows(RESULTS, {}, hazards=hazards)
    assert rows.keys == (("复查结果|0|隐患", "H01"), ("复查结果|1|隐患", "H02"))
    typed = {"复查结果|0|隐患": ["H01"], "复查结果|1|隐患": ["H02"], "复查结果|1|结果": ["已整改"]}
    made = entry_form.document("复查", typed, {}).content
    assert made["复查结果"] == [{"隐患": "H02", "结果": "已整改"}]


def test_there_are_25_items_and_always_room_for_another_hazard() -> None:
    assert len(entry_form.list_rows(ITEMS, CHECK, items=["一"] * 25).rows) == 25
    assert len(entry_form.list_rows(HAZARDS, CHECK).rows) == 1
    assert [each.name for each in entry_form.list_rows(HAZARDS, CHECK).empty][:2] == [
        "隐患|NN|部位",
        "隐患|NN|描述",
    ]
    assert entry_form.list_rows(HAZARDS, {}).rows == ()


@pytest.mark.parametrize("kind", entry_form.HEADINGS)
def test_every_kind_asks_only_what_its_reader_knows(kind: str) -> None:
    fields = entry_form.head_fields(kind, {}, people=sample.people(), devices=sample.devices())
    assert [field.heading for field in fields] == list(entry_form.HEADINGS[kind])
    assert kind in entry_form.LISTS
    assert kind in entry_form.TITLES


def test_people_and_recorders_are_chosen_not_typed() -> None:
    fields = entry_form.head_fields("检查", CHECK, people=sample.people(), devices=sample.devices())
    by_heading = {field.heading: field for field in fields}
    assert ("P2", "周晓岚") in by_heading["检查人员"].choices
    assert by_heading["监管人员"].choices == (("G1", "吴海峰"),)
    assert ("TA00716", "TA00716 周晓岚") in by_heading["记录仪"].choices
    assert by_heading["检查人员"].values == ("P2", "P3")


def test_the_rest_is_said_once() -> None:
    typed = {"rest|检查项目": ["合格"], "检查项目|2|结果": ["不合格"], "检查项目|2|说明": ["光电保护失效"]}
    items = entry_form.document("检查", typed, {}).content["检查项目"]
    assert [each["结果"] for each in items] == ["合格", "合格", "不合格", *["合格"] * 22]
    typed = {
        "rest|复查结果": ["已整改"],
        "复查结果|0|隐患": ["H01"],
        "复查结果|1|隐患": ["H02"],
        "复查结果|1|结果": ["未整改"],
    }
    rows = entry_form.document("复查", typed, {}).content["复查结果"]
    assert [each["结果"] for each in rows] == ["已整改", "未整改"]


def test_each_place_of_the_document_is_a_field() -> None:
    typed = {"隐患|3|部位": ["配电间"], "隐患|3|等级": ["重大"], "隐患|1|等级": ["一般"]}
    written = entry_form.document("检查", typed, {})
    assert written.content["隐患"] == [{"部位": "配电间", "等级": "重大"}]
    assert written.fields["隐患[1].判定条款"] == "隐患|3|判定条款"
    assert written.fields["离开时间"] == "head|离开时间"
