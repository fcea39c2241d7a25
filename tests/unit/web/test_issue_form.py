"""What may be typed into a form, and what becomes of it."""

from __future__ import annotations

import pytest

from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.web.issue_form import fields_of, first_step, given

NOTICE = Catalogue.load(shipped_templates()).form("interview-notice")
KNOWN = {
    "约谈地点": "＿＿＿＿",
    "事由": "隐患逾期未全部整改到位，" * 5,
    "约谈时间": "2022年4月8日",
    "编号": "X",
}


def test_what_only_the_program_may_fill_in_is_not_asked() -> None:
    blanks, _listings = fields_of(NOTICE, KNOWN)
    names = {blank.name for blank in blanks}
    assert {"约谈地点", "约谈时间", "事由"} <= names
    assert not names & {"编号", "页眉单位"}


def test_a_ruled_line_is_an_empty_field_and_a_long_text_gets_room() -> None:
    blanks = {blank.name: blank for blank in fields_of(NOTICE, KNOWN)[0]}
    assert blanks["约谈地点"].value == ""
    assert blanks["事由"].long
    assert not blanks["约谈时间"].long


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("武进国家高新区管委会办公室三楼", False),
        ("武进国家高新区管委会办公室三楼西", True),
        ("0519-86310000 / 13961400000", False),
        ("☑ 年度全面检查　☐ 新进企业检查", True),
    ],
)
def test_a_text_gets_room_by_its_width_on_the_screen(text: str, long: bool) -> None:
    blanks = {blank.name: blank for blank in fields_of(NOTICE, {"约谈地点": text})[0]}
    assert blanks["约谈地点"].long is long


def test_only_what_a_person_changed_wins_over_the_ledger() -> None:
    sent = {
        "value|约谈地点": "管委会三楼", "value|约谈时间": "2022年4月8日", "value|编号": "WJB22-0001-YT-009",
        "value|不存在": "x", "约谈地点": "y",
    }  # fmt: skip
    assert given(NOTICE, sent, KNOWN) == {"约谈地点": "管委会三楼"}


@pytest.mark.parametrize(
    ("form", "step"),
    [
        ("escalation-report", "上报"),
        ("inspection-record", "检查"),
        ("recheck-record", "复查"),
        ("interview-notice", ""),
    ],
)
def test_each_form_names_what_has_to_be_entered_first(form: str, step: str) -> None:
    assert first_step(Catalogue.load(shipped_templates()).form(form)) == step


def test_answers_of_a_questionnaire_are_nobody_elses() -> None:
    form = Catalogue.load(shipped_templates()).form("questionnaire")
    blanks, listings = fields_of(form, {"评价": [{"序号": "1", "项目": "x"}], "总体评价": "☐"})
    assert not {blank.name for blank in blanks} & {"总体评价", "标题"}
    assert not listings
    assert next(blank for blank in blanks if blank.name == "来源").choices == ("企业", "监管部门")
