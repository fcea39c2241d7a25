"""Was the whole visit filmed? Pure interval arithmetic over the recordings of one visit.

附件八2: 全程记录服务检查人员在企业的检查服务工作，并留档备查. A visit lasts from arrival to leaving;
what the union of all recorders present leaves open is a gap. Covered and gaps always add up to the
visit, whatever the segments look like (tests/property/test_coverage.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from evidence.domain.case import Visit
from evidence.domain.identifiers import Sha256
from evidence.domain.recording import Recording, StretchKind
from evidence.domain.week import SHANGHAI

_NOTHING = timedelta()
_CLOCK_OFF = timedelta(hours=12)
"""A clock that is off by more would have been noticed; the film is of another day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLimits:
    """What may be missing of a visit's footage before a person looks, or the duty counts as broken."""

    tolerance_s: int = 60
    """A single gap up to this many seconds is let pass: a battery changed, a file border."""
    share_permille: int | None = 20
    """All gaps together may be this many thousandths of the visit; more makes a person look. None: the
    sum is not judged, as rulesets 1 and 2 did not."""
    most_permille: int = 50
    """More than this many thousandths together is a failure."""
    drift_s: int = 3
    """How far a recorder's clock may be off, in seconds, where nothing better is known (GA/T 947.2: at
    most 3 s a day, second-hand)."""
    prerecord_s: int = 30
    """Seconds a recorder may prepend from its buffer; two files of one device may overlap by that."""


class CoverageVerdict(StrEnum):
    """Three-valued; `review` never counts as pass."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Half-open stretch of time, aware UTC, never empty."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.start

    def __str__(self) -> str:
        """`09:07:00–09:19:30`, Shanghai wall time, as people read it."""
        start, end = self.start.astimezone(SHANGHAI), self.end.astimezone(SHANGHAI)
        return f"{start:%H:%M:%S}–{end:%H:%M:%S}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One recording laid on the time line."""

    start: datetime
    end: datetime
    sha256: Sha256
    device: str = ""
    certain: bool = True
    """False when a person must look first: no sound, doubtful clock, length unknown …"""
    drift_s: int | None = None
    """How far this file's times may be off, in seconds; None: as far as any recorder's."""

    def widened(self, drift_s: int) -> Interval:
        """All it can have filmed when its clock is off as far as possible.

        Args:
            drift_s: seconds for a file of which nothing better is known.
        """
        drift = timedelta(seconds=drift_s if self.drift_s is None else self.drift_s)
        return Interval(self.start - drift, self.end + drift)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two segments at the same time."""

    interval: Interval
    first: Sha256
    second: Sha256
    same_device: bool
    """One recorder cannot film twice at once: one of the two times is wrong, or the serial is shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The visit against its footage."""

    arrived_at: datetime
    left_at: datetime | None
    covered: tuple[Interval, ...]
    """Proven by certain segments, clipped to the visit."""
    gaps: tuple[Interval, ...]
    """Everything else of the visit, however short."""
    open_gaps: tuple[Interval, ...]
    """Gaps longer than the tolerance: what the verdict rests on."""
    overlaps: tuple[Overlap, ...]
    verdict: CoverageVerdict
    reasons: tuple[str, ...]
    """Plain Chinese; empty on pass."""

    @property
    def uncovered_s(self) -> int:
        """Whole seconds not proven, all gaps together."""
        return int(sum((gap.length for gap in self.gaps), _NOTHING).total_seconds())

    @property
    def figures(self) -> str:
        """How much is not proven, for every verdict: `未录到 3 处，共 58 秒（4.8%）`."""
        if not self.length_s:
            return ""
        if not self.gaps:
            return "没有间断"
        share = self.uncovered_s * 1000 // self.length_s
        total = _minutes(timedelta(seconds=self.uncovered_s))
        return f"未录到 {len(self.gaps)} 处，共 {total}（{share // 10}.{share % 10}%）"

    @property
    def covered_s(self) -> int:
        """Whole seconds proven."""
        return int(sum((part.length for part in self.covered), _NOTHING).total_seconds())

    @property
    def length_s(self) -> int | None:
        """Whole seconds of the visit; None while its end is unknown."""
        return None if self.left_at is None else int((self.left_at - self.arrived_at).total_seconds())


def union(parts: Iterable[Interval]) -> tuple[Interval, ...]:
    """Disjoint intervals in order that cover exactly the same time; touching ones are joined."""
    joined: list[Interval] = []
    for part in sorted(parts):
        if joined and part.start <= joined[-1].end:
            if part.end > joined[-1].end:
                joined[-1] = Interval(joined[-1].start, part.end)
        else:
            joined.append(part)
    return tuple(joined)


def clip(parts: Iterable[Interval], whole: Interval) -> tuple[Interval, ...]:
    """What of the parts lies within the whole."""
    clipped = ((max(part.start, whole.start), min(part.end, whole.end)) for part in parts)
    return tuple(Interval(start, end) for start, end in clipped if start < end)


def complement(parts: Sequence[Interval], whole: Interval) -> tuple[Interval, ...]:
    """The rest of the whole; `parts` are disjoint, in order and within it."""
    edges = [whole.start, *(edge for part in parts for edge in (part.start, part.end)), whole.end]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple(Interval(start, end) for start, end in pairs if start < end)


def overlaps_of(segments: Sequence[Segment], prerecord: timedelta) -> tuple[Overlap, ...]:
    """Simultaneous segments; one device's pre-recorded seconds at the start of a file do not count."""
    found: list[Overlap] = []
    running: list[Segment] = []
    for segment in sorted(segments, key=lambda each: (each.start, each.sha256)):
        running = [other for other in running if other.end > segment.start]
        for other in running:
            interval = Interval(segment.start, min(other.end, segment.end))
            same = bool(segment.device) and segment.device == other.device
            if segment.start < interval.end and not (same and interval.length <= prerecord):
                found.append(
                    Overlap(interval=interval, first=other.sha256, second=segment.sha256, same_device=same)
                )
        running.append(segment)
    return tuple(found)


