"""Every threshold of recognition in one table, with its unit and its reason.

Lengths are millimetres on paper, tones are 0..255 after the page's own paper was set to 255.
Values were set on simulated pages and checked on fresh ones (bench/recognition.py); where real ink
disagreed with simulated ink the research on real pages decided (its nine points are named below).
"""

from __future__ import annotations

from dataclasses import dataclass


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
class InkThresholds:
    """Handwriting in signature and date boxes."""

    blackhat_mm: float = 4.0
    """Ink is darker than paper within this distance; stains, shading and folds are wider."""
    weak: float = 24
    """Least darkness of a stroke's pixel; faint pencil is about 40."""
    strong: float = 44
    """Darkness a stroke must reach somewhere: JPEG rings and bleed-through stay below."""
    noise_gain: float = 2.4
    """Strokes must stand this many noise levels above paper, or the page's own grain would sign."""
    noise_offset: float = 10
    date_share: float = 0.5
    """A date box is asked, not called empty, from this share of a signature's darkness on."""
    quiet_noise: float = 3.5
    """Grain up to which paper is quiet: 19 of 20 clean and office scans, one telephone page of twelve."""
    quiet_near: float = 0.85
    """Least median correlation of the words around a box for that."""
    digit_weak: float = 0.6
    """Share of a signature's least darkness that the digits of a date must have on quiet paper..."""
    digit_strong: float = 0.75
    """...and reach somewhere: print that shows through from the back stays below."""
    date_mm: float = 3.0
    """Length of such digits from which a date is there: of 152 empty boxes on quiet paper 151 had none,
    one 1.9."""
    date_doubt_mm: float = 1.2
    """Length of what is paler still from which a date on quiet paper is asked..."""
    doubt_mm: float = 3.0
    """...and, in any other box, of ink too pale or perhaps a neighbour's for the box to be called empty."""
    absent_mm: float = 2.2
    """Stroke length up to which a box is empty: specks and print residue reach 2 mm."""
    present_mm: float = 10.0
    """Stroke length from which it is signed; the shortest initials measured have 9 mm and are asked."""
    absent_mm2: float = 0.45
    """Ink area up to which a box is empty."""
    present_mm2: float = 2.0
    """Ink area from which it is signed."""
    bilevel_weak: float = 80
    """Least darkness of a stroke's pixel on a black-and-white copy: specks, averaged by the warp to the
    working resolution, have 30-90, ink that was set black has 170 and more."""
    bilevel_strong: float = 120
    speckle_mm2: float = 3
    """Area of specks in a heap from which a box of a black-and-white copy is not called empty: a faint pen
    breaks into specks, but unlike the grain of the copy they do not lie all over the box."""
    speck_mm2: float = 2
    """Larger pieces are not grain, however evenly it lies."""
    speckle_even: float = 0.1
    """Specks are grain when three of four strips across the box have this share of the densest strip's: 22
    empty signature boxes had 0.36-0.77, faint signatures 0."""
    speckle_drowned: float = 0.03
    """Share of a box's 4 mm cell covered by specks from which, when three of four cells have it, grain may
    clot into strokes and nothing is told: 0.055-0.08 where it did, 0.015 at most in 290 other boxes."""
    clot_mm2: float = 4
    """Larger pieces are strokes: grain clots to 3 mm2 at most."""
    speckle_clear: float = 0.005
    """Same up to which a box has no grain to speak of."""
    bilevel_absent_mm2: float = 0.5
    """Same on black-and-white copies, where print swells."""
    bilevel_present_mm2: float = 5.5
    """Faint pens on faxes leave 5-8; 88 empty boxes of faxes and copies had 0.3 at most..."""
    bilevel_present_mm: float = 8.5
    """...and strokes of 0.6 mm."""
    grainy_present_mm2: float = 8
    """Area, with `present_mm`, from which a box with grain all over is signed: clots had 5.8 mm2, 9.5 mm."""
    inside: float = 0.55
    """Least share of a stroke inside its box; less is a neighbour's overflow (research: main failure)."""
    line_mm: float = 24
    """A straight dark line longer than this that the form has not printed is a fold or feeder streak
    (point 3)."""
    line_fill: float = 0.8
    """Share of such a line that must be dark where no print hides it."""
    line_beside: float = 0.35
    """Share of dark paper 1.3 mm beside it: handwriting has more, a fold is alone."""
    broken_mm: float = 70
    """Same on black-and-white copies, which break a pale fold into dashes: longer..."""
    broken_fill: float = 0.5
    """...but less filled (ten folds of faxes had 0.53-1.0, print and names at most 0.46)..."""
    broken_beside: float = 0.15
    """...and with nothing beside it (0.05 at most; grain 0.2-0.3)."""
    rule_thick_mm: float = 1.1
    """Thin things this near to a printed rule, along it and at least four times as long, are the rule."""
    rule_beside_mm: float = 2.0
    thick_mm: float = 2.6
    """Broader than any pen: highlighter, stain, thumb (point 4)."""
    thumb_gap_mm: float = 2.2
    """Gaps between the ridges of a red thumb's print, closed to find it; red ridges this far around what
    was found are the thumb's too. They are as long and narrow as a pen's strokes: counted, they alone
    signed 21 of 53 unsigned boxes that a thumb reached on telephone pages."""
    ridge_mm2: float = 12
    """Area of dense lines side by side from which ink on a gray scan is asked about: without colour a thumb's
    print looks like writing. 20 thumbs that would have signed had 14-98, 106 of 107 pieces of writing
    13 and less; the least of the thumbs has 13.8 or 13.1 with the form set in one or the other version of
    the same font, so what lies between is asked. In colour writing is denser and the thumb is red."""
    ridges_least_mm2: float = 5.0
    """Same where such lines make up..."""
    ridges_of_ink: float = 0.5
    """...this share of the ink and more: versions of the libraries draw and soften a pale thumb otherwise."""
    ridge_window_mm: float = 3.0
    """Several ridges of a thumb; strokes of a character run all ways within it."""
    ridge_coherence: float = 0.6
    """Least share by which edges within the window run one way."""
    ridge_density: float = 0.5
    """Least share of pixels on an edge within the window."""
    bilevel_ridges: float = 2.4
    """Area of such lines for each area of ink from which ink on a black-and-white copy is judged without
    them: thumbs that would have signed have 2.2-4.8, 122 of 124 signatures 1.9 and less; others, small..."""
    bold_ridges: float = 1.9
    """...up to 2.8, so that this is enough only..."""
    bold_ridge_mm2: float = 58
    """...from this area of lines on: such signatures had 55 at most, bold thumbs 70-110."""
    bilevel_ridge_mm2: float = 14
    """Least area of such lines for that."""
    bilevel_ridge_coherence: float = 0.5
    bilevel_ridge_density: float = 0.3
    """Both lower than on gray scans: a copy breaks ridges up, and writing is told apart by the ratio."""
    paper_floor: float = 0.4
    """Local paper darker than this share of the page's paper is shadow or cover: never `absent` (point 5)."""
    contrast_floor: float = 60
    """Least print contrast near a box for `absent`: where our own print is fainter, ink may be lost."""
    print_there: float = 0.8
    """Share of the issued print around each fifth of a box that must be seen for `present` and `absent`:
    under a folded corner, a note or a receipt it is gone (point 7). 183 boxes of folded and telephone pages
    had 0.77-1.0, all but three of them 0.98 and more; boxes covered in part mostly less than 0.7."""
    bilevel_print_there: float = 0.4
    """Same on black-and-white copies, which break thin rules up."""
    foreign_word: float = 0.36
    """A word near a box correlated less than this..."""
    foreign_covered: float = 0.6
    """...whose issued strokes are darkened for less than this share lies under something..."""
    foreign_words: int = 2
    """...and with so many of them..."""
    foreign_mm: float = 8.0
    """...within this distance so does the box."""
    print_least: int = 40
    """Printed pixels in a fifth of a box for that to mean something: rules of 7 mm."""
    rules_there: float = 0.97
    """Share of the page's other rules seen from which those missing around one box of a black-and-white copy
    mean that something lies on it: whole copies show 0.96-1.0, faxes too pale for lines 0.6-0.96."""
    rules_least: int = 400
    """Pixels of rules, one of four counted, for that to mean something: 13 cm of lines."""
    cover_level: float = 222
    """Brightness under which a broad part of a box is not paper: a folded corner's back, a thumb, a note."""
    broad_share: float = 0.1
    """Share of a box under broad things from which it is not called empty: something lies on it."""
    paper_hue: float = 26
    """Colour difference of local paper from the page's paper from which something lies on it (point 7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightThresholds:
    """Lines that no pen drew in signing: folds, edges, strokes that void a box."""

    run_mm: float = 8.0
    """Least length of a straight run; straight strokes of characters are shorter."""
    band_mm: float = 0.55
    """Half the breadth of a run's band."""
    gap_mm: float = 2.0
    """Longest gap in a run; what print hides does not count."""
    arc: float = 0.03
    """Greatest sagitta of a run's half in shares of its length: bent paper."""
    beside: float = 0.45
    """Share of a run beside which ink may lie: a line of writing has more..."""
    long_mm: float = 30.0
    """...but a longer run is straight whatever crosses it."""
    most_runs: int = 8
    tried_lines: int = 6
    """Lines with the most votes that are fitted..."""
    same_mm: float = 0.85
    """...but for those less than this beside one that was, which would be fitted to the same ink."""
    bow: float = 0.25
    """Greatest sagitta of a straight component in shares of half its length."""
    loose_mm: float = 0.2
    """How far beyond its pen's half width a straight component may stray."""
    stroke_mm: float = 1.6
    """Least length of a line when the lines of a drawing are counted..."""
    stroke_gap_mm: float = 0.6
    """...and the longest gap in it, and..."""
    stroke_arc: float = 0.05
    """...its greatest bow."""
    many_lines: int = 3
    """From so many lines on a drawing is no longer counted."""
    written_mm: float = 7.0
    """Length of strokes with branch or turn from which a box is signed: creases left none on 160 boxes and
    5.7 on one; eight of 584 signatures on folded paper have less."""
    dated_mm: float = 2.0
    """Same of a date: digits are small and some are straight."""
    creased_mm: float = 4.0
    """Length of straight runs outside a box from which the paper is creased; what is left of a crease..."""
    stands_out: float = 1.3
    """...is no darker than it: writing is by this factor..."""
    inked_hue: float = 18
    """...or more coloured than the paper by this..."""
    inked_dark: float = 0.5
    """Darkness in shares of the print's from which straight legs joined to each other are a pen's: creases
    had 0.42 at most, 95 of 100 signatures 0.53 and more."""
    leaves_mm: float = 2.5
    """Length outside the box from which a straight run is said to leave it."""
    creased_written_mm: float = 20.0
    """...or longer than this."""
    refused_mm: float = 80.0
    """Length up to which ink may be a word of refusal..."""
    refused: float = 0.9
    """...and the probability from which it is asked as one: of drawings kept back 58 in 100 refusals and 0.9
    in 100 others have more."""
    mark_mm: float = 30.0
    """Length up to which ink may be a mark that strikes a box out..."""
    mark_lines: int = 2
    """...and lines it is made of: slash and dash one, tick and cross two."""
    unexplained: float = 0.15
    """Share of a drawing that the lines counted may leave over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealThresholds:
    """Round seals near seal boxes."""

    floor: float = 9
    """Least redness (R - max(G, B)) against local paper; pale pads of real seals measure 12-30 (point 1)."""
    noise_gain: float = 4.0
    """Redness must exceed the paper's own colour noise this many times (point 1)."""
    hue_degrees: float = 38
    """Red lies within this angle of pure red; blue and violet seals never count as red (point 1)."""
    radii_mm: tuple[float, ...] = (15.0, 17.0, 18.5, 19.5, 20.5, 21.5, 23.0)
    """Seals of 30-46 mm; company seals are 38-42 mm, government 42 mm."""
    present_mm2: float = 30
    """Least red area of a seal."""
    present_sectors: float = 0.42
    """Least share of the ring seen; a half-pressed seal shows 0.5 and more."""
    ring_gain: float = 1.6
    """The ring must be this many times denser than the bands beside it: arcs of text are not a ring."""
    present_saturation: float = 26
    """Median redness of the ring's pixels; weaker seals are asked (point 1)."""
    ask_mm2: float = 4
    """Red area from which a box is asked; red specks and a tick stay below."""
    peaks: int = 2
    """Circles tried for each radius..."""
    candidates: int = 6
    """...and in all: the likeliest may be a star's or a line's, the next the seal's."""
    least_vote: float = 0.02
    """Share of a circle that must carry ink for it to be tried."""
    apart_mm: float = 2.0
    """Candidates alike are tried once."""
    reach_mm: float = 30.0
    """How far around its box a seal is looked for: all of one whose centre lies 8 mm outside."""
    pale_blur: float = 1.5
    """Pixels over which colour is averaged to find a pale pad's seal beneath the paper's noise."""
    pale_floor: float = 3.0
    """Least redness of such a seal..."""
    pale_gain: float = 3.0
    """...and its redness in units of the noise left."""
    pale_sectors: float = 0.6
    """Least share of its ring, which must do what strength does not..."""
    pale_arcs: float = 0.7
    """...each twenty-fourth of it, redder on the average than the paper outside by..."""
    pale_redder: float = 1.5
    """...so much and four standard errors, for this share of the ring..."""
    pale_purity: float = 0.45
    """...with this share of redness in its darkness: gray copies have colour only at their edges."""
    oval_ratio: float = 0.9
    """A seal whose outline is narrower than this is no circle..."""
    outline_sectors: float = 0.55
    """...when so much of the oval's or rectangle's own outline is there..."""
    outline_better: float = 0.1
    """...and more than of the circle by this..."""
    outline_beyond: float = 0.06
    """...unless this share of the ink lies outside the circle: then it is not the seal's outline."""
    loose_sectors: float = 0.5
    """Share of a ring that is another seal's wherever it lies."""
    gray_ring: float = 0.35
    """Share of a gray ring seen in a colour scan from which the seal is called a copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterationThresholds:
    """Print that changed and ink where nobody writes."""

    word_score: float = 0.36
    """A word correlated less, and..."""
    covered: float = 0.78
    """...whose issued strokes are darkened for less than this share is replaced or removed; under
    handwriting or a seal they stay dark, a dense line printed instead darkens two thirds by chance."""
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
    ink: InkThresholds = InkThresholds()
    straight: StraightThresholds = StraightThresholds()
    seal: SealThresholds = SealThresholds()
    alteration: AlterationThresholds = AlterationThresholds()


DEFAULT = Thresholds()
