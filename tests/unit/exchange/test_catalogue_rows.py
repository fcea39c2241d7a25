"""Rows of the printed catalogue hold their text: a title that wraps would else lie over the next row."""

from __future__ import annotations

import pytest

from evidence.exchange.catalogue import columns_of, row_height

WIDTHS = (6, 44)


def test_a_chinese_character_takes_two_columns() -> None:
    assert columns_of("案卷 WJB22（甲）") == 4 + 1 + 5 + 6


@pytest.mark.parametrize(
    ("text", "lines"), [("", 0), ("甲" * 21, 1), ("甲" * 22, 2), ("a" * 42, 1), ("a" * 43, 2), ("甲" * 43, 3)]
)
def test_a_row_is_as_high_as_its_longest_text_wraps(text: str, lines: int) -> None:
    assert row_height({1: text}, WIDTHS) == max(26, 15 * lines + 8)


def test_the_text_with_most_lines_decides() -> None:
    assert row_height({0: "甲乙丙丁戊己", 1: "甲"}, WIDTHS) == 15 * 3 + 8
