"""The team on every day of the term: five people, one leader, two titles, training (附件一, 附件八4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from evidence.domain.parties import Person, Role, Title
from evidence.rules.clause import Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, revised, standing_rule
from evidence.rules.surroundings import in_force

COUNTED_TITLES = (Title.INTERMEDIATE, Title.SENIOR)


def turning_days(index: FactsIndex) -> list[date]:
    """Days of the term up to today on which the team may change: enough to know every day between."""
    first, last = index.term
    last = min(last, index.today)
    days = {first}
    for person in index.team:
        if person.active_from:
            days.add(person.active_from)
        if person.active_to:
            days.add(person.active_to + timedelta(days=1))
    return sorted(day for day in days if first <= day <= last)


def _on_every_day(
    index: FactsIndex, wrong: Callable[[tuple[Person, ...]], str], good: str, expected: str
) -> Iterator[Outcome]:
    """Judge the team between every two changes; today's breach is named first, old ones stay visible."""
    if index.today < index.term[0]:
        return
    if not index.team:
        yield failed("人员台账没有项目组成员。", expected=expected, observed="0 人")
        return
    days = turning_days(index)
    spans = list(zip(days, [*days[1:], min(index.term[1], index.today) + timedelta(days=1)], strict=True))
    broken = [(first, last, text) for first, last in spans if (text := wrong(index.active_team(first)))]
    if not broken:
        yield passed(good, expected=expected)
    for first, until, text in broken:
        last = until - timedelta(days=1)
        yield failed(
            f"{first.isoformat()} 至 {last.isoformat()} {text}。", expected=expected, observed=text, due=first
        )


@standing_rule(
    "S01-team",
    "项目组{team_size}人、负责人{leaders}名",
    rows="S01",
    parameters="team_size leaders signed_on",
    level=Level.ERROR,
    remedy="补足人员；变更须书面报告并取得同意。",
    unless="服务期尚未开始。",
)
def team(index: FactsIndex) -> Iterator[Outcome]:
    """On every day of the term: five in service, exactly one leader."""
    size, leaders = index.parameters.team_size, index.parameters.leaders

    def wrong(active: tuple[Person, ...]) -> str:
        heads = sum(person.role is Role.LEADER for person in active)
        parts = []
        if len(active) < size:
            parts.append(f"项目组只有 {len(active)} 人")
        if heads != leaders:
            parts.append(f"项目负责人 {heads} 名")
        return "、".join(parts)

    yield from _on_every_day(
        index,
        wrong,
        f"服务期内项目组始终不少于 {size} 人、负责人 {leaders} 名。",
        f"{size} 人，负责人 {leaders} 名",
    )


@standing_rule(
    "S02-titles",
    "至少{intermediate_titles}人有中级职称",
    rows="S02",
    parameters="intermediate_titles signed_on",
    level=Level.ERROR,
    remedy="补充有中级及以上职称的成员并登记证书。",
    unless="服务期尚未开始。",
)
def titles(index: FactsIndex) -> Iterator[Outcome]:
    """On every day of the term: two of intermediate title or above."""
    needed = index.parameters.intermediate_titles

    def wrong(active: tuple[Person, ...]) -> str:
        count = sum(person.title in COUNTED_TITLES for person in active)
        return "" if count >= needed else f"中级及以上职称只有 {count} 人"

    yield from _on_every_day(
        index, wrong, f"服务期内始终有 {needed} 名中级及以上职称成员。", f"{needed} 名中级及以上职称"
    )


@standing_rule(
    "T06-training",
    "定期教育培训",
    rows="T06",
    parameters="training_days",
    remedy="组织培训并登记内容、签到、考核（台账 training）。",
    unless="项目组没有在岗成员。",
)
def training(index: FactsIndex) -> Iterator[Outcome]:
    """Each member was trained within the period; a newcomer has the period to begin with."""
    period = timedelta(days=index.parameters.training_days)
    for person in index.active_team(index.today):
        entries = index.entries_of("training", person.id)
        sessions = sorted(one.on for one in entries)
        start = max(filter(None, (person.active_from, index.term[0])))
        last = max(sessions, default=None)
        due = (last or start) + period
        about: dict[str, Any] = {
            "document": person.id,
            "due": due,
            "expected": f"{index.parameters.training_days} 天内一次",
            "observed": last.isoformat() if last else "无培训",
        }
        if last is not None and index.today <= due:
            trained = passed(f"{person.name}最近一次培训为 {last.isoformat()}。", **about)
            bare = last not in {one.on for one in entries if one.attachment}
            said = f"{person.name} {last.isoformat()} 的培训没有附件，请补交签到或考核材料。"
            yield revised(unsure(said, **about), trained) if bare else trained
        elif index.today <= due:
            yield waiting(f"{person.name}须在 {due.isoformat()} 前参加培训。", **about)
        else:
            yield failed(f"{person.name}超过 {index.parameters.training_days} 天没有培训。", **about)
        yield from _late_training(person, start, sessions, period)


@standing_rule(
    "T02-badges",
    "在岗成员都有工作证",
    rows="T02",
    remedy="请监管部门制发或换发工作证。",
    unless="项目组没有在岗成员。",
)
def badges(index: FactsIndex) -> Iterator[Outcome]:
    """Each member in service today has a badge that is valid today."""
    for person in index.active_team(index.today):
        about: dict[str, Any] = {"document": person.id, "observed": person.badge or "无"}
        if not person.badge:
            yield failed(f"{person.name}没有工作证。", **about)
        elif person.badge_from is None and person.badge_to is None:
            yield unsure(f"{person.name}的工作证未登记有效期。", **about)
        elif not in_force(index.today, person.badge_from, person.badge_to):
            yield failed(f"{person.name}的工作证 {person.badge} 今天不在有效期内。", **about)
        elif person.badge_to is None:
            yield revised(
                unsure(f"{person.name}的工作证 {person.badge} 未登记有效期止。", **about),
                passed(f"{person.name}的工作证有效。", due=None, **about),
            )
        else:
            yield passed(f"{person.name}的工作证有效。", due=person.badge_to, **about)


@standing_rule(
    "R04-assessment",
    "监管部门考核在案",
    rows="R04 T04",
    level=Level.NOTE,
    parameters="training_days",
    remedy="向监管部门索取考核结果并登记（台账 assessment）。",
    unless="尚无考核结果。",
)
def assessment(index: FactsIndex) -> Iterator[Outcome]:
    """Assessments the regulator made are on file with their paper."""
    entries = index.entries("assessment")
    bare = [one.key for one in entries if one.attachment is None]
    if bare:
        yield unsure(f"考核 {listed(bare)} 没有附件。", observed=listed(bare))
    elif entries:
        yield passed(f"监管部门考核 {len(entries)} 份在案。", observed=f"{len(entries)} 份")


def _late_training(person: Person, start: date, sessions: list[date], period: timedelta) -> Iterator[Outcome]:
    """Sessions that came after their period had run out: stated for ever."""
    before = start
    for session in sessions:
        days = (session - before - period).days
        if days > 0:
            said = f"{person.name} {session.isoformat()} 才参加培训，距上一次（或到岗）超期，迟 {days} 天。"
            yield revised(late(said, document=person.id, observed=session.isoformat()))
        before = max(before, session)


STANDING_RULES = (team, titles, training, badges, assessment)
