"""A telephone whose clock runs ahead: what was typed by it is asked about with the corrected time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from evidence.domain.week import SHANGHAI
from evidence.forms.plausible import Plausible

FIELD = "device_now"
"""Milliseconds since 1970 on the device when the form was sent; set by the page's own script."""
TIMES = ("head|到达时间", "head|离开时间", "head|上报时间", "head|签收时间")
_NOTICED = timedelta(minutes=1)


def ahead(sent: str, now: datetime) -> timedelta:
    """How far the device's clock runs ahead; zero when it does not or said nothing.

    Args:
        sent: the field as it came.
        now: the server's own clock.
    """
    if not sent.isdecimal() or len(sent) > 15:
        return timedelta()
    offset = timedelta(milliseconds=int(sent) - int(now.timestamp() * 1000))
    return offset if offset > _NOTICED else timedelta()


def corrected(typed: Mapping[str, list[str]], offset: timedelta, bounds: Plausible) -> dict[str, str]:
    """Times that lie in the future only by the device's clock, with what they are without its offset."""
    found: dict[str, str] = {}
    for name in TIMES:
        for text in typed.get(name, ())[:1]:
            try:
                at = datetime.fromisoformat(text)
            except ValueError:
                continue
            local = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
            if offset and bounds.instant(local) and not bounds.instant(local - offset):
                found[name] = (at - offset).isoformat(timespec="minutes")
    return found
