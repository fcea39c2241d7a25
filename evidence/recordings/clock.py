"""When did a recording begin? Every source's word is kept; one start is chosen, with reasons.

Names carry Shanghai wall time. MP4 creation times should be UTC, but many recorders write local time
there, and public dumps show stations that did the same. File-system times change with every copy and
are never used. Measured offsets of single devices come from the register `clock-offset`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from evidence.domain.recording import Recording, TimeClaim
from evidence.domain.register import RegisterEntry
from evidence.domain.week import local_date

OFFSET_REGISTER = "clock-offset"
EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
LATEST = datetime(2099, 1, 1, tzinfo=UTC)
"""Outside lie the usual reset times: 1904, 1970, 1980, 2000-01-01, 2099 (INF)."""
ZONE_ERRORS = (timedelta(hours=8), timedelta(hours=-8))
ORDER = ("name", "export", "card", "container")
"""Which source is believed first; `file` never is."""
_MP4_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AGREE = timedelta(seconds=120)
_READING_S = "1"
"""What reading two clocks off one photograph leaves open, in seconds."""

ONLY_CONTAINER = "只有文件内部时间可用，可能差 8 小时，请核对后指派。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The chosen start."""

    at: datetime | None
    claims: tuple[TimeClaim, ...]
    """Best first, with `trusted` and `note` set."""
    doubts: tuple[str, ...]


def container_claim(created_raw: int | None) -> TimeClaim | None:
    """The claim of an mvhd creation time (seconds since 1904, ISO/IEC 14496-12 8.2.2).

    Some writers count from 1970; such a value read by the standard lies before the trade existed,
    so it is read their way and says so.
    """
    if not created_raw:
        return None
    try:
        at = _MP4_EPOCH + timedelta(seconds=created_raw)
        unix = _UNIX_EPOCH + timedelta(seconds=created_raw)
    except OverflowError:
        return TimeClaim(source="container", at=_MP4_EPOCH, trusted=False, note="文件内部时间不可能")
    if at < EARLIEST <= unix < LATEST:
        return TimeClaim(source="container", at=unix, note="文件内部时间以 1970 年起算，已换算")
    return TimeClaim(source="container", at=at)


def possible(at: datetime, now: datetime | None = None) -> bool:
    """Whether a recorder of this trade can have run then; `now` also rules out the future."""
    return EARLIEST <= at < LATEST and (now is None or at <= now + timedelta(days=1))


def choose_start(
    claims: Sequence[TimeClaim], *, duration_ms: int | None, now: datetime | None = None
) -> Start:
    """Compare all claims and choose the best.

    Args:
        claims: one per source, in any order.
        duration_ms: some recorders stamp the end instead of the beginning, so a container time
            later by the length agrees as well.
        now: instant of reading; later starts are impossible.
    """
    length = timedelta(milliseconds=duration_ms or 0)
    doubts: list[str] = []
    usable: list[TimeClaim] = []
    judged: list[TimeClaim] = []
    for claim in claims:
        if claim.source == "file":
            judged.append(replace(claim, trusted=False, note="文件系统时间随复制改变，不作依据"))
        elif not possible(claim.at, now):
            judged.append(replace(claim, trusted=False, note="时钟未设置或已复位"))
            if claim.source in {"name", "export"}:
                doubts.append(f"{_SOURCES[claim.source]}的时间不可能，记录仪时钟可能已复位，请核对日期。")
        else:
            usable.append(claim)
    usable.sort(key=lambda claim: ORDER.index(claim.source) if claim.source in ORDER else len(ORDER))
    if not usable:
        return Start(
            at=None, claims=tuple(judged), doubts=(*doubts, "没有可用的开始时间，请人工填写后指派。")
        )
    best, *others = usable
    kept = [best]
    for claim in others:
        note, trusted = _compare(claim, best, length)
        kept.append(replace(claim, trusted=trusted, note=claim.note or note))
        if not trusted and not note.startswith("时区"):
            doubts.append(
                f"{_SOURCES[best.source]}的时间与{_SOURCES[claim.source]}的时间{note}，请核对记录仪时钟。"
            )
    if best.source == "container":
        doubts.append(ONLY_CONTAINER)
    return Start(at=best.at, claims=(*kept, *judged), doubts=tuple(doubts))


_SOURCES = {
    "name": "文件名",
    "export": "采集站清单",
    "card": "存储卡",
    "container": "文件内部",
    "file": "文件系统",
}


def _compare(claim: TimeClaim, best: TimeClaim, length: timedelta) -> tuple[str, bool]:
    difference = claim.at - best.at
    if -_AGREE <= difference <= length + _AGREE:
        return "", True
    for shift in ZONE_ERRORS:
        if -_AGREE <= difference - shift <= length + _AGREE:
            return "时区写错：当地时间被当作世界时（差 8 小时）", False
    return f"相差{_spell(difference)}", False


def _spell(difference: timedelta) -> str:
    minutes = round(abs(difference).total_seconds() / 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "天"), (hours, "小时"), (minutes, "分")]
    return " " + " ".join(f"{count} {unit}" for count, unit in parts if count) + " "


def offset_in_force(entries: Iterable[RegisterEntry], device: str, day: date) -> RegisterEntry | None:
    """The measured offset of a device that holds on a day: in its validity, measured nearest to it."""
    fitting = [
        entry
        for entry in entries
        if entry.register == OFFSET_REGISTER
        and entry.data.get("device") == device
        and (entry.valid_from is None or entry.valid_from <= day)
        and (entry.valid_to is None or day <= entry.valid_to)
    ]
    return min(fitting, key=lambda entry: (abs((entry.on - day).days), entry.key), default=None)


def corrected(recording: Recording, entries: Iterable[RegisterEntry], *, daily_s: int) -> Recording:
    """The recording with its device's measured clock offset taken off, and how far it may still be off.

    The claims stay as the sources wrote them, so that correcting twice changes nothing.

    Args:
        recording: one file.
        entries: the register of measurements; without one that holds, only the offset of an earlier
            correction is taken back.
        daily_s: seconds a day by which a clock may go wrong before or after its measurement.
    """
    if not recording.device or not recording.times:
        return recording
    claims = {claim.source: claim for claim in recording.times}
    best = next((claims[source] for source in ORDER if source in claims and claims[source].trusted), None)
    if best is None:
        return recording
    day = local_date(best.at)
    entry = offset_in_force(entries, recording.device, day)
    if entry is None:
        return replace(recording, started_at=best.at, drift_s=None)
    offset = timedelta(seconds=int(entry.data.get("offset_s", "0")))
    left = int(entry.data.get("drift_s", _READING_S)) + daily_s * abs((entry.on - day).days)
    return replace(recording, started_at=best.at - offset, drift_s=left)