def coverage(
    arrived_at: datetime,
    left_at: datetime | None,
    segments: Sequence[Segment],
    limits: CoverageLimits = CoverageLimits(),
    *,
    unplaced: int = 0,
) -> Coverage:
    """Lay the segments over the visit and judge.

    Args:
        arrived_at: arrival at the enterprise, aware UTC.
        left_at: leaving; None when nobody wrote it down, then the verdict is `review`.
        segments: recordings of every recorder present, in any order, overlapping as they like.
        limits: what may be missing. A gap that the clocks' error could close is `review`, not `fail`;
            a segment whose device was measured brings its own error.
        unplaced: recordings that belong to the visit but have no known time or length.
    """
    tolerance = timedelta(seconds=limits.tolerance_s)
    overlaps = overlaps_of(segments, timedelta(seconds=limits.prerecord_s))
    if left_at is None or left_at <= arrived_at:
        why = "未登记离开时间" if left_at is None else "离开时间不晚于到达时间"
        return Coverage(
            arrived_at=arrived_at,
            left_at=left_at,
            covered=(),
            gaps=(),
            open_gaps=(),
            overlaps=overlaps,
            verdict=CoverageVerdict.REVIEW,
            reasons=(f"{why}，无法核对全程录像，请更正现场记录。",),
        )
    visit = Interval(arrived_at, left_at)
    proven = [Interval(s.start, s.end) for s in segments if s.certain and s.start < s.end]
    covered = union(clip(proven, visit))
    gaps = complement(covered, visit)
    open_gaps = tuple(gap for gap in gaps if gap.length > tolerance)
    generous = [s.widened(limits.drift_s) for s in segments if s.start < s.end]
    possible = complement(union(clip(generous, visit)), visit)
    hopeless = [gap for gap in possible if gap.length > tolerance]
    seen = union(clip([Interval(s.start, s.end) for s in segments if s.start < s.end], visit))
    verdict, reasons = _judge(open_gaps, bool(hopeless), overlaps, unplaced, seen)
    if limits.share_permille is not None and verdict is not CoverageVerdict.PASS:
        reasons = (*reasons, *_clock_hint(visit, segments, tolerance))
    summed, why = _judge_sum(visit, gaps, possible, limits)
    if summed is not CoverageVerdict.PASS and not unplaced and verdict is not CoverageVerdict.FAIL:
        verdict = CoverageVerdict.FAIL if summed is CoverageVerdict.FAIL else CoverageVerdict.REVIEW
        reasons = (*reasons, why)
    return Coverage(
        arrived_at=arrived_at,
        left_at=left_at,
        covered=covered,
        gaps=gaps,
        open_gaps=open_gaps,
        overlaps=overlaps,
        verdict=verdict,
        reasons=reasons,
    )


