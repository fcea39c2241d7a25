"""No line is stamped by a clock that is plainly wrong; times in the journal can never be corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from evidence.domain.week import local_date
from evidence.errors import UsageError
from evidence.language import _

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far two hosts' clocks may differ before one of them is called wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockGuard:
    """What bounds the clock from below; a long pause since the last line is no fault."""

    not_before: date
    """The day the contract was signed."""

    def check(self, now: datetime, last: datetime | None) -> None:
        """Refuse to write now.

        Args:
            now: what the clock says.
            last: the journal's last line; None for an empty journal.

        Raises:
            UsageError: more than five minutes before the last line, or before the contract was signed.
        """
        if last is not None and last - now > CLOCK_TOLERANCE:
            what = _("本机时钟早于账本的最后一笔，没有记账。")
            where = _("最后一笔 {last}，本机 {now}").format(last=last.isoformat(), now=now.isoformat())
        elif local_date(now) < self.not_before - timedelta(days=1):
            what = _("本机时钟早于合同签订日期，没有记账。")
            where = _("合同签订于 {day}，本机 {now}").format(day=self.not_before, now=now.isoformat())
        else:
            return
        raise UsageError(
            what,
            where=where,
            remedy=_("请校准本机时钟；时钟确实无误（例如从前有一台主机快了）时，加 --clock-is-right。"),
        )
