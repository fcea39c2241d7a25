"""Docking-station lists: one file announces many recordings that may not be there yet.

Column names differ by station; a mapping names them. Presets follow the schemas seen in public code
(MySQL dump columns, the JSON of /api/File/ClientAdd, Dahua's media info, plain Chinese headings);
others are added under `[recordings.exports.<name>]` in evidence.toml.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

from evidence.domain.arrival_outcome import Reason
from evidence.domain.identifiers import Sha256
from evidence.domain.recording import Recording, TimeClaim
from evidence.domain.week import SHANGHAI
from evidence.errors import UnreadableError
from evidence.recordings.clock import choose_start
from evidence.recordings.names import HANDED_IN, parse_name
from evidence.recordings.settings import ExportMapping
from evidence.recordings.tables import read_rows

PRESETS: dict[str, ExportMapping] = {
    "station-mysql": ExportMapping(
        name="wjbh", device="cpxh", officer="jybh", start="start_time", end="end_time", duration_s="wjcd",
        size="wjdx", kind="wjlx", important="upload",
    ),
    "station-mysql-pssj": ExportMapping(
        name="wjbh", device="cpxh", officer="jybh", start="pssj", end="end_time", duration_s="wjcd",
        size="wjdx", kind="wjlx", important="bzlx",
    ),
    "client-add": ExportMapping(
        name="F_FileName", device="F_DeviceNo", officer="F_UserNo", start="F_ShootTime",
        duration_s="F_FileTime", size="F_FileSize", size_unit=1024 * 1024, kind="F_Type",
        important="F_IsImportant",
    ),
    "dahua": ExportMapping(
        name="szFileName", device="szOriginalDeviceID", start="stuStartTime", end="stuEndTime",
        size="nFileSize",
    ),
    "chinese": ExportMapping(
        name="文件名", device="设备编号", officer="警号", start="开始时间", end="结束时间",
        duration_s="时长(秒)", size="文件大小", kind="文件类型", important="重要",
    ),
}  # fmt: skip
"""Presets by name; the first one whose file-name column is present is taken."""

_SHORTER_MS = 5_000
_SPELLED = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D+(\d{1,2})\D(\d{1,2})(?:\D(\d{1,2}))?\D*")


def read_export(
    path: Path,
    mapping: ExportMapping | None = None,
    *,
    name: str = "",
    presets: Mapping[str, ExportMapping] = PRESETS,
    now: datetime | None = None,
) -> tuple[Recording, ...]:
    """Read a station's list.

    Args:
        path: CSV, XLSX, JSON or XML.
        mapping: its columns; found among the presets when None.
        name: how the clerk's file was called (decides the format), default the path's own name.
        presets: mappings to try, in order.
        now: instant of arrival; rules out starts in the future.

    Raises:
        UnreadableError: not such a list, or the file-name column is missing.
    """
    mappings = [mapping] if mapping is not None else list(presets.values())

    def fits(headings: set[str]) -> int:
        return max((len(_columns(each) & headings) for each in mappings if each.name in headings), default=0)

    rows = read_rows(path, name or path.name, fits)
    if not rows:
        raise UnreadableError(
            Reason.EMPTY,
            "采集站清单里没有一行数据。",
            where=name or path.name,
            remedy="请重新导出后再放入收件夹。",
        )
    headings = {key for row in rows for key in row}
    chosen = mapping or choose_mapping(headings, presets)
    if chosen is None or chosen.name not in headings:
        raise UnreadableError(
            Reason.MALFORMED,
            "采集站清单缺少文件名一列，无法与录像对应。",
            where=f"{name or path.name}：现有列 {'、'.join(sorted(headings)[:20])}",
            remedy="请在 evidence.toml 的 [recordings.exports.名称] 中写明各列的名称后重试。",
        )
    found = (_recording(row, chosen, now) for row in rows)
    return tuple(each for each in found if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFile:
    """One station list to be read in a bounded child."""

    path: Path
    name: str
    """How the clerk's file was called."""
    presets: dict[str, ExportMapping]
    now: datetime


def read_list(file: ListFile) -> tuple[Recording, ...]:
    """`read_export` as one question."""
    return read_export(file.path, name=file.name, presets=file.presets, now=file.now)


def choose_mapping(headings: Iterable[str], presets: Mapping[str, ExportMapping]) -> ExportMapping | None:
    """The preset that knows most of the columns; None when none knows the file-name column."""
    there = set(headings)
    fitting = [mapping for mapping in presets.values() if mapping.name in there]
    return max(fitting, key=lambda mapping: len(_columns(mapping) & there), default=None)


def _columns(mapping: ExportMapping) -> set[str]:
    columns = (
        mapping.name, mapping.device, mapping.officer, mapping.start, mapping.end, mapping.duration_s,
        mapping.size, mapping.sha256, mapping.kind, mapping.important,
    )  # fmt: skip
    return {column for column in columns if column}


