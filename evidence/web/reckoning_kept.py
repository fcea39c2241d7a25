"""The last answers of the process that judges: it folds the lines of the worklist from them, so that nothing
of what they are made of has to be read by the desk.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from evidence.domain.week import Week, local_date
from evidence.web.reckoning import Due, Judged, judge_week, judged_lines, list_due
from evidence.web.worklist import Worklist

if TYPE_CHECKING:
    from evidence.config import Workspace

_AGO = 2
"""The desk may ask for the lines of an answer while the next one is already made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesAsked:
    """Which answers the lines are wanted of."""

    week: Week
    at: datetime
    size: int
    due: tuple[int, date] | None
    """Journal position and day of the list of what is due; None without one."""
    today: date

    @classmethod
    def of(cls, judged: Judged, due: Due | None, today: date) -> LinesAsked:
        """What names these answers."""
        return cls(
            week=judged.week,
            at=judged.at,
            size=judged.size,
            due=None if due is None else (due.size, due.day),
            today=today,
        )


class Kept:
    """Judges, lists and folds, and holds what it answered last."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._judged: deque[Judged] = deque(maxlen=_AGO)
        self._due: deque[Due] = deque(maxlen=_AGO)

    def week(self, week: Week, at: datetime) -> Judged:
        """One week judged as of `at`; only the week of that day is held, 今天 lists no other."""
        made = judge_week(self._workspace, week, at)
        if week == Week.of(local_date(at)):
            self._judged.append(made)
        return made

    def due(self, at: datetime) -> Due:
        """What is due after `at`."""
        made = list_due(self._workspace, at)
        self._due.append(made)
        return made

    def lines(self, asked: LinesAsked) -> Worklist:
        """What people have to do, arrivals aside.

        Raises:
            LookupError: it was another process, or too long ago, that answered what is asked about.
        """
        for due in (None,) if asked.due is None else (*self._due,):
            for judged in (*self._judged,):
                if LinesAsked.of(judged, due, asked.today) == asked:
                    return judged_lines(judged, due, asked.today)
        raise LookupError(asked)
