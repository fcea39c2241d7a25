"""Real films: made once for each length and kind, brought to the inbox, taken in by `ingest`."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from tests.clips import make_clip
from tests.scenario_runner.workspace import Agency

KINDS: dict[str, dict[str, Any]] = {
    "正常": {}, "无声轨": {"audio": False}, "静音": {"silent": True}, "黑屏": {"black": True},
    "静止": {"still": True},
}  # fmt: skip
_OFFICERS = {"0012345": "000123", "0012346": "000124"}


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="films-"))


@cache
def _film(seconds: int, kind: str, last_at: int | None) -> Path:
    path = _folder() / f"{seconds}-{kind}-{last_at}.mp4"
    return make_clip(path, seconds=seconds, rate=1, last_at=last_at, **KINDS[kind])


def bring(agency: Agency, given: dict[str, str], day: datetime) -> Any:
    """Put one film into the inbox under a recorder's own file name and take it in.

    Args:
        given: 设备, 从 and 到 (by the recorder's clock), 类型, 最后一帧 (one more frame at that time).
    """
    start, end = _at(given["从"], day), _at(given["到"], day)
    last = int((_at(given["最后一帧"], day) - start).total_seconds()) if "最后一帧" in given else None
    film = _film(int((end - start).total_seconds()), given.get("类型", "正常"), last)
    device = given.get("设备", "0012345")
    name = given.get("文件名") or f"{device}_{_OFFICERS.get(device, '000999')}_{start:%Y%m%d%H%M%S}.MP4"
    target = agency.root / "inbox" / name
    shutil.copyfile(film, target)
    return agency.run("ingest")


def _at(text: str, day: datetime) -> datetime:
    if len(text) > 8:
        return datetime.fromisoformat(text).replace(tzinfo=day.tzinfo)
    return datetime.combine(day.date(), time.fromisoformat(text), day.tzinfo)
