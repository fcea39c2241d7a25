"""By which criterion a hazard is a major one (附件五(三)十四3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from evidence.domain.hazard import Grade
from evidence.rules.chain import Chain
from evidence.rules.outcomes import failed, passed, unsure
from evidence.rules.rule import Outcome, case_rule

ORDER_10_FROM = date(2023, 5, 15)
"""From this day the criteria of Order 10 stand beside the 2017 ones; their text is free."""
MAJOR_2017 = frozenset(
    f"GM2017-{group:02d}-{item:02d}"
    for group, count in enumerate((10, 2, 2, 11, 10, 6, 7, 6, 2, 2, 1), start=1)
    for item in range(1, count + 1)
)
"""Clause codes of the 2017 criteria: 59 clauses in eleven groups (special 14, by trade 45)."""


@case_rule(
    "K05-major-criterion",
    "重大隐患有判定条款",
    rows="K05",
    remedy="写明判定标准的条款编号；按令第10号判定的由项目负责人确认。",
    unless="没有判为重大的隐患。",
)
def major_criterion(chain: Chain) -> Iterator[Outcome]:
    """A 重大 hazard names its criterion; one by Order 10's free text waits for a person."""
    for step in chain.finding_visits:
        for hazard in step.facts.hazards:
            if hazard.grade is not Grade.MAJOR:
                continue
            criterion = hazard.criterion.strip()
            about: dict[str, Any] = {
                "visit": step.id,
                "hazard": hazard.id,
                "expected": "2017版条款编号（GM2017-…）；2023-05-15 起亦可为令第10号条款",
                "observed": criterion or "未填",
            }
            if not criterion:
                yield failed(f"隐患 {hazard.id} 判为重大，未写判定条款。", **about)
            elif criterion in MAJOR_2017:
                yield passed(f"隐患 {hazard.id} 的判定条款为 {criterion}。", **about)
            elif criterion.startswith("GM2017-"):
                yield failed(f"隐患 {hazard.id} 的判定条款 {criterion} 不在2017版标准中。", **about)
            elif step.day >= ORDER_10_FROM:
                yield unsure(f"隐患 {hazard.id} 按“{criterion}”判为重大，请确认条款。", **about)
            else:
                yield failed(
                    f"隐患 {hazard.id} 按“{criterion}”判为重大，检查日当时只适用2017版标准。", **about
                )
