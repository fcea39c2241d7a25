"""Words to choose from while entering: legal bases that were used before, criteria of major hazards."""

from __future__ import annotations

from collections import Counter
from datetime import date

from evidence.ledger.view import View
from evidence.rules.parameters import Parameters

_MOST = 400
_TRADES = (
    "存在粉尘爆炸危险的行业领域", "使用液氨制冷的行业领域", "有限空间作业相关的行业领域", "冶金行业",
    "有色行业", "建材行业", "机械行业", "轻工行业", "纺织行业", "烟草行业", "商贸行业",
)  # fmt: skip
_CLAUSES = (10, 2, 2, 11, 10, 6, 7, 6, 2, 2, 1)


def bases(view: View) -> tuple[tuple[str, str], ...]:
    """(basis, items it was used for), the most used first: the list grows from use."""
    counts: Counter[str] = Counter()
    items: dict[str, Counter[int]] = {}
    for visit in view.all_visits():
        for hazard in visit.hazards:
            if basis := hazard.basis.strip():
                counts[basis] += 1
                if hazard.item is not None:
                    items.setdefault(basis, Counter())[hazard.item] += 1
    return tuple(
        (basis, "、".join(str(item) for item, _count in items.get(basis, Counter()).most_common(3)))
        for basis, _count in counts.most_common(_MOST)
    )


def criteria(parameters: Parameters, day: date) -> tuple[tuple[str, str], ...]:
    """(code, what it belongs to) of the criteria that decide on a day what a major hazard is."""
    if day >= parameters.order_10_from and parameters.order_10_articles:
        return tuple((article, "") for article in parameters.order_10_articles)
    return tuple(
        (f"GM2017-{group:02d}-{item:02d}", f"{trade} 第{item}条")
        for group, (trade, count) in enumerate(zip(_TRADES, _CLAUSES, strict=True), 1)
        for item in range(1, count + 1)
    )
