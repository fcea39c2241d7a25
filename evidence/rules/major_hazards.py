"""By which criterion a hazard is a major one (附件五(三)十四3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.domain.hazard import Grade, Hazard
from evidence.domain.parties import Person, Role
from evidence.rules.case_history import CaseHistory
from evidence.rules.outcomes import failed, passed, unsure
from evidence.rules.rule import Outcome, case_rule, revised
from evidence.rules.steps import Step

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
    parameters="order_10_from order_10_articles",
    remedy="写明判定标准的条款编号；按令第10号判定的由项目负责人确认。",
    unless="没有判为重大的隐患。",
)
def major_criterion(chain: CaseHistory) -> Iterator[Outcome]:
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
            now = _by_order_10(chain, step, hazard, about)
            then = _by_2017(chain, step, hazard, about)
            yield then if now is None else revised(now, then)


def _by_2017(chain: CaseHistory, step: Step, hazard: Hazard, about: dict[str, Any]) -> Outcome:
    """The criteria of 2017, and what rulesets before the third made of those of Order 10."""
    criterion = hazard.criterion.strip()
    if not criterion:
        return failed(f"隐患 {hazard.id} 判为重大，未写判定条款。", **about)
    if criterion in MAJOR_2017:
        return passed(f"隐患 {hazard.id} 的判定条款为 {criterion}。", **about)
    if criterion.startswith("GM2017-"):
        return failed(f"隐患 {hazard.id} 的判定条款 {criterion} 不在2017版标准中。", **about)
    if step.day >= chain.parameters.order_10_from:
        return unsure(f"隐患 {hazard.id} 按“{criterion}”判为重大，请确认条款。", **about)
    return failed(f"隐患 {hazard.id} 按“{criterion}”判为重大，检查日当时只适用2017版标准。", **about)


def _by_order_10(chain: CaseHistory, step: Step, hazard: Hazard, about: dict[str, Any]) -> Outcome | None:
    """From its first day Order 10 decides: by its imported list, else by a lead's confirmation."""
    criterion, articles = hazard.criterion.strip(), chain.parameters.order_10_articles
    if not criterion or step.day < chain.parameters.order_10_from:
        return None
    if articles and not criterion.startswith("GM2017-"):
        said = f"隐患 {hazard.id} 的判定条款 {criterion} "
        if criterion in articles:
            return passed(f"{said}在令第10号条款之内。", **about)
        return failed(f"{said}不在录入的令第10号条款之内。", **about)
    lead = _confirmed_by(chain, step, hazard)
    if lead is not None:
        return passed(f"隐患 {hazard.id} 按“{criterion}”判为重大，已由项目负责人{lead.name}确认。", **about)
    if criterion.startswith("GM2017-"):
        since = chain.parameters.order_10_from.isoformat()
        said = f"隐患 {hazard.id} 按2017版 {criterion} 判为重大；{since} 起由令第10号判定，请项目负责人确认。"
        return unsure(said, **about)
    return None


def _confirmed_by(chain: CaseHistory, step: Step, hazard: Hazard) -> Person | None:
    """The lead who confirmed the criterion of a hazard, not before it was found."""
    for entry in chain.entries("criterion-confirmation"):
        person = chain.index.people.get(entry.person or "")
        if (
            entry.case == chain.case.id
            and entry.data.get("hazard", "") == hazard.id
            and entry.on >= step.day
            and person is not None
            and person.role is Role.LEADER
        ):
            return person
    return None
