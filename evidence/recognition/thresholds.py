"""Every threshold of recognition in one table, with its unit and its reason; three parts have own modules.

Lengths are millimetres on paper, tones are 0..255 after the page's own paper was set to 255.
Values were set on simulated pages and checked on fresh ones (bench/recognition.py); where real ink
disagreed with simulated ink the research on real pages decided (its nine points are named below).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from evidence.recognition.ink_thresholds import InkThresholds
from evidence.recognition.seal_thresholds import SealThresholds
from evidence.recognition.straight_thresholds import StraightThresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeThresholds:
    """When a code that cannot be decoded is still known by the modules that are left."""

    least_module: float = 3.8
    """Pixels of a module under which a picture decoded at half size is decoded anew: 138 dpi."""
    seen_modules: float = 150
    """Least weight of data modules seen, of about 330 in a whole code."""
    agreeing: float = 0.85
    """Least share of them that agree with the issued symbol: right ones have 0.95, sisters' at most 0.71."""
    ahead: float = 0.12
    """How far the second-best issued symbol must lie behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationThresholds:
    """When the scan lies on the issued page, and whether it is that page."""

    tile_score: float = 0.42
    """Least correlation of a tile: below, ink or damage hides it (right tiles: 0.6-0.95)."""
    coarse_share: float = 0.5
    """Least share of tiles that agree on one pose before the codes' pose is trusted without features."""
    locked_px: float = 3.0
    """A tile is in place within 0.5 mm at 150 dpi."""
    bent_share: float = 0.93
    """Share of tiles in place under which the sheet is searched further, as if it were curled."""
    word_score: float = 0.5
    """A word of the issued print is there at this correlation; other words in its place reach 0.2-0.45."""
    proven: float = 0.75
    """Share of words in place from which the page is proven: right pages >= 0.8, the same form of
    another case <= 0.62 (point: identity gate holds on real pages)."""
    contradicted: float = 0.16
    """Share of words replaced by other print from which the page is another case's. An altered row or
    number stays below it; another case's filled fields lie above."""
    proven_own: float = 0.6
    """Same as `proven` among the words only this case's page carries (right 0.8-1, other case 0-0.2)."""
    contradicted_own: float = 0.4
    """Same as `contradicted` among those words."""
    missing_own: float = 0.4
    """Share of those words in place from which a page is not called another case's (other case 0-0.2;
    right telephone pages with a bent head, whose name lies out of reach, 0.5-0.57)."""
    unreadable: float = 0.45
    """Median word correlation under which print says nothing about identity."""
    local_error_mm: float = 1.0
    """Registration error near a box above which the box is only asked (point 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterationThresholds:
    """Print that changed and ink where nobody writes."""

    word_score: float = 0.36
    """A word correlated less, and..."""
    covered: float = 0.78
    """...whose issued strokes are darkened for less than this share is replaced or removed; under
    handwriting or a seal they stay dark, a dense line printed instead darkens two thirds by chance."""
    dated: float = 0.65
    """Same of a word in a date box that is not empty, at the best place within half a millimetre: digits
    leave what is printed beneath dark. 1,400 such words of scans and telephones had 0.71 and more, but for
    eight of bent sheets that stand near by; of nine replaced dates the least of three words had 0-0.5."""
    elsewhere: float = 0.5
    """A word found with this correlation within 3 mm was not altered: the paper is bent there."""
    elsewhere_poor: float = 0.38
    """Same on a page whose own words correlate less than `sharp_score`."""
    crisp_score: float = 0.85
    """Median correlation of the page's words from which a word is also replaced when..."""
    unlike_crisp: float = 0.35
    """...it is this much below the median: two digits reach 0.3-0.6 with others in their place..."""
    elsewhere_crisp: float = 0.65
    """...and is not found near by; that little print is found at 0.5 by chance. On 260 pages of all kinds but
    fax nine replaced words more met all this and no other word."""
    worse: float = 0.08
    """A word this much below the page's median is looked at closely..."""
    piece_mm: float = 2.4
    """...piece by piece of this width, a digit's, and is altered when a piece..."""
    piece_like: float = 0.5
    """...correlates less than this..."""
    piece_missing: float = 0.15
    """...and lacks this share of its issued strokes where other ink stands in their row and column: under
    handwriting or a seal none are lacking; fading and a worn drum leave no other ink."""
    piece_strokes: int = 14
    """Least stroke pixels of a piece for that."""
    sharp_score: float = 0.78
    """Least median correlation of the page's words for digits to be told apart."""
    neighbours: int = 24
    """A word is only called altered when most of its nearest words are in place: else the page is
    bent there, not altered."""
    neighbours_in_place: float = 0.45
    near: int = 8
    """Of so many nearest unaltered words..."""
    near_in_place: float = 0.6
    """...this share must be in place and..."""
    near_shift_mm: float = 0.35
    """...their median displacement no more than this: paper bends smoothly, forgers do not bend it."""
    bent_mm: float = 1.3
    """Bend of the sheet from which it is known only near print in place: scanners show 0.1-1.2, most
    telephones 1-6. There a word is altered only with..."""
    known_near: int = 3
    """...so many unaltered words..."""
    known_mm: float = 45.0
    """...within this distance: at the foot of a half-empty page print strayed by 3-7 mm..."""
    strayed_mm: float = 10.0
    """...and ink is added only where no print that is missed lies this near."""
    page_score: float = 0.62
    """Least median correlation of the page's words: fax and blur say nothing about single words."""
    added_mm: float = 14
    """Stroke length outside writable places that is reported."""
    added_mm2: float = 4
    crease_mm: float = 1.3
    """Ink that runs on for 12 mm and is less high than this is a crease: writing is higher."""
    writable_mm: float = 6
    """Handwriting may run over its box this far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageThresholds:
    """The picture as a whole."""

    working_dpi: int = 150
    """Frame of all measurements: 1 px is 0.17 mm; finer gained nothing in the research."""
    max_side: int = 3600
    """Longest side decoded: A4 at 300 dpi; more is scaled while decoding."""
    poor_dpi: int = 190
    """Below this a seal page is asked for again (200 dpi, less the usual tolerance of drivers)."""
    gray_spread: float = 4.0
    """Channel difference that all but 0.05 % of pixels keep when a colour file is really gray; the
    thinnest seal covers 0.1 % of a page."""
    blank_ink: float = 0.0012
    """Share of ink in the inner page up to which it is blank; a line of text is 0.004."""
    bilevel_share: float = 0.97
    """Share of pixels that are black or white from which a picture is bilevel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The whole table."""

    page: PageThresholds = PageThresholds()
    code: CodeThresholds = CodeThresholds()
    registration: RegistrationThresholds = RegistrationThresholds()
    ink: InkThresholds = field(default_factory=InkThresholds)
    straight: StraightThresholds = field(default_factory=StraightThresholds)
    seal: SealThresholds = field(default_factory=SealThresholds)
    alteration: AlterationThresholds = AlterationThresholds()


DEFAULT = Thresholds()
