"""The auditor's report as PDF, written with the base installation alone.

Latin letters and digits are set in Times, hashes in Courier, Chinese in what `report_font` finds.
States are drawn, not typed: shape and colour.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evidence.domain.week import SHANGHAI
from evidence.errors import InputError
from evidence.foreign import reason_of
from evidence.language import _
from evidence.verify.model import CheckKind, Report
from evidence.verify.report_font import PredefinedFont, ReportFont, find_font
from evidence.verify.wording import (
    NOT_CHECKED,
    SHAPES,
    check_lines,
    headline,
    ledger_lines,
    signature_line,
    spaced,
)

_WIDTH, _HEIGHT = 595.28, 841.89
_LEFT, _RIGHT, _TOP, _BOTTOM = 70.9, 62.4, 72.0, 70.0
_LEADING = 1.55
_TIMES = dict(
    zip(
        map(chr, range(32, 127)),
        [
            *(250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278),
            *(500,) * 10,
            *(278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389),
            *(722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611),
            *(333, 278, 333, 469, 500, 333, 444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500),
            *(278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541),
        ],
        strict=True,
    )
)
"""Advance widths of Times-Roman in thousandths of the type size (Adobe's published metrics)."""
_COLOURS = {
    CheckKind.PASS: (0.10, 0.50, 0.22),
    CheckKind.FAIL: (0.75, 0.10, 0.10),
    CheckKind.REVIEW: (0.80, 0.52, 0.05),
    CheckKind.NOTE: (0.45, 0.45, 0.45),
}
_NO_LINE_START = "，。；：、）》〕］”’！？%"
_NO_LINE_END = "（《〔［“‘"


@dataclass(slots=True, kw_only=True)
class _Page:
    """Drawing operators of one page."""

    operators: list[bytes] = field(default_factory=list)
    y: float = _HEIGHT - _TOP


@dataclass(slots=True, kw_only=True)
class _Layout:
    """Text flowing over pages."""

    font: ReportFont
    pages: list[_Page] = field(default_factory=lambda: [_Page()])

    @property
    def page(self) -> _Page:
        return self.pages[-1]

    def room(self, height: float) -> None:
        """Start a new page when so many points no longer fit."""
        if self.page.y - height < _BOTTOM:
            self.pages.append(_Page())

    def text(
        self,
        text: str,
        *,
        size: float = 10.5,
        indent: float = 0.0,
        mono: bool = False,
        state: CheckKind | None = None,
        colour: tuple[float, float, float] = (0.0, 0.0, 0.0),
        after: float = 2.0,
    ) -> None:
        """One paragraph, with a state mark before it when there is a state."""
        start = _LEFT + indent + (14 if state is not None else 0)
        lines = list(_wrap(text, size, _WIDTH - _RIGHT - start, self.font, mono=mono))
        for number, line in enumerate(lines):
            self.room(size * _LEADING)
            self.page.y -= size * _LEADING
            if state is not None and number == 0:
                self._mark(state, _LEFT + indent + 4, self.page.y + size * 0.36)
            self.page.operators.append(_show(line, start, self.page.y, size, colour, self.font, mono=mono))
        self.page.y -= after

    def heading(self, text: str) -> None:
        """A section title with a thin rule, never alone at the foot of a page."""
        self.room(60)
        self.page.y -= 8
        self.text(text, size=12.5, after=3)
        self.page.operators.append(
            b"0.6 G 0.5 w %.2f %.2f m %.2f %.2f l S" % (_LEFT, self.page.y, _WIDTH - _RIGHT, self.page.y)
        )
        self.page.y -= 3

    def _mark(self, state: CheckKind, x: float, y: float) -> None:
        red, green, blue = _COLOURS[state]
        paint = b"%.2f %.2f %.2f RG %.2f %.2f %.2f rg 1 w " % (red, green, blue, red, green, blue)
        radius = 3.4
        if state is CheckKind.FAIL:
            shape = b"%.2f %.2f m %.2f %.2f l %.2f %.2f m %.2f %.2f l S" % (
                *(x - radius, y - radius, x + radius, y + radius),
                *(x - radius, y + radius, x + radius, y - radius),
            )
        else:
            circle = _circle(x, y, radius)
            shape = circle + (b" b" if state is CheckKind.PASS else b" s")
            if state is CheckKind.REVIEW:
                shape += b" q %.2f %.2f %.2f %.2f re W n " % (x - radius, y - radius, radius, 2 * radius)
                shape += circle + b" f Q"
        self.page.operators.append(paint + shape)


_STATES = {shape: kind for kind, shape in SHAPES.items()}


def write_report(report: Report, target: Path) -> None:
    """Write the report; the file appears whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent or Path(), prefix=".report-", suffix=".pdf")
        with os.fdopen(handle, "wb") as file:
            file.write(report_bytes(report))
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        raise InputError(
            _("报告写不出来：{why}。").format(why=reason_of(error)),
            where=str(target),
            remedy=_("请检查文件夹是否存在、能否写入。"),
        ) from error


def report_bytes(report: Report, font: ReportFont | None = None) -> bytes:
    """The PDF; the same report and font give the same bytes.

    Args:
        report: what was found.
        font: how Chinese is set; None takes an installed font that has every letter needed.
    """
    if font is None:
        collector = _Collector()
        _compose(report, _Layout(font=collector))
        font = find_font(collector.letters)
    layout = _Layout(font=font)
    _compose(report, layout)
    return _assemble(layout.pages, font)


class _Collector(PredefinedFont):
    """Stands in for a font to learn which letters are needed."""

    def __init__(self) -> None:
        self.letters: set[str] = set()

    def encode(self, text: str) -> bytes:
        """Remember the letters."""
        self.letters.update(text)
        return super().encode(text)


def _compose(report: Report, layout: _Layout) -> None:
    layout.text("电子移交材料验证报告", size=18, after=8)
    layout.text(f"对象：{report.subject}")
    layout.text(f"验证时间：{report.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}（北京时间）", after=6)
    for line in headline(report):
        shape, _space, sentence = line.partition(" ")
        state = _STATES.get(shape)
        if state is None:  # a warning before the verdict
            layout.text(line, size=12, colour=_COLOURS[CheckKind.FAIL], after=4)
        elif "自称" in line:  # a claim, not our verdict
            layout.text(sentence, size=12, state=CheckKind.NOTE, after=4)
        else:
            layout.text(sentence, size=12, state=state, colour=_COLOURS[state], after=4)
    if report.what == "package":
        layout.heading("一、连续性与判断")
        for line in ledger_lines(report):
            layout.text(line)
    layout.heading("二、需要注意的事项" if report.what == "package" else "一、需要注意的事项")
    lines = check_lines(report.checks)
    for kind, sentence in lines:
        if kind is not CheckKind.PASS:
            layout.text(sentence, state=kind)
    if all(kind is CheckKind.PASS for kind, _ in lines):
        layout.text("没有。")
    layout.heading("三、签名" if report.what == "package" else "二、签名")
    for row in report.signatures:
        line = signature_line(row)
        layout.text(line[2:], state=_STATES[line[0]], after=4)
    layout.heading("四、已检查并符合的事项" if report.what == "package" else "三、已检查并符合的事项")
    for kind, sentence in lines:
        if kind is CheckKind.PASS:
            layout.text(sentence, state=kind)
    layout.heading("请用另外的渠道（电话、公函）核对证书指纹（SHA-256）")
    for subject, digest in report.fingerprints:
        layout.text(subject, after=0)
        layout.text(spaced(digest), size=8, indent=12, mono=True, after=4)
    layout.heading("本报告不能证明的事项")
    for text in NOT_CHECKED:
        layout.text(text, state=CheckKind.NOTE)


_STATES = {"●": CheckKind.PASS, "✕": CheckKind.FAIL, "◐": CheckKind.REVIEW, "○": CheckKind.NOTE}


def _advance(letter: str, size: float, font: ReportFont, *, mono: bool) -> float:
    if mono:
        return 0.6 * size
    width = _TIMES.get(letter)
    return (font.advance(letter) if width is None else width) * size / 1000


def _wrap(text: str, size: float, width: float, font: ReportFont, *, mono: bool) -> Iterator[str]:
    """Lines that fit; a closing mark never starts a line, a Latin word breaks only when it must."""
    line, used = "", 0.0
    for word in _words(text):
        length = sum(_advance(letter, size, font, mono=mono) for letter in word)
        if used + length <= width or (word in _NO_LINE_START and line):
            line, used = line + word, used + length
            continue
        if line:
            yield line.rstrip()
        line, used = "", 0.0
        for letter in word.lstrip():
            step = _advance(letter, size, font, mono=mono)
            if used + step > width:
                yield line
                line, used = "", 0.0
            line, used = line + letter, used + step
    if line.strip():
        yield line.rstrip()


def _words(text: str) -> Iterator[str]:
    word = ""
    for letter in text:
        if " " < letter <= "~" or letter in _NO_LINE_END:
            word += letter
            continue
        if word and word[-1] in _NO_LINE_END:
            yield word + letter
            word = ""
            continue
        if word:
            yield word
            word = ""
        yield letter
    if word:
        yield word


def _show(
    line: str,
    x: float,
    y: float,
    size: float,
    colour: tuple[float, float, float],
    font: ReportFont,
    *,
    mono: bool,
) -> bytes:
    """Operators for one line, each run in its font."""
    parts = [b"BT %.2f %.2f %.2f rg %.2f %.2f Td" % (*colour, x, y)]
    run, latin = "", True
    for letter in [*line, ""]:
        is_latin = letter in _TIMES
        if run and (not letter or is_latin != latin):
            if latin:
                escaped = run.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
                parts.append(b"/%s %.1f Tf (%s) Tj" % (b"M" if mono else b"L", size, escaped.encode("ascii")))
            else:
                parts.append(b"/C %.1f Tf <%s> Tj" % (size, font.encode(run)))
            run = ""
        run, latin = run + letter, is_latin
    return b" ".join([*parts, b"ET"])


def _circle(x: float, y: float, radius: float) -> bytes:
    bend = radius * 0.5523
    return (
        b"%.2f %.2f m " % (x + radius, y)
        + b"%.2f %.2f %.2f %.2f %.2f %.2f c " % (x + radius, y + bend, x + bend, y + radius, x, y + radius)
        + b"%.2f %.2f %.2f %.2f %.2f %.2f c " % (x - bend, y + radius, x - radius, y + bend, x - radius, y)
        + b"%.2f %.2f %.2f %.2f %.2f %.2f c " % (x - radius, y - bend, x - bend, y - radius, x, y - radius)
        + b"%.2f %.2f %.2f %.2f %.2f %.2f c" % (x + bend, y - radius, x + radius, y - bend, x + radius, y)
    )


_LATIN = (
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
)


def _assemble(pages: list[_Page], font: ReportFont) -> bytes:
    """Objects 1 catalogue, 2 page tree, 3-4 Latin fonts, Chinese font, then page and content by turns."""
    chinese = 3 + len(_LATIN)
    fonts = [*_LATIN, *font.objects(chinese)]
    first = 3 + len(fonts)
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids),
        *fonts,
    ]
    for number, page in enumerate(pages, 1):
        foot = f"- {number} / {len(pages)} -"
        page.operators.append(_show(foot, _WIDTH / 2 - 24, 40, 9, (0.3, 0.3, 0.3), font, mono=False))
        content = zlib.compress(b"\n".join(page.operators), 9)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R"
            b" /Resources << /Font << /C %d 0 R /L 3 0 R /M 4 0 R >> >> >>"
            % (_WIDTH, _HEIGHT, len(objects) + 2, chinese)
        )
        objects.append(
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content)
        )
    body = b"%PDF-1.7\n%\xe4\xb8\xad\xe6\x96\x87\n"
    offsets: list[int] = []
    for number, item in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + table + trailer
