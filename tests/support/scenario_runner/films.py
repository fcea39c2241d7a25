"""Films of a scenario: as a recorder would have named them, read as told, or real files taken in by `ingest`.

What a film shows and how long it really plays is the subject of few scenarios; those bring real files. For
the rest the decoder is told what it would find, and everything else happens: registering, the clock, which
visit it belongs to, the journal.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from evidence.domain.recording import Recording, TimeClaim
from evidence.recordings import register
from evidence.recordings.names import parse_name
from evidence.recordings.read import FootageFile
from tests.support.clips import make_clip
from tests.support.scenario_runner.workspace import Agency

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


def tell(agency: Agency, given: dict[str, str], day: datetime) -> Any:
    """Films on the agency's own storage, registered by `recording add`; the decoder finds what is told.

    Args:
        given: 设备, 从 and 到 (by the recorder's clock), 段数 and 间隔 (so many files, seconds apart).
    """
    start, end = _at(given["从"], day), _at(given["到"], day)
    folder = agency.root.parent / f"录像{agency.now:%Y%m%d%H%M}"
    folder.mkdir(exist_ok=True)
    for number in range(int(given.get("段数", "1"))):
        at = start + timedelta(seconds=number * int(given.get("间隔", "0")))
        (folder / _name(given, at)).write_bytes(f"{agency.root} {at}".encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register, "read_bounded", partial(_as_told, length=end - start))
        return agency.run("recording", "add", str(folder), "--by-reference")


def _as_told(file: FootageFile, *, length: timedelta) -> Recording:
    """What the decoder would find in the file: picture and sound for so long, from the time of its name."""
    name = Path(file.name).name
    claimed = parse_name(name)
    assert claimed is not None
    assert claimed.instant is not None
    return Recording(
        sha256=file.sha256,
        name=name,
        bytes=file.path.stat().st_size,
        device=claimed.device,
        officer=claimed.officer,
        started_at=claimed.instant.astimezone(UTC),
        duration_ms=int(length.total_seconds() * 1000),
        video=True,
        audio=True,
        times=(TimeClaim(source="name", at=claimed.instant.astimezone(UTC)),),
    )


def bring(agency: Agency, given: dict[str, str], day: datetime) -> Any:
    """Put a real film into the inbox under a recorder's own file name and take it in.

    Args:
        given: 设备, 从 and 到 (by the recorder's clock), 类型, 最后一帧 (one more frame at that time), 截断
            (only this share of the bytes).
    """
    start, end = _at(given["从"], day), _at(given["到"], day)
    last = int((_at(given["最后一帧"], day) - start).total_seconds()) if "最后一帧" in given else None
    whole = _film(int((end - start).total_seconds()), given.get("类型", "正常"), last).read_bytes()
    kept = len(whole) * int(given.get("截断", "100%").rstrip("%")) // 100
    (agency.root / "inbox" / _name(given, start)).write_bytes(whole[:kept])
    return agency.run("ingest")


def assign(agency: Agency, given: dict[str, str], visit: str) -> Any:
    """A person's word: the film that came last belongs to a visit."""
    films = agency.workspace.ledger.view.recordings()
    last = max(films, key=lambda one: one.arrival)
    words = ("--why", given["理由"], "--by", given.get("决定人", "P05"))
    return agency.run("recording", "assign", last.sha256[:12], visit, *words)


def _name(given: dict[str, str], at: datetime) -> str:
    device = given.get("设备", "0012345")
    return f"{device}_{_OFFICERS.get(device, '000999')}_{at:%Y%m%d%H%M%S}.MP4"


def _at(text: str, day: datetime) -> datetime:
    if len(text) > 8:
        return datetime.fromisoformat(text).replace(tzinfo=day.tzinfo)
    return datetime.combine(day.date(), time.fromisoformat(text), day.tzinfo)
