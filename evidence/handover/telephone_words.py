"""What a dossier prints of a telephone's own word: its clock when a button was pressed, its photographs."""

from __future__ import annotations

from evidence.domain.case import Visit
from evidence.domain.hazard import Capture
from evidence.domain.week import SHANGHAI

_NOTABLE_MS = 1000
"""A smaller offset of the device's clock is within what its measuring costs."""


def captured_so(said: Capture) -> str:
    """What the telephone stated, in one small line: nothing of it is proven by us but the digest."""
    at = f"{said.device_time.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    parts = [f"设备时间 {at}{_offset(said.ahead_ms)}", said.device and f"设备 {said.device}"]
    if said.latitude_e6 is not None and said.longitude_e6 is not None:
        around = f"±{said.accuracy_m} 米" if said.accuracy_m is not None else ""
        parts.append(f"位置 {said.latitude_e6 / 1e6:.5f}, {said.longitude_e6 / 1e6:.5f}{around}")
    parts.append(f"相机原图 SHA-256 {said.original}")
    return "　".join(part for part in parts if part)


def pressed_at(visit: Visit) -> str:
    """The telephone's own clock when its buttons were pressed."""
    words = {"arrived": "到达", "left": "离开"}
    said = "、".join(
        f"{words[each.what]} {each.device_time.astimezone(SHANGHAI):%H:%M:%S}"
        for each in visit.clocked
        if each.what in words
    )
    ahead = next((each.ahead_ms for each in visit.clocked if abs(each.ahead_ms) >= _NOTABLE_MS), 0)
    return f"（手机按键时间 {said}{_offset(ahead)}）" if said else ""


def _offset(ahead_ms: int) -> str:
    """How far the server's clock was from the telephone's, where it matters."""
    if abs(ahead_ms) < _NOTABLE_MS:
        return ""
    return f"，服务器钟{'快' if ahead_ms > 0 else '慢'} {abs(ahead_ms) / 1000:.0f} 秒"
