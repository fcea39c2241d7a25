"""Cells as clerks really fill them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from evidence.domain.week import SHANGHAI
from evidence.forms import cells

DAY = date(2022, 3, 14)


@pytest.mark.parametrize(
    "written",
    [
        "2022-03-14",
        "2022/3/14",
        "2022.3.14",
        "2022年3月14日",
        "２０２２年３月１４日",
        " 2022-3-14 ",
        "'2022-03-14",
        "20220314",
        datetime(2022, 3, 14, 0, 0),  # noqa: DTZ001
        DAY,
        44634,
        44634.0,
    ],
)
def test_a_day_is_understood_however_it_is_written(written: object) -> None:
    assert cells.day(written) == DAY


@pytest.mark.parametrize("written", ["二月三十", "2022-02-30", "3月14日", "昨天", "2022-13-01", "14"])
def test_what_is_no_day_is_refused_in_chinese(written: str) -> None:
    with pytest.raises(cells.CellError, match="日期"):
        cells.day(written)


@pytest.mark.parametrize(
    "written",
    [
        "2022-03-14 09:05",
        "2022-03-14T9:05",
        "2022年3月14日9时05分",
        "2022/3/14　09：05",
        "2022-03-14 9:05:30",
    ],
)
def test_a_moment_is_shanghai_time(written: str) -> None:
    assert cells.moment(written) == datetime(2022, 3, 14, 9, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize("written", ["2022-03-14", "09:05", "2022-03-14 25:00", "2022-03-14 上午"])
def test_a_moment_needs_day_and_time(written: str) -> None:
    with pytest.raises(cells.CellError):
        cells.moment(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("９１３１０１１０６６６００７２１７ｔ", "91310110666007217T"),
        ("'91310110666007217T", "91310110666007217T"),
        ("9131 0110 6660 0721 7T", "91310110666007217T"),
        (123.0, "123"),
        (None, ""),
    ],
)
def test_a_code_loses_width_blanks_and_apostrophe(written: object, read: str) -> None:
    assert cells.code(written) == read


def test_a_code_that_excel_has_rounded_is_refused() -> None:
    with pytest.raises(cells.CellError, match="15位"):
        cells.code(913204121370000001)


@pytest.mark.parametrize("hidden", ["\x07", "\x00", "\u202e", "\x1b", "\u2066"])
def test_hidden_characters_are_refused_and_named(hidden: str) -> None:
    with pytest.raises(cells.CellError, match=f"U\\+{ord(hidden):04X}"):
        cells.text(f"常州{hidden}公司")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("是", True),
        ("√", True),
        ("否", False),
        ("无", False),
        ("", None),
        (None, None),
        (True, True),
        ("Ｙ", True),
    ],
)
def test_yes_and_no(written: object, read: bool | None) -> None:
    assert cells.yes_no(written) is read


def test_maybe_is_neither() -> None:
    with pytest.raises(cells.CellError):
        cells.yes_no("大概")


def test_options_ignore_bracket_width_and_name_the_choices() -> None:
    read = cells.many_of({"危化品经营（带储存）": 1, "铸造": 2})
    assert read("危化品经营(带储存)、铸造，铸造") == (1, 2)
    with pytest.raises(cells.CellError, match="铸造"):
        read("纺织")


@pytest.mark.parametrize(("written", "read"), [("1,234元", 1234), ("３５人", 35), (35.0, 35), ("", None)])
def test_whole_numbers(written: object, read: int | None) -> None:
    assert cells.whole(written) == read


@pytest.mark.parametrize("written", ["3.5", "-1", "－３人", -200000])
def test_a_fraction_or_less_than_nothing_is_no_count(written: object) -> None:
    with pytest.raises(cells.CellError):
        cells.whole(written)
