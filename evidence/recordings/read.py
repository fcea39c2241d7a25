"""One recorder file becomes one Recording: what it is, how long it plays, when it says it began."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath

from evidence.domain.arrival_outcome import Reason
from evidence.domain.identifiers import Sha256
from evidence.domain.recording import Recording, Stretch, TimeClaim
from evidence.errors import UnreadableError
from evidence.filetypes.containers import Structure, read_structure
from evidence.filetypes.prefix import WithoutPrefix
from evidence.filetypes.sample_tables import tables_overstated
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from evidence.recordings.cards import Card
from evidence.recordings.clock import choose_start, container_claim
from evidence.recordings.names import RecorderName, folder_hint, parse_name
from evidence.recordings.probe import Tracks, demux, empty_stretches, media_info
from evidence.recordings.sampling import doubtful_stretches, take_samples

SAMPLES = 6
"""Places looked at for black picture and silence; a few milliseconds each."""
_AGREE_MS = 2_000


def hash_file(path: Path) -> Sha256:
    """SHA-256 of a file of any size, streamed."""
    with path.open("rb") as stream:
        return Sha256(hashlib.file_digest(stream, "sha256").hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What MediaInfo says of a file."""

    tracks: Tracks = Tracks()  # noqa: RUF009 - frozen
    unusable: bool = False
    """It was not asked, or gave up: an index inside is false. Only demuxing counts then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    tracks: Tracks
    duration_ms: int
    truncated: bool
    doubts: tuple[str, ...]


def read_recording(
    path: Path,
    *,
    name: str,
    sha256: Sha256 | None = None,
    card: Card | None = None,
    modified: datetime | None = None,
    now: datetime | None = None,
    samples: int = SAMPLES,
    told: Told | None = None,
) -> Recording:
    """Read a recorder's video or sound file.

    Args:
        path: the bytes, under whatever name the archive gave them.
        name: how the clerk's file was called, folders included when known.
        sha256: its digest when already known; hashed here otherwise.
        card: identity file found beside it.
        modified: the clerk's file's own time, kept beside the others and never believed.
        now: instant of arrival; rules out starts in the future.
        samples: places to look at for black picture and silence, 0 for none.
        told: what MediaInfo says; asked here when None.

    Raises:
        UnreadableError: empty, not a recording, or cut so that nothing of it plays.
    """
    size = path.stat().st_size
    base = PurePath(name.replace("\\", "/")).name
    if size == 0:
        raise UnreadableError(
            Reason.EMPTY, "文件是空的，没有录像内容。", where=name, remedy="请从记录仪或采集站重新拷贝。"
        )
    with path.open("rb") as stream:
        structure = read_structure(stream)
    found = _examine(path, structure, name, tell(path) if told is None else told)
    stretches = _stretches(path, structure, found.duration_ms, samples)
    claimed = parse_name(base)
    start = choose_start(
        _claims(claimed, structure, found.tracks, modified), duration_ms=found.duration_ms, now=now
    )
    return Recording(
        sha256=sha256 or hash_file(path),
        name=base,
        bytes=size,
        device=(claimed.device if claimed else "") or (card.device if card else ""),
        officer=(claimed.officer if claimed else "") or (card.officer if card else ""),
        started_at=start.at,
        duration_ms=found.duration_ms,
        declared_ms=structure.declared_ms or found.tracks.declared_ms,
        video=found.tracks.video,
        audio=found.tracks.audio,
        width=found.tracks.width,
        height=found.tracks.height,
        codec=found.tracks.codec,
        truncated=found.truncated,
        important=claimed.important if claimed else False,
        times=start.claims,
        doubts=(*found.doubts, *_doubts_about(name, claimed), *start.doubts),
        stretches=stretches,
    )


def _doubts_about(name: str, claimed: RecorderName | None) -> Iterator[str]:
    """A folder's day is no time of recording: a person may take it for one, the program does not."""
    hint = folder_hint(name) if claimed is None else None
    if hint is not None:
        yield f"文件夹写明 {hint.month} 月 {hint.day} 日，文件名没有时间，请人工指派。"


def _stretches(path: Path, structure: Structure, duration_ms: int, samples: int) -> tuple[Stretch, ...]:
    """Where nothing was recorded, and where the places looked at show neither picture nor sound."""
    stretches = empty_stretches(_source(path, structure), duration_ms=duration_ms)
    if samples and duration_ms:
        looked = take_samples(_source(path, structure), duration_ms=duration_ms, places=samples)
        stretches += doubtful_stretches(looked, duration_ms=duration_ms)
    return stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageFile:
    """One recorder file to be read in a bounded child; fields as the arguments of `read_recording`."""

    path: Path
    name: str
    sha256: Sha256
    card: Card | None
    now: datetime
    samples: int = SAMPLES
    told: Told | None = None