def _recording(row: Mapping[str, str], mapping: ExportMapping, now: datetime | None) -> Recording | None:
    def cell(column: str) -> str:
        return row.get(column, "").strip() if column else ""

    name = PurePath(cell(mapping.name).replace("\\", "/")).name
    kind = cell(mapping.kind)
    is_video, is_audio = kind in mapping.video_kinds, kind in mapping.audio_kinds
    if not name or (kind and not is_video and not is_audio):
        return None
    claimed = parse_name(name)
    start = parse_time(cell(mapping.start), utc=mapping.utc)
    end = parse_time(cell(mapping.end), utc=mapping.utc)
    seconds = _number(cell(mapping.duration_s))
    duration_ms = int(seconds * 1000) if seconds else None
    if duration_ms is None and start and end and end > start:
        duration_ms = int((end - start) / timedelta(milliseconds=1))
    claims = [TimeClaim(source="export", at=start)] if start else []
    if claimed is not None and claimed.instant is not None:
        claims.insert(0, TimeClaim(source="name", at=claimed.instant))
    chosen = choose_start(claims, duration_ms=duration_ms, now=now)
    digest = cell(mapping.sha256).lower()
    row_digest = hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()
    size = _number(cell(mapping.size))
    officer = _set(cell(mapping.officer))
    return Recording(
        sha256=Sha256(digest if re.fullmatch(r"[0-9a-f]{64}", digest) else row_digest),
        name=name,
        bytes=int(size * mapping.size_unit) if size else 0,
        device=_set(cell(mapping.device)) or (claimed.device if claimed else ""),
        officer=officer or (claimed.officer if claimed else ""),
        started_at=chosen.at,
        duration_ms=duration_ms,
        declared_ms=duration_ms,
        important=cell(mapping.important) in {"1", "是", "true", "True"},
        times=chosen.claims,
        doubts=chosen.doubts,
        described=True,
    )


def parse_time(text: str, *, utc: bool = False) -> datetime | None:
    """An instant from a station's cell: ISO, `2022/3/14 9:30:05`, 14 digits; None when it is none."""
    text = text.strip()
    zone = UTC if utc else SHANGHAI
    try:
        if re.fullmatch(r"\d{14}", text):
            at = datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 zone follows
        else:
            at = datetime.fromisoformat(text)
    except ValueError:
        match = _SPELLED.fullmatch(text)
        if match is None:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        try:
            at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 zone follows
        except ValueError:
            return None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _set(value: str) -> str:
    return "" if set(value) <= {"0"} or value == HANDED_IN else value


def matches(described: Recording, file: Recording) -> bool:
    """Whether a file is the one a list announced: by digest, else by name and size.

    A station that writes MB rounds; so sizes may differ by 1 % or a megabyte.
    """
    if described.sha256 == file.sha256:
        return True
    told, name = described.name.casefold(), file.name.casefold()
    # Some stations keep names without the extension.
    if told != name and (PurePath(told).suffix or told != PurePath(name).stem):
        return False
    slack = max(file.bytes // 100, 1024 * 1024)
    return not described.bytes or abs(described.bytes - file.bytes) <= slack


def enriched(file: Recording, described: Iterable[Recording]) -> Recording:
    """The file with what a list said about it: device, wearer, and one more claim of its start.

    Doing it again changes nothing.
    """
    row = next((each for each in described if each.described and matches(each, file)), None)
    if row is None:
        return file
    exported = [claim for claim in row.times if claim.source == "export"]
    kept = [claim for claim in file.times if claim.source != "export"]
    before = choose_start(kept, duration_ms=file.duration_ms).doubts
    start = choose_start([*kept, *exported], duration_ms=file.duration_ms)
    doubts = [doubt for doubt in file.doubts if doubt not in before]
    if row.duration_ms and file.duration_ms and row.duration_ms - file.duration_ms > _SHORTER_MS:
        told, real = row.duration_ms // 1000, file.duration_ms // 1000
        doubts.append(f"采集站清单写明时长 {told} 秒，文件只有 {real} 秒，请重新拷贝原件。")
    return replace(
        file,
        device=file.device or row.device,
        officer=file.officer or row.officer,
        important=file.important or row.important,
        started_at=start.at,
        times=start.claims,
        doubts=tuple(dict.fromkeys((*doubts, *start.doubts))),
    )


def outstanding(recordings: Iterable[Recording]) -> tuple[Recording, ...]:
    """Announced files that have not arrived."""
    everything = tuple(recordings)
    files = [each for each in everything if not each.described]
    return tuple(
        each for each in everything if each.described and not any(matches(each, file) for file in files)
    )
