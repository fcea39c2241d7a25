"""What people type into cells, read strictly and forgivingly at once.

Full-width figures, dates as text, leading apostrophes, stray spaces are understood; formulas,
control characters and figures that Excel has already rounded are refused with a reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

from evidence.domain.week import SHANGHAI
from evidence.language import _

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{1,2})\s*[:时点]\s*(\d{1,2})?(?:\s*分)?(?::(\d{2}))?")
_SEPARATORS = re.compile(r"[、,，;；\n]+")
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,24}")
_EXCEL_EPOCH = date(1899, 12, 30)
YES = frozenset({"是", "有", "√", "Y", "YES", "TRUE", "1", "已", "已出示", "已交底"})
NO = frozenset({"否", "无", "×", "N", "NO", "FALSE", "0", "未", "未出示", "未交底"})


class CellError(ValueError):
    """One cell that cannot be read; the message is Chinese and names no place."""


def text(value: Any) -> str:
    """The cell's text without surrounding blanks and without the apostrophe that marks text.

    Raises:
        CellError: control or direction-changing characters.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date().isoformat() if value.time() == clock_time() else value.isoformat(" ", "minutes")
    found = unicodedata.normalize("NFC", str(value)).replace("\u00a0", " ").replace("\r\n", "\n").strip()
    found = found.strip("\ufeff\u200b \u3000\t\n")
    if found[:1] in ("'", "‘") and not found.endswith(("'", "’")):
        found = found[1:].strip()
    match = _CONTROL.search(found)
    if match is not None:
        raise CellError(_("含有控制字符 U+{code:04X}，请删除后重填").format(code=ord(match[0])))
    return found


def narrow(value: Any) -> str:
    """Text with full-width figures and Latin letters made ordinary, for numbers, codes, dates."""
    return unicodedata.normalize("NFKC", text(value)).strip()


def addresses(value: Any) -> tuple[str, ...]:
    """Mail addresses, each once, in small letters.

    Raises:
        CellError: a word that is no address.
    """
    found = [word for word in re.split(r"[\s;,、；，]+", narrow(value).lower()) if word]
    for word in found:
        if not _ADDRESS.fullmatch(word):
            raise CellError(_("“{word}”不是邮箱地址").format(word=word))
    return tuple(dict.fromkeys(found))


def code(value: Any) -> str:
    """An identifier such as a credit code or a serial number, without blanks, in capitals.

    Raises:
        CellError: a figure of more than 15 digits, which Excel has already rounded.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= 10**15:
        raise CellError(_("数字超过15位，已被 Excel 改动；请先把该列设为“文本”格式再重填"))
    return re.sub(r"\s+", "", narrow(value)).upper()


def whole(value: Any) -> int | None:
    """A count or an amount: a whole number that is not negative, None for an empty cell.

    Raises:
        CellError: anything else.
    """
    found = narrow(value).removesuffix("人").removesuffix("元").replace(",", "")
    if not found:
        return None
    try:
        number = int(found)
    except ValueError:
        raise CellError(_("“{found}”不是整数").format(found=found)) from None
    if number < 0:
        raise CellError(_("“{found}”不能为负").format(found=found))
    return number


def day(value: Any) -> date | None:
    """A date, None for an empty cell.

    Raises:
        CellError: not a date of the calendar.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 20000 < value < 80000:
        return _EXCEL_EPOCH + timedelta(days=int(value))
    found = narrow(value)
    if not found:
        return None
    match = _DATE.fullmatch(found) or _COMPACT_DATE.fullmatch(found)
    if match is None:
        raise CellError(_("“{found}”不是日期，请写成 2022-03-14").format(found=found))
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        raise CellError(_("“{found}”不是日历上的日期").format(found=found)) from None


def moment(value: Any) -> datetime | None:
    """A date with time of day in Shanghai, None for an empty cell.

    Raises:
        CellError: no date, or no time beside it.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    found = narrow(value)
    if not found:
        return None
    match = _DATE.match(found)
    rest = found[match.end() :].strip().lstrip("T").strip() if match else ""
    hours = _TIME.fullmatch(rest)
    when = day(match[0]) if match else None
    if when is None or hours is None:
        raise CellError(_("“{found}”不是时间，请写成 2022-03-14 09:30").format(found=found))
    try:
        return datetime(when.year, when.month, when.day, int(hours[1]), int(hours[2] or 0), tzinfo=SHANGHAI)
    except ValueError:
        raise CellError(_("“{found}”的时刻不对").format(found=found)) from None


def yes_no(value: Any) -> bool | None:
    """是 or 否, None for an empty cell.

    Raises:
        CellError: neither.
    """
    if isinstance(value, bool):
        return value
    found = narrow(value).upper()
    if not found:
        return None
    if found in YES:
        return True
    if found in NO:
        return False
    raise CellError(_("“{found}”请填“是”或“否”").format(found=found))


def several(value: Any) -> tuple[str, ...]:
    """Parts separated by 、 comma, semicolon or line break."""
    if isinstance(value, (list, tuple)):
        return tuple(text(part) for part in value if text(part))
    return tuple(part.strip() for part in _SEPARATORS.split(text(value)) if part.strip())


def one_of(options: dict[str, Any], named: Callable[[str], Any] | None = None) -> Callable[[Any], Any]:
    """A reader for one of a list of words; None for an empty cell.

    Args:
        named: understands further words, and raises ValueError for those it does not.
    """

    def read(value: Any) -> Any:
        found = text(value)
        if not found:
            return None
        folded = _fold(found)
        for word, meaning in options.items():
            if _fold(word) == folded:
                return meaning
        if named is not None:
            with suppress(ValueError):
                return named(found)
        raise CellError(_("“{found}”不在可选项中：{options}").format(found=found, options="、".join(options)))

    return read


def many_of(options: dict[str, Any]) -> Callable[[Any], tuple[Any, ...]]:
    """A reader for several words of a list."""
    read_one = one_of(options)

    def read(value: Any) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(read_one(part) for part in several(value)))

    return read


def _fold(word: str) -> str:
    """Brackets and widths do not matter when an option is compared."""
    return unicodedata.normalize("NFKC", word).replace(" ", "").casefold()
