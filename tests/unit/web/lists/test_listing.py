"""Lists are searched, filtered, sorted and paged by what their columns declare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.web.lists.listing import (
    PAGE_ROWS,
    Column,
    Filter,
    Value,
    cell_class,
    choices_of,
    query_of,
    show,
    text,
)


@dataclass(frozen=True)
class Row:
    name: str
    classes: tuple[str, ...] = ()
    on: date | None = None
    count: int | None = None


COLUMNS = (
    Column(key="name", title="名称", value=lambda row: row.name, filter=Filter.TEXT, searched=True),
    Column(key="classes", title="类别", value=lambda row: row.classes, filter=Filter.CHOICE),
    Column(key="on", title="日期", value=lambda row: row.on, filter=Filter.DAYS),
    Column(key="count", title="人数", value=lambda row: row.count, optional=True),
)
ROWS = (
    Row("恒晟精密", ("铸造", "粉尘涉爆"), date(2022, 3, 1), 9),
    Row("ＡＢＣ电子", ("铸造",), date(2022, 3, 31), 120),
    Row("润禾纺织", ("规模以下",), None, None),
)


def names(**sent: list[str]) -> list[str]:
    asked = {key.replace("__", "."): value for key, value in sent.items()}
    return [row.name for row in show(ROWS, COLUMNS, query_of(asked, COLUMNS)).rows]


def test_everything_is_shown_in_its_own_order_when_nothing_is_asked() -> None:
    assert names() == ["恒晟精密", "ＡＢＣ电子", "润禾纺织"]


@pytest.mark.parametrize("wanted", ["abc", "ABC电子", "ａｂｃ 电"])
def test_width_capitals_and_spaces_do_not_hide_a_row(wanted: str) -> None:
    assert names(q=[wanted]) == ["ＡＢＣ电子"]
    assert names(f__name=[wanted]) == ["ＡＢＣ电子"]


def test_a_choice_fits_any_of_several_values() -> None:
    assert names(f__classes=["粉尘涉爆"]) == ["恒晟精密"]
    assert names(f__classes=["粉尘涉爆", "规模以下"]) == ["恒晟精密", "润禾纺织"]
    assert choices_of(COLUMNS[1], ROWS) == ("粉尘涉爆", "规模以下", "铸造")


def test_days_are_bounds_that_count_themselves_and_leave_out_rows_without_a_day() -> None:
    assert names(f__on=["2022-03-01", "2022-03-30"]) == ["恒晟精密"]
    assert names(f__on=["", "2022-03-31"]) == ["恒晟精密", "ＡＢＣ电子"]


def test_rows_without_a_value_come_last_up_and_down() -> None:
    assert names(sort=["count"]) == ["恒晟精密", "ＡＢＣ电子", "润禾纺织"]
    assert names(sort=["-count"]) == ["ＡＢＣ电子", "恒晟精密", "润禾纺织"]


def test_optional_columns_are_shown_when_asked_for() -> None:
    assert [c.key for c in show(ROWS, COLUMNS, query_of({}, COLUMNS)).columns] == ["name", "classes", "on"]
    asked = query_of({"show": ["count", "name"]}, COLUMNS)
    assert [c.key for c in show(ROWS, COLUMNS, asked).columns] == ["name", "count"]


def test_only_the_page_is_reckoned_in_columns_that_nobody_asked_about() -> None:
    seen: list[int] = []
    columns = (
        Column(key="n", title="", value=lambda row: row),
        Column(key="dear", title="", value=lambda row: seen.append(row) or 0),  # type: ignore[func-returns-value]
    )
    shown = show(range(10_000), columns, query_of({"sort": ["-n"], "page": ["3"]}, columns))
    assert list(shown.here) == list(range(9999 - 2 * PAGE_ROWS, 9999 - 3 * PAGE_ROWS, -1))
    assert seen == []
    assert shown.pages == 200


@pytest.mark.parametrize("page", ["0", "-1", "9999999999", "x", "²", ""])
def test_a_page_that_is_not_there_shows_one_that_is(page: str) -> None:
    shown = show(range(120), COLUMNS, query_of({"page": [page]}, COLUMNS))
    assert 1 <= shown.page <= shown.pages == 3
    assert shown.here


@given(
    st.dictionaries(
        st.sampled_from(["q", "sort", "show", "page", "f.name", "f.classes", "f.on", "f.count"]),
        st.lists(st.text(max_size=12), max_size=3),
    )
)
def test_any_address_gives_a_page_and_asks_itself_again(sent: dict[str, list[str]]) -> None:
    query = query_of(sent, COLUMNS)
    shown = show(ROWS, COLUMNS, query)
    assert set(shown.here) <= set(ROWS)
    again = query_of(parse_qs(query.address(), keep_blank_values=True), COLUMNS)
    assert show(ROWS, COLUMNS, again).rows == shown.rows


def test_values_are_written_as_people_read_them() -> None:
    assert [text(each) for each in (None, ("甲", "乙"), date(2022, 3, 1), 7, "丙")] == [
        "", "甲、乙", "2022-03-01", "7", "丙",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "css"),
    [
        (date(2022, 3, 14), "whole"),
        ("WJB22-0001-JC-001", "whole"),
        (12, "whole"),
        ("常州恒晟精密机械有限公司", ""),
        ("执法记录仪/0012347_000125_20220330085900.MP4", "prose"),
        ("9" * 25, "prose"),
        ("配电箱箱门未关闭，未张贴“当心触电”警示标识", "prose"),
        (None, ""),
    ],
)
def test_days_and_identifiers_stand_on_one_line_and_sentences_in_wide_columns(value: Value, css: str) -> None:
    assert cell_class(value) == css
