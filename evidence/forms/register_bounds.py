"""Register entries that cannot be true are refused with the field they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from evidence.domain.register import RegisterEntry
from evidence.errors import UsageError
from evidence.forms.plausible import Plausible
from evidence.language import _

LONGEST = 200
"""Characters of a key or of one further fact; longer text belongs into the paper."""
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
"""Nothing of a contract of this kind is valid before or after."""
COUNTS = frozenset({"targets", "signatures", "seals"})
"""Further facts that count something."""
INSTALMENTS = frozenset({"payment", "invoice", "materials-submission"})
"""Registers whose key is the number of an instalment."""


def refuse_impossible_entry(entry: RegisterEntry, bounds: Plausible, where: str = "") -> None:
    """Look at days, amounts and lengths of an entry.

    Raises:
        UsageError: one of them cannot be; it says which.
    """
    problems = list(_problems(entry, bounds))
    if problems:
        raise UsageError(
            _("登记内容不可能：{what}。").format(what="；".join(problems)),
            where=where,
            remedy=_("请核对后重新登记；什么都没有登记。"),
        )


def _problems(entry: RegisterEntry, bounds: Plausible) -> Iterator[str]:
    if problem := bounds.register_day(entry.on):
        yield _("日期 {day} {problem}").format(day=entry.on.isoformat(), problem=problem)
    if entry.receipt_on is not None and (problem := bounds.register_day(entry.receipt_on)):
        yield _("签收日期 {day} {problem}").format(day=entry.receipt_on.isoformat(), problem=problem)
    for name, day in ((_("有效期起"), entry.valid_from), (_("有效期止"), entry.valid_to)):
        if day is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            yield _("{name} {day} 不可能").format(name=name, day=day.isoformat())
    if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
        yield _("有效期止早于有效期起")
    if entry.register in INSTALMENTS and entry.key not in {str(n) for n in range(1, 7)}:
        yield _("登记号“{key}”不是付款期次 1～6").format(key=entry.key[:20])
    for name, text in (("登记号", entry.key), *entry.data.items()):
        if problem := _typed(name, text, bounds):
            yield problem


def _typed(name: str, text: str, bounds: Plausible) -> str:
    """Why a field cannot hold this text, by what the end of its name says it is; empty when it can."""
    if len(text) > LONGEST:
        return _("“{name}”超过 {limit} 个字").format(name=name, limit=LONGEST)
    if name.endswith("_yuan") and not _amount(text):
        return _("金额“{text}”不对，应为不小于零的数").format(text=text[:20])
    if name in COUNTS and text and not text.isdecimal():
        return _("“{name}”写的“{text}”不是不小于零的整数").format(name=name, text=text[:20])
    if name.endswith("_on") and text and (problem := _day(text, bounds)):
        return _("“{name}”写的“{text}”{problem}").format(name=name, text=text[:20], problem=problem)
    return ""


def _day(text: str, bounds: Plausible) -> str:
    """Why a further day cannot be; empty when it can."""
    try:
        return bounds.register_day(date.fromisoformat(text))
    except ValueError:
        return _("不是日期，请写成 2022-03-14")


def _amount(text: str) -> bool:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return False
    return amount.is_finite() and amount >= 0
