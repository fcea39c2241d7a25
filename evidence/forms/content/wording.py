"""How dates, times, choices and people are written on paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from evidence.domain.week import SHANGHAI

TICKED, FREE = "☑", "☐"


def day(value: date | None, *, blank: str = "") -> str:
    """`2022年3月14日`."""
    return blank if value is None else f"{value.year}年{value.month}月{value.day}日"


def short_day(value: date | None, *, blank: str = "") -> str:
    """`2022-03-14`, for narrow columns."""
    return blank if value is None else value.isoformat()


def moment(value: datetime | None, *, blank: str = "") -> str:
    """`2022年3月14日9时05分`, Shanghai time."""
    if value is None:
        return blank
    local = value.astimezone(SHANGHAI)
    return f"{day(local.date())}{local.hour}时{local.minute:02d}分"


def choices(options: Iterable[str], chosen: Iterable[str]) -> str:
    """`☑ 甲　☐ 乙`."""
    ticked = set(chosen)
    return "　".join(f"{TICKED if option in ticked else FREE} {option}" for option in options)


def yes_no(value: bool | None, yes: str, no: str) -> str:
    """Two boxes, none ticked while unknown."""
    return choices((yes, no), () if value is None else (yes if value else no,))


BLANK_MOMENT = "　　　年　　月　　日　　时　　分"
BLANK_DAY = "　　　　年　　月　　日"
