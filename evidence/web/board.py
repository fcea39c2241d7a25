"""What the desk keeps ready so that pages answer at once: arrivals by following the journal, and the
week's judgement, renewed behind the scenes while the last one is still shown with its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from evidence.domain.week import Week, local_date
from evidence.ledger.events import ArrivalJudged, ArrivalTaken, ArrivalWaiting
from evidence.rules.agenda import DueItem
from evidence.rules.clause import Finding
from evidence.web.matrix import Row, build_rows, standing

if TYPE_CHECKING:
    from evidence.config import Workspace

WAITING_FOR_ME = ("unidentified", "quarantined")
AHEAD = timedelta(days=21)
"""How far the list of what is due looks."""
FEW_CASES = 100
"""An office with no more cases waits for its first list, it takes a moment only."""
RENEW_AFTER_S = 4.0
"""While files pour in, the week is judged again no more often than this; the page says as of when."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """One arrival as the lists show it."""

    id: str
    path: str
    at: datetime
    outcome: str = "taken"
    message: str = ""
    duplicate: bool = False
    case: str = ""
    rejected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """One judgement of one week, ready to show; compared by identity, so that drawings can be kept."""

    week: Week
    at: datetime
    size: int
    """Journal position it was made at."""
    findings: tuple[Finding, ...]
    rows: tuple[Row, ...]
    standing: tuple[Finding, ...]


class Arrivals:
    """Every arrival's current outcome, kept up to date from the journal's tail."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._size = 0
        self._seen: dict[str, Seen] = {}

    def follow(self) -> int:
        """Read what was appended since; returns the journal position reached."""
        with self._lock:
            head = self._workspace.ledger.head.size
            if head > self._size:
                for entry in self._workspace.ledger.entries(self._size, head):
                    self._apply(entry.kind, entry.payload, entry.at)
                self._size = head
            return self._size

    def latest(self, count: int) -> list[Seen]:
        """The newest arrivals, newest first."""
        with self._lock:
            return list(self._seen.values())[: -count - 1 : -1]

    def waiting(self) -> list[Seen]:
        """Those that need a person, oldest first; what a person rejected needs nobody."""
        with self._lock:
            return [
                seen for seen in self._seen.values() if seen.outcome in WAITING_FOR_ME and not seen.rejected
            ]

    def count(self) -> int:
        """All arrivals ever."""
        with self._lock:
            return len(self._seen)

    def _apply(self, kind: str, payload: dict[str, Any], at: str) -> None:
        identifier = payload.get("arrival", "")
        if kind in {ArrivalTaken.KIND, ArrivalWaiting.KIND}:
            seen = Seen(id=identifier, path=payload["path"], at=datetime.fromisoformat(at))
            seen.outcome = "waiting" if kind == ArrivalWaiting.KIND else "taken"
            seen.message = payload.get("why", "")
            seen.duplicate = bool(payload.get("duplicate_of"))
            if seen.duplicate:
                seen.outcome = "duplicate"
                seen.message = f"与 {payload['duplicate_of']} 内容相同。"
            if self._seen.get(identifier) is None or kind == ArrivalTaken.KIND:
                self._seen[identifier] = seen
        elif kind == ArrivalJudged.KIND and identifier in self._seen:
            seen = self._seen[identifier]
            seen.outcome, seen.message = payload["outcome"], payload.get("message", "")
            seen.case = payload.get("case") or ""
        elif kind == "arrival.decided/1" and identifier in self._seen:
            self._seen[identifier].rejected = payload["decision"] == "reject"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Due:
    """What falls due in the next weeks, over every open case."""

    items: tuple[DueItem, ...]
    size: int
    day: date


class Agenda:
    """The work list, made behind the scenes: it reads every open case, so it rests between two makings."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._due: Due | None = None
        self._busy = False
        self._next = 0.0

    def due(self) -> Due | None:
        """The last list; None only while the first of a large office is being made."""
        today, size = local_date(self._workspace.clock()), self._workspace.ledger.head.size
        with self._lock:
            known = self._due
            current = known is not None and known.size == size and known.day == today
            if (
                current
                or self._busy
                or (known is not None and known.day == today and monotonic() < self._next)
            ):
                return known
            self._busy = True
        if known is None and len(self._workspace.ledger.view.services()) <= FEW_CASES:
            self._make()
            return self._due
        Thread(target=self._make, daemon=True, name="agenda").start()
        return known

    def _make(self) -> None:
        from evidence.ledger.facts import gather_open
        from evidence.rules.agenda import due_items

        begin = monotonic()
        try:
            at, view = self._workspace.clock(), self._workspace.ledger.view
            size, today = view.head.size, local_date(at)
            facts = gather_open(view, at)
            items = due_items(facts, self._workspace.settings.parameters, at, today + AHEAD)
            self._due = Due(items=items, size=size, day=today)
        finally:
            # A list that took long to make is made less often.
            self._next = monotonic() + max(RENEW_AFTER_S, 20 * (monotonic() - begin))
            self._busy = False


class Board:
    """The ready answers of one desk."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.arrivals = Arrivals(workspace)
        self.agenda = Agenda(workspace)
        self._lock = Lock()
        self._judged: dict[Week, Judged] = {}
        self._busy: set[Week] = set()
        self._made: dict[Week, float] = {}

    def this_week(self) -> Week:
        """The week of the workspace's clock."""
        return Week.of(local_date(self._workspace.clock()))

    def judged(self, week: Week, *, fresh: bool = False) -> Judged:
        """The week's judgement; the last one while a newer is being made, unless it must be fresh."""
        size = self._workspace.ledger.head.size
        with self._lock:
            known = self._judged.get(week)
            if known is not None and known.size == size and known.at.date() == self._workspace.clock().date():
                return known
            rested = monotonic() - self._made.get(week, 0.0) >= RENEW_AFTER_S
            renew = known is not None and not fresh and rested and week not in self._busy
            if renew:
                self._busy.add(week)
        if known is None or fresh:
            return self._judge(week)
        if renew:
            Thread(target=self._renew, args=(week,), daemon=True, name=f"judge-{week}").start()
        return known

    def _renew(self, week: Week) -> None:
        try:
            self._judge(week)
        finally:
            with self._lock:
                self._busy.discard(week)

    def _judge(self, week: Week) -> Judged:
        from evidence.ledger.facts import gather
        from evidence.rules.judge import judge

        at = self._workspace.clock()
        view = self._workspace.ledger.view
        size = view.head.size
        facts = gather(view, week=week, case=None, at=at)
        findings = judge(facts, self._workspace.settings.parameters, at)
        names = {str(each.id): each.short_name or each.name for each in facts.enterprises}
        made = Judged(
            week=week,
            at=at,
            size=size,
            findings=findings,
            rows=build_rows(findings, names),
            standing=standing(findings),
        )
        with self._lock:
            known = self._judged.get(week)
            self._made[week] = monotonic()
            if known is None or known.size <= size:
                self._judged[week] = made
            if len(self._judged) > 12:
                del self._judged[min(self._judged, key=lambda each: self._judged[each].at)]
        return made
