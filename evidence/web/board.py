"""What the desk keeps ready so that pages answer at once: arrivals by following the journal, and the
week's judgement, renewed behind the scenes while the last one is still shown with its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from evidence.domain.arrival_outcome import FOR_A_PERSON, ArrivalOutcome
from evidence.domain.week import Week, local_date
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, ArrivalWaiting
from evidence.web.apart import Reckoner
from evidence.web.reckoning import Due, Judged
from evidence.web.trail import Trail
from evidence.web.viewings import Viewings
from evidence.web.worklist import Worklist

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.jobs.job import DeadJob

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
    outcome: str = ArrivalOutcome.TAKEN
    message: str = ""
    duplicate: bool = False
    case: str = ""
    rejected: bool = False


class Arrivals:
    """Every arrival's current outcome, kept up to date from the journal's tail."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._size = 0
        self._seen: dict[str, Seen] = {}
        self._waiting: dict[str, Seen] = {}

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
            return list(islice(reversed(self._seen.values()), count))

    def waiting(self) -> list[Seen]:
        """Those that need a person, oldest first; what a person rejected needs nobody."""
        with self._lock:
            return sorted(self._waiting.values(), key=lambda seen: seen.id)

    def count(self) -> int:
        """All arrivals ever."""
        with self._lock:
            return len(self._seen)

    def _apply(self, kind: str, payload: dict[str, Any], at: str) -> None:
        identifier = payload.get("arrival", "")
        if kind in {ArrivalTaken.KIND, ArrivalWaiting.KIND}:
            seen = Seen(id=identifier, path=payload["path"], at=datetime.fromisoformat(at))
            seen.outcome = ArrivalOutcome.WAITING if kind == ArrivalWaiting.KIND else ArrivalOutcome.TAKEN
            seen.message = payload.get("why", "")
            seen.duplicate = bool(payload.get("duplicate_of"))
            if seen.duplicate:
                seen.outcome = ArrivalOutcome.DUPLICATE
                seen.message = f"与 {payload['duplicate_of']} 内容相同。"
            if self._seen.get(identifier) is None or kind == ArrivalTaken.KIND:
                self._seen[identifier] = seen
        elif kind == ArrivalJudged.KIND and identifier in self._seen:
            seen = self._seen[identifier]
            seen.outcome, seen.message = payload["outcome"], payload.get("message", "")
            seen.case = payload.get("case") or ""
        elif kind == "arrival.decided/1" and identifier in self._seen:
            self._seen[identifier].rejected = payload["decision"] == "reject"
        seen_now = self._seen.get(identifier)
        if seen_now is not None and seen_now.outcome in FOR_A_PERSON and not seen_now.rejected:
            self._waiting[identifier] = seen_now
        else:
            self._waiting.pop(identifier, None)


class Agenda:
    """The work list, made behind the scenes: it reads every open case, so it rests between two makings."""

    def __init__(
        self,
        workspace: Workspace,
        reckoner: Reckoner,
        viewings: Viewings,
        preparing: Callable[[Due], AbstractContextManager[None]],
    ) -> None:
        self._workspace = workspace
        self._viewings = viewings
        self._reckoner = reckoner
        self._preparing = preparing
        self._lock = Lock()
        self._due: Due | None = None
        self._busy = False
        self._next = 0.0

    @property
    def latest(self) -> Due | None:
        """The last list, whatever happened since."""
        return self._due

    def due(self) -> Due | None:
        """The last list; None only while the first of a large office is being made."""
        today, size = local_date(self._workspace.clock()), self._viewings.said()
        with self._lock:
            known = self._due
            current = known is not None and known.size >= size and known.day == today
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
        begin = monotonic()
        try:
            made = self._reckoner.due(self._workspace.clock())
            with self._preparing(made):
                self._due = made
        finally:
            # A list that took long to make is made less often.
            self._next = monotonic() + max(RENEW_AFTER_S, 20 * (monotonic() - begin))
            self._busy = False


