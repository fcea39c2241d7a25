"""A file that says no more than the blank form is no counterpart; one with a single entry more is."""

from __future__ import annotations

import pytest

from evidence.inbox.counterparts import adds_nothing

FORM = "现场检查记录\n编号：WJB22-0001-JC-001\n检查时间：____年__月__日\n检查情况：\n检查人员签名："


@pytest.mark.parametrize(
    "text",
    [
        FORM,
        FORM.replace("____", "＿＿＿＿＿＿"),
        "\n".join(FORM.split("\n")[:2]),
        "",
        "   \n ",
        FORM.replace("\n", "\n\n") + "\n第1页 共2页",
        " ".join(FORM.split("\n")),
    ],
)
def test_nothing_more_is_nothing(text: str) -> None:
    assert adds_nothing(text, FORM)


@pytest.mark.parametrize(
    "text",
    [
        FORM.replace("检查情况：", "检查情况：冲床无防护罩"),
        FORM.replace("____年__月__日", "2022年3月14日"),
        FORM + "\n王芳",
        "现场检查记录\n冲床无防护罩",
    ],
)
def test_anything_written_is_content(text: str) -> None:
    assert not adds_nothing(text, FORM)


def test_a_form_that_cannot_be_read_is_held_against_nothing() -> None:
    assert adds_nothing("", "")
    assert not adds_nothing("冲床无防护罩", "\n")


PRINT = "编号：WJB22-0001-JC-001 现场检查记录\n检查时间： 年 月 日 检查情况：\n检查人员签名：\n第1页 共2页"
"""The same form as its PDF gives the lines."""


def test_a_form_saved_again_by_another_program_is_known_by_one_of_its_shapes() -> None:
    saved_again = (
        "WJB22-0001-JC-001第 2 页　共 2 页\n现场检查记录 编号：\n检查时间：年月日\n检查情况：检查人员签名："
    )
    assert adds_nothing(saved_again, FORM, PRINT)
    assert not adds_nothing(saved_again.replace("情况：", "情况：冲床"), FORM, PRINT)


def test_what_was_written_is_not_hidden_behind_the_forms_second_shape() -> None:
    filled = FORM.replace("检查情况：", "检查情况：检查时间检查人员")
    assert not adds_nothing(filled, FORM, PRINT)