def _judge(
    open_gaps: Sequence[Interval],
    hopeless: bool,
    overlaps: Sequence[Overlap],
    unplaced: int,
    seen: Sequence[Interval],
) -> tuple[CoverageVerdict, tuple[str, ...]]:
    """Each gap by itself, and recorders that cannot have filmed so."""
    conflicts = [overlap for overlap in overlaps if overlap.same_device]
    reasons = [_reason(gap, seen) for gap in open_gaps]
    reasons += [f"{each.interval} 同一台记录仪有两段录像，请核对设备编号和时钟。" for each in conflicts]
    if unplaced:
        reasons.append(f"另有 {unplaced} 段录像的时间或时长不明，请人工核对后指派。")
    if hopeless and not unplaced:
        return CoverageVerdict.FAIL, tuple(reasons)
    if open_gaps or conflicts:
        return CoverageVerdict.REVIEW, tuple(reasons)
    # Every minute is proven; footage of unknown time adds nothing and takes nothing away.
    return CoverageVerdict.PASS, ()


def _reason(gap: Interval, seen: Sequence[Interval]) -> str:
    """Without footage, or with footage that a person must look at first."""
    if any(part.start < gap.end and gap.start < part.end for part in seen):
        return f"{gap} 没有可以认定的录像（{_minutes(gap.length)}），其中有存疑的录像待人工查看。"
    return f"{gap} 无录像（{_minutes(gap.length)}）。"


def _clock_hint(visit: Interval, segments: Sequence[Segment], tolerance: timedelta) -> tuple[str, ...]:
    """A film that begins as late as it ends, or ends as early as it begins, shows a clock that is wrong."""
    played = [segment for segment in segments if segment.start < segment.end]
    if not played:
        return ()
    late = min(segment.start for segment in played) - visit.start
    over = max(segment.end for segment in played) - visit.end
    if max(abs(late), abs(over)) > _CLOCK_OFF:
        return ()  # a film of another time, not one of a wrong clock
    if min(late, over) > tolerance:
        return (f"录像在离开之后还有 {_minutes(over)}，记录仪时钟可能快，请对时后登记时钟误差。",)
    if max(late, over) < -tolerance:
        return (f"录像在到达之前已有 {_minutes(-late)}，记录仪时钟可能慢，请对时后登记时钟误差。",)
    return ()


def _judge_sum(
    visit: Interval, gaps: Sequence[Interval], possible: Sequence[Interval], limits: CoverageLimits
) -> tuple[CoverageVerdict, str]:
    """All gaps together: many short pauses leave as much unfilmed as one long one."""
    if limits.share_permille is None:
        return CoverageVerdict.PASS, ""
    missing = sum((gap.length for gap in gaps), _NOTHING)
    surely = sum((gap.length for gap in possible), _NOTHING)
    why = f"各处间断合计 {_minutes(missing)}，占在场时间的 {missing / visit.length:.1%}。"
    if surely * 1000 > visit.length * limits.most_permille:
        return CoverageVerdict.FAIL, why
    if missing * 1000 > visit.length * limits.share_permille:
        return CoverageVerdict.REVIEW, why
    return CoverageVerdict.PASS, ""


def _minutes(length: timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes} 分 {seconds:02d} 秒" if minutes else f"{seconds} 秒"


def segments_of(recording: Recording) -> tuple[Segment, ...]:
    """A recording on the time line; none without a start, a length or a picture.

    A stretch without frames is no footage, a black or silent one waits for a person; the rest counts.
    """
    begin, length = recording.started_at, recording.duration_ms
    if begin is None or not length or recording.video is False:
        return ()
    edges = {0, length}
    for stretch in recording.stretches:
        edges |= {min(max(edge, 0), length) for edge in (stretch.start_ms, stretch.end_ms)}
    sound = bool(recording.video and recording.audio and not recording.doubts)
    found = []
    for start, end in pairwise(sorted(edges)):
        kinds = {one.kind for one in recording.stretches if one.start_ms < end and start < one.end_ms}
        if StretchKind.MISSING in kinds:
            continue
        found.append(
            Segment(
                start=begin + timedelta(milliseconds=start),
                end=begin + timedelta(milliseconds=end),
                sha256=recording.sha256,
                device=recording.device,
                certain=sound and not kinds,
                drift_s=recording.drift_s,
            )
        )
    return tuple(found)


def visit_coverage(visit: Visit, recordings: Iterable[Recording], limits: CoverageLimits) -> Coverage:
    """Coverage of one visit by its recordings; files only announced by an export do not count."""
    own = [each for each in recordings if each.visit == visit.id and not each.described]
    segments = [segment for each in own for segment in segments_of(each)]
    unplaced = sum(not segments_of(each) and not each.stretches and each.video is not False for each in own)
    return coverage(visit.arrived_at, visit.left_at, segments, limits, unplaced=unplaced)