def footage_bounds(size: int) -> Bounds:
    """What reading a recorder file of so many bytes may use: a small one that takes long is a hostile one.

    Every packet of hours of video may have to be read, and a decoder for large pictures needs memory.
    """
    return Bounds(cpu_seconds=min(600, 30 + size // 50_000_000), memory=3_000_000_000)


_TELLING = Bounds(cpu_seconds=10)
"""MediaInfo reads a few kilobytes; what keeps it longer is a false count inside."""


def read_bounded(file: FootageFile) -> Recording:
    """`read_recording` in bounded children: MediaInfo apart, so that a film it stumbles over is still read.

    Raises:
        UnreadableError: see `read_recording`; `malformed` also for what cannot be read to its end in time.
        OSError: the machine failed, not the file.
    """
    try:
        told = run_bounded(tell, file.path, _TELLING)
    except UnreadableError:
        told = Told(unusable=True)
    try:
        return run_bounded(read_footage, replace(file, told=told), footage_bounds(file.path.stat().st_size))
    except UnreadableError as error:
        if error.reason != Reason.TOO_LARGE:
            raise
        raise UnreadableError(
            Reason.MALFORMED,
            f"录像内部的索引有误，读不到结尾：{error.what}",
            where=file.name,
            remedy="请从记录仪或采集站重新拷贝；仍不能播放时，请保留记录仪并说明情况。",
        ) from error


def tell(path: Path) -> Told:
    """What MediaInfo says; it is not asked where a table of samples claims more than the file holds."""
    with path.open("rb") as stream:
        structure = read_structure(stream)
        if tables_overstated(stream, structure):
            return Told(unusable=True)
    return Told(tracks=media_info(_source(path, structure)))


def read_footage(file: FootageFile) -> Recording:
    """`read_recording` as one question."""
    return read_recording(
        file.path,
        name=file.name,
        sha256=file.sha256,
        card=file.card,
        now=file.now,
        samples=file.samples,
        told=file.told,
    )


def _source(path: Path, structure: Structure) -> Path | WithoutPrefix:
    return WithoutPrefix(path, structure.prefix) if structure.prefix else path


def _examine(path: Path, structure: Structure, name: str, told: Told) -> _Found:
    tracks = told.tracks
    if structure.trailer and not structure.truncated:
        tracks = replace(tracks, truncated=False)  # MediaInfo takes a maker's trailer for a cut box
    suspect = bool(
        structure.truncated
        or structure.fragmented
        or structure.prefix
        or tracks.truncated
        or not tracks.declared_ms
        or not structure.container
    )
    if not suspect and (tracks.video or tracks.audio):
        return _Found(tracks=tracks, duration_ms=tracks.declared_ms or 0, truncated=False, doubts=())
    playable = demux(_source(path, structure))
    if playable is None or playable.duration_ms == 0:
        _refuse(structure, tracks, name)
    assert playable is not None  # noqa: S101 _refuse never returns
    declared = structure.declared_ms or tracks.declared_ms
    shorter = declared is not None and playable.duration_ms + _AGREE_MS < declared
    truncated = structure.truncated or tracks.truncated or playable.broke_off or shorter
    doubts = []
    if told.unusable:
        doubts.append("录像内部的索引写错，时长按能播放的部分计算，请核对。")
    if truncated:
        seconds = playable.duration_ms // 1000
        doubts.append(f"文件不完整，只能播放 {seconds // 60} 分 {seconds % 60:02d} 秒，请重新拷贝原件。")
    seen = Tracks(
        format=tracks.format or structure.container,
        video=playable.video,
        audio=playable.audio,
        width=tracks.width,
        height=tracks.height,
        codec=tracks.codec,
        declared_ms=tracks.declared_ms,
    )
    return _Found(tracks=seen, duration_ms=playable.duration_ms, truncated=truncated, doubts=tuple(doubts))


def _refuse(structure: Structure, tracks: Tracks, name: str) -> None:
    if structure.container and (structure.truncated or tracks.truncated):
        raise UnreadableError(
            Reason.INCOMPLETE,
            "录像文件不完整，没有能播放的内容（多为拷贝中断）。",
            where=name,
            remedy="请从记录仪或采集站重新拷贝整个文件。",
        )
    if structure.container or tracks.format:
        raise UnreadableError(
            Reason.MALFORMED,
            "录像文件已损坏，无法播放。",
            where=name,
            remedy="请从记录仪或采集站重新拷贝；仍不能播放时，请保留记录仪并说明情况。",
        )
    raise UnreadableError(
        Reason.UNSUPPORTED_TYPE,
        "这不是能识别的音视频文件。",
        where=name,
        remedy="请交 MP4、MOV、AVI 或 MKV 文件。",
    )


def _claims(
    claimed: RecorderName | None, structure: Structure, tracks: Tracks, modified: datetime | None
) -> list[TimeClaim]:
    claims = []
    if claimed is not None and claimed.instant is not None:
        claims.append(TimeClaim(source="name", at=claimed.instant))
    inner = container_claim(structure.created_raw) or _printed_claim(tracks.created)
    if inner is not None:
        claims.append(inner)
    if modified is not None:
        claims.append(TimeClaim(source="file", at=modified.astimezone(UTC), trusted=False))
    return claims


def _printed_claim(text: str) -> TimeClaim | None:
    """MediaInfo prints `2022-03-14 01:30:05 UTC` (older: `UTC 2022-…`) for MKV and AVI."""
    plain = text.replace("UTC", "").strip()
    try:
        at = datetime.fromisoformat(plain).replace(tzinfo=UTC)
    except ValueError:
        return None
    return TimeClaim(source="container", at=at)
