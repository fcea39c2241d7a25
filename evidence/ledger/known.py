"""The ledger as it stood at an instant: the first of the two times that every judgement keeps apart.

What had happened by then of what was known is `rules.known.known_at`.
"""

from __future__ import annotations

from datetime import datetime

from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.clock_guard import CLOCK_TOLERANCE
from evidence.ledger.codec import read_line
from evidence.ledger.fold import fold
from evidence.ledger.ledger import Ledger
from evidence.ledger.tinydb_view import TinyDBView
from evidence.ledger.view import Head, View

_BLOCK = 1024
"""Lines looked through at once, from the end of the journal backwards."""


def lines_known_at(ledger: Ledger, at: datetime) -> int:
    """How many lines the journal had at an instant: up to the last one that is not stamped later.

    A line stamped later that an earlier one follows was written by a clock that ran ahead; the order
    of the journal is the truth.
    """
    stop = ledger.head.size
    while stop:
        start = max(0, stop - _BLOCK)
        entries = list(ledger.entries(start, stop))
        for entry in reversed(entries):
            if entry.instant <= at:
                return entry.seq + 1
        stop = start
    return 0


def view_known_at(ledger: Ledger, at: datetime | None) -> View:
    """The view as the journal stood at an instant, None for now; its head says how many lines that were.

    A journal that only began after that instant was filled in later (an agency that takes the program
    up in the middle of a contract): then everything counts as known, and only what had happened by
    then is judged.

    Raises:
        LedgerDamagedError: the journal's chain is broken.
    """
    view = ledger.view
    if at is None:
        return view
    size = lines_known_at(ledger, at)
    if size in (0, view.head.size):
        return view
    known = TinyDBView()
    for seq, line in enumerate(ledger.lines(0, size)):
        entry = read_line(line, seq)
        fold(known.rows, entry)
        known.advance(Head(size=seq + 1, digest=entry.digest))
    return known


def last_instant(ledger: Ledger) -> datetime | None:
    """When the journal's last line was written; None for an empty one."""
    size = ledger.head.size
    return next(ledger.entries(size - 1, size)).instant if size else None


def present(ledger: Ledger, now: datetime) -> datetime:
    """The instant a judgement of today is made for: now, or the last line's if its clock is a little ahead.

    Raises:
        UsageError: this clock is so far behind that lines of the journal would count as not yet known.
    """
    last = last_instant(ledger)
    if last is None:
        return now
    if last - now > CLOCK_TOLERANCE:
        raise UsageError(
            _("本机时钟早于账本的最后一笔。"),
            where=_("最后一笔 {last}，本机 {now}").format(last=last.isoformat(), now=now.isoformat()),
            remedy=_("请校准本机时钟；确要按某一时刻核对时，用 --at 写明。"),
        )
    return max(now, last)
