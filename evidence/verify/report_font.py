"""A Chinese typeface for the report: a subset of an installed font, else the one every reader knows.

An installed font is embedded (with fontTools), so that the report looks the same everywhere. On a
machine without any, or without fontTools, the text is set in STSong-Light of Adobe-GB1, which PDF
readers substitute themselves (ISO 32000-2, 9.7.5.2).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

CANDIDATES = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-vf-fonts/NotoSerifCJK-VF.ttc",
    "/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "C:/Windows/Fonts/simsun.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "/System/Library/Fonts/Supplemental/Songti.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
)
"""Where Chinese fonts are usually installed, best first."""


class ReportFont(Protocol):
    """How the report's Chinese is written."""

    def advance(self, letter: str) -> int:
        """Width in thousandths of the type size."""
        ...

    def encode(self, text: str) -> bytes:
        """Hex digits of a shown string."""
        ...

    def objects(self, first: int) -> list[bytes]:
        """PDF objects numbered from `first`, the font dictionary at `first` itself."""
        ...


class PredefinedFont:
    """STSong-Light, not embedded."""

    def advance(self, letter: str) -> int:
        """Chinese letters fill their square."""
        return 1000

    def encode(self, text: str) -> bytes:
        """UTF-16, as UniGB-UTF16-H asks."""
        return text.encode("utf-16-be", "replace").hex().encode()

    def objects(self, first: int) -> list[bytes]:
        """Font, descendant, descriptor."""
        return [
            b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H"
            b" /DescendantFonts [%d 0 R] >>" % (first + 1),
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000"
            b" /FontDescriptor %d 0 R"
            b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>" % (first + 2),
            b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
            b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFont:
    """A subset of an installed font."""

    program: bytes
    """CFF table of an OpenType font, or a whole TrueType font."""
    is_cff: bool
    cids: dict[str, int] = field(default_factory=dict)
    """Letter -> CID."""
    widths: dict[str, int] = field(default_factory=dict)

    def advance(self, letter: str) -> int:
        """The font's own width."""
        return self.widths.get(letter, 1000)

    def encode(self, text: str) -> bytes:
        """Two bytes a glyph (Identity-H); letters the font lacks become .notdef."""
        return b"".join(b"%04x" % self.cids.get(letter, 0) for letter in text)

    def objects(self, first: int) -> list[bytes]:
        """Font, descendant, descriptor, font program, ToUnicode."""
        data = zlib.compress(self.program, 9)
        widths = b" ".join(
            b"%d [%d]" % (self.cids[letter], width)
            for letter, width in sorted(self.widths.items())
            if width != 1000
        )
        kind = b"/CIDFontType0" if self.is_cff else b"/CIDFontType2 /CIDToGIDMap /Identity"
        mapping = zlib.compress(self._to_unicode(), 9)
        key, extra = (b"FontFile3", b" /Subtype /CIDFontType0C") if self.is_cff else (b"FontFile2", b"")
        return [
            b"<< /Type /Font /Subtype /Type0 /BaseFont /EVDNCE+Report /Encoding /Identity-H"
            b" /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>" % (first + 1, first + 4),
            b"<< /Type /Font /Subtype %s /BaseFont /EVDNCE+Report /DW 1000 /W [%s]"
            b" /FontDescriptor %d 0 R"
            b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
            % (kind, widths, first + 2),
            b"<< /Type /FontDescriptor /FontName /EVDNCE+Report /Flags 4 /FontBBox [-200 -300 1200 1000]"
            b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 750 /StemV 80 /%s %d 0 R >>"
            % (key, first + 3),
            b"<< /Length %d /Length1 %d /Filter /FlateDecode%s >>\nstream\n%s\nendstream"
            % (len(data), len(self.program), extra, data),
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(mapping), mapping),
        ]

    def _to_unicode(self) -> bytes:
        rows = [
            b"<%04x> <%s>" % (cid, letter.encode("utf-16-be").hex().encode())
            for letter, cid in sorted(self.cids.items(), key=lambda pair: pair[1])
        ]
        blocks = [
            b"%d beginbfchar\n%s\nendbfchar" % (len(part), b"\n".join(part))
            for part in (rows[start : start + 100] for start in range(0, len(rows), 100))
        ]
        return (
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            b"/CMapName /Report def /CMapType 2 def\n"
            b"1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            + b"\n".join(blocks)
            + b"\nendcmap CMapName currentdict /CMap defineresource pop end end"
        )


def find_font(letters: Iterable[str], candidates: Iterable[str] = CANDIDATES) -> ReportFont:
    """A subset of the first installed candidate with these letters, else the predefined font."""
    for candidate in candidates:
        path = Path(candidate)
        if not path.is_file():
            continue
        try:
            return _subset(path, set(letters))
        except ImportError:
            break
        except Exception:  # noqa: S112  a damaged font on someone's machine is no reason for no report
            continue
    return PredefinedFont()


def _subset(path: Path, letters: set[str]) -> EmbeddedFont:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(path, fontNumber=_face(path), lazy=True, recalcTimestamp=False)
    options = Options()
    options.layout_features = []
    options.name_IDs = []
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx"]
    subsetter = Subsetter(options=options)
    subsetter.populate(unicodes=[ord(letter) for letter in letters])
    subsetter.subset(font)
    buffer = io.BytesIO()
    font.save(buffer)
    small = TTFont(io.BytesIO(buffer.getvalue()))
    is_cff = "CFF " in small
    if not is_cff and "glyf" not in small:
        raise ValueError("no outlines that a PDF can hold")
    names = small.getBestCmap()
    cids = {chr(code): _cid(small, name, is_cff=is_cff) for code, name in names.items()}
    scale = 1000 / small["head"].unitsPerEm
    widths = {chr(code): round(small["hmtx"][name][0] * scale) for code, name in names.items()}
    program = small.reader["CFF "] if is_cff else buffer.getvalue()
    return EmbeddedFont(program=program, is_cff=is_cff, cids=cids, widths=widths)


def _cid(font: Any, name: str, *, is_cff: bool) -> int:
    """CID of a glyph: its own in a CID-keyed CFF font, its index otherwise."""
    if is_cff and hasattr(font["CFF "].cff.topDictIndex[0], "ROS"):
        return int(name.removeprefix("cid"))
    return int(font.getGlyphID(name))


def _face(path: Path) -> int:
    """Index of the simplified Chinese face of a collection; -1 for a single font."""
    from fontTools.ttLib import TTCollection

    if path.suffix.lower() not in (".ttc", ".otc"):
        return -1
    with TTCollection(path, lazy=True) as collection:
        for index, face in enumerate(collection.fonts):
            name = str(face["name"].getDebugName(4) or "")
            if any(mark in name for mark in (" SC", " CN", "SimSun", "宋体")) and "Mono" not in name:
                return index
    return 0
