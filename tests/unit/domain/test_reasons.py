"""Which texts are reasons: short ones for everyday acts, a sentence for a decision against a rule."""

from __future__ import annotations

import pytest

from evidence.domain.reasons import in_words, require_substance, require_words, substantial
from evidence.errors import UsageError


@pytest.mark.parametrize(
    "text", ["", "  ", "。", "......", "——！？", "1234567", "啊", "啊啊啊啊", "aaaa", "x。x"]
)
def test_signs_figures_and_one_character_over_and_over_are_no_reason(text: str) -> None:
    assert not in_words(text)
    assert not substantial(text)
    for require in (require_words, require_substance):
        with pytest.raises(UsageError):
            require(text)


@pytest.mark.parametrize("text", ["漏项", "损坏", "第3页错", "Typo"[:2]])
def test_a_short_reason_is_enough_for_an_act_of_everyday_work_only(text: str) -> None:
    assert require_words(f" {text} ") == text
    assert not substantial(text)
    with pytest.raises(UsageError, match="没有实质内容"):
        require_substance(text)


def test_a_reason_of_four_characters_has_substance() -> None:
    assert require_substance("公章年检") == require_words("公章年检") == "公章年检"
