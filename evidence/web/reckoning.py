"""Judging a week and listing what is due: the two answers that take longer than a page may."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from evidence.domain.week import Week, local_date
from evidence.rules.clause import Finding, Kind
from evidence.rules.due_item import DueItem
from evidence.rules.owed import Owing, owing
from evidence.web.matrix import Row, build_rows
from evidence.web.worklist import Sources, Worklist, worklist
from evidence.web.worklist_context import WorklistContext, worklist_context

if TYPE_CHECKING:
    from evidence.config import Workspace

AHEAD = timedelta(days=21)
"""How far the list of what is due looks."""
_FINDINGS = msgspec.json.Decoder(list[Finding])
_NEEDY = msgspec.json.Decoder(tuple[Finding, ...])
_OWING = msgspec.json.Decoder(Owing)
_LITTLE_WORK = 1
"""zlib's least effort: clauses repeat themselves, a quarter is left."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """One judgement of one week, ready to show; compared by identity, so that drawings can be kept."""

    week: Week
    at: datetime
    size: int
    """Journal position it was made at."""
    packed: dict[str, bytes]
    """Case -> all that was found of it. In two thousand cases 166,000 findings: to hand them to another
    process one by one would stop its pages for seconds, and they are looked at one case at a time."""
    packed_needy: bytes
    packed_owing: bytes
    """Both are asked for by whoever opens 周五. Lines are folded from the first here only when the process
    that judged cannot do it."""
    rows: tuple[Row, ...]
    carried: frozenset[str]
    """Cases whose material goes into the week's package."""
    context: WorklistContext
    """Whom and what the worklist names."""

    @property
    def needy(self) -> tuple[Finding, ...]:
        """Those that failed or ask for a look."""
        return _needy_of(self)

    @property
    def owing(self) -> Owing:
        """What a package of the week must answer for."""
        return _owing_of(self)

    def findings_of(self, case: str) -> list[Finding]:
        """All findings of one case, in the order of judgement; empty for what belongs to no case."""
        packed = self.packed.get(case)
        return [] if packed is None else _FINDINGS.decode(zlib.decompress(packed))

    @property
    def findings(self) -> Iterator[Finding]:
        """Every finding, case after case."""
        return (each for case in self.packed for each in self.findings_of(case))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Due:
    """What falls due in the next weeks, over every open case."""

    items: tuple[DueItem, ...]
    size: int
    day: date


def _pack(findings: Sequence[Finding]) -> dict[str, bytes]:
    by_case: dict[str, list[Finding]] = {}
    for each in findings:
        by_case.setdefault(each.subject.case, []).append(each)
    return {case: _squeezed(several) for case, several in by_case.items()}


def _squeezed(found: object) -> bytes:
    return zlib.compress(msgspec.json.encode(found), _LITTLE_WORK)


@lru_cache(maxsize=1)
def _needy_of(judged: Judged) -> tuple[Finding, ...]:
    return _NEEDY.decode(zlib.decompress(judged.packed_needy))


@lru_cache(maxsize=1)
def _owing_of(judged: Judged) -> Owing:
    return _OWING.decode(zlib.decompress(judged.packed_owing))


def judge_week(workspace: Workspace, week: Week, at: datetime) -> Judged:
    """The week's findings as of `at`, with the matrix they make."""
    from evidence.ledger.facts import gather
    from evidence.rules.judge import judge

    view = workspace.ledger.view
    size = view.head.size
    facts = gather(view, week=week, case=None, at=at)
    findings = judge(facts, workspace.settings.parameters, at)
    names = {str(each.id): each.short_name or each.name for each in facts.enterprises}
    return Judged(
        week=week,
        at=at,
        size=size,
        packed=_pack(findings),
        packed_needy=_squeezed([each for each in findings if each.kind in (Kind.FAIL, Kind.REVIEW)]),
        packed_owing=_squeezed(owing(facts, findings)),
        rows=build_rows(findings, names),
        carried=frozenset(one.case.id for one in facts.carried),
        context=worklist_context(facts, findings, view.plans(week.shift(-1)), local_date(at)),
    )


def list_due(workspace: Workspace, at: datetime) -> Due:
    """What is due in the three weeks after `at`."""
    from evidence.ledger.facts import gather_open
    from evidence.rules.agenda import due_items

    view = workspace.ledger.view
    size, today = view.head.size, local_date(at)
    facts = gather_open(view, at)
    items = due_items(facts, workspace.settings.parameters, at, today + AHEAD)
    return Due(items=items, size=size, day=today)


def judged_lines(judged: Judged, due: Due | None, today: date) -> Worklist:
    """What people have to do, arrivals aside."""
    context = judged.context
    return worklist(
        Sources(
            today=today,
            findings=judged.needy,
            due=due.items if due else (),
            planned=context.planned,
            majors=context.majors,
            enterprise_names=context.enterprise_names,
            enterprise_of_case=context.enterprise_of_case,
            people=context.people,
            visit_kinds=context.visit_kinds,
            visit_people=context.visit_people,
        )
    )
