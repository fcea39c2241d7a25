"""A sentence on record is read back into what the rule's source says, and said in English."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.web.finding_sentences import MOST_PARTS, FindingSentences, sentences
from scripts.finding_sentences import load, problems
from tests.unit.rules.decisions.tables import TABLE

HAN = re.compile(r"[\u4e00-\u9fff]")
PLACE = re.compile(r"\{(\w+)\}")
TEMPLATES = [str(each.id) for each in load() if each.id and PLACE.search(str(each.id))]


def test_every_sentence_of_the_source_has_its_english() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("recorded", "english"),
    [
        ("WJB22-0001-JC-001 未见改动痕迹。", "WJB22-0001-JC-001: no trace of alteration."),
        ("周晓岚的工作证 GX-002 未登记有效期。", "周晓岚: the validity of badge GX-002 is not registered."),
        ("2022-03-14 检查没有出示工作证。", "2022-03-14 check: the badge was not shown."),
        ("窗口 2022-03-21 已过，没有督促。", "The window 2022-03-21 has passed without urging."),
        ("H01 谁也没有说过。", "H01 谁也没有说过。"),
        ("2022-03-14", "2022-03-14"),
        ("WJB-2022-W12.zip", "WJB-2022-W12.zip"),
        ("", ""),
    ],
)
def test_facts_are_set_where_english_wants_them(recorded: str, english: str) -> None:
    assert sentences().english(recorded) == english


def test_an_absent_fact_at_the_end_leaves_nothing_behind() -> None:
    read = FindingSentences({"{0} 待移交{1}。": "{0} is to be handed over{1}."}, str)
    assert read.english("2022-W13 待移交。") == "2022-W13 is to be handed over."


def test_what_somebody_typed_is_never_translated_in_parts() -> None:
    read = FindingSentences({"{0}的{1}": "{1} of {0}", "影子": "shadow"}, str)
    assert read.english("只是装订孔的影子") == "只是装订孔的影子"


def test_a_quotation_stays_as_it_was_written() -> None:
    read = FindingSentences(
        {"理由{0}没有实质内容。": "the reason {0} has no substance.", "影子": "shadow"}, str
    )
    assert read.english("理由“影子。”没有实质内容。") == "The reason “影子。” has no substance."


@pytest.mark.parametrize(
    "typed",
    [
        "，".join(["清理杂物"] * 60),
        "a b 甲 " * 400,
        "甲，" * 800,
        "甲。" * 900,
        "没有、" * 100,
        "检" * 1999,
        "、，" * 150,
        "甲，乙、丙" * 5,
    ],
)
def test_what_somebody_typed_is_not_read_for_ever(typed: str) -> None:
    looked: list[str] = []

    def phrase(text: str) -> str:
        looked.append(text)
        return text

    FindingSentences({"{0}没有。": "{0} lacking."}, phrase).english(typed)
    assert len(looked) <= MOST_PARTS


def test_the_sentence_around_a_long_list_is_said_and_the_list_stays() -> None:
    names = "、".join(f"照片 {n}.jpg" for n in range(20))
    read = FindingSentences({"未接收：{0}。": "Not taken in: {0}.", "照片": "photograph"}, str)
    assert read.english(f"未接收：{names}。") == f"Not taken in: {names}."


@pytest.mark.parametrize("typed", ["没有与签发件一致", "未验收通过"])
def test_no_half_of_a_denial_is_translated(typed: str) -> None:
    assert sentences().english(typed) == typed


def test_one_character_alone_is_no_phrase() -> None:
    assert sentences().english("第 3 次甲乙") == "第 3 次甲乙"


def test_two_sentences_are_read_apart_and_a_list_item_by_item() -> None:
    known = {"第{0}页": "page {0}", "{0}缺。": "{0} missing.", "请补扫。": "Please scan them."}
    read = FindingSentences(known, str)
    assert read.english("第1页、第2页缺。请补扫。") == "Page 1, page 2 missing. Please scan them."


def test_a_phrase_of_the_desk_serves_where_no_rule_has_the_word() -> None:
    read = FindingSentences(
        {"{0}没有登记。": "{0} not registered."}, lambda text: {"检查": "Check"}.get(text, text)
    )
    assert read.english("检查没有登记。") == "Check not registered."


@pytest.mark.parametrize(("clause", "english"), [("第九条4", "article 9.4"), ("附件五(二)1", "annex 5(2)1")])
def test_a_place_in_the_contract_is_named_as_english_readers_find_it(clause: str, english: str) -> None:
    assert sentences().english(clause) == english


def test_one_of_a_kind_is_no_plural() -> None:
    read = FindingSentences({"还有 {0} 家。": "{0} enterprises left."}, str)
    assert (read.english("还有 1 家。"), read.english("还有 2 家。")) == (
        "1 enterprise left.",
        "2 enterprises left.",
    )


@given(st.sampled_from(TEMPLATES), st.data())
def test_every_template_finds_itself_whatever_numbers_are_set_in(template: str, data: st.DataObject) -> None:
    """No reading leaves Chinese of our own behind."""
    said = PLACE.sub(lambda _place: str(data.draw(st.integers(10, 99))), template)
    assert not HAN.search(sentences().english(said)), said


def test_what_the_rules_say_of_bent_worlds_leaves_only_names_and_typed_words() -> None:
    """Every finding of the decision tables: the Chinese left over is what the sample's people wrote."""
    left: set[str] = set()
    for row in TABLE:
        for finding in row.findings():
            for text in (finding.message, finding.expected, finding.observed):
                left |= set(re.findall(r"[\u4e00-\u9fff]{2,}", sentences().english(text)))
    ours = {"检查", "整改", "复查", "督促", "隐患", "签字", "盖章", "录像", "移交", "登记"}
    assert not {each for each in left if any(word in each for word in ours)} - TYPED


TYPED: set[str] = set()
"""What people of the decision tables typed with a word of ours in it."""