class GivenUp:
    """Jobs that were tried in vain; the queue is asked no more often than the week is judged."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._jobs: tuple[DeadJob, ...] = ()
        self._next = 0.0

    def jobs(self) -> tuple[DeadJob, ...]:
        """Oldest first, as of a few seconds ago."""
        with self._lock:
            if monotonic() >= self._next:
                self._jobs = self._workspace.given_up
                self._next = monotonic() + RENEW_AFTER_S
            return self._jobs


class Board:
    """The ready answers of one desk."""

    patience_s = 0.4
    """How long a page waits for a week that was never judged, before it says that it is being judged."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.arrivals = Arrivals(workspace)
        self.viewings = Viewings(workspace)
        self.given_up = GivenUp(workspace)
        self.trail = Trail(workspace)
        self.reckoner = Reckoner(workspace)
        self.agenda = Agenda(workspace, self.reckoner, self.viewings, self._folding_with)
        self._lock = Lock()
        # Whoever shows something new folds it first with what is shown of the other: never two at once.
        self._folding = Lock()
        self._judged: dict[Week, Judged] = {}
        self._busy: set[Week] = set()
        self._made: dict[Week, float] = {}
        self._begun: dict[Week, Event] = {}

    def this_week(self) -> Week:
        """The week of the workspace's clock."""
        return Week.of(local_date(self.workspace.clock()))

    def warm(self) -> None:
        """Read the journal and make the first answers, so that the first reader waits for nothing."""
        self.arrivals.follow()
        self.ready(self.this_week())
        self.agenda.due()
        _ = self.workspace.ledger.view
        self.trail.follow()

    def said(self) -> int:
        """Journal position that what is kept ready depends on; lines about who looked move it no further."""
        return self.viewings.said()

    def ready(self, week: Week) -> bool:
        """Whether a week was judged; one that was not is begun beside the pages and waited for a little."""
        with self._lock:
            if week in self._judged:
                return True
            begun = self._begun.get(week)
            if begun is None:
                begun = self._begun[week] = Event()
                Thread(target=self._begin, args=(week, begun), daemon=True, name=f"judge-{week}").start()
        return begun.wait(self.patience_s)

    def _begin(self, week: Week, begun: Event) -> None:
        try:
            self._judge(week)
        finally:
            with self._lock:
                del self._begun[week]
            begun.set()

    def judged(self, week: Week, *, fresh: bool = False) -> Judged:
        """The week's judgement; the last one while a newer is being made, unless it must be fresh."""
        size = self.said()
        with self._lock:
            known = self._judged.get(week)
            if known is not None and known.size >= size and known.at.date() == self.workspace.clock().date():
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

    def lines(self, judged: Judged, due: Due | None, today: date) -> Worklist:
        """What people have to do, arrivals aside; folded anew only when something was reckoned anew."""
        return _folded(self.reckoner, judged, due, today)

    @contextmanager
    def _folding_with(self, due: Due) -> Iterator[None]:
        """Make the lines of this week before any page asks for them: they are some ten thousand at worst."""
        with self._folding:
            judged = self._judged.get(self.this_week())
            if judged is not None:
                self.lines(judged, due, local_date(self.workspace.clock()))
            yield

    def _judge(self, week: Week) -> Judged:
        made = self.reckoner.week(week, self.workspace.clock())
        if week != self.this_week():
            return self._keep(week, made)
        with self._folding:
            self.lines(made, self.agenda.latest, local_date(self.workspace.clock()))
            return self._keep(week, made)

    def _keep(self, week: Week, made: Judged) -> Judged:
        with self._lock:
            known = self._judged.get(week)
            self._made[week] = monotonic()
            if known is None or known.size <= made.size:
                self._judged[week] = made
            if len(self._judged) > 12:
                del self._judged[min(self._judged, key=lambda each: self._judged[each].at)]
        return made


@lru_cache(maxsize=4)
def _folded(reckoner: Reckoner, judged: Judged, due: Due | None, today: date) -> Worklist:
    return reckoner.lines(judged, due, today)
