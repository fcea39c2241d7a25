"""Which numbers no contract can mean: refused when they are read, never judged by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from evidence.language import _
from evidence.rules.parameters import Parameters

WHOLE = 100
AT_LEAST_ONE = (
    "term_years",
    "team_size",
    "training_days",
    "new_enterprise_months",
    "experts_ordinary",
    "experts_heavy",
    "rectification_days",
    "recheck_days",
    "checklist_items",
    "visits_per_day",
    "footage_retention_days",
    "record_retention_years",
)


def impossible(settings: Any) -> Iterator[tuple[str, str]]:
    """(place, what is wrong) for every number below zero in nested settings, and each relation that fails.

    Args:
        settings: a dataclass; its `rules` are `Parameters`.
    """
    yield from _negative(settings, "")
    yield from ((f"rules.{name}", fault) for name, fault in _relations(settings.rules))


def _negative(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        if value < 0:
            yield place, _("不能是负数（写的是 {value}）").format(value=value)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _negative(getattr(value, one.name), f"{place}.{one.name}" if place else one.name)
    elif isinstance(value, tuple):
        for each in value:
            yield from _negative(each, place)


def _relations(rules: Parameters) -> Iterator[tuple[str, str]]:
    for name in AT_LEAST_ONE:
        if getattr(rules, name) == 0:
            yield name, _("至少是 1")
    if rules.urging_first_day > rules.urging_last_day:
        yield (
            "urging_first_day",
            _("第一天（{first}）晚于最后一天（{last}）").format(
                first=rules.urging_first_day, last=rules.urging_last_day
            ),
        )
    if not 1 <= rules.handover_weekday <= 7:
        yield "handover_weekday", _("应是 1（周一）到 7（周日）")
    if sum(rules.instalment_percent) != WHOLE:
        yield "instalment_percent", _("各期合计应是 100")
    if rules.uncovered_permille > rules.uncovered_most_permille:
        yield "uncovered_permille", _("不能大于 uncovered_most_permille")
    if rules.leaders > rules.team_size:
        yield "leaders", _("不能多于 team_size")
