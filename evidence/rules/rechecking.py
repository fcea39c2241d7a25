"""The recheck: within five days of expiry, with a result for every hazard (附件五(二)1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.domain.hazard import HazardState
from evidence.rules.case_history import DEADLINE_IN_FORCE, CaseHistory
from evidence.rules.clause import Level
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised
from evidence.rules.steps import Step

NO_HAZARD = "检查未发现隐患，或尚未检查，无需复查。"


@case_rule(
    "P11-recheck-window",
    "期限到期后{recheck_days}天内复查",
    rows="P11",
    level=Level.WARNING,
    parameters="recheck_days rectification_days",
    remedy="尽快复查；迟延会长期列示。",
    unless=NO_HAZARD,
)
def recheck_in_window(chain: CaseHistory) -> Iterator[Outcome]:
    """For each deadline one recheck on day 1 to 5 after it; an earlier one makes a person look."""
    several = len(chain.expiries) > 1
    for expiry in chain.expiries:
        window = expiry.window
        about: dict[str, Any] = {
            "hazard": "、".join(expiry.hazards) if several else "",
            "expected": f"{window}{window.note}",
            "due": window.last,
        }
        about_day = f"整改期限 {expiry.deadline.isoformat()}"
        done = [
            step
            for step in chain.rechecks
            if {one.hazard for one in step.facts.results} & set(expiry.hazards) or not step.facts.results
        ]
        after = [step for step in done if step.day >= window.first]
        setting = chain.set_by(expiry)
        before = [
            step for step in done if step.day < window.first and chain.check and step.day > chain.check.day
        ]
        early = [step for step in before if step.id not in setting]
        if after:
            step = after[0]
            about |= {"visit": step.id, "observed": step.day.isoformat()}
            day = (step.day - expiry.deadline).days
            if step.day <= window.last:
                yield passed(f"{about_day}到期后第 {day} 天复查，在窗口内{window.note}。", **about)
            else:
                yield late(f"{about_day}到期后第 {day} 天才复查，晚于窗口 {window}{window.note}。", **about)
        elif early:
            step = early[-1]
            about |= {"visit": step.id, "observed": step.day.isoformat()}
            yield unsure(f"{about_day}未到期，{step.day.isoformat()} 已提前复查，请确认是否有效。", **about)
        else:
            if chain.today <= window.last:
                due = waiting(f"{about_day}，复查窗口 {window}{window.note}。", observed="尚未复查", **about)
            else:
                due = failed(
                    f"{about_day}已过，窗口 {window} 内没有复查{window.note}。", observed="未复查", **about
                )
            yield revised(due, _counted_twice(about_day, before[-1], about)) if before else due


def _counted_twice(about_day: str, step: Step, about: dict[str, Any]) -> Outcome:
    """Before edition 3 the recheck that set a new deadline passed for that deadline's own early one."""
    day = step.day.isoformat()
    said = f"{about_day}未到期，{day} 已提前复查，请确认是否有效。"
    return unsure(said, **{**about, "visit": step.id, "observed": day})


@case_rule(
    "P12-results-complete",
    "复查对每项隐患都有结果",
    rows="P12",
    remedy="补填每项隐患的“已整改”或“未整改”。",
    unless="尚未复查。",
)
def results_complete(chain: CaseHistory) -> Iterator[Outcome]:
    """Each recheck gives a result for every hazard that was open before it and whose deadline had come."""
    for step in chain.rechecks:
        still_open, due = _asked_of(chain, step)
        given = {one.hazard for one in step.facts.results}
        missing = sorted(due - given)
        undescribed = sorted(
            one.hazard
            for one in step.facts.results
            if one.state is HazardState.UNRECTIFIED and not one.description.strip()
        )
        about: dict[str, Any] = {
            "visit": step.id,
            "expected": f"{len(still_open)} 项待复查",
            "observed": f"{len(given)} 项有结果",
        }
        if missing:
            yield failed(f"{step.name}没有 {listed(missing)} 的结果。", **about)
        elif undescribed:
            yield unsure(f"{step.name}{listed(undescribed)} 未整改，没有写明情况。", **about)
        else:
            yield passed(f"{step.name}对各项隐患都有结果。", **about)


def _asked_of(chain: CaseHistory, step: Step) -> tuple[set[str], set[str]]:
    """Hazards that were open when a recheck began; of them those whose deadline had come."""
    if chain.index.edition < DEADLINE_IN_FORCE:
        return _asked_before(chain, step)
    began = step.facts.arrived_at
    still_open = {one.hazard.id for one in chain.histories if one.open_before(began)}
    due = {hazard for hazard in still_open if chain.history_of[hazard].deadline_before(began) < step.day}
    return still_open, due


def _asked_before(chain: CaseHistory, step: Step) -> tuple[set[str], set[str]]:
    """The same by the deadline first set, as editions before the fifth asked."""
    done = {
        one.hazard
        for earlier in chain.rechecks[: chain.rechecks.index(step)]
        for one in earlier.facts.results
        if one.state is HazardState.RECTIFIED
    }
    still_open = chain.hazards.keys() - done
    due = {
        hazard
        for hazard in still_open
        if (deadline := chain.deadline(*chain.hazards[hazard])) is None or deadline < step.day
    }
    return still_open, due


@case_rule(
    "K03-chain-closed",
    "检查、整改、复查闭环",
    rows="K03 F02",
    remedy="补齐缺的环节；未整改的隐患继续跟进并上报。",
    unless="尚未检查。",
)
def chain_closed(chain: CaseHistory) -> Iterator[Outcome]:
    """Check, report and recheck are there and no hazard is left open."""
    if chain.check is None:
        return
    if not chain.hazards:
        if chain.check.facts.hazards_none:
            yield passed("检查未发现隐患，本案已闭环。", observed="无隐患")
        else:
            yield unsure("检查既未列隐患，也未声明无隐患，无法判断是否闭环。", observed="隐患未说明")
        return
    yield revised(_closed(chain, chain.cycle.lacking), _closed(chain, _lacking_before(chain)))


def _lacking_before(chain: CaseHistory) -> tuple[str, ...]:
    """Before edition 3 an urging that was never made did not keep a case open."""
    return tuple(word for word, there in (("整改报告", chain.reports), ("复查", chain.rechecks)) if not there)


def _closed(chain: CaseHistory, lacking: tuple[str, ...]) -> Outcome:
    open_hazards = chain.open_hazards
    if not open_hazards and not lacking:
        return passed("检查、整改、复查俱全，隐患全部整改，本案已闭环。", observed="已闭环")
    what = f"缺{listed(lacking)}" if lacking else f"{listed(open_hazards)} 未整改"
    last = chain.expiries[-1].window.last
    if chain.today <= last:
        return waiting(f"本案未闭环：{what}。", observed=what, due=last)
    if chain.escalations and not lacking:
        return unsure(f"本案未闭环：{what}，已上报监管部门跟进。", observed=what, due=last)
    return failed(f"本案未闭环：{what}。", observed=what, due=last)


RULES = (recheck_in_window, results_complete, chain_closed)
