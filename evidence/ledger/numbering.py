"""Which number comes next: no number is ever given twice, not even after a backup was restored.

The journal of a backup does not know what was given out after it. Whoever restores says which numbers
came last; of every other series that was open then, as many numbers as the event's `gap` stay free. A page
that carries one of them was probably printed before the restore: it is unknown, not forged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evidence.domain.identifiers import CaseId, Number, number_case
from evidence.domain.week import local_date
from evidence.ledger.fold_tables import WEEKLY
from evidence.ledger.upkeep import LedgerRestored

GAP = 20
"""Numbers left free in each series when nobody says which came last: more than an agency prints between
two backups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A number that is taken: issued, void or only reserved."""

    number: Number
    form: str
    """Form id."""
    seq: int
    """Journal position that first named it."""
    issued: bool
    """False while it is only reserved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A restore and where it stands in the journal."""

    seq: int
    on: date
    """Shanghai date of the restore: series of later years were not open yet."""
    event: LedgerRestored


def restored(seq: int, event: LedgerRestored, at: str) -> Restored:
    """From the event's row; `at` is the instant of its line."""
    return Restored(seq=seq, on=local_date(datetime.fromisoformat(at)), event=event)


def next_running(
    case: CaseId, code: str, given: Sequence[Given], restores: Iterable[Restored], opened: int | None
) -> int:
    """The next running number (from 1) of one form in a case, or of a weekly form in its year.

    Args:
        code: the form's two letters.
        given: the case's numbers.
        opened: journal position of the case's opening; None for weekly series and unknown cases.
    """
    same = [each for each in given if each.number[11:13] == code]
    free = _floor(case, code, same, restores, opened)
    return max([free, *(_running(each.number) for each in same)]) + 1


def next_case_running(prefix: str, cases: Iterable[tuple[CaseId, int]], restores: Sequence[Restored]) -> int:
    """The next running number (from 1) of a case id that begins with `prefix` (`WJB22-`).

    Args:
        cases: ids that begin so with the position of their opening, from the highest down; read only as
            far as needed.
    """
    highest, floor, left = 0, 0, sorted(restores, key=lambda each: each.seq)
    concerned = [each for each in left if _was_year_open(prefix, each)]
    known: list[tuple[int, int]] = []
    for case, seq in cases:
        known.append((seq, int(case[-4:])))
        highest = max(highest, known[-1][1])
        if not concerned or seq < concerned[0].seq:
            break
    for each in concerned:
        before = max([floor, *(running for seq, running in known if seq < each.seq)])
        named = [int(n[6:10]) for n in each.event.last_numbers if n.startswith(prefix)]
        floor = max(named) if named and max(named) > before else before + each.event.gap
    return max(highest, floor) + 1


def is_in_a_gap(
    number: Number,
    given: Sequence[Given],
    restores: Sequence[Restored],
    opened: int | None,
    cases: Iterable[tuple[CaseId, int]],
) -> bool:
    """Whether an unknown number may have been given out before a restore that lost its line."""
    case, code, running = number_case(number), number[11:13], _running(number)
    if opened is None and not case.endswith(WEEKLY):
        return bool(restores) and int(case[-4:]) < next_case_running(case[:-4], cases, restores)
    same = [each for each in given if each.number[11:13] == code]
    return running <= _floor(case, code, same, restores, opened)


def _floor(
    case: CaseId, code: str, same: Sequence[Given], restores: Iterable[Restored], opened: int | None
) -> int:
    """The highest running number that must not be given because of a restore; 0 without one."""
    floor = 0
    for each in sorted(restores, key=lambda each: each.seq):
        weekly = case.endswith(WEEKLY)
        if not (_was_year_open(case[:-4], each) if weekly else opened is not None and opened < each.seq):
            continue
        before = max([floor, *(_running(given.number) for given in same if given.seq < each.seq)])
        named = [_running(n) for n in each.event.last_numbers if number_case(n) == case and n[11:13] == code]
        floor = max(before, *named) if named else before + each.event.gap
    return floor


def _was_year_open(prefix: str, restore: Restored) -> bool:
    return int(prefix[3:5]) <= restore.on.year % 100


def _running(number: str) -> int:
    return int(number[-3:])
