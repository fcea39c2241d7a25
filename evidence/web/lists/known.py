"""What the lists read of the ledger, read once for each of its heads and each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from evidence.domain.case import Case, CaseKind
from evidence.domain.facts import ServiceState
from evidence.domain.identifiers import CaseId, EnterpriseId, Sha256
from evidence.domain.parties import Enterprise, Person
from evidence.domain.week import Week, local_date
from evidence.ledger.view import View
from evidence.rules.figures.hazards import HazardLine, hazard_lines
from evidence.web import host as hosts

if TYPE_CHECKING:
    from evidence.config import Workspace

CHAIN = ("未开案", "未检查", "已检查", "已督促", "已复查", "已闭环")
"""How far the newest annual cycle of an enterprise has come."""


@dataclass(frozen=True)
class HazardSeen:
    """A hazard's line and the photographs taken of it."""

    line: HazardLine
    before: tuple[Sha256, ...] = ()
    after: tuple[Sha256, ...] = ()


@dataclass
class Known:
    """The ledger at one head, as the lists ask about it; nothing is read before it is asked for."""

    workspace: Workspace
    view: View
    today: date
    _hazards: dict[CaseId, tuple[HazardSeen, ...]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    texts: dict[str, list[str]] = field(default_factory=dict)
    """List -> what its search field looks at in each row."""

    @cached_property
    def enterprises(self) -> tuple[Enterprise, ...]:
        """Everybody of the roster, in order of id."""
        return self.view.enterprises()

    @cached_property
    def enterprise(self) -> dict[EnterpriseId, Enterprise]:
        """By id."""
        return {each.id: each for each in self.enterprises}

    @cached_property
    def people(self) -> dict[str, Person]:
        """By id."""
        return {each.id: each for each in self.view.people()}

    @cached_property
    def cases(self) -> dict[CaseId, Case]:
        """Every case that stands, the newest first."""
        found = (self.view.case(each) for each in self.view.newest_cases())
        return {each.id: each for each in found if each is not None and not each.cancelled_why}

    @cached_property
    def services(self) -> dict[CaseId, ServiceState]:
        """How far each case has come."""
        return {CaseId(each.case): each for each in self.view.services()}

    @cached_property
    def cases_of(self) -> dict[EnterpriseId, list[ServiceState]]:
        """An enterprise's cases, the newest last."""
        found: dict[EnterpriseId, list[ServiceState]] = defaultdict(list)
        for id, each in self.services.items():
            if id in self.cases:
                found[EnterpriseId(each.enterprise)].append(each)
        return found

    @cached_property
    def planned(self) -> dict[EnterpriseId, date]:
        """The next day on which the filed plans send somebody to an enterprise."""
        newest = {plan.week: plan for plan in self.view.plans(Week.of(self.today))}
        days: dict[EnterpriseId, date] = {}
        for plan in newest.values():
            for line in plan.lines:
                if line.day >= self.today:
                    days[line.enterprise] = min(line.day, days.get(line.enterprise, line.day))
        return days

    def name(self, enterprise: str | None) -> str:
        """Its name; the id of one that nobody knows."""
        found = self.enterprise.get(EnterpriseId(enterprise)) if enterprise else None
        return found.name if found else enterprise or ""

    def name_of_case(self, case: str | None) -> str:
        """The name of the enterprise a case is about."""
        found = self.cases.get(CaseId(case)) if case else None
        return self.name(found.enterprise) if found else ""

    def chain(self, enterprise: EnterpriseId) -> str:
        """One of `CHAIN`."""
        whole = [each for each in self.cases_of.get(enterprise, ()) if each.kind in _WHOLE]
        return state_of(whole[-1]) if whole else CHAIN[0]

    def last_check(self, enterprise: EnterpriseId) -> date | None:
        """When it was checked last."""
        return max(
            (each.checked_on for each in self.cases_of.get(enterprise, ()) if each.checked_on), default=None
        )

    def hazards_of(self, enterprise: EnterpriseId) -> list[HazardSeen]:
        """Its hazards, in order of finding."""
        services = self.cases_of.get(enterprise)
        return self._in_order([CaseId(each.case) for each in services]) if services else []

    def all_hazards(self) -> list[HazardSeen]:
        """Every hazard of the contract, in order of finding: the lines of `report --hazards`."""
        return self._in_order(list(self.cases))

    def prepare(self, enterprises: Iterable[EnterpriseId]) -> None:
        """The hazards of these are going to be asked for: read them in one go."""
        self._read([CaseId(each.case) for one in enterprises for each in self.cases_of.get(one, ())])

    def _in_order(self, cases: list[CaseId]) -> list[HazardSeen]:
        self._read(cases)
        found = [seen for case in cases for seen in self._hazards.get(case, ())]
        return sorted(found, key=lambda seen: (seen.line.found_on, seen.line.case, seen.line.hazard))

    def _read(self, cases: list[CaseId]) -> None:
        with self._lock:
            missing = [each for each in cases if each not in self._hazards]
            if missing:
                self._hazards.update(_hazards(self.workspace, self.view, missing))


_WHOLE = frozenset({CaseKind.ANNUAL.value, CaseKind.NEW_ENTERPRISE.value})


def state_of(service: ServiceState) -> str:
    """How far one cycle has come, one of `CHAIN`."""
    if service.closed:
        return CHAIN[5]
    if service.rechecked_on:
        return CHAIN[4]
    if service.urged_on:
        return CHAIN[3]
    return CHAIN[2] if service.checked_on else CHAIN[1]


def _hazards(workspace: Workspace, view: View, cases: list[CaseId]) -> dict[CaseId, tuple[HazardSeen, ...]]:
    from evidence.domain.case_files import FileRole, photographs_of
    from evidence.ledger.facts import gather_cases
    from evidence.rules.facts_index import FactsIndex
    from evidence.rules.known import known_at

    now = workspace.clock()
    facts = known_at(gather_cases(view, cases, week=Week.of(local_date(now))), now)
    before: dict[tuple[str, str], list[Sha256]] = defaultdict(list)
    after: dict[tuple[str, str], list[Sha256]] = defaultdict(list)
    for each in facts.cases:
        for file in photographs_of(each):
            side = before if file.role is FileRole.HAZARD_PHOTO else after
            side[each.case.id, file.hazard].append(file.sha256)
    found: dict[CaseId, list[HazardSeen]] = {case: [] for case in cases}
    for line in hazard_lines(FactsIndex(facts, workspace.settings.parameters, now)):
        key = (line.case, line.hazard)
        seen = HazardSeen(line=line, before=tuple(before[key]), after=tuple(after[key]))
        found[CaseId(line.case)].append(seen)
    return {case: tuple(lines) for case, lines in found.items()}


_kept: dict[str, tuple[tuple[int, date], Known]] = {}


def known(workspace: Workspace) -> Known:
    """What is known now; kept until the ledger says more, or the day ends."""
    view = workspace.ledger.view
    today = local_date(workspace.clock())
    now = (hosts.current().board.said(), today)
    kept = _kept.get(str(workspace.root))
    if kept is None or kept[0] != now:
        kept = (now, Known(workspace=workspace, view=view, today=today))
        _kept[str(workspace.root)] = kept
    return kept[1]
