"""The work list as a calendar file (RFC 5545) that Outlook and Thunderbird open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from icalendar import Alarm, Calendar, Event

from evidence.rules.due_item import DueItem


def calendar_file(items: Iterable[DueItem], *, at: datetime, contract: str) -> bytes:
    """One all-day event an item, from its first to its last day; the same item keeps its UID.

    An item that is overdue stands on the day of the judgement, so that it is seen.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//evidence//due//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{contract} 到期事项")
    for item in items:
        event = Event()
        event.add("uid", f"{sha256(item.key.encode()).hexdigest()[:32]}@{contract.lower()}.evidence")
        event.add("dtstamp", at)
        first = min(item.first, item.due)
        last = item.due
        if item.overdue:
            first = last = max(item.first, item.due)
        event.add("dtstart", first)
        event.add("dtend", last + timedelta(days=1))
        mark = "【逾期】" if item.overdue else ""
        about = f" {item.name}" if item.name else ""
        event.add("summary", f"{mark}{item.what}{about}")
        lines = [
            f"谁：{item.who}",
            f"最迟：{item.due.isoformat()}",
            f"依据：{item.clause}（{item.rule_id}）",
            *([f"案件：{item.case}"] if item.case else []),
            *([f"内容：{item.detail}"] if item.detail else []),
        ]
        event.add("description", "\n".join(lines))
        event.add("categories", ["逾期" if item.overdue else "到期"])
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", item.what)
        # Nine in the morning of the last day: all-day events begin at midnight.
        alarm.add("trigger", timedelta(days=(last - first).days, hours=9))
        event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
