"""Where a week's handover stands: what its one button does, and what is owed, one row an enterprise; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evidence.domain.register import Package, Receipt
from evidence.rules.clause import Finding
from evidence.rules.owed import Owed
from evidence.web.lines import Line
from evidence.web.matrix import State, gravity, state_of, worst

FEW_DEEDS = 8
"""Deeds of one enterprise in its row; the rest is counted and unfolds with its findings."""


class Stage(StrEnum):
    """How far a week's handover has come."""

    EARLY = "early"
    IDLE = "idle"
    MAKE = "make"
    GAPS = "gaps"
    SENT = "sent"
    CHANGED = "changed"
    RECEIPTED = "receipted"


STAGES: dict[Stage, tuple[State, str, str]] = {
    Stage.EARLY: (State.OPEN, "还没到移交日", "先预览：会装入什么、还缺什么。"),
    Stage.IDLE: (State.OPEN, "本周无活动", "没有检查，也没有材料到件。确认没有漏录以后，做成零活动包。"),
    Stage.MAKE: (State.PRESENT, "可以制作", "没有影响移交的缺项。"),
    Stage.GAPS: (State.MISSING, "还有缺项", "先补齐；确实补不齐的，由项目负责人声明不完整。"),
    Stage.SENT: (State.OPEN, "已移交，待回执", "回执扫描件放进收件夹，会自动认出。"),
    Stage.CHANGED: (State.UNDECIDED, "移交之后又有变动", "把变动的部分做成补充包，原包不动。"),
    Stage.RECEIPTED: (State.PRESENT, "已回执", "本周移交办完了。"),
}
"""Stage -> its sign, headline and what to do."""


def stage_of(
    today: date,
    handover: date,
    packages: Sequence[Package],
    receipts: Mapping[str, Receipt],
    *,
    gaps: bool,
    changed: bool,
    active: bool = True,
) -> Stage:
    """What the main button is for.

    Args:
        packages: of this week.
        gaps: whether something is missing that nobody declared before.
        changed: whether something of it changed after the last package was made.
        active: whether anything happened in the week; where nothing did, nothing is complete either.
    """
    if not packages:
        if today < handover:
            return Stage.EARLY
        if gaps:
            return Stage.GAPS
        return Stage.MAKE if active else Stage.IDLE
    if changed:
        return Stage.CHANGED
    return Stage.RECEIPTED if all(each.id in receipts for each in packages) else Stage.SENT


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseRow:
    """What one enterprise owes, or the office itself."""

    id: str
    """The enterprise; empty for what belongs to none."""
    name: str
    state: State
    blocking: int
    """Things that keep the package from being complete, those declared before included."""
    others: int
    since: tuple[str, ...]
    """Packages that declared something of it that is still owed."""
    deeds: tuple[Line, ...]
    """What to do about it, one line a deed; the first few."""
    more: int
    """How many further deeds there are."""


def enterprise_rows(
    owed: Sequence[Owed], needy: Sequence[Finding], lines: Sequence[Line], names: Mapping[str, str]
) -> tuple[EnterpriseRow, ...]:
    """One row an enterprise, those that keep the package from being complete first.

    Args:
        owed: what blocks.
        needy: every finding that asks for somebody.
        lines: the worklist made from them.
        names: enterprise id -> name to show.
    """
    about = dict.fromkeys(
        [each.finding.subject.enterprise for each in owed] + [each.subject.enterprise for each in needy]
    )
    found = []
    for enterprise in about:
        own = [each for each in owed if each.finding.subject.enterprise == enterprise]
        rest = [each for each in needy if each.subject.enterprise == enterprise and not each.blocking]
        deeds = [line for line in lines if line.enterprise == enterprise]
        found.append(
            EnterpriseRow(
                id=enterprise,
                name=names.get(enterprise, enterprise),
                state=worst(state_of(each) for each in (*(one.finding for one in own), *rest)),
                blocking=len(own),
                others=len(rest),
                since=tuple(sorted({each.since for each in own if each.since})),
                deeds=tuple(deeds[:FEW_DEEDS]),
                more=max(0, len(deeds) - FEW_DEEDS),
            )
        )
    return tuple(
        sorted(found, key=lambda each: (not each.blocking, not each.id, _grave(each.state), each.name))
    )


def _grave(state: State) -> int:
    return (State.MISSING, State.UNDECIDED, State.OPEN, State.PRESENT, State.NONE).index(state)


def of_enterprise(
    owed: Sequence[Owed], needy: Sequence[Finding], enterprise: str
) -> tuple[list[Owed], list[Finding]]:
    """What blocks and what else there is, of one enterprise, the gravest first."""
    own = [each for each in owed if each.finding.subject.enterprise == enterprise]
    rest = [each for each in needy if each.subject.enterprise == enterprise and not each.blocking]
    return (
        sorted(own, key=lambda each: (bool(each.since), gravity(each.finding))),
        sorted(rest, key=gravity),
    )
