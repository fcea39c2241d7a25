"""A small picture of a visit and its footage, for the dossier and the desk: plain SVG, no script.

Shapes as well as colours: footage is a solid bar, doubtful footage is outlined, a gap is hatched.
Presentation attributes only, so that the strictest content security policy shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from html import escape

from evidence.domain.coverage import Coverage, CoverageVerdict, Interval, Segment
from evidence.domain.week import SHANGHAI

WIDTH = 680
_LEFT, _RIGHT, _ROW, _TOP = 96, 16, 22, 30
_GREEN, _AMBER, _RED, _INK, _RULE = "#1a7f37", "#9a6700", "#b42318", "#1f2328", "#d0d7de"
_STEPS = (5, 10, 15, 30, 60, 120, 240, 480)
_WORDS = {
    CoverageVerdict.PASS: ("●", _GREEN, "全程有录像"),
    CoverageVerdict.FAIL: ("✕", _RED, "录像有缺口"),
    CoverageVerdict.REVIEW: ("◐", _AMBER, "需人工核对"),
}
_HATCH = "footage-gap"
"""Every picture defines the same pattern, so several on one page do not disturb each other."""


def timeline_svg(
    coverage: Coverage, segments: Sequence[Segment], *, title: str, say: Callable[[str], str] = str
) -> str:
    """The picture; one row for the visit, one for each recorder.

    Args:
        say: a word in the reader's language; papers are Chinese.
    """
    scale = _Scale(coverage, segments)
    devices = sorted({segment.device for segment in segments})
    height = _TOP + _ROW * (len(devices) + 1) + 34
    sign, colour, words = _WORDS[coverage.verdict]
    summary = f"{sign} {say(words)}：" + (
        say("{length} 分钟中 {covered} 分钟有录像").format(
            length=coverage.length_s // 60, covered=round(coverage.covered_s / 60)
        )
        if coverage.length_s is not None
        else say("离开时间未登记")
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(f"{title} {summary}")}" '
        f'font-family="Noto Sans CJK SC, Microsoft YaHei, sans-serif" font-size="12" fill="{_INK}">',
        f"<title>{escape(title)}</title>",
        f'<defs><pattern id="{_HATCH}" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="#ffffff"/>'
        f'<rect width="2.5" height="6" fill="{_RED}"/></pattern></defs>',
        f'<text x="0" y="14" font-weight="600">{escape(title)}</text>',
        f'<text x="{WIDTH}" y="14" text-anchor="end" fill="{colour}">{escape(summary)}</text>',
    ]
    parts += _axis(scale, height)
    on_site = say("现场")
    parts.append(f'<text x="0" y="{_TOP + 15}">{on_site}</text>')
    for part in coverage.covered:
        parts.append(_bar(scale, part, _TOP, _GREEN, say("有录像")))
    for gap in coverage.gaps:
        shown = f"url(#{_HATCH})" if gap in coverage.open_gaps else _RULE
        parts.append(
            _bar(scale, gap, _TOP, shown, say("无录像"), stroke=_RED if gap in coverage.open_gaps else _RULE)
        )
    for row, device in enumerate(devices, start=1):
        top = _TOP + row * _ROW
        name = device or say("设备不明")
        parts.append(f'<text x="0" y="{top + 15}">{escape(name)}</text>')
        for segment in segments:
            if segment.device == device and segment.start < segment.end:
                whole = Interval(segment.start, segment.end)
                if segment.certain:
                    parts.append(_bar(scale, whole, top, "#54708c", say("录像")))
                else:
                    parts.append(_bar(scale, whole, top, "#ffffff", say("录像，需核对"), stroke=_AMBER))
    parts.append("</svg>")
    return "".join(parts)


class _Scale:
    """Instants to horizontal positions."""

    def __init__(self, coverage: Coverage, segments: Sequence[Segment]) -> None:
        end = coverage.left_at or coverage.arrived_at + timedelta(hours=1)
        # A recorder left running all night must not squeeze the visit to nothing.
        margin = max((end - coverage.arrived_at) / 4, timedelta(minutes=5))
        first = min([coverage.arrived_at, *(segment.start for segment in segments)])
        last = max([end, *(segment.end for segment in segments)])
        self.start = max(first, coverage.arrived_at - margin)
        self.end = min(last, end + margin)
        self.arrived_at, self.left_at = coverage.arrived_at, coverage.left_at

    def x(self, at: datetime) -> float:
        share = (min(max(at, self.start), self.end) - self.start) / (self.end - self.start)
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _bar(scale: _Scale, part: Interval, top: int, fill: str, word: str, *, stroke: str = "none") -> str:
    left, right = scale.x(part.start), scale.x(part.end)
    return (
        f'<rect x="{left}" y="{top + 4}" width="{max(round(right - left, 1), 0.8)}" height="14" '
        f'fill="{fill}" stroke="{stroke}"><title>{part} {word}</title></rect>'
    )


def _axis(scale: _Scale, height: int) -> list[str]:
    bottom = height - 24
    minutes = (scale.end - scale.start).total_seconds() / 60
    step = next((each for each in _STEPS if minutes / each <= 8), 1440)
    at = scale.start.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    parts = []
    while at <= scale.end:
        if at >= scale.start:
            x = scale.x(at)
            parts.append(
                f'<line x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}" stroke="{_RULE}"/>'
                f'<text x="{x}" y="{height - 8}" text-anchor="middle">{at:%H:%M}</text>'
            )
        at += timedelta(minutes=step)
    for edge in (scale.arrived_at, scale.left_at):
        if edge is not None:
            x = scale.x(edge)
            parts.append(
                f'<line x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}" stroke="{_INK}" stroke-width="1.5"/>'
            )
    return parts
